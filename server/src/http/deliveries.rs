//! REST: deliveries, and events with what every rule made of them.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{
    DeliveryId, DeliveryStatus, Event, EventId, Explanation, FieldErrors, Level, RuleId, Verb, Verdict,
    Viewer, explain, format_rfc3339, parse_event,
};
use leadbell_store::{Delivery, DeliveryQuery, RuleQuery, StoredEvent};
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params};
use crate::state::AppState;

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
    let stored = state.store.find_events(&id).await?;
    let first = stored.first().ok_or_else(none)?;
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
        .filter(|row| row.source == first.source)
        .collect();
    let body: Value = serde_json::from_str(&first.body).unwrap_or(Value::Null);
    let verdicts = match parse_event(&body, first.received_at) {
        Ok(event) => verdicts(&state, &viewer, &event, first, &deliveries).await?,
        Err(_) => Vec::new(),
    };
    Ok(Json(json!({
        "event_id": first.event_id,
        "trigger": first.trigger,
        "occurred_at": format_rfc3339(first.occurred_at),
        "received_at": format_rfc3339(first.received_at),
        "event": body,
        "verdicts": verdicts,
        "deliveries": deliveries.iter().map(view).collect::<Vec<_>>(),
    })))
}

/// What every rule of the event's trigger and scope made of it. A rule that was changed after the event arrived is
/// judged as it stands now and marked, unless its delivery says that it fired.
async fn verdicts(
    state: &AppState,
    viewer: &Viewer,
    event: &Event,
    stored: &StoredEvent,
    deliveries: &[Delivery],
) -> Result<Vec<Value>, Problem> {
    let mut all = Vec::new();
    for level in Level::ALL {
        let Some(entity) = event.scope_id(level) else {
            continue;
        };
        let query = RuleQuery {
            trigger: Some(event.trigger),
            limit: 1_000,
            ..RuleQuery::of(viewer.scope(level, Verb::View), level, entity.clone())
        };
        for row in state.store.list_rules(&query).await?.rows {
            let rule = &row.stored;
            let fired = deliveries.iter().find(|delivery| delivery.rule == rule.id);
            let changed_since = rule.updated_at > stored.received_at;
            let (verdict, filter, actual) = match (fired, rule.rule.verdict(event)) {
                (Some(_), _) => ("matched", None, None),
                (None, _) if event.is_test && !rule.rule.includes_test_leads => ("test_event", None, None),
                (None, _) if event.is_duplicate_pingback() && !rule.rule.includes_duplicates => {
                    ("duplicate_ping_back", None, None)
                }
                (None, _) if rule.rule.status == leadbell_domain::RuleStatus::Disabled => {
                    ("disabled", None, None)
                }
                (None, Verdict::Filtered { filter, actual }) => ("filtered", Some(filter), actual),
                (None, Verdict::Match) => ("not_in_force", None, None),
            };
            all.push(json!({
                "rule_id": rule.id, "rule_number": rule.number, "level": level, "verdict": verdict,
                "filter": filter, "actual": actual, "delivery_id": fired.map(|delivery| &delivery.id),
                "rule_changed_since": changed_since,
            }));
        }
    }
    Ok(all)
}
