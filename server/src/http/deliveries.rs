//! REST: deliveries, and events with what every rule made of them.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{
    DeliveryId, DeliveryStatus, Event, EventId, Explanation, FieldErrors, RuleId, Verb, Viewer, explain,
    format_rfc3339, parse_event,
};
use leadbell_store::{Delivery, DeliveryQuery, LoggedEvent};
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params};
use crate::delivery_log::scopes;
use crate::state::AppState;
use crate::verdicts::{Outcome, RuleVerdict, verdicts};

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/deliveries", get(list))
        .route("/events/{event_id}", get(event))
}

/// A code in words.
fn said(code: Option<&str>) -> Option<Explanation> {
    code.map(explain)
}

fn view(delivery: &Delivery) -> Value {
    let attempts: Vec<Value> = delivery
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "number": attempt.number,
                "outcome": attempt.outcome,
                "code": attempt.code,
                "meaning": said(attempt.code.as_deref()).map(|said| said.means),
                "advice": said(attempt.code.as_deref()).map(|said| said.advice),
                "http_status": attempt.http_status,
                "note": attempt.note,
                "retry_after_ms": attempt.retry_after_ms,
                "started_at": format_rfc3339(attempt.started_at),
                "finished_at": format_rfc3339(attempt.finished_at),
            })
        })
        .collect();
    json!({
        "id": delivery.id,
        "event_id": delivery.event_id,
        "rule_id": delivery.rule,
        "rule_number": delivery.rule_number,
        "rule_version": delivery.rule_version,
        "target": delivery.target,
        "text": delivery.text,
        "blocks": delivery.blocks,
        "status": delivery.status,
        "last_code": delivery.last_code,
        "meaning": said(delivery.last_code.as_deref()).map(|said| said.means),
        "advice": said(delivery.last_code.as_deref()).map(|said| said.advice),
        "slack_channel": delivery.slack_channel,
        "slack_ts": delivery.slack_ts,
        "thread_ts": delivery.thread_ts,
        "created_at": format_rfc3339(delivery.created_at),
        "updated_at": format_rfc3339(delivery.updated_at),
        "attempts": attempts,
    })
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<Value>, Problem> {
    authenticate(&state, &headers, ApiScope::Read).await?;
    let mut errors = FieldErrors::new();
    let status = params.text("status", &mut errors).and_then(|key| {
        errors.keep(
            "status",
            DeliveryStatus::from_key(key).ok_or("There is no such status."),
        )
    });
    let rule = params
        .text("rule", &mut errors)
        .and_then(|id| errors.keep("rule", RuleId::new(id)));
    let event_id = params
        .text("event_id", &mut errors)
        .and_then(|id| errors.keep("event_id", EventId::new(id)));
    let before = params
        .text("cursor", &mut errors)
        .and_then(|id| errors.keep("cursor", DeliveryId::new(id)));
    let limit = params.limit(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let query = DeliveryQuery {
        status,
        rule,
        event_id,
        before,
        limit,
    };
    let rows = state.store.list_deliveries(&query).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let cursor = rows.last().filter(|_| full).map(|last| last.id.clone());
    Ok(Json(
        json!({"deliveries": rows.iter().map(view).collect::<Vec<_>>(), "next_cursor": cursor}),
    ))
}

async fn event(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let none = || Problem::new(StatusCode::NOT_FOUND, "There is no event of this id.");
    let id = EventId::new(id).map_err(|_| none())?;
    let found = state
        .store
        .logged_events(&id, &scopes(&viewer, Verb::View))
        .await?;
    let logged = found.first().ok_or_else(none)?;
    let query = DeliveryQuery {
        event_id: Some(id.clone()),
        limit: 1_000,
        ..DeliveryQuery::default()
    };
    let deliveries: Vec<Delivery> = state
        .store
        .list_deliveries(&query)
        .await?
        .into_iter()
        .filter(|row| logged.fired.iter().any(|fired| fired.delivery == row.id))
        .collect();
    let body: Value = serde_json::from_str(&logged.body).unwrap_or(Value::Null);
    let judged = match parse_event(&body, logged.received_at) {
        Ok(event) => all_verdicts(&state, &viewer, &event, logged).await?,
        Err(_) => Vec::new(),
    };
    Ok(Json(json!({
        "event_id": logged.event_id,
        "trigger": logged.trigger,
        "occurred_at": format_rfc3339(logged.occurred_at),
        "received_at": format_rfc3339(logged.received_at),
        "event": body,
        "verdicts": judged,
        "deliveries": deliveries.iter().map(view).collect::<Vec<_>>(),
    })))
}

/// Verdicts told at most; an entity has more rules of one trigger only in a test of its limits.
const VERDICTS: usize = 2_000;

/// What every rule of the event's trigger and scope made of it, each as it was when the event arrived.
async fn all_verdicts(
    state: &AppState,
    viewer: &Viewer,
    event: &Event,
    logged: &LoggedEvent,
) -> Result<Vec<Value>, Problem> {
    let (mut all, mut from) = (Vec::new(), None);
    loop {
        let (judged, more) = verdicts(state, viewer, event, logged, from).await?;
        all.extend(judged.iter().map(verdict));
        match more {
            Some(more) if all.len() < VERDICTS => from = Some(more),
            _ => return Ok(all),
        }
    }
}

fn verdict(judged: &RuleVerdict) -> Value {
    let stops = judged
        .checks
        .iter()
        .find(|check| judged.outcome == Outcome::Filtered && !check.passed);
    let checks: Vec<Value> = judged
        .checks
        .iter()
        .map(|check| {
            json!({"filter": check.filter, "said": check.said, "actual": check.actual, "passed": check.passed})
        })
        .collect();
    json!({
        "rule_id": judged.rule.id,
        "rule_number": judged.rule.number,
        "rule_version": judged.rule.version,
        "level": judged.rule.rule.level,
        "verdict": judged.outcome.key(),
        "filter": stops.map(|check| check.filter),
        "actual": stops.and_then(|check| check.actual.clone()),
        "checks": checks,
        "delivery_id": judged.fired.as_ref().map(|fired| &fired.delivery),
        "rule_changed_since": judged.rule.changed_since,
        "rule_deleted_since": judged.rule.deleted_now,
    })
}
