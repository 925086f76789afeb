//! Tracking rules.

use leadbell_domain::{FilterKey, Level, MAX_TEMPLATE_CHARS, PriceOp};
use serde_json::{Map, Value, json};

use super::pieces::{
    Area, Operation, closed, count, list, one_of, outside_id, reference, sent_id, text, time, trigger, uuid,
};

pub(super) fn area() -> Area {
    Area {
        name: "Rules",
        description: "Who is told what, when and where.",
        routes: vec![
            ("/rules", vec![("get", list_rules()), ("post", create())]),
            (
                "/rules/{id}",
                vec![("get", show()), ("put", replace()), ("delete", remove())],
            ),
        ],
        schemas: vec![
            ("Rule", rule()),
            ("NewRule", sent_rule(&["level", "entity_id", "trigger", "action"])),
            ("RuleChange", sent_rule(&["trigger", "action"])),
            ("Filters", filters()),
            ("Target", target()),
            ("Sending", super::sending::sending()),
            ("Layout", super::layout::layout()),
            ("SentLayout", super::layout::sent()),
        ],
    }
}

fn list_rules() -> Operation {
    let page = closed(
        &json!({"rules": list(&reference("Rule")), "total": count(0)}),
        &[],
    );
    Operation::new(
        "listRules",
        "read",
        "Rules, newest first, one level after the other.",
    )
    .query("level", "Only this level's.", one_of(&Level::ALL))
    .query(
        "entity_id",
        "Only this product's, campaign's or publisher's.",
        outside_id(),
    )
    .query("trigger", "Only this trigger's.", trigger())
    .query(
        "status",
        "Only those of this status.",
        one_of(&["active", "disabled"]),
    )
    .query("q", "Part of name, text, number or target.", text())
    .paged()
    .answers(200, "A page, and how many there are in all.", &page)
}

fn tagged(operation: Operation, status: u16) -> Operation {
    let tag =
        json!({"ETag": {"description": "The rule's version, for `If-Match`.", "schema": {"type": "string"}}});
    operation.adding(status, "headers", tag)
}

fn create() -> Operation {
    let to = |operation: &str| json!({"operationId": operation, "parameters": {"id": "$response.body#/id"}});
    let links = json!({"read": to("getRule"), "replace": to("replaceRule"), "delete": to("deleteRule"), "test": to("testRule")});
    let operation = Operation::new(
        "createRule",
        "rules",
        "Add a rule. It is in force when this answers.",
    )
    .body(true, &reference("NewRule"), &example())
    .answers(201, "The rule.", &reference("Rule"))
    .adding(201, "links", links);
    tagged(operation, 201)
}

fn show() -> Operation {
    let operation = Operation::new("getRule", "read", "One rule, with its version as `ETag`.")
        .answers(200, "The rule.", &reference("Rule"))
        .refuses(&[404]);
    tagged(operation, 200)
}

fn replace() -> Operation {
    let operation = Operation::new("replaceRule", "rules", "Replace a rule by this one.")
        .note("A rule can't move: level and entity_id may be left out or be the same.")
        .if_match()
        .body(true, &reference("RuleChange"), &example())
        .answers(200, "The rule.", &reference("Rule"))
        .refuses(&[404, 409]);
    tagged(operation, 200)
}

fn remove() -> Operation {
    Operation::new(
        "deleteRule",
        "rules",
        "Delete a rule. What it has sent stays in the log.",
    )
    .if_match()
    .response(204, json!({"description": "It is gone."}))
    .refuses(&[404, 409])
}

fn target() -> Value {
    let one = |name: &str, about: &str| closed(&json!({name: {"type": "string", "description": about}}), &[]);
    json!({"oneOf": [one("channel_id", "A channel's id, `C…` or `G…`."), one("member_id", "A member's id, `U…` or `W…`.")]})
}

/// Filters as they are answered.
fn filters() -> Value {
    let values = json!({"type": "array", "items": text(), "minItems": 1});
    let one = |name: &str| closed(&json!({name: values}), &[]);
    filters_of(&json!({"oneOf": [one("any_of"), one("none_of")]}), &text())
}

fn filters_of(list_filter: &Value, amount: &Value) -> Value {
    let mut all: Map<String, Value> = FilterKey::LISTS
        .into_iter()
        .map(|key| (key.key().to_owned(), list_filter.clone()))
        .collect();
    let price = closed(
        &json!({"op": one_of(&PriceOp::ALL.map(PriceOp::key)), "value": amount, "min": amount, "max": amount}),
        &["value", "min", "max"],
    );
    all.insert("price".to_owned(), price);
    json!({"type": "object", "properties": all, "additionalProperties": false})
}

