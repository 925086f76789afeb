//! The trait of changing rules, method by method.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId, Scope, StoredRule, Timestamp};

use super::{DbStore, Result, rule_changes, rule_versions};
use crate::{Actor, ChangeKind, Deed, KeptRule, Page, RuleChange, RuleHistory, RuleVersion, StoreError};

#[async_trait]
impl RuleHistory for DbStore {
    async fn change_rules(
        &self,
        changes: &[RuleChange],
        occasion: Option<ChangeKind>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Vec<StoredRule>> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        // Nothing to change where nothing can be seen: answered without asking the database.
        let unreachable =
            |change: &RuleChange| !matches!(change.deed, Deed::Insert(_)) && change.scope.is_nothing();
        if changes.iter().any(unreachable) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.begin().await?;
        let changed = rule_changes::apply(&mut tx, changes, occasion, None, by, now).await?;
        tx.commit().await?;
        Ok(changed)
    }

    async fn rule_versions(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
        offset: i64,
        limit: i64,
    ) -> Result<Page<RuleVersion>> {
        let mut db = self.reader.acquire().await?;
        rule_versions::list(&mut db, id, level, scope, offset, limit).await
    }

    async fn rule_version(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
        version: i64,
    ) -> Result<Option<RuleVersion>> {
        let mut db = self.reader.acquire().await?;
        rule_versions::find(&mut db, id, level, scope, version).await
    }

    async fn find_kept_rule(&self, id: &RuleId, level: Level, scope: &Scope) -> Result<Option<KeptRule>> {
        let mut db = self.reader.acquire().await?;
        rule_versions::find_kept(&mut db, id, level, scope).await
    }

    async fn kept_rule_level(&self, id: &RuleId) -> Result<Option<Level>> {
        let mut db = self.reader.acquire().await?;
        rule_versions::level(&mut db, id).await
    }

    async fn list_deleted_rules(
        &self,
        level: Level,
        entity: &EntityId,
        scope: &Scope,
        offset: i64,
        limit: i64,
    ) -> Result<Page<KeptRule>> {
        let mut db = self.reader.acquire().await?;
        rule_versions::list_deleted(&mut db, level, entity, scope, offset, limit).await
    }
}
