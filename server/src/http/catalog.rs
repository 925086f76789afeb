//! REST: `PUT /catalog`, the upsert of products, campaigns, buyers, publishers, channels, sources and pingtrees.
//! `{"products":[{"id":218,"name":"Debt Relief","platform":"lms","status":"active"}], "campaigns":[…], …}`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::put;
use axum::{Json, Router};
use leadbell_domain::{AuditAction, EntityKind, EntryDraft, FieldErrors};
use leadbell_store::EntityUpsert;
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::json_body;
use crate::catalog;
use crate::state::AppState;

/// Most entries of one request.
const MAX_ENTRIES: usize = 10_000;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/catalog", put(upsert))
}

async fn upsert(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Catalog).await?;
    let entities = parse(&json_body(&headers, body).await?).map_err(Problem::fields)?;
    let counts = state
        .store
        .upsert_entities(&entities, state.clock.now_ms())
        .await?;
    let action = AuditAction::CatalogChanged;
    catalog::came_in(&state, &caller, action, &entities, &counts).await;
    Ok(Json(
        json!({"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}),
    ))
}

fn parse(json: &Value) -> Result<Vec<EntityUpsert>, FieldErrors> {
    let Value::Object(map) = json else {
        return Err(FieldErrors::one(
            "",
            "Send an object with lists such as \"products\".",
        ));
    };
    let mut errors = FieldErrors::new();
    let mut entities = Vec::new();
    for (name, list) in map {
        let kind = EntityKind::ALL.into_iter().find(|kind| kind.plural() == name);
        match (kind, list) {
            (None, _) => errors.add(name.clone(), "There is no such list."),
            (Some(_), Value::Null) => {}
            (Some(kind), Value::Array(entries)) => {
                for (index, entry) in entries.iter().enumerate() {
                    entities.extend(entity(kind, entry, &format!("{name}[{index}]"), &mut errors));
                }
            }
            (Some(_), _) => errors.add(name.clone(), "Expected a list."),
        }
    }
    if entities.len() > MAX_ENTRIES {
        errors.add("", "At most 10,000 entries fit into one request.");
    }
    if errors.is_empty() {
        Ok(entities)
    } else {
        Err(errors)
    }
}

fn entity(kind: EntityKind, entry: &Value, path: &str, errors: &mut FieldErrors) -> Option<EntityUpsert> {
    let Value::Object(map) = entry else {
        errors.add(path, "Expected an object.");
        return None;
    };
    let before = errors.0.len();
    let mut draft = EntryDraft::default();
    for (name, value) in map {
        let Some(field) = column(name).and_then(|name| draft.field_mut(name)) else {
            continue;
        };
        match text(name, value) {
            Ok(text) => *field = text,
            Err(why) => errors.add(format!("{path}.{name}"), why),
        }
    }
    if errors.0.len() > before {
        return None;
    }
    match draft.parse(kind) {
        Ok(entry) => Some(EntityUpsert::entered(entry)),
        Err(found) => {
            for error in found.0 {
                errors.add(format!("{path}.{}", field_name(&error.field)), error.message);
            }
            None
        }
    }
}

/// The fields of an entry in JSON, and what the catalog calls them.
const FIELDS: [(&str, &str); 8] = [
    ("id", "id"),
    ("name", "name"),
    ("platform", "platform"),
    ("status", "status"),
    ("product_id", "product"),
    ("publisher_id", "publisher"),
    ("buyer_id", "buyer"),
    ("campaign_ids", "campaigns"),
];

fn column(field: &str) -> Option<&'static str> {
    FIELDS
        .into_iter()
        .find(|(json, _)| *json == field)
        .map(|(_, column)| column)
}

fn field_name(column: &str) -> &str {
    FIELDS
        .into_iter()
        .find(|(_, known)| *known == column)
        .map_or(column, |(json, _)| json)
}

/// A field's text: an id may be a number, and the campaigns of a pingtree are a list of ids.
fn text(name: &str, value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::Array(ids) if name == "campaign_ids" => {
            let ids: Result<Vec<String>, &str> = ids
                .iter()
                .map(|id| match text("id", id) {
                    // Its own sign between ids can't be part of one.
                    Ok(Some(id)) if !id.contains(['|', '\n']) => Ok(id),
                    _ => Err("Expected a list of IDs."),
                })
                .collect();
            Ok(Some(ids?.join("|")))
        }
        _ if name == "campaign_ids" => Err("Expected a list of IDs."),
        Value::String(text) => Ok(Some(text.trim().to_owned())),
        Value::Number(number) if !number.is_f64() => Ok(Some(number.to_string())),
        _ => Err("Expected text."),
    }
}

#[cfg(test)]
mod tests {
    use leadbell_domain::EntityId;

    use super::*;

    #[test]
    fn a_catalog_is_read_with_numbers_as_ids() {
        let entities = parse(&json!({
            "products": [{"id": 218, "name": "Debt Relief", "platform": "lms"}],
            "campaigns": [{"id": "8807", "name": "Acme CA", "buyer_id": 402, "product_id": 218, "status": "active"}],
        }))
        .unwrap();
        assert_eq!(entities.len(), 2);
        let campaign = entities
            .iter()
            .find(|entity| entity.kind == EntityKind::Campaign)
            .unwrap();
        assert_eq!(campaign.buyer.as_ref().map(EntityId::as_str), Some("402"));
        assert!(!campaign.discovered);
    }

    #[test]
    fn mistakes_are_told_by_list_and_place() {
        let errors = parse(&json!({
            "products": [{"id": 1}, {"name": "x"}, {"id": 2, "platform": "web", "status": "gone"}], "colours": [],
            "buyers": {}, "sources": ["x"],
        }))
        .unwrap_err();
        for field in [
            "products[1].id",
            "products[2].platform",
            "products[2].status",
            "colours",
            "buyers",
            "sources[0]",
        ] {
            assert!(errors.of(field).is_some(), "{field}: {errors}");
        }
    }
}
