//! Events that come in: JSON, NDJSON, and the ping back.

use leadbell_domain::Method;
use serde_json::{Map, Value, json};

use super::pieces::{
    Area, Operation, closed, count, list, optional_text, reference, sent_id, text, time, trigger,
};
use crate::ingest::short_names;

pub(super) fn area() -> Area {
    Area {
        name: "Events",
        description: "What happened, told by the platforms.",
        routes: vec![
            ("/events", vec![("post", post_events())]),
            (
                "/pingback",
                vec![("get", get_pingback()), ("post", post_pingback())],
            ),
        ],
        schemas: vec![
            ("Event", event()),
            ("EventBatch", batch()),
            ("IngestAnswer", answer()),
            ("RejectedEvent", rejected()),
        ],
    }
}

fn ingested(operation: Operation) -> Operation {
    operation
        .answers(
            202,
            "What became of each event. Accepted means on disk.",
            &reference("IngestAnswer"),
        )
        .answers(422, "All events are refused.", &reference("IngestAnswer"))
        .refuses(&[413, 415, 429])
}

fn post_events() -> Operation {
    let example = example();
    let lines = format!("{example}\n");
    let bodies = json!({
        "application/json": {"schema": {"anyOf": [reference("Event"), reference("EventBatch")]}, "example": example},
        "application/x-ndjson": {"schema": {"type": "string", "pattern": r"\S", "description": "One event a line."}, "example": lines},
    });
    ingested(Operation::new(
        "postEvents",
        "ingest",
        "Post one event, a batch, or a line of JSON per event.",
    ))
    .note(
        "Each event of a request is judged alone: a bad one is told by its place and does not sink the rest.",
    )
    .bodies(true, &bodies)
    .refuses(&[400])
}

fn pingback(id: &str, summary: &str) -> Operation {
    let security = json!([{"key": []}, {"key_in_query": []}]);
    ingested(Operation::new(id, "ingest", summary)).field("security", security)
}

const ANY_FIELD: &str = "A field is named by its path with dots (`product.id`, `lead.fields.email`) or, the common ones, by \
                         its short name (`product_id`). Empty values are left out.";

fn get_pingback() -> Operation {
    let mut operation = pingback(
        "getPingback",
        "One event as query fields, for platforms that can only call a URL.",
    )
    .note(ANY_FIELD)
    .required_query("event_id", "Unique id of the event.", with_example(text(), "e-1"))
    .required_query("trigger", "What happened.", trigger())
    .required_query("product_id", "Its product.", with_example(text(), "218"))
    .required_query("lead_id", "Its lead.", with_example(text(), "90418277"));
    for (name, path) in optional_names() {
        operation = operation.query(name, &format!("The event's `{path}`."), text());
    }
    operation
}

fn with_example(mut schema: Value, example: &str) -> Value {
    schema["minLength"] = json!(1);
    schema["example"] = json!(example);
    schema
}

/// The short names that need not be there.
fn optional_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let plain = [
        ("occurred_at", "occurred_at"),
        ("is_test", "is_test"),
        ("host", "host"),
    ];
    short_names()
        .filter(|(name, _)| !matches!(*name, "product_id" | "lead_id"))
        .chain(plain)
}

fn post_pingback() -> Operation {
    let mut properties: Map<String, Value> = optional_names()
        .map(|(name, path)| {
            (
                name.to_owned(),
                json!({"type": "string", "description": format!("The event's `{path}`.")}),
            )
        })
        .collect();
    for (name, schema) in [
        ("event_id", text()),
        ("trigger", trigger()),
        ("product_id", text()),
        ("lead_id", text()),
    ] {
        properties.insert(name.to_owned(), schema);
    }
    let form = json!({"application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": properties, "required": ["event_id", "trigger", "product_id", "lead_id"]},
        "example": {"event_id": "e-1", "trigger": "lms.lead_sold", "product_id": "218", "lead_id": "90418277", "price": "42.50"},
    }});
    pingback("postPingback", "One event as form fields.")
        .note(ANY_FIELD)
        .note("Fields may stand in the query as well.")
        .bodies(false, &form)
        .refuses(&[400])
}

fn answer() -> Value {
    closed(
        &json!({
            "accepted": {"type": "integer", "minimum": 0, "description": "Written to disk."},
            "duplicates": {"type": "integer", "minimum": 0, "description": "Known already; nothing was written or sent again."},
            "rejected": list(&reference("RejectedEvent")),
        }),
        &[],
    )
}

fn rejected() -> Value {
    closed(
        &json!({
            "index": {"type": "integer", "minimum": 0, "description": "Its place in the request, from 0."},
            "event_id": optional_text(),
            "errors": list(&reference("FieldError")),
        }),
        &[],
    )
}

fn batch() -> Value {
    json!({"type": "object", "required": ["events"], "properties": {"events": {"type": "array", "maxItems": 10_000, "items": reference("Event")}}})
}

