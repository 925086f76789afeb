//! Products, campaigns, buyers, publishers, channels, sources, pingtrees.

use leadbell_domain::{EntityKind, MAX_ENTITY_NAME};
use serde_json::{Map, Value, json};

use super::pieces::{
    Area, Operation, closed, count, list, one_of, outside_id, reference, sent_id, text, time,
};

pub(super) fn area() -> Area {
    Area {
        name: "Catalog",
        description: "What rules live on and filter by.",
        routes: vec![
            ("/catalog", vec![("put", put())]),
            ("/catalog/{kind}", vec![("get", get())]),
        ],
        schemas: vec![("Catalog", catalog()), ("CatalogEntry", answered())],
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
            let list = json!({"type": ["array", "null"], "items": entry(kind), "maxItems": 10_000});
            (kind.plural().to_owned(), list)
        })
        .collect();
    json!({"type": "object", "properties": lists, "additionalProperties": false})
}

/// An entry as it may be sent: with the statuses and owners of its kind.
fn entry(kind: EntityKind) -> Value {
    let mut statuses: Vec<Value> = kind.statuses().iter().map(|status| json!(status.key())).collect();
    statuses.push(Value::Null);
    let mut properties = json!({
        "id": sent_id(),
        "name": {"type": ["string", "integer", "null"], "maxLength": MAX_ENTITY_NAME, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$"},
        "platform": {"type": ["string", "null"], "enum": ["lms", "call_logic", "cl", null]},
        "status": {"type": ["string", "null"], "enum": statuses},
    });
    for owner in [EntityKind::Product, EntityKind::Publisher, EntityKind::Buyer] {
        properties[format!("{}_id", owner.key())] = if kind.owners().contains(&owner) {
            let mut id = sent_id();
            id["type"] = json!(["string", "integer", "null"]);
            id["minLength"] = json!(0);
            id["description"] = json!(format!(
                "Its {}; an empty text says as little as none.",
                owner.key()
            ));
            id
        } else {
            json!({"type": "null"})
        };
    }
    properties["campaign_ids"] = if kind == EntityKind::Pingtree {
        json!({"type": ["array", "null"], "items": {"type": ["string", "integer"], "pattern": "^[A-Za-z0-9_.:-]{0,128}$"},
            "description": "All the campaigns in it; left out, they stay."})
    } else {
        json!({"type": "null"})
    };
    json!({"type": "object", "required": ["id"], "properties": properties})
}

fn get() -> Operation {
    let entries = closed(
        &json!({"entries": list(&reference("CatalogEntry")), "next_cursor": {"type": ["string", "null"]}}),
        &[],
    );
    Operation::new(
        "listCatalog",
        "read",
        "Entries of one kind (products, campaigns, publishers, channels, sources, buyers, pingtrees) by id.",
    )
    .query("q", "Part of a name or id.", text())
    .query(
        "status",
        "One of the kind's; without it, all but deleted ones.",
        one_of(&["active", "disabled", "deleted", "pending", "paused", "test"]),
    )
    .query(
        "platform",
        "This one's, and those that serve both.",
        one_of(&["lms", "call_logic"]),
    )
    .query("cursor", "`next_cursor` of the page before.", outside_id())
    .query(
        "limit",
        "Rows at most.",
        json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    )
    .refuses(&[404])
    .answers(
        200,
        "A page of entries; `next_cursor` is null on the last.",
        &entries,
    )
}

/// An entry as it is answered; owners and campaigns stand where its kind has them.
fn answered() -> Value {
    let id = json!({"type": ["string", "null"]});
    closed(
        &json!({
            "id": outside_id(),
            "name": text(),
            "platform": {"type": ["string", "null"], "enum": ["lms", "call_logic", null]},
            "status": one_of(&["active", "disabled", "deleted", "pending", "paused", "test"]),
            "discovered": {"type": "boolean", "description": "Seen in an event, and entered by nobody."},
            "product_id": id, "publisher_id": id, "buyer_id": id,
            "campaign_ids": list(&outside_id()),
            "created_at": time(), "updated_at": time(),
        }),
        &["product_id", "publisher_id", "buyer_id", "campaign_ids"],
    )
}
