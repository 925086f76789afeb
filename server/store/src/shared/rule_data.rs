//! All rules at once, out and in.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, Scope, StoredRule, Timestamp};

use super::rule_rows::{self, COLUMNS};
use super::{DbStore, Result, Sql, rule_changes, scope};
use crate::text::clean;
use crate::traits::RuleData;
use crate::{Actor, ChangeKind, Deed, RuleChange, StoreError};

#[async_trait]
impl RuleData for DbStore {
    async fn rules_after(
        &self,
        level: Level,
        scope: &Scope,
        after: Option<(&EntityId, i64)>,
        limit: i64,
    ) -> Result<Vec<StoredRule>> {
        let mut sql = rules_of(level);
        if let Some((entity, number)) = after {
            sql.push(" AND (r.entity_id, r.number) > (")
                .push_bind(entity.to_string())
                .push(", ")
                .push_bind(number)
                .push(")");
        }
        self.in_order(sql, scope, level, "r.entity_id, r.number", limit)
            .await
    }

    async fn rules_named(
        &self,
        level: Level,
        entity: &EntityId,
        name: &str,
        scope: &Scope,
        limit: i64,
    ) -> Result<Vec<StoredRule>> {
        let mut sql = rules_of(level);
        sql.push(" AND r.entity_id = ")
            .push_bind(entity.to_string())
            .push(" AND r.name = ")
            .push_bind(clean(name));
        self.in_order(sql, scope, level, "r.number", limit).await
    }

    async fn import_rules(
        &self,
        changes: &[RuleChange],
        seen: i64,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Vec<StoredRule>> {
        let unreachable =
            |change: &RuleChange| !matches!(change.deed, Deed::Insert(_)) && change.scope.is_nothing();
        if changes.iter().any(unreachable) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.begin().await?;
        let kind = Some(ChangeKind::Imported);
        let changed = rule_changes::apply(&mut tx, changes, kind, Some(seen), by, now).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

fn rules_of(level: Level) -> Sql {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM rules r WHERE r.deleted_at IS NULL AND r.level = "
    ));
    sql.push_bind(level.key());
    sql
}

impl DbStore {
    async fn in_order(
        &self,
        mut sql: Sql,
        scope: &Scope,
        level: Level,
        order: &str,
        limit: i64,
    ) -> Result<Vec<StoredRule>> {
        if !scope::push_rules(&mut sql, scope, level) {
            return Ok(Vec::new());
        }
        sql.push(format!(" ORDER BY {order} LIMIT "))
            .push_bind(limit.max(0));
        let mut db = self.reader.acquire().await?;
        let rows = sql.build().fetch_all(&mut *db).await?;
        rows.iter().map(rule_rows::read).collect()
    }
}
