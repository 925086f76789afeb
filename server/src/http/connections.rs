//! REST: connections. A token goes in and never comes out.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use leadbell_domain::{
    ConnectionId, FieldErrors, Level, Outcome, Scope, SlackToken, Target, format_rfc3339, parse_channel_id,
    parse_member_id,
};
use leadbell_store::{
    ConnectionListing, ConnectionOwner, ConnectionQuery, ConnectionScope, MOST_RULES, RuleScopes, StoreError,
};
use serde_json::{Map, Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, json_body, parse_json, read_body, says_json};
use crate::connections::{self, Change, Checked, Kept, PlaceReport, missing_scopes, trouble};
use crate::rules::RuleError;
use crate::state::AppState;
use crate::test_run::in_words;

/// Connections listed at most. A house has a few, or one for each publisher.
const MOST: i64 = 10_000;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/connections", get(list).post(create))
        .route(
            "/connections/{id}",
            get(show).put(change).patch(change).delete(remove),
        )
        .route("/connections/{id}/check", post(check))
}

fn everything() -> RuleScopes {
    Level::ALL.into_iter().map(|level| (level, Scope::All)).collect()
}

fn view(listing: &ConnectionListing) -> Value {
    let connection = &listing.connection;
    let publisher = match &connection.owner {
        ConnectionOwner::Staff => None,
        ConnectionOwner::Publisher(id) => Some(id),
    };
    let missing: Vec<&str> = missing_scopes(connection).iter().map(|need| need.scope).collect();
    json!({
        "id": connection.id,
        "name": connection.name,
        "kind": connection.kind,
        "token": connection.hint,
        "team": connection.team,
        "team_id": connection.team_id,
        "user": connection.user_name,
        "scopes": connection.scopes,
        "missing_scopes": missing,
        "status": connection.status.key(),
        "last_error": connection.last_error,
        "problem": trouble(connection),
        "broken_since": connection.broken_since.map(format_rfc3339),
        "waiting": listing.waiting,
        "rules": listing.rules.min(MOST_RULES),
        "publisher_id": publisher,
        "created_at": format_rfc3339(connection.created_at),
        "checked_at": connection.checked_at.map(format_rfc3339),
    })
}

/// What is no id is nobody's.
fn id_of(text: String) -> Result<ConnectionId, Problem> {
    ConnectionId::new(text).map_err(|_| StoreError::NotFound.into())
}

async fn found(state: &AppState, id: &ConnectionId) -> Result<Value, Problem> {
    let listing = state
        .store
        .connection_listing(id, &ConnectionScope::All, &everything())
        .await?;
    Ok(view(&listing.ok_or(StoreError::NotFound)?))
}

async fn list(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    authenticate(&state, &headers, ApiScope::Read).await?;
    let query = ConnectionQuery {
        scope: ConnectionScope::All,
        search: String::new(),
        status: None,
        rules: everything(),
        offset: 0,
        limit: MOST,
    };
    let mut all = state.store.page_connections(&query).await?.rows;
    all.sort_by(|one, other| {
        let newest = |listing: &ConnectionListing| {
            (
                listing.connection.created_at,
                listing.connection.id.as_str().to_owned(),
            )
        };
        newest(other).cmp(&newest(one))
    });
    Ok(Json(
        json!({"connections": all.iter().map(view).collect::<Vec<_>>()}),
    ))
}

async fn show(State(state): State<AppState>, headers: HeaderMap, Id(id): Id) -> Result<Json<Value>, Problem> {
    authenticate(&state, &headers, ApiScope::Read).await?;
    Ok(Json(found(&state, &id_of(id)?).await?))
}

/// A complaint about every field of the body that there is not.
fn unknown_fields(json: &Value, known: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for name in json.as_object().into_iter().flat_map(Map::keys) {
        if !known.contains(&name.as_str()) {
            let message = format!("There is no such field; there are {}.", known.join(", "));
            errors.add(name.as_str(), message);
        }
    }
    errors
}

/// A text of the body, if it is there; a complaint if it is something else.
fn text<'a>(json: &'a Value, field: &'static str, errors: &mut FieldErrors) -> Option<&'a str> {
    match json.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => {
            errors.add(field, "This is a text.");
            None
        }
    }
}

/// What has no fields can't say anything here.
fn object(json: Value) -> Result<Value, Problem> {
    if json.is_object() {
        return Ok(json);
    }
    Err(Problem::new(StatusCode::BAD_REQUEST, "Send a JSON object."))
}

