//! Copying rules, and changing many of them at once.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::{CopiedRule, CopyPage, CopySearch, ManyDeed};

/// Copying rules, and changing many of them at once: all of them or none.
#[async_trait]
pub trait ManyRules: Send + Sync {
    /// The form that copies these rules of one entity.
    async fn copy_page(
        &self,
        level: Level,
        entity: &EntityId,
        rules: &[RuleId],
        search: &CopySearch,
    ) -> Result<CopyPage, AppError>;
    /// Copies them; answers the ids of the copies. Complaints stand at the rule's fields, or at `to`.
    async fn copy_rules(
        &self,
        level: Level,
        entity: &EntityId,
        rules: &[RuleId],
        places: &[(Level, EntityId)],
        active: bool,
    ) -> Result<Vec<RuleId>, AppError>;
    /// What was made by copying, as far as the viewer may see it.
    async fn copied_rules(&self, rules: &[RuleId]) -> Result<Vec<CopiedRule>, AppError>;
    /// Changes many rules of one entity; answers those that changed, with the version each has now.
    async fn change_rules(
        &self,
        level: Level,
        entity: &EntityId,
        rules: &[RuleId],
        deed: ManyDeed,
    ) -> Result<Vec<(RuleId, i64)>, AppError>;
    /// Takes such changes back; answers how many rules.
    async fn undo_rules(
        &self,
        level: Level,
        entity: &EntityId,
        changed: &[(RuleId, i64)],
    ) -> Result<usize, AppError>;
}
