//! Trying rules: on one event, and on the events of the last days.

use leadbell_domain::{FilterKey, Level};
use leadbell_store::{BacktestStatus, TestSource};
use serde_json::{Value, json};

use super::events;
use super::pieces::{
    Area, Operation, closed, count, list, one_of, optional_text, outside_id, reference, text, time, trigger,
    uuid, with,
};

pub(super) fn area() -> Area {
    Area {
        name: "Trying rules",
        description: "What a rule would do, before it does it.",
        routes: vec![
            ("/rules/{id}/test", vec![("post", try_out())]),
            ("/test-runs", vec![("get", runs())]),
            ("/rules/{id}/backtest", vec![("post", start())]),
            (
                "/backtests/{id}",
                vec![("get", backtest_one()), ("delete", cancel())],
            ),
        ],
        schemas: vec![
            ("TestRun", test_run()),
            ("KeptTestRun", kept_run()),
            ("JudgedFilter", filter()),
            ("Backtest", backtest()),
        ],
    }
}

fn try_out() -> Operation {
    let body = closed(
        &json!({
            "event": {"anyOf": [reference("Event"), {"type": "null"}], "description": "What to try it on; a sample of its trigger without one."},
            "event_id": {"type": ["string", "null"], "maxLength": 128, "description": "Instead of `event`: the id of an event of the rule's entity and trigger that has happened."},
            "values": {"type": ["object", "null"], "additionalProperties": text(), "description": "Placeholders and values that stand instead of the event's, such as `price`."},
            "send": {"type": ["boolean", "null"], "default": false, "description": "Really send the message, marked TEST."},
        }),
        &["event", "event_id", "values", "send"],
    );
    Operation::new(
        "testRule",
        "rules",
        "What the rule would do with an event, and if wished its message really sent.",
    )
    .note("The run is kept under `run_id`.")
    .body(
        false,
        &body,
        &json!({"event": events::example(), "values": {"price": "42.50"}, "send": false}),
    )
    .answers(
        200,
        "Every filter's verdict and the message.",
        &reference("TestRun"),
    )
    .refuses(&[404])
}

fn filter() -> Value {
    closed(
        &json!({
            "filter": one_of(&FilterKey::ALL.map(FilterKey::key)), "label": text(), "wanted": text(), "actual": optional_text(),
            "passed": {"type": "boolean"},
        }),
        &[],
    )
}

fn sent() -> Value {
    with(
        closed(
            &json!({"ok": {"type": "boolean"}, "said": text(), "note": optional_text()}),
            &[],
        ),
        "type",
        json!(["object", "null"]),
    )
}

fn obstacles() -> Value {
    json!({"type": "array", "items": text(), "description": "What else keeps it from firing."})
}

fn test_run() -> Value {
    closed(
        &json!({
            "run_id": uuid(), "fires": {"type": "boolean"}, "filters": list(&reference("JudgedFilter")),
            "obstacles": obstacles(), "text": text(), "blocks": super::layout::blocks(), "length": count(0), "event_id": text(), "sent": sent(),
        }),
        &[],
    )
}

fn nullable(schema: Value, kind: &str) -> Value {
    with(schema, "type", json!([kind, "null"]))
}

fn kept_run() -> Value {
    closed(
        &json!({
            "id": uuid(),
            "made_at": time(),
            "by": {"type": "string", "description": "Who tried it: a person's or a key's name."},
            "rule_id": with(nullable(uuid(), "string"), "description", "`null`: it was still in the form."),
            "rule_number": nullable(count(1), "integer"),
            "rule_version": nullable(count(1), "integer"),
            "level": one_of(&Level::ALL.map(Level::key)),
            "entity_id": outside_id(),
            "trigger": trigger(),
            "source": one_of(&TestSource::ALL.map(TestSource::key)),
            "event_id": text(),
            "typed": {"type": "array", "items": text(), "description": "Placeholders whose values were typed."},
            "target": reference("Target"),
            "fires": {"type": "boolean"},
            "filters": list(&reference("JudgedFilter")),
            "obstacles": obstacles(),
            "text": text(),
            "blocks": super::layout::blocks(),
            "sent": sent(),
        }),
        &[],
    )
}

