//! What the interface says about the business and about itself.

use leadbell_domain::{FilterKey, Level, Method, Platform, PriceOp, Role};
use serde_json::{Map, Value, json};

use super::pieces::{Area, Operation, closed, list, one_of, reference, text, trigger};

pub(super) fn area() -> Area {
    let document = Operation::open("getOpenApi", "This document.")
        .field("security", json!([]))
        .answers(200, "OpenAPI 3.1.", &json!({"type": "object"}));
    let meta = Operation::new(
        "getMeta",
        "read",
        "Triggers, levels, filters, placeholders and roles as data, so that no form has to guess.",
    )
    .answers(200, "The matrices.", &reference("Meta"));
    Area {
        name: "Meta",
        description: "The business's rules of the game, and this description.",
        routes: vec![
            ("/meta", vec![("get", meta)]),
            ("/openapi.json", vec![("get", document)]),
        ],
        schemas: vec![("Meta", matrices()), ("MetaTrigger", meta_trigger())],
    }
}

/// An object of these names, each optional, all with this schema.
fn by_name<'a>(names: impl IntoIterator<Item = &'a str>, schema: &Value) -> Value {
    let properties: Map<String, Value> = names
        .into_iter()
        .map(|name| (name.to_owned(), schema.clone()))
        .collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn matrices() -> Value {
    let levels = Level::ALL.map(Level::key);
    let reach = closed(&json!({"view": text(), "manage": text()}), &[]);
    let role = closed(
        &json!({"key": one_of(&Role::ALL.map(Role::key)), "label": text(), "levels": by_name(levels, &reach)}),
        &[],
    );
    let filter = closed(
        &json!({"key": one_of(&FilterKey::ALL.map(FilterKey::key)), "label": text()}),
        &[],
    );
    let flag = json!({"type": "boolean"});
    let operator = closed(
        &json!({"key": one_of(&PriceOp::ALL.map(PriceOp::key)), "label": text(), "takes_value": flag, "takes_range": flag}),
        &[],
    );
    closed(
        &json!({
            "triggers": list(&reference("MetaTrigger")),
            "roles": list(&role),
            "filters": list(&filter),
            "methods": list(&one_of(&Method::ALL.map(Method::key))),
            "price_operators": list(&operator),
            "formatters": list(&closed(&json!({"written": text(), "help": text()}), &[])),
        }),
        &[],
    )
}

fn meta_trigger() -> Value {
    let form = closed(
        &json!({
            "filters": list(&one_of(&FilterKey::ALL.map(FilterKey::key))),
            "price_ops": list(&one_of(&PriceOp::ALL.map(PriceOp::key))),
        }),
        &[],
    );
    let level = closed(
        &json!({
            "price": {"type": "string", "description": "Which amount a price restriction compares."},
            "forms": by_name(Role::ALL.map(Role::key), &form),
            "placeholders": list(&text()),
        }),
        &[],
    );
    closed(
        &json!({
            "key": trigger(),
            "label": text(),
            "name": text(),
            "platform": one_of(&Platform::ALL.map(Platform::key)),
            "help": text(),
            "levels": by_name(Level::ALL.map(Level::key), &level),
        }),
        &[],
    )
}
