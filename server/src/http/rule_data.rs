//! REST: all rules as a file, out and in.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::TryStreamExt as _;
use leadbell_domain::FieldErrors;
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Params, content_type, read_body};
use crate::rule_data::{self, Export, Fate, FileError, FileFormat, ImportError, Plan, Planned};
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/rules/export", get(export))
        .route("/rules/import", post(import))
}

/// The file as the body of an answer. What breaks off in the middle is logged; the client sees that it is not whole.
pub(super) fn file_body(export: Export) -> Body {
    Body::from_stream(export.stream().inspect_err(|error| {
        tracing::error!(%error, "an export of rules broke off");
    }))
}

async fn export(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Read).await?;
    let mut errors = FieldErrors::new();
    let format = match params.text("format", &mut errors) {
        None => Some(FileFormat::Json),
        Some(key) => errors.keep(
            "format",
            FileFormat::from_key(key).ok_or("The format is json or yaml."),
        ),
    };
    let Some(format) = format.filter(|_| errors.is_empty()) else {
        return Err(Problem::fields(errors));
    };
    let export = rule_data::export(&state, &caller, format).await?;
    let mut response = file_body(export).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    Ok(response)
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Malformed(said) => Problem::new(StatusCode::BAD_REQUEST, said),
            FileError::Shape(errors) => Problem::fields(errors),
            FileError::TooMany => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Changed => Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "Rules were changed after your dry run, so nothing is imported. Try again with dry_run=true and look at the changes.",
            ),
            ImportError::Refused(plan) => Problem::fields(plan.complaints()),
            ImportError::Rule(error) => error.into(),
        }
    }
}

async fn import(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let kind = content_type(&headers).unwrap_or_default();
    let Some(format) = FileFormat::of_media_type(&kind) else {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send application/json or application/yaml.",
        ));
    };
    let mut errors = FieldErrors::new();
    let dry_run = match params.text("dry_run", &mut errors) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            errors.add("dry_run", "Expected true or false.");
            true
        }
    };
    let seen = params.number("rules_version", &mut errors);
    if !dry_run && seen.is_none() && errors.is_empty() {
        errors.add(
            "rules_version",
            "Look at the changes first: send dry_run=true, then the rules_version of that answer.",
        );
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let rules = rule_data::read(format, &read_body(&headers, body).await?)?;
    let plan = match seen.filter(|_| !dry_run) {
        Some(seen) => rule_data::apply(&state, &caller, &rules, seen).await?,
        None => rule_data::plan(&state, &caller, &rules).await?,
    };
    Ok(Json(told(&plan, !dry_run)))
}

fn told(plan: &Plan, applied: bool) -> Value {
    let [mut new, mut changed, mut unchanged, mut refused] = [0; 4];
    let mut rules = Vec::new();
    for (index, rule) in plan.rules.iter().enumerate() {
        match &rule.fate {
            Fate::New(_) => new += 1,
            Fate::Changed { .. } => changed += 1,
            Fate::Refused(_) => refused += 1,
            Fate::Unchanged => {
                unchanged += 1;
                continue;
            }
        }
        rules.push(told_rule(index, rule));
    }
    json!({
        "applied": applied,
        "rules_version": plan.version,
        "counts": {"new": new, "changed": changed, "unchanged": unchanged, "refused": refused},
        "rules": rules,
    })
}

fn told_rule(index: usize, rule: &Planned) -> Value {
    let (outcome, changes, errors) = match &rule.fate {
        Fate::New(_) => ("new", json!([]), json!([])),
        Fate::Changed {
            changes, restored, ..
        } => (
            if *restored { "restored" } else { "changed" },
            json!(changes),
            json!([]),
        ),
        Fate::Unchanged => ("unchanged", json!([]), json!([])),
        Fate::Refused(errors) => ("refused", json!([]), json!(errors)),
    };
    let place = rule.place.as_ref();
    json!({
        "index": index,
        "id": rule.id,
        "number": rule.number,
        "name": rule.name,
        "level": place.map(|(level, ..)| level),
        "entity_id": place.map(|(_, entity, _)| entity),
        "outcome": outcome,
        "changes": changes,
        "errors": errors,
    })
}
