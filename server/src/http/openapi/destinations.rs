//! Destinations: where something waits, or that Slack refuses.

use serde_json::{Value, json};

use super::pieces::{Area, Operation, closed, count, list, optional_text, reference, uuid};

pub(super) fn area() -> Area {
    Area {
        name: "Destinations",
        description: "Channels and members where messages wait, or that Slack refuses.",
        routes: vec![
            ("/destinations", vec![("get", all())]),
            ("/destinations/{id}/retry", vec![("post", retry())]),
        ],
        schemas: vec![("Destination", destination())],
    }
}

fn all() -> Operation {
    let answer = closed(&json!({"destinations": list(&reference("Destination"))}), &[]);
    Operation::new(
        "listDestinations",
        "read",
        "Destinations with a backlog or a refusal: refused ones first, then those where most waits.",
    )
    .query(
        "refused",
        "Only those that Slack refuses.",
        json!({"type": "boolean", "default": false}),
    )
    .query(
        "limit",
        "Rows at most.",
        json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    )
    .answers(200, "The destinations.", &answer)
}

fn retry() -> Operation {
    Operation::new(
        "retryDestination",
        "rules",
        "Lets the first waiting message of a refused destination try at once.",
    )
    .answers(200, "The destination.", &reference("Destination"))
    .refuses(&[404])
}

fn destination() -> Value {
    let moment = json!({"type": ["string", "null"], "format": "date-time"});
    closed(
        &json!({
            "id": uuid(),
            "connection_id": uuid(),
            "connection_broken": {"type": "boolean", "description": "Slack refuses the connection as a whole."},
            "target": reference("Target"),
            "waiting": count(0),
            "oldest_at": moment.clone(),
            "expected_delay_ms": {"type": ["integer", "null"], "minimum": 0, "description": "How long a message that arrives now waits; null while nobody can tell."},
            "code": {"type": ["string", "null"], "description": "Slack's code, if it refuses this channel or member."},
            "meaning": optional_text(),
            "advice": optional_text(),
            "refused_since": moment.clone(),
            "paused_until": moment,
        }),
        &[],
    )
}
