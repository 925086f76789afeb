//! What a viewer may reach beyond the permission table: which connections, and which values in a filter.

use leadbell_domain::{
    ConnectionReach, EntityId, EntityKind, FieldErrors, FilterKey, Filters, Level, ListFilter, Role, Rule,
    Scope, Verb, Viewer, filter_label,
};
use leadbell_store::{ConnectionOwner, ConnectionScope, EntityQuery, RuleScopes, Store, StoreError};

/// The saved tokens a viewer may see and use.
#[must_use]
pub fn connection_scope(viewer: &Viewer) -> ConnectionScope {
    connections_within(viewer, Verb::View)
}

/// The saved tokens a viewer may see ([`Verb::View`]) or change ([`Verb::Manage`]).
#[must_use]
pub fn connections_within(viewer: &Viewer, verb: Verb) -> ConnectionScope {
    match viewer.connections(verb) {
        ConnectionReach::Nothing => ConnectionScope::Nothing,
        ConnectionReach::Own => ConnectionScope::Publishers(viewer.publishers.clone()),
        ConnectionReach::HouseAndOwn => ConnectionScope::House(viewer.publishers.clone()),
        ConnectionReach::All => ConnectionScope::All,
    }
}

/// The rules a viewer may see, level by level.
#[must_use]
pub fn rule_scopes(viewer: &Viewer) -> RuleScopes {
    Level::ALL
        .into_iter()
        .map(|level| (level, viewer.scope(level, Verb::View)))
        .filter(|(_, scope)| !scope.is_nothing())
        .collect()
}

/// Whose a token is that this viewer pastes into a rule of this entity.
#[must_use]
pub fn connection_owner(viewer: &Viewer, entity: &EntityId) -> ConnectionOwner {
    match viewer.role {
        Role::Publisher => ConnectionOwner::Publisher(entity.clone()),
        _ => ConnectionOwner::Staff,
    }
}

/// The kind of entity a list filter holds; methods are no entities.
#[must_use]
pub fn filter_kind(filter: FilterKey) -> Option<EntityKind> {
    match filter {
        FilterKey::Publisher => Some(EntityKind::Publisher),
        FilterKey::Channel => Some(EntityKind::Channel),
        FilterKey::Source => Some(EntityKind::Source),
        FilterKey::Buyer => Some(EntityKind::Buyer),
        FilterKey::Campaign => Some(EntityKind::Campaign),
        FilterKey::Pingtree => Some(EntityKind::Pingtree),
        FilterKey::Method | FilterKey::Price => None,
    }
}

/// Whose entries a filter of a rule on this entity may name: on a publisher, his own channels and sources only,
/// whoever writes the rule.
#[must_use]
pub fn filter_scope(viewer: &Viewer, kind: EntityKind, level: Level, entity: &EntityId) -> Scope {
    match (viewer.filter_scope(kind), level, kind) {
        (Scope::Nothing, _, _) => Scope::Nothing,
        (_, Level::Publisher, EntityKind::Channel | EntityKind::Source) => {
            Scope::Publishers(vec![entity.clone()])
        }
        (scope, _, _) => scope,
    }
}

/// The filters of a rule that this viewer may not read, though he sees the rule.
pub fn withheld_filters<'a>(
    viewer: &'a Viewer,
    rule: &'a Rule,
) -> impl Iterator<Item = (FilterKey, &'a ListFilter)> {
    let lists = rule.filters.lists.iter().map(|(key, filter)| (*key, filter));
    lists.filter(|(key, _)| viewer.is_withheld(*key))
}

/// Complains about values in filters that this viewer can't know of. Staff who see everything may also name entities
/// that are not in the catalog yet.
pub async fn check_filter_values(
    store: &dyn Store,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    filters: &Filters,
) -> Result<FieldErrors, StoreError> {
    let mut errors = FieldErrors::new();
    for (filter, list) in &filters.lists {
        let Some(kind) = filter_kind(*filter) else {
            continue;
        };
        let scope = filter_scope(viewer, kind, level, entity);
        if scope == Scope::All {
            continue;
        }
        let ids: Vec<EntityId> = list
            .values()
            .iter()
            .filter_map(|id| EntityId::new(id.clone()).ok())
            .collect();
        let query = EntityQuery {
            limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
            ids: Some(ids.clone()),
            hide_deleted: false,
            counted: false,
            ..EntityQuery::of(kind, scope)
        };
        let found = store.list_entities(&query).await?.rows;
        let missing: Vec<&str> = ids
            .iter()
            .filter(|id| !found.iter().any(|row| row.id == **id))
            .map(EntityId::as_str)
            .collect();
        if !missing.is_empty() {
            let label = filter_label(*filter).to_lowercase();
            errors.add(
                format!("filters.{}", filter.key()),
                format!("There is no {label} {} to choose here.", missing.join(", ")),
            );
        }
    }
    Ok(errors)
}
