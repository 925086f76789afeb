//! All rules at once, out and in.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, Scope, StoredRule, Timestamp};

use crate::{Actor, RuleChange, StoreError};

/// All rules at once, out and in.
#[async_trait]
pub trait RuleData: Send + Sync {
    /// The next rules of a level in scope, by entity and number, after this place (from the beginning without one).
    async fn rules_after(
        &self,
        level: Level,
        scope: &Scope,
        after: Option<(&EntityId, i64)>,
        limit: i64,
    ) -> Result<Vec<StoredRule>, StoreError>;
    /// The rules in scope of this very name on one entity, by number, at most so many.
    async fn rules_named(
        &self,
        level: Level,
        entity: &EntityId,
        name: &str,
        scope: &Scope,
        limit: i64,
    ) -> Result<Vec<StoredRule>, StoreError>;
    /// Makes all of these changes or none, as an import, unless the set of rules has another version than this one:
    /// then `Conflict`.
    async fn import_rules(
        &self,
        changes: &[RuleChange],
        seen: i64,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Vec<StoredRule>, StoreError>;
}
