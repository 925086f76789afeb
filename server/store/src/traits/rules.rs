//! Changing rules, and what is kept of every change.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, Rule, RuleId, RuleStatus, Scope, StoredRule, Timestamp};

use crate::{Actor, ChangeKind, KeptRule, Page, RuleChange, RuleVersion, StoreError};

/// Changes of rules and their history. Every change raises the version of the rule set and leaves a version of the
/// rule, in the same transaction.
#[async_trait]
pub trait RuleHistory: Send + Sync {
    /// Makes all of these changes or none; answers the rules in the order given, as they are afterwards. `NotFound`
    /// when one is out of scope, `Conflict` when one has another version than expected. `occasion` says what the
    /// history calls it when that is not plain from the change itself.
    async fn change_rules(
        &self,
        changes: &[RuleChange],
        occasion: Option<ChangeKind>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Vec<StoredRule>, StoreError>;
    /// A page of a rule's versions, newest first, if the rule is in scope; also of a deleted one.
    async fn rule_versions(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
        offset: i64,
        limit: i64,
    ) -> Result<Page<RuleVersion>, StoreError>;
    /// One version of a rule in scope; also of a deleted one.
    async fn rule_version(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
        version: i64,
    ) -> Result<Option<RuleVersion>, StoreError>;
    /// A rule in scope, deleted or not.
    async fn find_kept_rule(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
    ) -> Result<Option<KeptRule>, StoreError>;
    /// At which level a rule lives or lived: tells what to ask permission for, nothing else.
    async fn kept_rule_level(&self, id: &RuleId) -> Result<Option<Level>, StoreError>;
    /// A page of an entity's deleted rules in scope, last deleted first.
    async fn list_deleted_rules(
        &self,
        level: Level,
        entity: &EntityId,
        scope: &Scope,
        offset: i64,
        limit: i64,
    ) -> Result<Page<KeptRule>, StoreError>;

    /// Adds a rule; numbers it. A person is its author.
    async fn insert_rule(
        &self,
        id: &RuleId,
        rule: &Rule,
        by: &Actor,
        now: Timestamp,
    ) -> Result<StoredRule, StoreError> {
        only(
            self.change_rules(&[RuleChange::insert(id, rule)], None, by, now)
                .await?,
        )
    }
    /// Replaces a rule in scope. `expected` is the version the editor saw; `Conflict` when it is another by now.
    /// Level, entity and author stay.
    async fn update_rule(
        &self,
        id: &RuleId,
        rule: &Rule,
        scope: &Scope,
        expected: Option<i64>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<StoredRule, StoreError> {
        let change = RuleChange::update(id, rule, scope, expected);
        only(self.change_rules(&[change], None, by, now).await?)
    }
    /// Switches a rule in scope; switching to where it stands already is fine and changes nothing.
    async fn set_rule_status(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
        status: RuleStatus,
        by: &Actor,
        now: Timestamp,
    ) -> Result<StoredRule, StoreError> {
        let change = RuleChange::switch(id, level, scope, status);
        only(self.change_rules(&[change], None, by, now).await?)
    }
    /// Deletes a rule in scope; answers what it was, with the version that its deletion is. Its deliveries stay.
    async fn delete_rule(
        &self,
        id: &RuleId,
        level: Level,
        scope: &Scope,
        expected: Option<i64>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<StoredRule, StoreError> {
        let change = RuleChange::delete(id, level, scope, expected);
        only(self.change_rules(&[change], None, by, now).await?)
    }
}

/// The answer to one change.
fn only(mut changed: Vec<StoredRule>) -> Result<StoredRule, StoreError> {
    changed.pop().ok_or(StoreError::NotFound)
}
