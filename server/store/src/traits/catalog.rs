//! The catalog edited by hand, and what its lists tell beside the entries themselves.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use leadbell_domain::{EntityId, EntityKind, EntityStatus, Level, Scope, Timestamp, UserId};

use crate::{CatalogEntry, CatalogPlan, EntityQuery, EntityUpsert, EntityUses, StoreError, UpsertCounts};

/// Products, campaigns and the rest, as people enter and change them.
#[async_trait]
pub trait CatalogStore {
    /// Adds an entry. `Taken("id")` when there is one of this kind and id, be it deleted.
    async fn add_entry(&self, entry: &CatalogEntry, now: Timestamp) -> Result<CatalogEntry, StoreError>;
    /// Replaces an entry in scope; it is then no longer marked as discovered. `expected` is the `updated_at` its
    /// editor saw; `Conflict` when it is another by now.
    async fn replace_entry(
        &self,
        entry: &CatalogEntry,
        scope: &Scope,
        expected: Timestamp,
        now: Timestamp,
    ) -> Result<CatalogEntry, StoreError>;
    /// Gives an entry in scope another status; all else stays. `Conflict` as above.
    async fn set_entry_status(
        &self,
        kind: EntityKind,
        id: &EntityId,
        status: EntityStatus,
        scope: &Scope,
        expected: Timestamp,
        now: Timestamp,
    ) -> Result<CatalogEntry, StoreError>;
    /// An entry in scope, whole.
    async fn find_entry(
        &self,
        kind: EntityKind,
        id: &EntityId,
        scope: &Scope,
    ) -> Result<Option<CatalogEntry>, StoreError>;
    /// How the database finds a page of a list, step by step in its own words: for who wonders why it is slow.
    async fn explain_list(&self, query: &EntityQuery) -> Result<Vec<String>, StoreError>;
    /// The campaigns in each of these pingtrees; one without any is missing.
    async fn campaigns_in(
        &self,
        pingtrees: &[EntityId],
    ) -> Result<HashMap<EntityId, BTreeSet<EntityId>>, StoreError>;
    /// What uses an entity. Rules and presets whose filters name it are counted all, and listed (50 at most) within
    /// `scope`.
    async fn entry_uses(
        &self,
        kind: EntityKind,
        id: &EntityId,
        scope: &Scope,
    ) -> Result<EntityUses, StoreError>;
    /// How many rules of this scope live on each of these; who has none is missing.
    async fn count_rules_on(
        &self,
        level: Level,
        ids: &[EntityId],
        scope: &Scope,
    ) -> Result<HashMap<EntityId, i64>, StoreError>;

    /// What [`Store::upsert_entities`](crate::Store::upsert_entities) would do with these, each told once.
    async fn plan_entries(&self, told: &[EntityUpsert], now: Timestamp) -> Result<CatalogPlan, StoreError>;
    /// Does just what a plan showed, all or nothing; `Conflict` when the entries are not as `stamp` says.
    async fn import_entries(
        &self,
        told: &[EntityUpsert],
        stamp: &str,
        now: Timestamp,
    ) -> Result<UpsertCounts, StoreError>;
    /// Keeps a file for its import by this person; his one before is forgotten.
    async fn keep_import(
        &self,
        id: &str,
        user: &UserId,
        data: &str,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// The file of this id that this person uploaded.
    async fn find_import(&self, id: &str, user: &UserId) -> Result<Option<String>, StoreError>;
    /// Forgets the file.
    async fn drop_import(&self, id: &str) -> Result<(), StoreError>;
}
