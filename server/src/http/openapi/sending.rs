//! How messages go out, as rules and presets say it.

use leadbell_domain::TimeZone;
use serde_json::{Value, json};

use super::pieces::{closed, with};

/// The schema of `action.sending`. What is left out or null is as it is by default.
pub(super) fn sending() -> Value {
    let number = |most: u32| json!({"type": "integer", "minimum": 1, "maximum": most});
    let or_null = |mut schema: Value| {
        let kind = schema["type"].take();
        schema["type"] = json!([kind, "null"]);
        schema
    };
    let choice = |keys: &[&str], about: &str| {
        let mut all: Vec<Value> = keys.iter().map(|key| json!(key)).collect();
        all.push(Value::Null);
        json!({"type": ["string", "null"], "enum": all, "description": about})
    };
    let time = json!({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"});
    let zones: Vec<Value> = TimeZone::all().map(|zone| json!(zone.name())).collect();
    let first = closed(
        &json!({"messages": number(100_000), "minutes": number(10_080)}),
        &[],
    );
    let caps = closed(
        &json!({
            "minute": or_null(number(100_000)), "hour": or_null(number(100_000)), "day": or_null(number(100_000)),
        }),
        &["minute", "hour", "day"],
    );
    let repeats = closed(
        &json!({
            "by": {"type": "string", "minLength": 1, "description": "A placeholder's name, such as `lead_id`."},
            "minutes": number(10_080),
        }),
        &[],
    );
    let quiet = closed(
        &json!({
            "from": time, "to": time, "zone": {"type": "string", "enum": zones},
            "then": {"type": "string", "enum": ["digest", "drop"]},
        }),
        &["zone", "then"],
    );
    let all = json!({
        "bursts": choice(
            &["collapse", "every", "first"],
            "When more come than the channel takes: merge what waits into one message (default), send every message in \
             order, or send the first few and then a summary.",
        ),
        "first": with(or_null(first), "description", "With `first`: how many, in how many minutes."),
        "caps": with(or_null(caps), "description", "At most so many in a minute, hour and day of the clock; what is over is not sent."),
        "repeats": with(or_null(repeats), "description", "The same value of a placeholder is told once in this time."),
        "quiet_hours": with(or_null(quiet), "description", "When nothing goes out, by the clock of a time zone (UTC by default)."),
        "priority": {"type": ["boolean", "null"], "description": "Goes out before all others, whatever else is said here."},
        "in_doubt": choice(
            &["wait", "resend"],
            "When nobody knows whether Slack posted it: wait for a person (default), or send it again, marked.",
        ),
        "thread": choice(
            &["off", "lead"],
            "Whether messages about one call, or else one lead, form a thread in their channel: the first stands in it, and those \
             that follow within 30 days are its replies. Rules that share a connection and a channel share its threads.",
        ),
    });
    closed(
        &all,
        &[
            "bursts",
            "first",
            "caps",
            "repeats",
            "quiet_hours",
            "priority",
            "in_doubt",
            "thread",
        ],
    )
}
