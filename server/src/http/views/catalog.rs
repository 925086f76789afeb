//! Lists and entries of the catalog, as one viewer may see them.

use leadbell_app::error::AppError;
use leadbell_app::views::Listing;
use leadbell_app::views::catalog::{
    Belongings, CatalogListing, CatalogSearch, EntityLink, EntryView, UsesView, UsingRule,
};
use leadbell_domain::{
    Duty, Entity, EntityId, EntityKind, EntityStatus, Level, Platform, Scope, Verb, Viewer,
};
use leadbell_store::{EntityQuery, EntitySort, RuleUse};

use super::{entity_rows, named, offset, owner_of};
use crate::http::backend::{PAGE, store_error};
use crate::state::AppState;

/// Names offered to choose from, and named on the page of what they belong to.
const OFFERED: i64 = 50;
const NAMED: i64 = 10;

/// A link to an entity.
pub fn link(entity: &Entity) -> EntityLink {
    EntityLink {
        kind: entity.kind,
        id: entity.id.clone(),
        name: entity.name.clone(),
        status: entity.status,
    }
}

/// Whether an entity is in the scope of a duty.
pub fn is_in(scope: &Scope, entity: &Entity) -> bool {
    match scope {
        Scope::All => true,
        Scope::Platform(own) => entity.platform.is_none_or(|platform| platform == *own),
        Scope::Nothing | Scope::Publishers(_) | Scope::Buyers(_) => false,
    }
}

/// The kinds by whose things a list of `kind` can be narrowed, for this viewer.
fn narrowing(viewer: &Viewer, kind: EntityKind) -> impl Iterator<Item = EntityKind> {
    let related: &[EntityKind] = match kind {
        EntityKind::Campaign => &[EntityKind::Pingtree],
        EntityKind::Pingtree => &[EntityKind::Campaign],
        _ => &[],
    };
    kind.owners()
        .iter()
        .chain(related)
        .copied()
        .filter(|of| !viewer.catalog_scope(*of).is_nothing())
}

/// What a search asks for, within the viewer's scope. A name that nobody has finds nothing.
pub async fn query_of(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    search: &CatalogSearch,
) -> Result<EntityQuery, AppError> {
    let scope = viewer.catalog_scope(kind);
    if scope == Scope::Nothing {
        return Err(AppError::NotFound);
    }
    let mut query = EntityQuery {
        search: search.q.trim().to_owned(),
        status: EntityStatus::from_key(&search.status),
        platform: Platform::from_key(&search.platform),
        discovered: match search.discovered.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        sort: match search.sort.as_str() {
            "id" => EntitySort::Id,
            "changed" => EntitySort::Changed,
            _ => EntitySort::Name,
        },
        ..EntityQuery::of(kind, scope)
    };
    let allowed: Vec<EntityKind> = narrowing(viewer, kind).collect();
    for (of, typed) in search.of.iter().filter(|(of, _)| allowed.contains(of)) {
        let ids = meant(state, viewer, *of, typed).await?;
        if ids.is_empty() {
            query.ids = Some(Vec::new());
        }
        match of {
            EntityKind::Product => query.products = ids,
            EntityKind::Publisher => query.publishers = ids,
            EntityKind::Buyer => query.buyers = ids,
            EntityKind::Pingtree => query.pingtrees = ids,
            EntityKind::Campaign => query.campaigns = ids,
            EntityKind::Channel | EntityKind::Source => {}
        }
    }
    Ok(query)
}

/// What somebody means by an id or a name: the one of that id, or those of that name.
pub async fn meant(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    typed: &str,
) -> Result<Vec<EntityId>, AppError> {
    let typed = typed.trim();
    let scope = viewer.catalog_scope(kind);
    if let Ok(id) = EntityId::new(typed)
        && state
            .store
            .find_entity(kind, &id, &scope)
            .await
            .map_err(store_error)?
            .is_some()
    {
        return Ok(vec![id]);
    }
    let query = EntityQuery {
        search: typed.to_owned(),
        counted: false,
        ..EntityQuery::of(kind, scope)
    };
    let found = state.store.list_entities(&query).await.map_err(store_error)?.rows;
    let typed = typed.to_lowercase();
    Ok(found
        .into_iter()
        .filter(|entity| entity.name.to_lowercase() == typed)
        .map(|entity| entity.id)
        .collect())
}

/// The first of a kind, by name, to choose from.
pub async fn offered(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
) -> Result<Vec<EntityLink>, AppError> {
    let query = EntityQuery {
        limit: OFFERED,
        counted: false,
        ..EntityQuery::of(kind, viewer.catalog_scope(kind))
    };
    let found = state.store.list_entities(&query).await.map_err(store_error)?.rows;
    Ok(found.iter().map(link).collect())
}

