//! Names of what filters hold, as far as a viewer may know them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leadbell_domain::{Entity, EntityId, EntityStatus, FilterKey, Level, Rule, Viewer};
use leadbell_store::{EntityQuery, Store, StoreError};

use crate::access::{filter_kind, filter_scope};

/// What stands for the name of a value that the viewer may not know.
pub(crate) const WITHHELD: &str = "(not shown)";

/// Names by filter and id.
pub type Names = HashMap<(FilterKey, String), String>;

/// The entities of these ids that the viewer may name in this filter of a rule that lives on `entity`.
pub async fn by_ids(
    store: &dyn Store,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    key: FilterKey,
    ids: Vec<EntityId>,
) -> Result<Vec<Entity>, StoreError> {
    let Some(kind) = filter_kind(key) else {
        return Ok(Vec::new());
    };
    let query = EntityQuery {
        limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        ids: Some(ids),
        hide_deleted: false,
        ..EntityQuery::of(kind, filter_scope(viewer, kind, level, entity))
    };
    Ok(store.list_entities(&query).await?.rows)
}

/// The names of everything these rules of one entity filter by, a query per kind.
pub async fn filter_names<'a>(
    store: &dyn Store,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    rules: impl Iterator<Item = &'a Rule>,
) -> Result<Names, StoreError> {
    let mut wanted: BTreeMap<FilterKey, BTreeSet<EntityId>> = BTreeMap::new();
    for rule in rules {
        for (key, filter) in &rule.filters.lists {
            let ids = filter
                .values()
                .iter()
                .filter_map(|id| EntityId::new(id.clone()).ok());
            wanted.entry(*key).or_default().extend(ids);
        }
    }
    let mut names = Names::new();
    for (key, ids) in wanted {
        if viewer.is_withheld(key) {
            names.extend(
                ids.into_iter()
                    .map(|id| ((key, id.to_string()), WITHHELD.to_owned())),
            );
            continue;
        }
        for found in by_ids(store, viewer, level, entity, key, ids.into_iter().collect()).await? {
            let name = marked(&found);
            names.insert((key, found.id.to_string()), name);
        }
    }
    Ok(names)
}

/// The entity's name, and what keeps it from being used: a rule may name what was disabled or deleted since.
fn marked(entity: &Entity) -> String {
    if entity.status == EntityStatus::Active {
        return entity.name.clone();
    }
    format!("{} ({})", entity.name, entity.status.label().to_lowercase())
}
