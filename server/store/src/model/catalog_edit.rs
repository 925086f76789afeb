//! The catalog edited by hand: entries as a whole, plans of imports, what uses an entry.

use std::collections::BTreeSet;

use leadbell_domain::{Entity, EntityId, EntityKind, Level, ParsedEntry, PresetId, RuleId};

use super::EntityUpsert;

/// An entry with everything that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// The entity.
    pub entity: Entity,
    /// The campaigns in it, for a pingtree; otherwise empty.
    pub campaigns: BTreeSet<EntityId>,
}

impl EntityUpsert {
    /// What somebody entered, as opposed to what an event mentions.
    #[must_use]
    pub fn entered(entry: ParsedEntry) -> Self {
        Self {
            kind: entry.kind,
            id: entry.id,
            name: entry.name,
            platform: entry.platform,
            status: entry.status,
            product: entry.product,
            publisher: entry.publisher,
            buyer: entry.buyer,
            campaigns: entry.campaigns,
            discovered: false,
        }
    }
}

/// What an import would do to one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChange {
    /// As it is; `None` for a new one.
    pub before: Option<CatalogEntry>,
    /// As it would be.
    pub after: CatalogEntry,
}

impl EntryChange {
    /// Whether anything would change.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }
}

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogPlan {
    /// One for each entry told, in the order told.
    pub changes: Vec<EntryChange>,
    /// Stands for the state of all these entries; another one by the time of the import means that somebody changed
    /// one of them.
    pub stamp: String,
}

/// A rule that names an entity in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleUse {
    /// Id.
    pub id: RuleId,
    /// Number, for people.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Where it lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// Whether it is active.
    pub active: bool,
}

/// A preset that names an entity in a filter, or lives on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetUse {
    /// Id.
    pub id: PresetId,
    /// Name.
    pub name: String,
    /// Of which product.
    pub product: EntityId,
}

/// What uses an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityUses {
    /// Rules that live on it.
    pub rules: i64,
    /// Those of them that are active.
    pub active_rules: i64,
    /// Rules elsewhere whose filters name it.
    pub filters: i64,
    /// The first of them that are in the scope asked for.
    pub filtering: Vec<RuleUse>,
    /// Presets that name it in a filter, or live on it.
    pub presets: i64,
    /// The first of them that are in the scope asked for.
    pub preset_uses: Vec<PresetUse>,
    /// Entries that belong to it and are not deleted, by kind.
    pub owned: Vec<(EntityKind, i64)>,
    /// Pingtrees that hold it, for a campaign.
    pub pingtrees: i64,
    /// Names of the people who are it or manage it.
    pub people: Vec<String>,
}
