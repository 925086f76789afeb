//! Products, campaigns, buyers, publishers, channels, sources, pingtrees.

use leadbell_domain::{EntityKind, EntityStatus};
use serde_json::{Map, Value, json};

use super::pieces::{Area, Operation, closed, count, reference, sent_id};

pub(super) fn area() -> Area {
    Area {
        name: "Catalog",
        description: "What rules live on and filter by.",
        routes: vec![("/catalog", vec![("put", put())])],
        schemas: vec![("Catalog", catalog()), ("CatalogEntry", entry())],
    }
}

fn put() -> Operation {
    let counts = closed(
        &json!({"created": count(0), "updated": count(0), "unchanged": count(0)}),
        &[],
    );
    let example = json!({
        "products": [{"id": 218, "name": "Debt Relief", "platform": "lms", "status": "active"}],
        "campaigns": [{"id": 8807, "name": "Acme CA", "platform": "lms", "product_id": 218, "buyer_id": 402}],
    });
    Operation::new(
        "putCatalog",
        "catalog",
        "Add and update entries of the catalog, at most 10,000 at once.",
    )
    .note("What is not named stays as it is.")
    .body(true, &reference("Catalog"), &example)
    .answers(200, "How many were created, updated, unchanged.", &counts)
}

fn catalog() -> Value {
    let lists: Map<String, Value> = EntityKind::ALL
        .into_iter()
        .map(|kind| {
            let list =
                json!({"type": ["array", "null"], "items": reference("CatalogEntry"), "maxItems": 10_000});
            (kind.plural().to_owned(), list)
        })
        .collect();
    json!({"type": "object", "properties": lists, "additionalProperties": false})
}

fn entry() -> Value {
    let mut statuses: Vec<Value> = EntityStatus::ALL.map(|status| json!(status.key())).to_vec();
    statuses.push(Value::Null);
    let owner = |what: &str| json!({"type": ["string", "integer", "null"], "minLength": 1, "maxLength": 128, "description": format!("Its {what}.")});
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": sent_id(),
            "name": {"type": ["string", "integer", "null"], "maxLength": 200},
            "platform": {"type": ["string", "null"], "enum": ["lms", "call_logic", "cl", null]},
            "status": {"type": ["string", "null"], "enum": statuses},
            "product_id": owner("product"),
            "publisher_id": owner("publisher"),
            "buyer_id": owner("buyer"),
        },
    })
}
