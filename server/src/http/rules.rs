//! REST: rules.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{
    EntityId, FieldErrors, Level, RuleDraft, RuleId, RuleSort, RuleStatus, StoredRule, Trigger, Verb, Viewer,
};
use leadbell_store::RuleQuery;
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params, json_body};
use crate::rule_place::place;
use crate::rules::{self, Editing, Flood, RuleError};
use crate::sentences::with_summaries;
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/rules", get(list).post(create))
        .route("/rules/{id}", get(show).put(replace).delete(remove))
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        match error {
            RuleError::NotFound => Problem::new(StatusCode::NOT_FOUND, "There is nothing of this id."),
            RuleError::Forbidden => Problem::new(StatusCode::FORBIDDEN, "This may be seen but not changed."),
            RuleError::Fields(errors) => Problem::fields(errors),
            RuleError::Conflict => leadbell_store::StoreError::Conflict.into(),
            RuleError::WouldFlood(warning) => Problem::new(StatusCode::CONFLICT, warning),
            RuleError::Store(error) => error.into(),
        }
    }
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<Value>, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let mut errors = FieldErrors::new();
    let levels: Vec<Level> = match params.text("level", &mut errors) {
        None => Level::ALL.to_vec(),
        Some(key) => errors
            .keep(
                "level",
                Level::from_key(key).ok_or("It is product, campaign or publisher."),
            )
            .into_iter()
            .collect(),
    };
    let trigger = params.text("trigger", &mut errors).and_then(|key| {
        errors.keep(
            "trigger",
            Trigger::from_key(key).ok_or("There is no such trigger."),
        )
    });
    let status = params.text("status", &mut errors).and_then(|key| {
        errors.keep(
            "status",
            RuleStatus::from_key(key).ok_or("It is active or disabled."),
        )
    });
    let entity = params
        .text("entity_id", &mut errors)
        .and_then(|id| errors.keep("entity_id", EntityId::new(id)));
    let search = params.text("q", &mut errors).unwrap_or_default();
    let limit = params.limit(&mut errors);
    let offset = params.offset(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    // Pages run over one level after the other.
    let (mut left, mut skip) = (limit, offset);
    let (mut found, mut total) = (Vec::new(), 0);
    for level in levels {
        let page = state
            .store
            .list_rules(&RuleQuery {
                scope: viewer.scope(level, Verb::View),
                level,
                entity: entity.clone(),
                search: search.to_owned(),
                trigger,
                status,
                author: None,
                target: None,
                sort: RuleSort::default(),
                offset: skip,
                limit: left,
            })
            .await?;
        total += page.total;
        skip = (skip - page.total).max(0);
        left -= i64::try_from(page.rows.len()).unwrap_or(left);
        let rules = page.rows.iter().map(|row| &row.stored);
        found.extend(with_summaries(&*state.store, &viewer, rules).await?);
    }
    Ok(Json(json!({"rules": found, "total": total})))
}

pub(super) fn rule_id(text: &str) -> Result<RuleId, Problem> {
    RuleId::new(text).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "There is nothing of this id."))
}

/// The rule and its level, if this key's viewer may do that with it.
pub(super) async fn permitted(
    state: &AppState,
    viewer: &Viewer,
    id: &str,
    verb: Verb,
) -> Result<StoredRule, Problem> {
    let id = rule_id(id)?;
    let level = state.store.rule_level(&id).await?.ok_or(RuleError::NotFound)?;
    Ok(rules::permitted_rule(state, viewer, level, &id, verb).await?)
}

/// One rule, with its version as ETag.
pub(super) async fn answer(
    state: &AppState,
    viewer: &Viewer,
    status: StatusCode,
    rule: &StoredRule,
    remark: Option<String>,
) -> Result<Response, Problem> {
    let mut told = with_summaries(&*state.store, viewer, std::iter::once(rule)).await?;
    let mut body = told.pop().unwrap_or_default();
    if let (Some(remark), Some(map)) = (remark, body.as_object_mut()) {
        map.insert("remark".to_owned(), Value::String(remark));
    }
    let mut response = (status, Json(body)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", rule.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

async fn show(State(state): State<AppState>, headers: HeaderMap, Id(id): Id) -> Result<Response, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let rule = permitted(&state, &viewer, &id, Verb::View).await?;
    answer(&state, &viewer, StatusCode::OK, &rule, None).await
}

async fn create(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Rules).await?;
    let json = json_body(&headers, body).await?;
    let (level, entity) = place(&json).map_err(Problem::fields)?;
    let draft = RuleDraft::from_json(&json).map_err(Problem::fields)?;
    let saved = rules::save(&state, &viewer, level, &entity, None, &draft, Flood::Remarked)
        .await
        .map_err(|error| match error {
            RuleError::NotFound => Problem::fields(FieldErrors::one(
                "entity_id",
                format!("There is no {} of this id.", level.label().to_lowercase()),
            )),
            other => other.into(),
        })?;
    let mut response = answer(&state, &viewer, StatusCode::CREATED, &saved.rule, saved.note).await?;
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/rules/{}", saved.rule.id)) {
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
    let before = permitted(&state, &viewer, &id, Verb::Manage).await?;
    let json = json_body(&headers, body).await?;
    let (level, entity) = match json.get("level").is_some() || json.get("entity_id").is_some() {
        true => place(&json).map_err(Problem::fields)?,
        false => (before.rule.level, before.rule.entity.clone()),
    };
    if (level, &entity) != (before.rule.level, &before.rule.entity) {
        return Err(Problem::fields(FieldErrors::one(
            "entity_id",
            "A rule can't move. Make a new one there instead.",
        )));
    }
    let draft = RuleDraft::from_json(&json).map_err(Problem::fields)?;
    let version = if_match(&headers)?;
    let editing = Editing {
        id: &before.id,
        version,
    };
    let saved = rules::save(
        &state,
        &viewer,
        level,
        &entity,
        Some(editing),
        &draft,
        Flood::Remarked,
    )
    .await
    .map_err(|error| match error {
        RuleError::Conflict if version.is_some() => changed_meanwhile(),
        other => other.into(),
    })?;
    answer(&state, &viewer, StatusCode::OK, &saved.rule, saved.note).await
}

pub(super) fn changed_meanwhile() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "It was changed in the meantime. Fetch it again and repeat your change.",
    )
}

/// The version the caller saw, from `If-Match: "3"`; `None` without the header or with `*`.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let version = version.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    version
        .and_then(|digits| digits.parse().ok())
        .map(Some)
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "If-Match must be the ETag of the rule."))
}

async fn remove(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Rules).await?;
    let rule = permitted(&state, &viewer, &id, Verb::Manage).await?;
    let version = if_match(&headers)?;
    rules::delete(&state, &viewer, rule.rule.level, &rule.id, version)
        .await
        .map_err(|error| match error {
            RuleError::Conflict if version.is_some() => changed_meanwhile(),
            other => other.into(),
        })?;
    Ok(StatusCode::NO_CONTENT)
}
