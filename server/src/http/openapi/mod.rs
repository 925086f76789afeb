//! The description of the REST interface (OpenAPI 3.1), written where it is easiest to keep true: by hand, one file for
//! each area of the interface. A test holds it to the routes there are, another (schemathesis) to what they answer.

mod catalog;
mod connections;
mod destinations;
mod events;
mod layout;
mod log;
mod meta;
mod pieces;
mod presets;
mod resend;
mod rule_data;
mod rules;
mod sending;
mod tryout;
mod versions;

use serde_json::{Map, Value, json};

use pieces::{Area, closed, list, refusals};

/// Every area, in the order in which one reads them. A new one goes in here.
fn areas() -> Vec<Area> {
    vec![
        events::area(),
        rules::area(),
        versions::area(),
        tryout::area(),
        rule_data::area(),
        presets::area(),
        connections::area(),
        catalog::area(),
        log::area(),
        destinations::area(),
        meta::area(),
    ]
}

/// The document.
#[must_use]
pub fn document() -> Value {
    let (mut tags, mut paths, mut schemas) = (Vec::new(), Map::new(), Map::new());
    for area in areas() {
        tags.push(json!({"name": area.name, "description": area.description}));
        paths.extend(area.paths());
        schemas.extend(
            area.schemas
                .into_iter()
                .map(|(name, schema)| (name.to_owned(), schema)),
        );
    }
    schemas.insert("Problem".to_owned(), problem());
    schemas.insert("FieldError".to_owned(), field_error());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Leadbell",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Slack messages the moment a lead or call event matters.",
            "description": "Errors are problems (RFC 9457, `application/problem+json`) that say what to do; complaints about input \
                stand at their fields. An address that does not take a method answers 405 and names in `Allow` those it \
                takes. Every time is RFC 3339 in UTC, every amount of money is text with a decimal point.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, `lbk_…`, that has the scope named at the operation."},
                "key_in_query": {"type": "apiKey", "in": "query", "name": "key", "description": "The same key, for platforms that can only call a URL."},
            },
        },
    })
}

fn problem() -> Value {
    let schema = closed(
        &json!({
            "title": {"type": "string", "description": "What kind of error, in two words."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "What to do about it."},
            "errors": list(&pieces::reference("FieldError")),
        }),
        &["errors"],
    );
    pieces::with(schema, "description", "An error as the caller sees it.")
}

fn field_error() -> Value {
    let schema = closed(
        &json!({
            "field": {"type": "string", "description": "Path of the field as it was sent, such as `filters.price.min`; empty for the whole."},
            "message": {"type": "string", "description": "What to do about it."},
        }),
        &[],
    );
    pieces::with(schema, "description", "A complaint about one field.")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The paths a router knows, read from its `Debug`: axum has no other list of them.
    fn routes() -> BTreeSet<String> {
        let text = format!("{:?}", super::super::api());
        let (_, nodes) = text.split_once("paths: {").expect("axum shows a router's paths");
        let (nodes, _) = nodes
            .split_once("}}")
            .or_else(|| nodes.split_once("} }"))
            .expect("their end");
        nodes
            .split('"')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .filter(|path| path.starts_with('/'))
            .collect()
    }

    #[test]
    fn every_route_is_described_and_everything_described_is_a_route() {
        let routes = routes();
        assert!(routes.len() > 8, "{routes:?}");
        let document = document();
        let described: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(described, routes, "see server/src/http/openapi/");
    }

    #[test]
    fn every_schema_is_used_and_every_object_in_an_answer_says_what_it_holds() {
        let document = document();
        let text = document.to_string();
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            let reference = format!("#/components/schemas/{name}\"");
            assert!(text.contains(&reference), "nothing uses {name}");
        }
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let Some(responses) = operation.get("responses").and_then(Value::as_object) else {
                    continue;
                };
                for status in ["500", "503"] {
                    let open = path == "/openapi.json";
                    assert!(
                        open || responses.contains_key(status),
                        "{method} {path}: {status}"
                    );
                }
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(operation["tags"].is_array(), "{method} {path}");
            }
        }
    }
}