/// A rule as it is answered.
fn rule() -> Value {
    closed(
        &json!({
            "id": uuid(),
            "number": {"type": "integer", "minimum": 1, "description": "The short number people call it by."},
            "version": {"type": "integer", "minimum": 1, "description": "Counts its changes."},
            "name": text(),
            "note": text(),
            "preset_id": {"type": ["string", "null"], "format": "uuid"},
            "level": one_of(&Level::ALL),
            "entity_id": outside_id(),
            "trigger": trigger(),
            "filters": reference("Filters"),
            "include_test": {"type": "boolean"},
            "include_duplicates": {"type": "boolean"},
            "action": closed(&json!({
                "type": one_of(&["send_slack_message"]),
                "connection_id": uuid(),
                "target": reference("Target"),
                "text": text(),
                "personal_data": one_of(&["masked", "shown"]),
                "sending": reference("Sending"),
                "layout": reference("Layout"),
            }), &[]),
            "status": one_of(&["active", "disabled"]),
            "created_at": time(),
            "updated_at": time(),
            "summary": {"type": "string", "description": "The rule in one sentence."},
            "remark": {"type": "string", "description": "What the server has to say about the change."},
        }),
        &["remark"],
    )
}

/// A rule as it may be sent. What only the server decides may stand in it, so that what was fetched can be sent back; it
/// is not read.
pub(super) fn sent_rule(required: &[&str]) -> Value {
    let values = json!({"type": "array", "minItems": 1, "maxItems": 500, "items": {"type": ["string", "integer"], "minLength": 1, "maxLength": 128}});
    let one = |name: &str| closed(&json!({name: values}), &[]);
    let list_filter = json!({"oneOf": [one("any_of"), one("none_of"), {"type": "null"}]});
    let amount = json!({"type": ["string", "integer", "null"]});
    let mut filters = filters_of(&list_filter, &amount);
    filters["type"] = json!(["object", "null"]);
    filters["properties"]["price"]["type"] = json!(["object", "null"]);
    let flag = |about: &str| json!({"type": ["boolean", "null"], "description": about});
    let word = |max: usize| json!({"type": ["string", "null"], "maxLength": max});
    let choice = |keys: &[&str]| {
        let mut keys: Vec<Value> = keys.iter().map(|key| json!(key)).collect();
        keys.extend([json!(""), Value::Null]);
        json!({"type": ["string", "null"], "enum": keys})
    };
    let action = closed(
        &json!({
            "type": choice(&["send_slack_message"]),
            "connection_id": {"type": ["string", "null"], "description": "A connection stored before…"},
            "auth_token": {"type": ["string", "null"], "writeOnly": true, "description": "…or a token, which is stored and never answered."},
            "target": reference("Target"),
            "text": {"type": "string", "minLength": 1, "maxLength": MAX_TEMPLATE_CHARS},
            "personal_data": choice(&["masked", "shown"]),
            "sending": {"anyOf": [reference("Sending"), {"type": "null"}]},
            "layout": {"anyOf": [reference("SentLayout"), {"type": "null"}]},
        }),
        &[
            "type",
            "connection_id",
            "auth_token",
            "personal_data",
            "sending",
            "layout",
        ],
    );
    let mut properties = json!({
        "name": word(100),
        "note": word(2000),
        "preset_id": {"type": ["string", "null"], "description": "The preset of its product that it follows."},
        "level": one_of(&Level::ALL),
        "entity_id": sent_id(),
        "trigger": trigger(),
        "filters": filters,
        "include_test": flag("Fire for test leads, too; their messages say TEST."),
        "include_duplicates": flag("Fire for repeated ping backs, too."),
        "action": action,
        "status": choice(&["active", "disabled"]),
    });
    for own in leadbell_domain::RULE_OWN_FIELDS {
        properties[own] = json!({"readOnly": true, "description": "Not read."});
    }
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

/// A rule as somebody writes it.
fn example() -> Value {
    json!({
        "name": "Good leads of Blue Traffic", "level": "product", "entity_id": "218", "trigger": "lms.lead_sold",
        "filters": {"publisher": {"any_of": ["1044"]}, "price": {"op": "between", "min": "10.00", "max": "50.00"}},
        "action": {
            "type": "send_slack_message", "auth_token": "xoxb-0000000000-paste-your-own",
            "target": {"channel_id": "C024BE91L"}, "text": "Lead {{lead_id}} sold for {{price}}",
        },
        "status": "active",
    })
}
