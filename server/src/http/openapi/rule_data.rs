//! All rules as a file, out and in.

use leadbell_domain::Level;
use serde_json::{Map, Value, json};

use super::pieces::{Area, Operation, closed, count, list, one_of, optional_text, reference, text};
use super::rules::sent_rule;

pub(super) fn area() -> Area {
    Area {
        name: "Rules as data",
        description: "All rules as one file: for a copy, for version control, for another Leadbell. A rule of a file is the one of its \
            `id`; without an id, a name that one rule there has is that rule's; any other rule is a new one. Rules that are not in \
            the file stay as they are. A file never holds a token: connections are named by id, and by name and workspace.",
        routes: vec![
            ("/rules/export", vec![("get", export())]),
            ("/rules/import", vec![("post", import())]),
        ],
        schemas: vec![
            ("RuleFile", file()),
            ("FiledRule", filed_rule()),
            ("ImportPlan", plan()),
            ("PlannedFieldChange", change()),
        ],
    }
}

fn export() -> Operation {
    let content = json!({
        "application/json": {"schema": reference("RuleFile")},
        "application/yaml": {"schema": reference("RuleFile")},
    });
    Operation::new("exportRules", "read", "Every rule, in a stable order.")
        .query(
            "format",
            "How the file is written.",
            json!({"type": "string", "enum": ["json", "yaml"], "default": "json"}),
        )
        .response(200, json!({"description": "The file.", "content": content}))
}

fn import() -> Operation {
    let schema = json!({"anyOf": [reference("RuleFile"), list(&reference("FiledRule"))]});
    let example = example();
    let bodies = json!({
        "application/json": {"schema": schema, "example": example},
        "application/yaml": {"schema": schema, "example": example},
    });
    Operation::new("importRules", "rules", "Look at what a file would change, then change just that.")
        .note("With `dry_run=true` nothing is changed. Then send the same file with the `rules_version` of that answer: everything is \
            done in one transaction, or nothing when rules were changed in between (412) or one of the file is refused (422). At \
            most 10,000 rules; YAML without anchors and aliases.")
        .query("dry_run", "Only look.", json!({"type": "boolean", "default": false}))
        .query("rules_version", "The version that was looked at; required to change anything.", json!({"type": "integer"}))
        .bodies(true, &bodies)
        .answers(200, "What was changed, or would be. Rules that stay as they are are only counted.", &reference("ImportPlan"))
        .refuses(&[400, 412, 413, 415])
}

fn file() -> Value {
    closed(
        &json!({
            "format": {"type": "string", "enum": ["leadbell-rules"]},
            "version": {"type": "integer", "enum": [1]},
            "rules_version": {"description": "The version of the set of rules when it was exported. Not read."},
            "rules": {"type": "array", "items": reference("FiledRule"), "description": "At most 10,000 are imported at once."},
        }),
        &["format", "version", "rules_version"],
    )
}

/// A rule as it may be sent, except that its connection may be named by more than its id.
fn filed_rule() -> Value {
    let mut rule = sent_rule(&["level", "entity_id", "trigger", "action"]);
    let named = closed(
        &json!({"id": optional_text(), "name": optional_text(), "workspace": optional_text()}),
        &["id", "name", "workspace"],
    );
    let action = &mut rule["properties"]["action"];
    if let Some(properties) = action["properties"].as_object_mut() {
        properties.insert("connection".to_owned(), named);
        properties.insert(
            "auth_token".to_owned(),
            json!({"type": "null", "description": "A file holds no tokens."}),
        );
    }
    rule["properties"]["id"] = json!({"type": ["string", "null"], "description": "Which rule it is."});
    rule
}

fn plan() -> Value {
    let counts: Map<String, Value> = ["new", "changed", "unchanged", "refused"]
        .into_iter()
        .map(|name| (name.to_owned(), count(0)))
        .collect();
    let rule = closed(
        &json!({
            "index": count(0),
            "id": {"type": ["string", "null"], "format": "uuid"},
            "number": {"type": ["integer", "null"]},
            "name": text(),
            "level": {"type": ["string", "null"], "enum": Level::ALL.iter().map(|level| json!(level.key())).chain([Value::Null]).collect::<Vec<_>>()},
            "entity_id": optional_text(),
            "outcome": one_of(&["new", "changed", "restored", "refused"]),
            "changes": list(&reference("PlannedFieldChange")),
            "errors": list(&reference("FieldError")),
        }),
        &[],
    );
    closed(
        &json!({
            "applied": {"type": "boolean"},
            "rules_version": {"type": "integer", "description": "What to send with the file to do just this."},
            "counts": closed(&Value::Object(counts), &[]),
            "rules": list(&rule),
        }),
        &[],
    )
}

/// A field in which two states of a rule differ.
fn change() -> Value {
    closed(
        &json!({
            "field": {"type": "string", "description": "Such as `filters.price`."},
            "label": {"type": "string", "description": "What the form calls it."},
            "before": optional_text(),
            "after": optional_text(),
            "added": {"type": "array", "items": text(), "description": "Of a list: what came…"},
            "removed": {"type": "array", "items": text(), "description": "…and what went."},
        }),
        &[],
    )
}

fn example() -> Value {
    json!({"format": "leadbell-rules", "version": 1, "rules": [{
        "name": "Good leads of Blue Traffic", "level": "product", "entity_id": "218", "trigger": "lms.lead_sold",
        "filters": {"publisher": {"any_of": ["1044"]}, "price": {"op": "gte", "value": "10.00"}},
        "action": {
            "type": "send_slack_message", "connection": {"name": "Leadbell Demo · leadbell", "workspace": "Leadbell Demo"},
            "target": {"channel_id": "C024BE91L"}, "text": "Lead {{lead_id}} sold for {{price}}",
        },
        "status": "disabled",
    }]})
}
