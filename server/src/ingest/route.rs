//! `POST /api/v1/events` and `GET|POST /api/v1/pingback`.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leadbell_domain::{FieldError, FieldErrors, parse_event};
use leadbell_store::{NewEvent, Recorded};
use serde::Serialize;
use serde_json::Value;

use super::body::{BodyError, Item, MAX_EVENT, split};
use super::committer::CommitError;
use super::names;
use super::pingback::event_from_pairs;
use super::record::record;
use crate::http::api_key::{ApiScope, authenticate, check};
use crate::http::problem::Problem;
use crate::http::request::{content_type, read_body};
use crate::state::AppState;

/// What became of the events of one request.
#[derive(Debug, Default, Serialize)]
struct IngestAnswer {
    /// Written to disk.
    accepted: u64,
    /// Known already; nothing was written or sent again.
    duplicates: u64,
    /// Refused, each with its reasons.
    rejected: Vec<RejectedEvent>,
}

/// An event that was refused.
#[derive(Debug, Serialize)]
struct RejectedEvent {
    /// Its place in the request, from 0.
    index: u64,
    /// Its id, when one could be read.
    event_id: Option<String>,
    /// What is wrong, field by field.
    errors: Vec<FieldError>,
}

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/events", post(post_events))
        .route("/pingback", get(pingback).post(pingback))
}

async fn post_events(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    authenticate(&state, &parts.headers, ApiScope::Ingest).await?;
    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let bytes = read_body(&parts.headers, body).await?;
    let items = split(content_type, &bytes).map_err(|error| match error {
        BodyError::Malformed(_) => Problem::new(StatusCode::BAD_REQUEST, error.to_string()),
        BodyError::TooMany => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
        BodyError::UnknownType => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error.to_string()),
    })?;
    ingest(&state, items).await
}

async fn pingback(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let mut pairs: Vec<(String, String)> = url_pairs(parts.uri.query().unwrap_or("").as_bytes());
    // Who can only call a URL can set no header; the key is a field then. Addresses are not logged (http/mod.rs).
    match pairs.iter().position(|(name, _)| name == "key") {
        Some(at) if !parts.headers.contains_key(header::AUTHORIZATION) => {
            check(&state, &pairs[at].1, ApiScope::Ingest).await?
        }
        _ => authenticate(&state, &parts.headers, ApiScope::Ingest).await?,
    };
    let bytes = read_body(&parts.headers, body).await?;
    // Who calls a URL may send any header along; only what is sent has to be a form.
    let form = content_type(&parts.headers).is_none_or(|kind| kind == "application/x-www-form-urlencoded");
    if !bytes.is_empty() && !form {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send application/x-www-form-urlencoded.",
        ));
    }
    pairs.extend(url_pairs(&bytes));
    // Wherever it stands, it must not be kept with the event.
    pairs.retain(|(name, _)| name != "key");
    ingest(&state, vec![event_from_pairs(&pairs)]).await
}

fn url_pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Parses, plans and commits; answers when all that is accepted is on disk.
async fn ingest(state: &AppState, items: Vec<Item>) -> Result<Response, Problem> {
    let now = state.clock.now_ms();
    let count = items.len();
    let mut rejected = Vec::new();
    let mut events: Vec<NewEvent> = Vec::with_capacity(count);
    for (index, item) in items.into_iter().enumerate() {
        let event_id = item
            .as_ref()
            .ok()
            .and_then(|json| json.get("event_id"))
            .and_then(id_text);
        let prepared = match item {
            Ok(json) => prepare(state, &json, now).await,
            Err(errors) => Err(errors),
        };
        match prepared {
            Ok(event) => events.push(event),
            Err(errors) => rejected.push(RejectedEvent {
                index: index as u64,
                event_id,
                errors: errors.0,
            }),
        }
    }
    let recorded = state
        .committer
        .commit(events)
        .await
        .map_err(|error| match error {
            CommitError::Busy => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many events at once. Try again.",
            )
            .retry_after(1),
            CommitError::Unavailable => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing was accepted. Try again.",
            )
            .retry_after(2),
            CommitError::Internal => Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Nothing was accepted. Try again later.",
            ),
        })?;
    let accepted = recorded
        .iter()
        .filter(|outcome| **outcome == Recorded::Accepted)
        .count() as u64;
    let duplicates = recorded.len() as u64 - accepted;
    metrics::counter!("leadbell_events_total", "outcome" => "accepted").increment(accepted);
    metrics::counter!("leadbell_events_total", "outcome" => "duplicate").increment(duplicates);
    metrics::counter!("leadbell_events_total", "outcome" => "rejected").increment(rejected.len() as u64);
    let status = if rejected.len() == count && count > 0 {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::ACCEPTED
    };
    Ok((
        status,
        axum::Json(IngestAnswer {
            accepted,
            duplicates,
            rejected,
        }),
    )
        .into_response())
}

fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.chars().take(200).collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

async fn prepare(state: &AppState, json: &Value, now: i64) -> Result<NewEvent, FieldErrors> {
    let mut event = parse_event(json, now)?;
    let body = json.to_string();
    if body.len() > MAX_EVENT {
        return Err(FieldErrors::one("", "An event may have at most 256 KB."));
    }
    if state.rules.set().fires(&event)
        && let Err(error) = names::fill(&mut event, &*state.store).await
    {
        // The message goes out with "-" for what is not known; whether it can be written is the commit's affair.
        tracing::warn!(%error, "names can't be looked up");
    }
    let (mut judged, version) = state
        .rules
        .judge(|rules| record(&event, body.clone(), rules, &state.public_url, now));
    judged.rules_seq = Some(version);
    Ok(judged)
}
