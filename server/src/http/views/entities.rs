//! Lists of entities, and the head of an entity's pages.

use leadbell_app::error::AppError;
use leadbell_app::views::{EntityRow, EntitySearch, EntityView, Listing};
use leadbell_domain::{Entity, EntityId, EntityKind, Level, Role, Scope, Trigger, Verb, Viewer};
use leadbell_store::{EntityQuery, RuleQuery};

use super::offset;
use crate::http::backend::{PAGE, store_error};
use crate::state::AppState;

async fn entity_row(state: &AppState, viewer: &Viewer, entity: Entity) -> Result<EntityRow, AppError> {
    let mut rules = 0;
    if let Some(level) = entity.kind.level() {
        let query = RuleQuery {
            limit: 0,
            ..RuleQuery::of(viewer.scope(level, Verb::View), level, entity.id.clone())
        };
        rules = state.store.list_rules(&query).await.map_err(store_error)?.total;
    }
    let owner = match entity.kind {
        EntityKind::Campaign => entity.buyer.as_ref().map(|id| (EntityKind::Buyer, id)),
        EntityKind::Channel | EntityKind::Source => {
            entity.publisher.as_ref().map(|id| (EntityKind::Publisher, id))
        }
        _ => None,
    };
    let belongs_to = match owner {
        Some((kind, id)) => {
            let found = state
                .store
                .find_entity(kind, id, &viewer.catalog_scope(kind))
                .await
                .map_err(store_error)?;
            found.map(|owner| owner.name)
        }
        None => None,
    };
    Ok(EntityRow {
        kind: entity.kind,
        id: entity.id,
        name: entity.name,
        platform: entity.platform,
        status: entity.status,
        discovered: entity.discovered,
        belongs_to,
        rules,
    })
}

/// A page of entities.
pub async fn entities(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    search: &EntitySearch,
) -> Result<Listing<EntityRow>, AppError> {
    let scope = viewer.catalog_scope(kind);
    if scope == Scope::Nothing {
        return Err(AppError::NotFound);
    }
    let query = EntityQuery {
        search: search.q.trim().to_owned(),
        offset: offset(search.page),
        limit: PAGE,
        ..EntityQuery::of(kind, scope)
    };
    let page = state.store.list_entities(&query).await.map_err(store_error)?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for entity in page.rows {
        rows.push(entity_row(state, viewer, entity).await?);
    }
    Ok(Listing {
        rows,
        total: page.total,
        offset: query.offset,
        limit: PAGE,
    })
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
    let entity = entity_row(state, viewer, entity).await?;
    Ok(EntityView {
        entity,
        level,
        can_manage,
        shows_author: viewer.role != Role::Publisher,
        triggers,
        authors: Vec::new(),
        destinations: Vec::new(),
    })
}
