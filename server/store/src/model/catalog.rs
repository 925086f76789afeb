//! Entities as they are told and asked for.

use leadbell_domain::{Entity, EntityId, EntityKind, EntityStatus, Platform, Scope};

use super::Page;

/// The order of a list of entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntitySort {
    /// By name.
    #[default]
    Name,
    /// By id, as text.
    Id,
    /// The last changed first.
    Changed,
}

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
    /// Only those of these products, when not empty.
    pub products: Vec<EntityId>,
    /// Only pingtrees with one of these campaigns in them, when not empty.
    pub campaigns: Vec<EntityId>,
    /// Only campaigns in one of these pingtrees, when not empty.
    pub pingtrees: Vec<EntityId>,
    /// Only those of this status.
    pub status: Option<EntityStatus>,
    /// Only those first seen in an event and entered by nobody (`true`), or only the others.
    pub discovered: Option<bool>,
    /// Their order.
    pub sort: EntitySort,
    /// Only those whose id comes after this one; for [`EntitySort::Id`].
    pub after: Option<EntityId>,
    /// Leave out deleted ones.
    pub hide_deleted: bool,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
    /// Whether to count how many there are in all; the page's total is 0 otherwise.
    pub counted: bool,
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
            products: Vec::new(),
            campaigns: Vec::new(),
            pingtrees: Vec::new(),
            status: None,
            discovered: None,
            sort: EntitySort::Name,
            after: None,
            hide_deleted: true,
            offset: 0,
            limit: 50,
            counted: true,
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
    /// The campaigns in a pingtree, when told: all of them, or, when told by an event, some.
    pub campaigns: Option<Vec<EntityId>>,
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
