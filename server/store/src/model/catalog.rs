//! Entities as they are told and asked for.

use leadbell_domain::{Entity, EntityId, EntityKind, EntityStatus, Platform, Scope};

use super::Page;

/// Which entities to list.
#[derive(Clone, Debug)]
pub struct EntityQuery {
    /// Kind.
    pub kind: EntityKind,
    /// Whose.
    pub scope: Scope,
    /// Case-insensitive part of name or id; empty for all.
    pub search: String,
    /// Only these ids, when given.
    pub ids: Option<Vec<EntityId>>,
    /// Only those of this platform, and those that serve both.
    pub platform: Option<Platform>,
    /// Only those of these publishers, when not empty.
    pub publishers: Vec<EntityId>,
    /// Only those of these buyers, when not empty.
    pub buyers: Vec<EntityId>,
    /// Leave out deleted ones.
    pub hide_deleted: bool,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

impl EntityQuery {
    /// The first 50 of a kind within a scope, deleted ones left out.
    #[must_use]
    pub fn of(kind: EntityKind, scope: Scope) -> Self {
        Self {
            kind,
            scope,
            search: String::new(),
            ids: None,
            platform: None,
            publishers: Vec::new(),
            buyers: Vec::new(),
            hide_deleted: true,
            offset: 0,
            limit: 50,
        }
    }
}

/// An entity as somebody tells of it; `None` leaves what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityUpsert {
    /// Kind.
    pub kind: EntityKind,
    /// Outside id.
    pub id: EntityId,
    /// Name, when told.
    pub name: Option<String>,
    /// Platform, when told.
    pub platform: Option<Platform>,
    /// Status, when told; a new one is active.
    pub status: Option<EntityStatus>,
    /// Product it belongs to, when told.
    pub product: Option<EntityId>,
    /// Publisher it belongs to, when told.
    pub publisher: Option<EntityId>,
    /// Buyer it belongs to, when told.
    pub buyer: Option<EntityId>,
    /// Told by an event only: a new one is marked so; a known one gets its name updated but keeps status and owners
    /// that were entered (owners that are unknown so far are filled in).
    pub discovered: bool,
}

/// How many entities an upsert touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpsertCounts {
    /// New ones.
    pub created: u64,
    /// Known ones that changed.
    pub updated: u64,
    /// Known ones that stayed as they were.
    pub unchanged: u64,
}

/// What a catalog listing returns.
pub type EntityPage = Page<Entity>;
