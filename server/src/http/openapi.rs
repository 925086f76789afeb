//! The description of the REST interface (OpenAPI 3.1), written where it is easiest to keep true: by hand, next to the
//! routes, with the schemas of the answers taken from their types.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::problem::Problem;
use crate::ingest::{IngestAnswer, RejectedEvent};

fn schema<T: PartialSchema + ToSchema>() -> (String, Value) {
    (
        T::name().into_owned(),
        serde_json::to_value(T::schema()).unwrap_or(Value::Null),
    )
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn content(kind: &str, schema: &Value) -> Value {
    let mut map = Map::new();
    map.insert(kind.to_owned(), json!({"schema": schema}));
    Value::Object(map)
}

fn answers(good: &[(&str, &str, Value)], problems: &[&str]) -> Value {
    let mut map = Map::new();
    for (status, description, schema) in good {
        let body = if schema.is_null() {
            json!({"description": description})
        } else {
            json!({"description": description, "content": content("application/json", schema)})
        };
        map.insert((*status).to_owned(), body);
    }
    for status in problems.iter().chain(&["401", "403", "500", "503"]) {
        let body = json!({
            "description": "A problem (RFC 9457).",
            "content": content("application/problem+json", &reference("Problem")),
        });
        map.insert((*status).to_owned(), body);
    }
    Value::Object(map)
}

fn query(name: &str, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": description, "schema": {"type": "string"}})
}

fn path_id(name: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
}

fn rule_schema() -> Value {
    let list = json!({"type": "object", "description": "One of any_of, none_of.", "properties": {
        "any_of": {"type": "array", "items": {"type": "string"}},
        "none_of": {"type": "array", "items": {"type": "string"}},
    }});
    let mut filters = Map::new();
    for key in leadbell_domain::FilterKey::LISTS {
        filters.insert(key.key().to_owned(), list.clone());
    }
    let ops: Vec<&str> = leadbell_domain::PriceOp::ALL
        .into_iter()
        .map(leadbell_domain::PriceOp::key)
        .collect();
    let price = json!({"type": "object", "required": ["op"], "properties": {
        "op": {"type": "string", "enum": ops}, "value": {"type": "string"}, "min": {"type": "string"}, "max": {"type": "string"},
    }});
    filters.insert("price".to_owned(), price);
    let triggers: Vec<&str> = leadbell_domain::Trigger::ALL
        .into_iter()
        .map(leadbell_domain::Trigger::key)
        .collect();
    json!({
        "type": "object",
        "required": ["level", "entity_id", "trigger", "action"],
        "properties": {
            "id": {"type": "string", "readOnly": true},
            "number": {"type": "integer", "readOnly": true},
            "version": {"type": "integer", "readOnly": true},
            "name": {"type": "string", "maxLength": 100},
            "level": {"type": "string", "enum": ["product", "campaign", "publisher"]},
            "entity_id": {"type": "string"},
            "trigger": {"type": "string", "enum": triggers},
            "filters": {"type": "object", "properties": filters},
            "action": {"type": "object", "required": ["target", "text"], "properties": {
                "type": {"type": "string", "enum": ["send_slack_message"]},
                "connection_id": {"type": "string"},
                "auth_token": {"type": "string", "writeOnly": true},
                "target": {"type": "object", "properties": {"channel_id": {"type": "string"}, "member_id": {"type": "string"}}},
                "text": {"type": "string", "maxLength": leadbell_domain::MAX_TEMPLATE_CHARS},
                "personal_data": {"type": "string", "enum": ["masked", "shown"]},
            }},
            "status": {"type": "string", "enum": ["active", "disabled"]},
            "created_at": {"type": "string", "format": "date-time", "readOnly": true},
            "updated_at": {"type": "string", "format": "date-time", "readOnly": true},
            "remark": {"type": "string", "readOnly": true},
            "note": {"type": "string", "maxLength": 2000},
            "preset_id": {"type": ["string", "null"]},
            "include_test": {"type": "boolean"},
            "include_duplicates": {"type": "boolean"},
        },
    })
}

fn event_schema() -> Value {
    let entity = json!({"type": ["object", "null"], "properties": {"id": {"type": ["string", "integer"]}, "name": {"type": ["string", "null"]}}});
    let triggers: Vec<&str> = leadbell_domain::Trigger::ALL
        .into_iter()
        .map(leadbell_domain::Trigger::key)
        .collect();
    json!({
        "type": "object",
        "required": ["event_id", "trigger", "product", "lead"],
        "properties": {
            "event_id": {"type": "string"}, "trigger": {"type": "string", "enum": triggers},
            "occurred_at": {"type": "string", "format": "date-time"}, "is_test": {"type": "boolean"},
            "host": {"type": ["string", "null"]},
            "product": {"type": "object", "required": ["id"], "properties": {"id": {"type": ["string", "integer"]}, "name": {"type": ["string", "null"]}}},
            "lead": {"type": "object", "required": ["id"], "properties": {"id": {"type": ["string", "integer"]}}},
            "publisher": entity, "channel": entity, "source": entity, "pingtree": entity, "buyer": entity, "campaign": entity,
            "call": {"type": ["object", "null"]}, "reject": {"type": ["object", "null"]},
            "pingback": {"type": ["object", "null"]}, "earning": {"type": ["object", "null"]},
            "money": {"type": ["object", "null"], "description": "Amounts as text: \"42.50\".", "properties": {
                "currency": {"type": ["string", "null"]}, "price": {"type": ["string", "integer", "null"]},
                "total": {"type": ["string", "integer", "null"]}, "publisher_earning": {"type": ["string", "integer", "null"]},
            }},
        },
    })
}

fn ingest_paths() -> Value {
    let bodies = json!({
        "application/json": {"schema": {"oneOf": [
            reference("Event"),
            {"type": "object", "required": ["events"], "properties": {"events": {"type": "array", "items": reference("Event")}}},
        ]}},
        "application/x-ndjson": {"schema": {"type": "string", "description": "One event a line."}},
    });
    let ingested = answers(
        &[
            (
                "202",
                "What became of each event. Accepted means on disk.",
                reference("IngestAnswer"),
            ),
            ("422", "All events are refused.", reference("IngestAnswer")),
        ],
        &["400", "413", "415", "429"],
    );
    let pingback = |id: &str| {
        json!({
            "operationId": id, "summary": "One event as query or form fields, for platforms that can only call a URL.",
            "parameters": [query("event_id", "Unique id of the event."), query("trigger", "Its trigger."), query("product_id", "Its product."), query("lead_id", "Its lead.")],
            "responses": ingested.clone(),
        })
    };
    json!({
        "/events": {"post": {"operationId": "postEvents", "summary": "Post one event, a batch or NDJSON.", "requestBody": {"required": true, "content": bodies}, "responses": ingested.clone()}},
        "/pingback": {"get": pingback("getPingback"), "post": pingback("postPingback")},
    })
}

fn rule_paths() -> Value {
    let rule_body = json!({"required": true, "content": content("application/json", &reference("Rule"))});
    let if_match = json!({"name": "If-Match", "in": "header", "required": false, "description": "The ETag you saw.", "schema": {"type": "string"}});
    json!({
        "/rules": {
            "get": {"operationId": "listRules", "parameters": [
                query("level", "product, campaign or publisher."), query("entity_id", "Only this entity's."), query("trigger", "Only this trigger."),
                query("status", "active or disabled."), query("q", "Part of name, text, number or target."), query("limit", "1–1000."), query("offset", "Rows to skip."),
            ], "responses": answers(&[("200", "Rules, newest first.", json!({"type": "object", "required": ["rules", "total"], "properties": {"rules": {"type": "array", "items": reference("Rule")}, "total": {"type": "integer"}}}))], &["400", "422"])},
            "post": {"operationId": "createRule", "requestBody": rule_body, "responses": answers(&[("201", "The rule.", reference("Rule"))], &["400", "422"])},
        },
        "/rules/{id}": {
            "parameters": [path_id("id")],
            "get": {"operationId": "getRule", "responses": answers(&[("200", "The rule, with its version as ETag.", reference("Rule"))], &["404"])},
            "put": {"operationId": "replaceRule", "parameters": [if_match], "requestBody": rule_body, "responses": answers(&[("200", "The rule.", reference("Rule"))], &["400", "404", "409", "412", "422"])},
            "delete": {"operationId": "deleteRule", "parameters": [if_match], "responses": answers(&[("204", "Deleted.", Value::Null)], &["400", "404", "412"])},
        },
        "/rules/{id}/test": {
            "parameters": [path_id("id")],
            "post": {"operationId": "testRule", "summary": "What the rule would do with an event (a sample without one), and if wished its message, marked TEST.",
                "requestBody": {"required": false, "content": content("application/json", &test_request())},
                "responses": answers(&[("200", "Every filter's verdict and the message.", test_answer())], &["400", "404", "413", "422"])},
        },
    })
}

fn test_request() -> Value {
    json!({"type": "object", "properties": {
        "event": reference("Event"),
        "send": {"type": "boolean", "default": false, "description": "Really send it, marked TEST."},
    }})
}

fn test_answer() -> Value {
    let text = json!({"type": "string"});
    let filter = json!({"type": "object", "required": ["filter", "label", "wanted", "passed"], "properties": {
        "filter": text, "label": text, "wanted": text, "actual": {"type": ["string", "null"]}, "passed": {"type": "boolean"},
    }});
    json!({"type": "object", "required": ["fires", "filters", "obstacles", "text", "length", "event_id", "sent"], "properties": {
        "fires": {"type": "boolean"}, "filters": {"type": "array", "items": filter},
        "obstacles": {"type": "array", "items": text, "description": "What else keeps it from firing."},
        "text": text, "length": {"type": "integer"}, "event_id": text,
        "sent": {"type": ["object", "null"], "properties": {"ok": {"type": "boolean"}, "said": text, "note": {"type": ["string", "null"]}}},
    }})
}

fn other_paths() -> Value {
    let object = json!({"type": "object"});
    let token = json!({"type": "object", "required": ["auth_token"], "properties": {"auth_token": {"type": "string", "writeOnly": true}}});
    json!({
        "/connections": {
            "get": {"operationId": "listConnections", "responses": answers(&[("200", "Stored tokens, by prefix and last four characters.", object.clone())], &[])},
            "post": {"operationId": "createConnection", "requestBody": {"required": true, "content": content("application/json", &token)}, "responses": answers(&[("201", "The connection.", object.clone())], &["400", "422"])},
        },
        "/catalog": {"put": {"operationId": "putCatalog", "summary": "Add and update products, campaigns, buyers, publishers, channels, sources and pingtrees.", "requestBody": {"required": true, "content": content("application/json", &object)}, "responses": answers(&[("200", "How many were created, updated, unchanged.", object.clone())], &["400", "422"])}},
        "/deliveries": {"get": {"operationId": "listDeliveries", "parameters": [
            query("status", "queued, sending, sent, retrying, ambiguous, failed or suppressed."), query("rule", "Only this rule's."), query("event_id", "Only this event's."), query("limit", "1–1000."), query("cursor", "next_cursor of the page before."),
        ], "responses": answers(&[("200", "Deliveries, newest first, with every attempt.", object.clone())], &["400", "422"])}},
        "/events/{event_id}": {"parameters": [path_id("event_id")], "get": {"operationId": "getEvent", "responses": answers(&[("200", "The event, its deliveries and every rule's verdict.", object.clone())], &["404"])}},
        "/meta": {"get": {"operationId": "getMeta", "summary": "Triggers, levels, filters, placeholders and roles as data.", "responses": answers(&[("200", "The matrices.", object.clone())], &[])}},
        "/openapi.json": {"get": {"operationId": "getOpenApi", "security": [], "responses": {"200": {"description": "This document.", "content": content("application/json", &object)}}}},
    })
}

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths = Map::new();
    for part in [ingest_paths(), rule_paths(), other_paths()] {
        if let Value::Object(part) = part {
            paths.extend(part);
        }
    }
    let mut schemas: Map<String, Value> = [
        schema::<Problem>(),
        schema::<IngestAnswer>(),
        schema::<RejectedEvent>(),
    ]
    .into_iter()
    .collect();
    schemas.insert("Rule".to_owned(), rule_schema());
    schemas.insert("Event".to_owned(), event_schema());
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Leadbell", "version": env!("CARGO_PKG_VERSION"), "description": "Slack messages the moment a lead or call event matters."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key, lbk_…"}},
        },
    })
}
