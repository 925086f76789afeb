//! What rules were.

use leadbell_store::ChangeKind;
use serde_json::{Value, json};

use super::pieces::{Area, Operation, closed, count, list, one_of, optional_text, reference, text, time};

pub(super) fn area() -> Area {
    Area {
        name: "History",
        description: "What rules were, who changed them, and bringing it back.",
        routes: vec![
            ("/rules/{id}/versions", vec![("get", versions())]),
            ("/rules/{id}/restore", vec![("post", restore())]),
        ],
        schemas: vec![("RuleVersion", version()), ("FieldChange", field_change())],
    }
}

fn versions() -> Operation {
    let page = closed(
        &json!({"versions": list(&reference("RuleVersion")), "total": count(1)}),
        &[],
    );
    Operation::new(
        "listRuleVersions",
        "read",
        "The versions of a rule, newest first; also of a deleted one.",
    )
    .paged()
    .answers(200, "A page, and how many there are in all.", &page)
    .refuses(&[404])
}

fn restore() -> Operation {
    let body = closed(
        &json!({"version": {
            "type": ["integer", "null"], "minimum": 1,
            "description": "The version to bring back. May be left out for a deleted rule: then it comes back as it was.",
        }}),
        &["version"],
    );
    let tag =
        json!({"ETag": {"description": "The rule's version, for `If-Match`.", "schema": {"type": "string"}}});
    Operation::new(
        "restoreRule",
        "rules",
        "Let a rule be again what it was in an earlier version; a deleted one is back with it.",
    )
    .note("What is no longer allowed is refused as in a change.")
    .if_match()
    .body(false, &body, &json!({"version": 1}))
    .answers(200, "The rule.", &reference("Rule"))
    .adding(200, "headers", tag)
    .refuses(&[404, 409])
}

fn version() -> Value {
    let by = closed(
        &json!({
            "kind": one_of(&["person", "api_key", "command_line", "system"]),
            "id": {"type": ["string", "null"], "format": "uuid"},
            "name": {"type": "string", "description": "What they were called at the time."},
        }),
        &[],
    );
    closed(
        &json!({
            "version": {"type": "integer", "minimum": 1},
            "at": time(),
            "change": one_of(&ChangeKind::ALL.map(ChangeKind::key)),
            "by": by,
            "rule": reference("Rule"),
            "changes": {
                "type": ["array", "null"], "items": reference("FieldChange"),
                "description": "What differs from the version before; null when there is none.",
            },
        }),
        &[],
    )
}

fn field_change() -> Value {
    closed(
        &json!({
            "field": text(), "label": text(), "before": optional_text(), "after": optional_text(),
            "added": list(&text()), "removed": list(&text()),
            "text": {"type": "string", "description": "The same in one line."},
        }),
        &[],
    )
}
