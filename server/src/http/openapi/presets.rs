//! Presets of products.

use serde_json::{Value, json};

use super::pieces::{
    Area, Operation, closed, count, list, one_of, outside_id, reference, sent_id, text, time, trigger, uuid,
    with,
};
use super::rules;

pub(super) fn area() -> Area {
    Area {
        name: "Presets",
        description: "Templates of rules that products keep. A rule made from one names it as `preset_id`.",
        routes: vec![
            ("/presets", vec![("get", list_presets()), ("post", create())]),
            (
                "/presets/{id}",
                vec![("get", show()), ("put", replace()), ("delete", remove())],
            ),
        ],
        schemas: vec![
            ("Preset", preset()),
            (
                "NewPreset",
                sent_preset(&["product_id", "name", "trigger", "action"]),
            ),
            ("PresetChange", sent_preset(&["name", "trigger", "action"])),
        ],
    }
}

fn tagged(operation: Operation, status: u16) -> Operation {
    let tag = json!({"ETag": {"description": "The preset's version, for `If-Match`.", "schema": {"type": "string"}}});
    operation.adding(status, "headers", tag)
}

fn list_presets() -> Operation {
    let page = closed(
        &json!({"presets": list(&reference("Preset")), "total": count(0)}),
        &[],
    );
    Operation::new("listPresets", "read", "Presets, by name.")
        .query("product_id", "Only this product's.", outside_id())
        .query("q", "Part of name, note or text.", text())
        .paged()
        .answers(200, "A page, and how many there are in all.", &page)
}

fn create() -> Operation {
    let operation = Operation::new("createPreset", "rules", "Add a preset to a product.")
        .body(true, &reference("NewPreset"), &example())
        .answers(201, "The preset.", &reference("Preset"));
    tagged(operation, 201)
}

fn show() -> Operation {
    let operation = Operation::new("getPreset", "read", "One preset, with its version as `ETag`.")
        .answers(200, "The preset.", &reference("Preset"))
        .refuses(&[404]);
    tagged(operation, 200)
}

fn replace() -> Operation {
    let operation = Operation::new("replacePreset", "rules", "Replace a preset by this one.")
        .note("The rules that follow it stay as they are until somebody applies the change on its page.")
        .if_match()
        .body(true, &reference("PresetChange"), &example())
        .answers(200, "The preset.", &reference("Preset"))
        .refuses(&[404, 409]);
    tagged(operation, 200)
}

fn remove() -> Operation {
    Operation::new(
        "deletePreset",
        "rules",
        "Delete a preset. The rules that follow it stay as they are and follow nothing from now on.",
    )
    .if_match()
    .response(204, json!({"description": "It is gone."}))
    .refuses(&[404, 409])
}

fn action() -> Value {
    closed(
        &json!({
            "type": one_of(&["send_slack_message"]),
            "connection_id": {"type": ["string", "null"], "format": "uuid", "description": "Null leaves it to each rule."},
            "target": {"anyOf": [reference("Target"), {"type": "null"}], "description": "Null leaves it to each rule."},
            "text": text(),
            "personal_data": one_of(&["masked", "shown"]),
            "sending": reference("Sending"),
            "layout": reference("Layout"),
        }),
        &[],
    )
}

fn preset() -> Value {
    closed(
        &json!({
            "id": uuid(),
            "version": count(1),
            "product_id": outside_id(),
            "name": text(),
            "note": text(),
            "trigger": trigger(),
            "filters": reference("Filters"),
            "include_test": {"type": "boolean"},
            "include_duplicates": {"type": "boolean"},
            "action": action(),
            "created_at": time(),
            "updated_at": time(),
            "followers": with(count(0), "description", "Rules that follow it; in lists only."),
        }),
        &["followers"],
    )
}

/// A preset as it may be sent: a rule without its place, its status and its token.
fn sent_preset(required: &[&str]) -> Value {
    let mut schema = rules::sent_rule(required);
    if let Some(properties) = schema["properties"].as_object_mut() {
        for of_rules in ["level", "entity_id", "status", "preset_id"] {
            properties.remove(of_rules);
        }
        properties.insert("product_id".to_owned(), sent_id());
        properties.insert(
            "name".to_owned(),
            json!({"type": "string", "minLength": 1, "maxLength": 100}),
        );
        properties.insert(
            "followers".to_owned(),
            json!({"readOnly": true, "description": "Not read."}),
        );
    }
    let action = &mut schema["properties"]["action"];
    if let Some(properties) = action["properties"].as_object_mut() {
        properties.remove("auth_token");
        properties.insert(
            "target".to_owned(),
            json!({"anyOf": [reference("Target"), {"type": "null"}], "description": "Without one, each rule says where to."}),
        );
    }
    action["required"] = json!(["text"]);
    schema
}

fn example() -> Value {
    json!({
        "product_id": "218",
        "name": "Large sales",
        "trigger": "lms.lead_sold",
        "filters": {"price": {"op": "gte", "value": "50.00"}},
        "action": {"text": "Lead {{lead_id}} sold for {{price}}"},
    })
}
