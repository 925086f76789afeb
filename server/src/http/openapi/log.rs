//! What became of events: deliveries, their attempts, and every rule's verdict.

use leadbell_domain::DeliveryStatus;
use serde_json::{Value, json};

use super::pieces::{
    Area, Operation, closed, count, list, one_of, optional_text, reference, text, time, uuid,
};
use super::{events, resend};

pub(super) fn area() -> Area {
    Area {
        name: "Log",
        description: "What became of events, and why.",
        routes: [
            vec![
                ("/deliveries", vec![("get", deliveries())]),
                ("/events/{event_id}", vec![("get", event())]),
            ],
            resend::routes(),
        ]
        .into_iter()
        .flatten()
        .collect(),
        schemas: [
            vec![
                ("Delivery", delivery()),
                ("Attempt", attempt()),
                ("RecordedEvent", events::recorded()),
                ("Verdict", events::verdict()),
            ],
            resend::schemas(),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn deliveries() -> Operation {
    let page = closed(
        &json!({"deliveries": list(&reference("Delivery")), "next_cursor": {"type": ["string", "null"], "format": "uuid"}}),
        &[],
    );
    Operation::new(
        "listDeliveries",
        "read",
        "Deliveries, newest first, with every attempt.",
    )
    .query(
        "status",
        "Only those of this status.",
        one_of(&DeliveryStatus::ALL.map(DeliveryStatus::key)),
    )
    .query("rule", "Only this rule's.", uuid())
    .query(
        "event_id",
        "Only this event's.",
        json!({"type": "string", "minLength": 1, "maxLength": 128}),
    )
    .query(
        "limit",
        "Rows at most.",
        json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    )
    .query("cursor", "`next_cursor` of the page before.", uuid())
    .answers(200, "A page.", &page)
}

fn event() -> Operation {
    Operation::new(
        "getEvent",
        "read",
        "An event, its deliveries, and what every rule of its trigger made of it.",
    )
    .answers(200, "The event.", &reference("RecordedEvent"))
    .refuses(&[404])
}

fn delivery() -> Value {
    closed(
        &json!({
            "id": uuid(),
            "event_id": text(),
            "rule_id": uuid(),
            "rule_number": count(1),
            "rule_version": count(1),
            "target": reference("Target"),
            "text": text(),
            "blocks": super::layout::blocks(),
            "status": one_of(&DeliveryStatus::ALL.map(DeliveryStatus::key)),
            "last_code": {"type": ["string", "null"], "description": "Slack's code, or ours, that explains the status."},
            "meaning": {"type": ["string", "null"], "description": "What that code says, as a sentence."},
            "advice": {"type": ["string", "null"], "description": "What can be done, as a sentence."},
            "slack_channel": optional_text(),
            "slack_ts": optional_text(),
            "thread_ts": {
                "type": ["string", "null"],
                "description": "Slack's id of the first message of the thread it is in; its own `slack_ts` if it is that one.",
            },
            "created_at": time(),
            "updated_at": time(),
            "attempts": list(&reference("Attempt")),
        }),
        &[],
    )
}

fn attempt() -> Value {
    closed(
        &json!({
            "number": count(1),
            "outcome": text(),
            "code": optional_text(),
            "meaning": {"type": ["string", "null"], "description": "What the code says, as a sentence."},
            "advice": {"type": ["string", "null"], "description": "What can be done, as a sentence."},
            "http_status": {"type": ["integer", "null"]},
            "note": {"type": ["string", "null"], "description": "What was mended on the way."},
            "retry_after_ms": {"type": ["integer", "null"]},
            "started_at": time(),
            "finished_at": time(),
        }),
        &[],
    )
}
