//! REST: `PUT /catalog`, the upsert of products, campaigns, buyers, publishers, channels, sources and pingtrees.
//! `{"products":[{"id":218,"name":"Debt Relief","platform":"lms","status":"active"}], "campaigns":[…], …}`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::put;
use axum::{Json, Router};
use leadbell_domain::{EntityId, EntityKind, EntityStatus, FieldErrors, Platform};
use leadbell_store::EntityUpsert;
use serde_json::{Map, Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::json_body;
use crate::state::AppState;

/// Most entries of one request.
const MAX_ENTRIES: usize = 10_000;
/// Longest name, in characters.
const MAX_NAME: usize = 200;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/catalog", put(upsert))
}

async fn upsert(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    authenticate(&state, &headers, ApiScope::Catalog).await?;
    let entities = parse(&json_body(&headers, body).await?).map_err(Problem::fields)?;
    let counts = state
        .store
        .upsert_entities(&entities, state.clock.now_ms())
        .await?;
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
    let text = |map: &Map<String, Value>, name: &str, errors: &mut FieldErrors| match map.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(Value::Number(number)) if !number.is_f64() => Some(number.to_string()),
        Some(_) => {
            errors.add(format!("{path}.{name}"), "Expected text.");
            None
        }
    };
    let id_of = |map: &Map<String, Value>, name: &str, errors: &mut FieldErrors| {
        let id = text(map, name, errors)?;
        errors.keep(&format!("{path}.{name}"), EntityId::new(id))
    };
    if map.get("id").is_none_or(Value::is_null) {
        errors.add(format!("{path}.id"), "This field is required.");
    }
    let id = id_of(map, "id", errors);
    let name = text(map, "name", errors).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > MAX_NAME) {
        errors.add(
            format!("{path}.name"),
            format!("A name may have at most {MAX_NAME} characters."),
        );
    }
    let platform = text(map, "platform", errors).and_then(|key| {
        errors.keep(
            &format!("{path}.platform"),
            Platform::from_key(&key).ok_or("The platform is lms or call_logic."),
        )
    });
    let status = text(map, "status", errors).and_then(|key| {
        errors.keep(
            &format!("{path}.status"),
            EntityStatus::from_key(&key).ok_or("There is no such status."),
        )
    });
    let product = id_of(map, "product_id", errors);
    let publisher = id_of(map, "publisher_id", errors);
    let buyer = id_of(map, "buyer_id", errors);
    let id = id.filter(|_| errors.0.len() == before)?;
    Some(EntityUpsert {
        kind,
        id,
        name,
        platform,
        status,
        product,
        publisher,
        buyer,
        discovered: false,
    })
}

#[cfg(test)]
mod tests {
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
