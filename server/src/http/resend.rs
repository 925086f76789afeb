//! REST: sending deliveries again.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use leadbell_domain::{DeliveryId, DeliveryStatus, FieldErrors, RuleId, Timestamp, parse_rfc3339};
use leadbell_store::DeliveryFilter;
use serde_json::{Map, Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::json_body;
use crate::resend;
use crate::state::AppState;

/// Ids named in one request at most.
const MOST_IDS: usize = 1_000;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/deliveries/resend", post(send_again))
}

async fn send_again(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let json = json_body(&headers, body).await?;
    let Some(fields) = json.as_object() else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "Send a JSON object."));
    };
    let mut errors = FieldErrors::new();
    known(fields, "", &["ids", "filter", "dry_run"], &mut errors);
    let dry_run = match fields.get("dry_run") {
        None => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            errors.add("dry_run", "This is true or false.");
            false
        }
    };
    let filter = match (fields.get("ids"), fields.get("filter")) {
        (Some(ids), None) => DeliveryFilter {
            ids: Some(read_ids(ids, &mut errors)),
            ..DeliveryFilter::default()
        },
        (None, Some(Value::Object(filter))) => read_filter(filter, &mut errors),
        (None, Some(_)) => {
            errors.add("filter", "This is an object.");
            DeliveryFilter::default()
        }
        // Everything that ever failed is never meant by saying nothing.
        _ => {
            errors.add("ids", "Name either the ids or a filter.");
            DeliveryFilter::default()
        }
    };
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let filter = DeliveryFilter {
        settled_by: Some(state.clock.now_ms()),
        ..filter
    };
    let places = resend::look(&state, &caller, &filter).await?;
    let possible = places.iter().filter(|place| !place.connection_removed);
    let matched: i64 = possible.clone().map(|place| place.count).sum();
    let destinations: Vec<Value> = possible
        .map(|place| {
            json!({
                "destination_id": place.destination,
                "connection_id": place.connection,
                "target": place.target,
                "count": place.count,
                "maybe_twice": place.ambiguous,
                "of_rules_not_active": place.rule_off,
                "of_rules_changed": place.rule_changed,
                "refused": place.refused,
                "takes_ms": resend::takes_ms(place),
            })
        })
        .collect();
    let resent = if dry_run {
        0
    } else {
        resend::resend(&state, &caller, &filter).await?
    };
    Ok(Json(json!({
        "matched": matched, "resent": resent, "dry_run": dry_run, "destinations": destinations,
    })))
}

fn known(fields: &Map<String, Value>, place: &str, known: &[&str], errors: &mut FieldErrors) {
    for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
        let message = format!("There is no such field; there are {}.", known.join(", "));
        errors.add(format!("{place}{name}"), message);
    }
}

fn read_ids(ids: &Value, errors: &mut FieldErrors) -> Vec<DeliveryId> {
    let Some(list) = ids.as_array() else {
        errors.add("ids", "This is a list of delivery ids.");
        return Vec::new();
    };
    if list.is_empty() || list.len() > MOST_IDS {
        errors.add("ids", format!("Name 1 to {MOST_IDS} deliveries."));
    }
    let read = |(at, id): (usize, &Value)| {
        let id = id.as_str().and_then(|id| DeliveryId::new(id).ok());
        errors.keep(&format!("ids.{at}"), id.ok_or("This is no delivery's id."))
    };
    list.iter().take(MOST_IDS).enumerate().filter_map(read).collect()
}

fn read_filter(fields: &Map<String, Value>, errors: &mut FieldErrors) -> DeliveryFilter {
    known(
        fields,
        "filter.",
        &["status", "code", "rule", "from", "until"],
        errors,
    );
    // Null is not "any": what is meant to narrow what is sent again must not widen it.
    let text = |name: &str, errors: &mut FieldErrors| match fields.get(name) {
        None => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            errors.add(format!("filter.{name}"), "This is a text.");
            None
        }
    };
    let status = text("status", errors).and_then(|key| {
        let status =
            DeliveryStatus::from_key(&key).filter(|status| status.may_become(DeliveryStatus::Queued));
        errors.keep(
            "filter.status",
            status.ok_or("This is failed, ambiguous or suppressed."),
        )
    });
    let rule = text("rule", errors).and_then(|id| errors.keep("filter.rule", RuleId::new(id)));
    let code = text("code", errors);
    let mut time = |name: &str| -> Option<Timestamp> {
        let text = text(name, errors)?;
        let message = "This is a time, such as 2026-11-23T20:15:03Z.";
        errors.keep(&format!("filter.{name}"), parse_rfc3339(&text).ok_or(message))
    };
    let (from, until) = (time("from"), time("until"));
    DeliveryFilter {
        status,
        code,
        rule,
        from,
        until,
        ..DeliveryFilter::default()
    }
}