/// A page of a list.
pub async fn list(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    search: &CatalogSearch,
) -> Result<CatalogListing, AppError> {
    let query = EntityQuery {
        offset: offset(search.page),
        limit: PAGE,
        ..query_of(state, viewer, kind, search).await?
    };
    let page = state.store.list_entities(&query).await.map_err(store_error)?;
    let mut of = Vec::new();
    for owner in narrowing(viewer, kind) {
        of.push((owner, offered(state, viewer, owner).await?));
    }
    Ok(CatalogListing {
        kind,
        listing: Listing {
            rows: entity_rows(state, viewer, page.rows).await?,
            total: page.total,
            offset: query.offset,
            limit: PAGE,
        },
        of,
        both_platforms: !matches!(query.scope, Scope::Platform(_)),
        may_edit: !viewer.duty(Duty::Catalog, Verb::Manage).is_nothing(),
    })
}

/// One entry with what belongs to it.
pub async fn entry(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    id: &EntityId,
) -> Result<EntryView, AppError> {
    let entity = found(state, viewer, kind, id).await?;
    let mut owners = Vec::new();
    for owner in kind.owners() {
        let ids = owner_of(&entity, *owner).cloned().into_iter().collect();
        owners.extend(named(state, viewer, *owner, ids).await?.values().map(link));
    }
    let related = match kind {
        EntityKind::Pingtree => Some(EntityKind::Campaign),
        EntityKind::Campaign => Some(EntityKind::Pingtree),
        _ => None,
    };
    let mut belongings = Vec::new();
    for owned in kind.owned().chain(related) {
        if viewer.catalog_scope(owned).is_nothing() {
            continue;
        }
        let search = CatalogSearch {
            of: vec![(kind, id.to_string())],
            ..CatalogSearch::default()
        };
        let query = EntityQuery {
            limit: NAMED,
            ..query_of(state, viewer, owned, &search).await?
        };
        let page = state.store.list_entities(&query).await.map_err(store_error)?;
        belongings.push(Belongings {
            kind: owned,
            total: page.total,
            first: page.rows.iter().map(link).collect(),
        });
    }
    let may_edit = is_in(&viewer.duty(Duty::Catalog, Verb::Manage), &entity);
    let (created_at, updated_at) = (entity.created_at, entity.updated_at);
    let mut rows = entity_rows(state, viewer, vec![entity]).await?;
    Ok(EntryView {
        row: rows.pop().ok_or(AppError::NotFound)?,
        owners,
        belongings,
        may_edit,
        created_at,
        updated_at,
    })
}

/// The entity, if the viewer may look it up.
async fn found(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    id: &EntityId,
) -> Result<Entity, AppError> {
    state
        .store
        .find_entity(kind, id, &viewer.catalog_scope(kind))
        .await
        .map_err(store_error)?
        .ok_or(AppError::NotFound)
}

/// What uses an entry, for who may delete it.
pub async fn uses(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    id: &EntityId,
) -> Result<UsesView, AppError> {
    let entity = found(state, viewer, kind, id).await?;
    let duty = viewer.duty(Duty::Catalog, Verb::Manage);
    if !is_in(&duty, &entity) {
        return Err(AppError::Forbidden);
    }
    let uses = state
        .store
        .entry_uses(kind, id, &viewer.scope(Level::Product, Verb::View))
        .await
        .map_err(store_error)?;
    let mut filtering = Vec::new();
    for level in Level::ALL {
        let here: Vec<&RuleUse> = uses.filtering.iter().filter(|rule| rule.level == level).collect();
        let kind = EntityKind::from(level);
        let ids = here.iter().map(|rule| rule.entity.clone()).collect();
        let places = named(state, viewer, kind, ids).await?;
        filtering.extend(here.into_iter().map(|rule| UsingRule {
            id: rule.id.clone(),
            number: rule.number,
            name: rule.name.clone(),
            place: places.get(&rule.entity).map_or_else(
                || EntityLink {
                    kind,
                    id: rule.entity.clone(),
                    name: rule.entity.to_string(),
                    status: EntityStatus::Active,
                },
                link,
            ),
            active: rule.active,
        }));
    }
    filtering.sort_by_key(|rule| std::cmp::Reverse(rule.number));
    let updated_at = entity.updated_at;
    let mut rows = entity_rows(state, viewer, vec![entity]).await?;
    Ok(UsesView {
        row: rows.pop().ok_or(AppError::NotFound)?,
        updated_at,
        rules: (uses.rules, uses.active_rules),
        filters: uses.filters,
        filtering,
        presets: uses.presets,
        preset_uses: uses
            .preset_uses
            .into_iter()
            .map(|preset| (preset.product, preset.id, preset.name))
            .collect(),
        owned: uses.owned,
        pingtrees: uses.pingtrees,
        people: uses.people.len(),
        // Who works here is for those to know who look after people.
        names: match viewer.duty(Duty::Users, Verb::View) {
            Scope::All => uses.people,
            _ => Vec::new(),
        },
    })
}
