//! The catalog's part of the trait, method by method.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use leadbell_domain::{EntityId, EntityKind, EntityStatus, Level, Scope, Timestamp, UserId};

use super::{DbStore, Result, catalog, catalog_edit, catalog_import, catalog_uses, pingtrees};
use crate::{
    CatalogEntry, CatalogPlan, CatalogStore, EntityQuery, EntityUpsert, EntityUses, StoreError, UpsertCounts,
};

#[async_trait]
impl CatalogStore for DbStore {
    async fn add_entry(&self, entry: &CatalogEntry, now: Timestamp) -> Result<CatalogEntry> {
        let mut tx = self.begin().await?;
        let added = catalog_edit::add(&mut tx, entry, now).await?;
        tx.commit().await?;
        Ok(added)
    }

    async fn replace_entry(
        &self,
        entry: &CatalogEntry,
        scope: &Scope,
        expected: Timestamp,
        now: Timestamp,
    ) -> Result<CatalogEntry> {
        if scope.is_nothing() {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.begin().await?;
        let replaced = catalog_edit::replace(&mut tx, entry, scope, expected, now).await?;
        tx.commit().await?;
        self.known
            .forget([(entry.entity.kind, &entry.entity.id)].into_iter());
        Ok(replaced)
    }

    async fn set_entry_status(
        &self,
        kind: EntityKind,
        id: &EntityId,
        status: EntityStatus,
        scope: &Scope,
        expected: Timestamp,
        now: Timestamp,
    ) -> Result<CatalogEntry> {
        if scope.is_nothing() {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.begin().await?;
        let changed = catalog_edit::set_status(&mut tx, kind, id, status, scope, expected, now).await?;
        tx.commit().await?;
        Ok(changed)
    }

    async fn find_entry(
        &self,
        kind: EntityKind,
        id: &EntityId,
        scope: &Scope,
    ) -> Result<Option<CatalogEntry>> {
        if scope.is_nothing() {
            return Ok(None);
        }
        let mut db = self.reader.acquire().await?;
        catalog_edit::find(&mut db, kind, id, scope).await
    }

    async fn explain_list(&self, query: &EntityQuery) -> Result<Vec<String>> {
        let mut db = self.reader.acquire().await?;
        catalog::explain(&mut db, query).await
    }

    async fn campaigns_in(&self, pingtrees: &[EntityId]) -> Result<HashMap<EntityId, BTreeSet<EntityId>>> {
        if pingtrees.is_empty() {
            return Ok(HashMap::new());
        }
        let mut db = self.reader.acquire().await?;
        pingtrees::campaigns_of(&mut db, pingtrees.iter()).await
    }

    async fn entry_uses(&self, kind: EntityKind, id: &EntityId, scope: &Scope) -> Result<EntityUses> {
        let mut db = self.reader.acquire().await?;
        catalog_uses::uses(&mut db, kind, id, scope).await
    }

    async fn count_rules_on(
        &self,
        level: Level,
        ids: &[EntityId],
        scope: &Scope,
    ) -> Result<HashMap<EntityId, i64>> {
        if ids.is_empty() || scope.is_nothing() {
            return Ok(HashMap::new());
        }
        let mut db = self.reader.acquire().await?;
        catalog_uses::count_rules(&mut db, level, ids, scope).await
    }

    async fn plan_entries(&self, told: &[EntityUpsert], now: Timestamp) -> Result<CatalogPlan> {
        let mut db = self.reader.acquire().await?;
        catalog_import::plan(&mut db, told, now).await
    }

    async fn import_entries(
        &self,
        told: &[EntityUpsert],
        stamp: &str,
        now: Timestamp,
    ) -> Result<UpsertCounts> {
        let mut tx = self.begin().await?;
        let counts = catalog_import::import(&mut tx, told, stamp, now).await?;
        tx.commit().await?;
        self.known.forget(told.iter().map(|told| (told.kind, &told.id)));
        Ok(counts)
    }

    async fn keep_import(&self, id: &str, user: &UserId, data: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.begin().await?;
        catalog_import::keep(&mut tx, id, user, data, now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn find_import(&self, id: &str, user: &UserId) -> Result<Option<String>> {
        let mut db = self.reader.acquire().await?;
        catalog_import::kept(&mut db, id, user).await
    }

    async fn drop_import(&self, id: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        catalog_import::forget(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }
}
