//! REST: what rules were, and bringing it back.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use leadbell_domain::{
    FieldChange, FieldErrors, Rule, RuleId, StoredRule, Verb, Viewer, format_rfc3339, rule_diff,
};
use leadbell_store::{Actor, KeptRule, RuleVersion};
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params, parse_json, read_body, says_json};
use super::rules::{answer, changed_meanwhile, if_match, rule_id};
use crate::rule_words::RuleWords;
use crate::rules::{self, Restoring, RuleError};
use crate::sentences::with_summaries;
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/rules/{id}/versions", get(list))
        .route("/rules/{id}/restore", post(restore))
}

/// The rule, deleted or not, if this key's viewer may do that with it.
async fn kept(state: &AppState, viewer: &Viewer, id: &RuleId, verb: Verb) -> Result<KeptRule, Problem> {
    let level = state
        .store
        .kept_rule_level(id)
        .await?
        .ok_or(RuleError::NotFound)?;
    let scope = viewer.scope(level, verb);
    let found = state.store.find_kept_rule(id, level, &scope).await?;
    Ok(found.ok_or(RuleError::NotFound)?)
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    params: Params,
) -> Result<Json<Value>, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let id = rule_id(&id)?;
    let now = kept(&state, &viewer, &id, Verb::View).await?;
    let mut errors = FieldErrors::new();
    let (limit, offset) = (params.limit(&mut errors), params.offset(&mut errors));
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let rule = &now.stored.rule;
    let scope = viewer.scope(rule.level, Verb::View);
    // One more than is told: the last one told is compared with it.
    let page = state
        .store
        .rule_versions(&id, rule.level, &scope, offset, limit + 1)
        .await?;
    let rules = page.rows.iter().map(|version| &version.rule);
    let words = RuleWords::load(&*state.store, &viewer, rule.level, &rule.entity, rules).await?;
    let told = usize::try_from(limit).unwrap_or(usize::MAX).min(page.rows.len());
    let then: Vec<StoredRule> = page.rows[..told]
        .iter()
        .map(|version| StoredRule {
            version: version.version,
            rule: version.rule.clone(),
            updated_at: version.at,
            ..now.stored.clone()
        })
        .collect();
    let rules = with_summaries(&*state.store, &viewer, then.iter()).await?;
    let versions: Vec<Value> = rules
        .into_iter()
        .enumerate()
        .map(|(at, rule)| {
            let before = page.rows.get(at + 1).map(|before| &before.rule);
            view(&page.rows[at], rule, before, &words)
        })
        .collect();
    Ok(Json(json!({"versions": versions, "total": page.total})))
}

fn view(version: &RuleVersion, rule: Value, before: Option<&Rule>, words: &RuleWords) -> Value {
    let changes = before.map(|before| {
        let told = |change: &FieldChange| {
            json!({
                "field": change.field, "label": change.label, "before": change.before, "after": change.after,
                "added": change.added, "removed": change.removed, "text": change.to_string(),
            })
        };
        let found = rule_diff(before, &version.rule, words);
        found.iter().map(told).collect::<Vec<_>>()
    });
    json!({
        "version": version.version,
        "at": format_rfc3339(version.at),
        "change": version.change.key(),
        "by": by(&version.by),
        "rule": rule,
        "changes": changes,
    })
}

fn by(actor: &Actor) -> Value {
    json!({"kind": actor.kind(), "id": actor.id(), "name": actor.name()})
}

/// The version that the body of a restore names; of a deleted rule the last one needs no naming.
fn wanted(json: &Value, now: &KeptRule) -> Result<i64, FieldErrors> {
    let Value::Object(map) = json else {
        return Err(FieldErrors::one("", "Expected an object with a version."));
    };
    let mut errors = FieldErrors::new();
    for name in map.keys().filter(|name| name.as_str() != "version") {
        errors.add(name, "There is no such field; there is version.");
    }
    let version = match map.get("version") {
        None | Some(Value::Null) if now.deleted_at.is_some() => Ok(now.stored.version),
        None | Some(Value::Null) => Err("The rule is not deleted: say which version of it is wanted."),
        Some(version) => version.as_i64().ok_or("Expected a whole number."),
    };
    let version = errors.keep("version", version);
    version.filter(|_| errors.is_empty()).ok_or(errors)
}

/// Brings a version back: the one of the body, or of a deleted rule the last one.
async fn restore(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
    body: Body,
) -> Result<Response, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let id = rule_id(&id)?;
    let now = kept(&state, &caller, &id, Verb::Manage).await?;
    let body = read_body(&headers, body).await?;
    let json = if body.is_empty() {
        json!({})
    } else {
        says_json(&headers)?;
        parse_json(&body)?
    };
    let version = wanted(&json, &now).map_err(Problem::fields)?;
    let level = now.stored.rule.level;
    let scope = caller.scope(level, Verb::View);
    if state
        .store
        .rule_version(&id, level, &scope, version)
        .await?
        .is_none()
    {
        let message = "The rule has no such version.";
        return Err(Problem::fields(FieldErrors::one("version", message)));
    }
    let seen = if_match(&headers)?;
    let restoring = Restoring {
        id: &id,
        version,
        seen,
    };
    let saved = rules::restore(&state, &caller, level, &now.stored.rule.entity, restoring)
        .await
        .map_err(|error| match error {
            RuleError::Conflict if seen.is_some() => changed_meanwhile(),
            other => other.into(),
        })?;
    answer(&state, &caller, StatusCode::OK, &saved.rule, saved.note).await
}
