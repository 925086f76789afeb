//! Lists of entities, and the head of an entity's pages.

use std::collections::{BTreeSet, HashMap};

use leadbell_app::error::AppError;
use leadbell_app::views::{EntityRow, EntityView};
use leadbell_domain::{Entity, EntityId, EntityKind, Level, Role, Scope, Trigger, Verb, Viewer};
use leadbell_store::EntityQuery;

use crate::http::backend::store_error;
use crate::state::AppState;

/// Entities of one kind as rows of a list, with two queries however many they are.
pub async fn entity_rows(
    state: &AppState,
    viewer: &Viewer,
    entities: Vec<Entity>,
) -> Result<Vec<EntityRow>, AppError> {
    let Some(kind) = entities.first().map(|entity| entity.kind) else {
        return Ok(Vec::new());
    };
    let mut rules = HashMap::new();
    if let Some(level) = kind.level() {
        let ids: Vec<EntityId> = entities.iter().map(|entity| entity.id.clone()).collect();
        rules = state
            .store
            .count_rules_on(level, &ids, &viewer.scope(level, Verb::View))
            .await
            .map_err(store_error)?;
    }
    let mut owners = HashMap::new();
    if let Some(owner) = kind.owners().first() {
        let ids = entities
            .iter()
            .filter_map(|entity| owner_of(entity, *owner).cloned());
        owners = named(state, viewer, *owner, ids.collect()).await?;
    }
    let row = |entity: Entity| {
        let owner = kind.owners().first().and_then(|owner| owner_of(&entity, *owner));
        EntityRow {
            belongs_to: owner
                .and_then(|id| owners.get(id))
                .map(|owner| owner.name.clone()),
            rules: rules.get(&entity.id).copied().unwrap_or_default(),
            kind: entity.kind,
            id: entity.id,
            name: entity.name,
            platform: entity.platform,
            status: entity.status,
            discovered: entity.discovered,
        }
    };
    Ok(entities.into_iter().map(row).collect())
}

/// The owner of this kind.
pub fn owner_of(entity: &Entity, owner: EntityKind) -> Option<&EntityId> {
    match owner {
        EntityKind::Product => entity.product.as_ref(),
        EntityKind::Publisher => entity.publisher.as_ref(),
        EntityKind::Buyer => entity.buyer.as_ref(),
        _ => None,
    }
}

/// Those of these entities that the viewer may know of.
pub async fn named(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    ids: BTreeSet<EntityId>,
) -> Result<HashMap<EntityId, Entity>, AppError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = EntityQuery {
        limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        ids: Some(ids.into_iter().collect()),
        hide_deleted: false,
        counted: false,
        ..EntityQuery::of(kind, viewer.catalog_scope(kind))
    };
    let found = state.store.list_entities(&query).await.map_err(store_error)?.rows;
    Ok(found
        .into_iter()
        .map(|entity| (entity.id.clone(), entity))
        .collect())
}

/// The head of an entity's pages.
pub async fn entity(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &EntityId,
) -> Result<EntityView, AppError> {
    let kind = EntityKind::from(level);
    let entity = state
        .store
        .find_entity(kind, id, &viewer.scope(level, Verb::View))
        .await
        .map_err(store_error)?
        .ok_or(AppError::NotFound)?;
    let manage = viewer.scope(level, Verb::Manage);
    let can_manage = state
        .store
        .find_entity(kind, id, &manage)
        .await
        .map_err(store_error)?
        .is_some();
    let platform = match viewer.scope(level, Verb::Manage) {
        Scope::Platform(platform) => Some(platform),
        _ => entity.platform,
    };
    let triggers = Trigger::of_level(level, platform).collect();
    let mut rows = entity_rows(state, viewer, vec![entity]).await?;
    let entity = rows.pop().ok_or(AppError::NotFound)?;
    Ok(EntityView {
        entity,
        level,
        can_manage,
        shows_author: viewer.role != Role::Publisher,
        triggers,
        authors: Vec::new(),
        destinations: Vec::new(),
        has_presets: false,
    })
}
