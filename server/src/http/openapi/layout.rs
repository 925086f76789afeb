//! How messages look, as rules and presets say it, and the blocks that come of it.

use serde_json::{Value, json};

use super::pieces::{closed, text, with};

/// The schema of `action.layout` as it is answered.
pub(super) fn layout() -> Value {
    let field = closed(&json!({"label": text(), "value": text()}), &[]);
    let button = closed(&json!({"label": text(), "url": text()}), &[]);
    let card = closed(
        &json!({
            "header": {"type": ["string", "null"]},
            "fields": {"type": "array", "items": field},
            "context": {"type": ["string", "null"]},
            "button": {"anyOf": [button, {"type": "null"}]},
        }),
        &[],
    );
    json!({"oneOf": [{"type": "string", "enum": ["text"]}, closed(&json!({"card": card}), &[])]})
}

/// The same as it may be sent: `"text"`, or a card with at least one part around the text.
pub(super) fn sent() -> Value {
    let template = |most: usize| json!({"type": "string", "minLength": 1, "maxLength": most});
    let or_null = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
    let about = |schema: Value, about: &str| with(schema, "description", about);
    let field = closed(&json!({"label": template(500), "value": template(2_000)}), &[]);
    let button = closed(
        &json!({
            "label": template(300),
            "url": about(template(3_000), "`{{log_url}}`, or https:// and a site in your own words, with placeholders after it."),
        }),
        &[],
    );
    let card = closed(
        &json!({
            "header": about(or_null(template(500)), "One line of plain text above the message; Slack shows 150 characters."),
            "fields": about(
                or_null(json!({"type": "array", "maxItems": 10, "items": field})),
                "Below the message, in two columns.",
            ),
            "context": about(or_null(template(2_000)), "A small line below those."),
            "button": about(or_null(button), "A link at the end."),
        }),
        &["header", "fields", "context", "button"],
    );
    json!({
        "oneOf": [{"type": "string", "enum": ["text"]}, closed(&json!({"card": card}), &[])],
        "description": "How the message looks: its text alone (default), or a card around the text. All texts may hold the \
                        rule's placeholders. The text goes along in any case, for notifications, and is sent alone when Slack \
                        refuses the card.",
    })
}

/// The blocks of a message.
pub(super) fn blocks() -> Value {
    json!({
        "type": ["array", "null"], "items": {"type": "object"},
        "description": "The card as Slack gets it (Block Kit); null for the text alone.",
    })
}
