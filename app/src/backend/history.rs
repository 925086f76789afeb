//! What rules were, and bringing it back.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::{Comparison, DeletedPage, HistoryPage, RestoreRule, RestoredRule, SaveRule};

/// What rules were, and bringing it back.
#[async_trait]
pub trait RuleHistoryPages: Send + Sync {
    /// Remembers a notice for the next page of this session, with the address to post to that takes it back.
    async fn set_notice_with_undo(&self, notice: &str, undo: &str) -> Result<(), AppError>;
    /// A page of a rule's versions, newest first; also of a deleted one.
    async fn rule_history(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        page: u32,
    ) -> Result<HistoryPage, AppError>;
    /// A page of an entity's deleted rules, last deleted first.
    async fn deleted_rules(
        &self,
        level: Level,
        entity: &EntityId,
        page: u32,
    ) -> Result<DeletedPage, AppError>;
    /// Lets a rule be what it was in an earlier version. What is no longer allowed is refused like in a save.
    async fn restore_rule(&self, restore: &RestoreRule) -> Result<RestoredRule, AppError>;
    /// What was typed beside what somebody else stored meanwhile.
    async fn compare_rule(&self, save: &SaveRule) -> Result<Comparison, AppError>;
}
