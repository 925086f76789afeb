//! Sending deliveries again.

use serde_json::{Value, json};

use super::pieces::{Operation, closed, count, list, one_of, reference, text, time, uuid, with};

/// The paths.
pub(super) fn routes() -> Vec<(&'static str, Vec<(&'static str, Operation)>)> {
    vec![("/deliveries/resend", vec![("post", send_again())])]
}

/// The schemas.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    vec![("ResendPlace", place())]
}

fn send_again() -> Operation {
    let filter = closed(
        &json!({
            "status": one_of(&["failed", "ambiguous", "suppressed"]),
            "code": text(),
            "rule": uuid(),
            "from": time(),
            "until": time(),
        }),
        &["status", "code", "rule", "from", "until"],
    );
    let ids = json!({"type": "array", "items": uuid(), "minItems": 1, "maxItems": 1000});
    let body = closed(
        &json!({
            "ids": ids,
            "filter": filter,
            "dry_run": {"type": "boolean", "default": false, "description": "Only tell what would be done."},
        }),
        &["ids", "filter", "dry_run"],
    );
    let body = with(
        body,
        "oneOf",
        json!([{"required": ["ids"], "not": {"required": ["filter"]}}, {"required": ["filter"], "not": {"required": ["ids"]}}]),
    );
    let answer = closed(
        &json!({
            "matched": count(0),
            "resent": count(0),
            "dry_run": {"type": "boolean"},
            "destinations": list(&reference("ResendPlace")),
        }),
        &[],
    );
    Operation::new(
        "resendDeliveries",
        "rules",
        "Queues deliveries again that failed, are not certain or were held back.",
    )
    .note("Either the ids or a filter; each destination in the order of its events.")
    .body(
        true,
        &body,
        &json!({"filter": {"status": "failed", "code": "given_up"}, "dry_run": true}),
    )
    .answers(200, "What was done, or would be.", &answer)
    .refuses(&[404])
}

fn place() -> Value {
    closed(
        &json!({
            "destination_id": uuid(),
            "connection_id": uuid(),
            "target": reference("Target"),
            "count": count(0),
            "maybe_twice": {"type": "integer", "minimum": 0, "description": "So many may have been posted already."},
            "of_rules_not_active": count(0),
            "of_rules_changed": count(0),
            "refused": {"type": "boolean", "description": "Slack refuses this place at present: they wait."},
            "takes_ms": {"type": "integer", "minimum": 0, "description": "About so long, with what waits there already."},
        }),
        &[],
    )
}