fn runs() -> Operation {
    let page = closed(
        &json!({"test_runs": list(&reference("KeptTestRun")), "next_cursor": {"type": ["string", "null"], "format": "uuid"}}),
        &[],
    );
    Operation::new("listTestRuns", "read", "Test runs that were kept, newest first.")
        .query("rule", "Only this rule's.", uuid())
        .query("who", "Only those of people whose name holds this.", text())
        .query(
            "fires",
            "Only those that would have fired, or would not.",
            json!({"type": "boolean"}),
        )
        .query("from", "Only those made from this moment on.", time())
        .query("until", "Only those made before this moment.", time())
        .query(
            "limit",
            "Rows at most.",
            json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
        )
        .query("cursor", "`next_cursor` of the page before.", uuid())
        .answers(200, "A page.", &page)
}

fn start() -> Operation {
    let body = closed(
        &json!({"days": {"type": ["integer", "null"], "enum": [1, 7, 30, null], "default": 7}}),
        &["days"],
    );
    Operation::new(
        "startBacktest",
        "rules",
        "Begins to judge the events of the last days by the rule as it stands.",
    )
    .note("It runs in the background, belongs to the key that began it, and is kept for a day.")
    .body(false, &body, &json!({"days": 7}))
    .response(
        202,
        json!({
            "description": "It runs; ask again for how far it is.",
            "headers": {"Location": {"schema": text()}},
            "content": {"application/json": {"schema": reference("Backtest")}},
        }),
    )
    .refuses(&[404, 429])
}

fn backtest_one() -> Operation {
    Operation::new(
        "getBacktest",
        "read",
        "How far a backtest of this key is, and what came out.",
    )
    .answers(200, "The backtest.", &reference("Backtest"))
    .refuses(&[404])
}

fn cancel() -> Operation {
    Operation::new(
        "cancelBacktest",
        "rules",
        "Stops a backtest of this key that runs; one that has ended stays as it is.",
    )
    .answers(200, "The backtest as it ended.", &reference("Backtest"))
    .refuses(&[404])
}

fn backtest() -> Value {
    let moment = |about: &str| {
        with(
            closed(&json!({"at": time(), "matched": count(1)}), &[]),
            "description",
            about,
        )
    };
    let result = closed(
        &json!({
            "judged": count(0),
            "matched": count(0),
            "per_day": list(&closed(&json!({"day": time(), "matched": count(0)}), &[])),
            "worst_minute": nullable(moment("The minute with most."), "object"),
            "posted": {"type": "integer", "minimum": 0, "description": "Messages that Slack would have posted, summaries included."},
            "summaries": count(0),
            "merged": {"type": "integer", "minimum": 0, "description": "Events that summaries would have told."},
            "dropped": {"type": "integer", "minimum": 0, "description": "Not sent: over a limit, in quiet hours, repetitions."},
            "lag_ms": {"type": "integer", "minimum": 0, "description": "How long the message would have waited that waited longest."},
            "lag_at": nullable(time(), "string"),
            "samples": {"type": "array", "items": text(), "description": "Some messages as they would have been."},
            "summary": text(),
            "advice": optional_text(),
        }),
        &[],
    );
    closed(
        &json!({
            "id": uuid(),
            "status": one_of(&BacktestStatus::ALL.map(BacktestStatus::key)),
            "rule_id": nullable(uuid(), "string"),
            "rule_version": count(0),
            "days": json!({"type": "integer", "enum": [1, 7, 30]}),
            "from": time(),
            "until": time(),
            "reached": with(time(), "description", "Everything before this moment is judged."),
            "judged": count(0),
            "matched": count(0),
            "created_at": time(),
            "result": nullable(result, "object"),
        }),
        &[],
    )
}