async fn create(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let json = object(json_body(&headers, body).await?)?;
    let mut errors = unknown_fields(&json, &["auth_token", "name"]);
    let token = text(&json, "auth_token", &mut errors).unwrap_or_default();
    let name = text(&json, "name", &mut errors).unwrap_or_default();
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let Kept { connection, note, .. } = connections::add(&state, &caller, name, token).await?;
    let mut body = found(&state, &connection.id).await?;
    if let (Some(remark), Some(map)) = (note, body.as_object_mut()) {
        map.insert("remark".to_owned(), Value::String(remark));
    }
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// What is not named stays as it is, with either method.
async fn change(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let id = id_of(id)?;
    let json = object(json_body(&headers, body).await?)?;
    let mut errors = unknown_fields(&json, &["name", "auth_token", "other_workspace"]);
    let name = text(&json, "name", &mut errors).map(str::to_owned);
    let token = text(&json, "auth_token", &mut errors)
        .and_then(|text| errors.keep("auth_token", SlackToken::parse(text)));
    let other_workspace = match json.get("other_workspace") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            errors.add("other_workspace", "This is true or false.");
            false
        }
    };
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let change = Change {
        name,
        token,
        other_workspace,
    };
    connections::change(&state, &caller, &id, &change).await?;
    Ok(Json(found(&state, &id).await?))
}

async fn check(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let id = id_of(id)?;
    if let Some((target, send)) = place_wished(&headers, body).await? {
        let report = connections::look(&state, &caller, &id, &target, send).await?;
        let mut body = found(&state, &id).await?;
        if let Some(map) = body.as_object_mut() {
            map.insert("place".to_owned(), place_view(&report));
        }
        return Ok(Json(body));
    }
    let checked = connections::check(&state, &caller, &id).await?;
    let mut body = found(&state, &id).await?;
    if let (Checked::NotReached, Some(map)) = (checked, body.as_object_mut()) {
        let remark = "Slack could not be reached; what was known before still stands.";
        map.insert("remark".to_owned(), Value::from(remark));
    }
    Ok(Json(body))
}

/// The place that is to be looked at instead of the token, and whether a test message is to go there.
async fn place_wished(headers: &HeaderMap, body: Body) -> Result<Option<(Target, bool)>, Problem> {
    let bytes = read_body(headers, body).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    says_json(headers)?;
    let json = object(parse_json(&bytes)?)?;
    let mut errors = unknown_fields(&json, &["target", "send_test"]);
    let send = match json.get("send_test") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            errors.add("send_test", "This is true or false.");
            false
        }
    };
    let target = match json.get("target") {
        None | Some(Value::Null) => None,
        Some(target) => target_of(target, &mut errors),
    };
    if send && target.is_none() && errors.is_empty() {
        errors.add("target", "Say where the test message is to go.");
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    Ok(target.map(|target| (target, send)))
}

fn target_of(json: &Value, errors: &mut FieldErrors) -> Option<Target> {
    const SHAPE: &str = "This is {\"channel_id\": \"C…\"} or {\"member_id\": \"U…\"}.";
    let one = json.as_object().filter(|fields| fields.len() == 1);
    match one.and_then(|fields| fields.iter().next()) {
        Some((kind, Value::String(id))) if kind == "channel_id" => errors
            .keep("target.channel_id", parse_channel_id(id))
            .map(Target::Channel),
        Some((kind, Value::String(id))) if kind == "member_id" => errors
            .keep("target.member_id", parse_member_id(id))
            .map(Target::Member),
        _ => {
            errors.add("target", SHAPE);
            None
        }
    }
}

fn place_view(report: &PlaceReport) -> Value {
    let sent = report.sent.as_ref().map(|trial| {
        json!({
            "posted": matches!(trial.outcome, Outcome::Sent { .. }),
            "remark": in_words(&trial.outcome),
        })
    });
    json!({
        "target": report.target,
        "name": report.name,
        "reach": report.reach.key(),
        "remark": report.means,
        "advice": report.advice,
        "code": report.code,
        "test": sent,
    })
}

async fn remove(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    match connections::remove(&state, &caller, &id_of(id)?).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(RuleError::Conflict) => Err(Problem::new(
            StatusCode::CONFLICT,
            "Rules still use this connection, or messages wait for it. Change or delete those rules first.",
        )),
        Err(error) => Err(error.into()),
    }
}