/// `null` and absent are the same everywhere; a whole number is taken for a text; unknown fields are kept with the event.
fn event() -> Value {
    let word = json!({"type": ["string", "integer", "null"], "maxLength": 2000});
    let money = json!({"type": ["string", "integer", "null"], "description": "Text such as \"42.50\": a JSON number with a fraction is refused."});
    let number = json!({"type": ["integer", "string", "null"]});
    let flag = json!({"type": ["boolean", "string", "null"], "enum": [true, false, "true", "false", "1", "0", "", null]});
    let moment = json!({"type": ["string", "null"], "examples": ["2026-11-23T20:15:03Z"], "description": "RFC 3339 with its zone."});
    let object = |properties: Value| json!({"type": ["object", "null"], "properties": properties});
    // An id without characters is none, and then there is no such entity.
    let mentioned = json!({"type": ["string", "integer", "null"], "maxLength": 128});
    let entity = object(json!({"id": mentioned, "name": word}));
    json!({
        "type": "object",
        "required": ["event_id", "trigger", "product", "lead"],
        "properties": {
            "event_id": sent_id(),
            "trigger": trigger(),
            "occurred_at": moment, "is_test": flag, "host": word,
            "product": {"type": "object", "required": ["id"], "properties": {"id": sent_id(), "name": word}},
            "lead": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": ["string", "integer"], "minLength": 1, "maxLength": 2000},
                "public_id": word, "status": word, "created_at": moment, "min_price": money, "state": word, "zip": word, "sub_id": word,
                "method": {"type": ["string", "null"], "description": Method::ALL.map(Method::key).join(" or ")},
                "fields": {"type": ["object", "null"], "description": "What the lead filled in: personal data, masked in messages unless the rule says otherwise."},
            }},
            "publisher": entity, "channel": entity, "source": entity, "buyer": entity,
            "pingtree": object(json!({"id": mentioned, "name": word, "type": word})),
            "campaign": object(json!({"id": mentioned, "name": word, "type": word, "attempt": number, "response_ms": number, "redirect_url": word})),
            "call": object(json!({
                "id": word, "caller": word, "dialed": word, "started_at": moment, "ivr_path": word, "answered_at": moment, "ring_seconds": number,
                "wait_seconds": number, "duration_seconds": number, "buyer_duration_seconds": number, "buyer_number": word,
            })),
            "reject": object(json!({"code": word, "reason": word, "campaigns_tried": number, "last_campaign": word})),
            "pingback": object(json!({"id": word, "amount": money, "received_at": moment, "duplicate": flag})),
            "earning": object(json!({"id": word, "amount": money, "kind": word, "today": money})),
            "money": object(json!({
                "currency": {"type": ["string", "null"], "description": "Three letters, such as USD."},
                "price": money, "total": money, "publisher_earning": money, "agent_fee": money, "referral_fee": money, "admin": money,
            })),
        },
    })
}

/// An event as a platform sends it.
pub(super) fn example() -> Value {
    json!({
        "event_id": "01JD8Z5Q9X6B3F4G7H8J9K0M1N", "trigger": "lms.lead_sold", "occurred_at": "2026-11-23T20:15:03.412Z",
        "product": {"id": 218, "name": "Debt Relief"},
        "lead": {"id": 90_418_277, "method": "POST", "state": "CA", "fields": {"email": "john@example.com"}},
        "publisher": {"id": 1044, "name": "Blue Traffic"}, "channel": {"id": 5521, "name": "Blue POST 1"},
        "buyer": {"id": 402, "name": "Acme Lending"}, "campaign": {"id": 8807, "name": "Acme CA"},
        "money": {"currency": "USD", "price": "42.50", "publisher_earning": "30.00"},
    })
}

/// The event as it is answered: as it was sent.
pub(super) fn recorded() -> Value {
    closed(
        &json!({
            "event_id": text(),
            "trigger": trigger(),
            "occurred_at": time(),
            "received_at": time(),
            "event": reference("Event"),
            "verdicts": list(&reference("Verdict")),
            "deliveries": list(&reference("Delivery")),
        }),
        &[],
    )
}

/// What a rule made of the event.
pub(super) fn verdict() -> Value {
    let outcomes = [
        "matched",
        "test_event",
        "duplicate_ping_back",
        "disabled",
        "filtered",
    ];
    let check = closed(
        &json!({
            "filter": super::pieces::text(),
            "said": {"type": "string", "description": "What it wants and what there was, in words."},
            "actual": {"type": ["string", "null"]},
            "passed": {"type": "boolean"},
        }),
        &[],
    );
    closed(
        &json!({
            "rule_id": super::pieces::uuid(),
            "rule_number": count(1),
            "rule_version": {"type": "integer", "minimum": 1, "description": "The version in force when the event arrived: what is judged here."},
            "level": super::pieces::one_of(&leadbell_domain::Level::ALL),
            "verdict": {"type": "string", "enum": outcomes},
            "filter": {"type": ["string", "null"], "description": "The filter that kept it out."},
            "actual": {"type": ["string", "null"], "description": "What the event had there."},
            "checks": list(&check),
            "delivery_id": {"type": ["string", "null"], "format": "uuid"},
            "rule_changed_since": {"type": "boolean", "description": "The rule was changed after the event arrived; the verdict is of the rule as it was then."},
            "rule_deleted_since": {"type": "boolean", "description": "The rule is deleted by now."},
        }),
        &[],
    )
}
