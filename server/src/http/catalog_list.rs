//! REST: `GET /catalog/{kind}`, the entries of one kind in the order of their ids, page by page.

use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{Entity, EntityId, EntityKind, FieldErrors, Platform, format_rfc3339};
use leadbell_store::{EntityQuery, EntitySort};
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params};
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/catalog/{kind}", get(list))
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(kind): Id,
    params: Params,
) -> Result<Json<Value>, Problem> {
    let viewer = authenticate(&state, &headers, ApiScope::Read).await?;
    let kind = EntityKind::ALL
        .into_iter()
        .find(|known| known.plural() == kind)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "The catalog has no list of this name."))?;
    let mut errors = FieldErrors::new();
    let status = params.text("status", &mut errors).and_then(|key| {
        let found = kind.statuses().iter().copied().find(|status| status.key() == key);
        errors.keep("status", found.ok_or("There is no such status."))
    });
    let platform = params.text("platform", &mut errors).and_then(|key| {
        errors.keep(
            "platform",
            Platform::from_key(key).ok_or("The platform is lms or call_logic."),
        )
    });
    let search = params.text("q", &mut errors).unwrap_or_default().to_owned();
    let after = params
        .text("cursor", &mut errors)
        .and_then(|id| errors.keep("cursor", EntityId::new(id)));
    let limit = params.limit(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let query = EntityQuery {
        search,
        status,
        platform,
        after,
        limit,
        sort: EntitySort::Id,
        counted: false,
        ..EntityQuery::of(kind, viewer.catalog_scope(kind))
    };
    let rows = state.store.list_entities(&query).await?.rows;
    let mut campaigns = HashMap::new();
    if kind == EntityKind::Pingtree {
        let ids: Vec<EntityId> = rows.iter().map(|tree| tree.id.clone()).collect();
        campaigns = state.store.campaigns_in(&ids).await?;
    }
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let cursor = rows.last().filter(|_| full).map(|last| last.id.clone());
    let entries: Vec<Value> = rows
        .iter()
        .map(|entity| entry(entity, campaigns.get(&entity.id)))
        .collect();
    Ok(Json(json!({"entries": entries, "next_cursor": cursor})))
}

/// An entry with the fields of its kind.
fn entry(entity: &Entity, campaigns: Option<&BTreeSet<EntityId>>) -> Value {
    let mut json = json!({
        "id": entity.id,
        "name": entity.name,
        "platform": entity.platform.map(Platform::key),
        "status": entity.status,
        "discovered": entity.discovered,
        "created_at": format_rfc3339(entity.created_at),
        "updated_at": format_rfc3339(entity.updated_at),
    });
    for owner in entity.kind.owners() {
        let id = match owner {
            EntityKind::Product => &entity.product,
            EntityKind::Publisher => &entity.publisher,
            _ => &entity.buyer,
        };
        json[format!("{}_id", owner.key())] = json!(id);
    }
    if entity.kind == EntityKind::Pingtree {
        json["campaign_ids"] = json!(campaigns.cloned().unwrap_or_default());
    }
    json
}
