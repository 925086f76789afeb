//! REST: presets, the templates of rules that products keep.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{EntityId, FieldErrors, Level, Preset, PresetId, RuleDraft, Verb};
use leadbell_store::PresetQuery;
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params, json_body};
use super::rules::{changed_meanwhile, if_match};
use crate::presets;
use crate::rules::RuleError;
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/presets", get(list).post(create))
        .route("/presets/{id}", get(show).put(replace).delete(remove))
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<Value>, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let mut errors = FieldErrors::new();
    let product = params
        .text("product_id", &mut errors)
        .and_then(|id| errors.keep("product_id", EntityId::new(id)));
    let search = params.text("q", &mut errors).unwrap_or_default().to_owned();
    let limit = params.limit(&mut errors);
    let offset = params.offset(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let query = PresetQuery {
        scope: viewer.scope(Level::Product, Verb::View),
        product,
        search,
        offset,
        limit,
    };
    let page = state.store.list_presets(&query).await?;
    let found: Vec<Value> = page
        .rows
        .iter()
        .map(|row| with_followers(&row.preset, row.followers))
        .collect();
    Ok(Json(json!({"presets": found, "total": page.total})))
}

fn with_followers(preset: &Preset, followers: i64) -> Value {
    let mut json = preset.to_json();
    if let Some(map) = json.as_object_mut() {
        map.insert("followers".to_owned(), json!(followers));
    }
    json
}

fn preset_id(text: &str) -> Result<PresetId, Problem> {
    PresetId::new(text).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "There is nothing of this id."))
}

fn answer(status: StatusCode, preset: &Preset) -> Response {
    let mut response = (status, Json(preset.to_json())).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", preset.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

async fn show(State(state): State<AppState>, headers: HeaderMap, Id(id): Id) -> Result<Response, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let preset = presets::permitted(&state, &viewer, None, &preset_id(&id)?, Verb::View).await?;
    Ok(answer(StatusCode::OK, &preset))
}

/// The draft of a body: that of a rule, without what says where a rule lives and whether it is obeyed.
fn draft(json: &Value) -> Result<RuleDraft, Problem> {
    let mut json = json.clone();
    let mut errors = FieldErrors::new();
    if let Some(map) = json.as_object_mut() {
        map.remove("product_id");
        map.remove("followers");
        for name in ["level", "entity_id", "status"] {
            if map.remove(name).is_some() {
                errors.add(name, "A preset has no such field.");
            }
        }
    }
    // Null leaves the target to each rule; an object has to name one.
    let target = json.pointer("/action/target").and_then(Value::as_object);
    if target.is_some_and(|target| target.values().all(Value::is_null)) {
        errors.add("action.target", "Name a channel_id or a member_id, or send null.");
    }
    match RuleDraft::from_json(&json) {
        Ok(draft) if errors.is_empty() => Ok(draft),
        Ok(_) => Err(Problem::fields(errors)),
        Err(wrong) => {
            errors.extend(wrong);
            Err(Problem::fields(errors))
        }
    }
}

/// The product named in a body.
fn product(json: &Value) -> Result<Option<EntityId>, Problem> {
    let wrong = |message: String| Problem::fields(FieldErrors::one("product_id", message));
    let id = match json.get("product_id") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
        Some(_) => return Err(wrong("Expected text.".to_owned())),
    };
    EntityId::new(id)
        .map(Some)
        .map_err(|error| wrong(error.to_string()))
}

async fn create(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Rules).await?;
    let json = json_body(&headers, body).await?;
    let product = product(&json)?
        .ok_or_else(|| Problem::fields(FieldErrors::one("product_id", "This field is required.")))?;
    let preset = presets::save(&state, &viewer, &product, None, &draft(&json)?)
        .await
        .map_err(|error| match error {
            RuleError::NotFound => {
                Problem::fields(FieldErrors::one("product_id", "There is no product of this id."))
            }
            other => other.into(),
        })?;
    let mut response = answer(StatusCode::CREATED, &preset);
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/presets/{}", preset.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn replace(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    body: Body,
) -> Result<Response, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Rules).await?;
    let before = presets::permitted(&state, &viewer, None, &preset_id(&id)?, Verb::Manage).await?;
    let json = json_body(&headers, body).await?;
    if product(&json)?.is_some_and(|product| product != before.product) {
        return Err(Problem::fields(FieldErrors::one(
            "product_id",
            "A preset can't move. Make a new one there instead.",
        )));
    }
    let version = if_match(&headers)?;
    let editing = Some((&before.id, version));
    let preset = presets::save(&state, &viewer, &before.product, editing, &draft(&json)?)
        .await
        .map_err(|error| conflict(error, version))?;
    Ok(answer(StatusCode::OK, &preset))
}

fn conflict(error: RuleError, version: Option<i64>) -> Problem {
    match error {
        RuleError::Conflict if version.is_some() => changed_meanwhile(),
        other => other.into(),
    }
}

async fn remove(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Rules).await?;
    let version = if_match(&headers)?;
    presets::delete(&state, &viewer, None, &preset_id(&id)?, version)
        .await
        .map_err(|error| conflict(error, version))?;
    Ok(StatusCode::NO_CONTENT)
}
