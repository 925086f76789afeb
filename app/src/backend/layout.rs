//! How a rule's messages look.

use std::collections::BTreeMap;

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::layout::LayoutPage;

/// How a rule's messages look.
#[async_trait]
pub trait LayoutPages: Send + Sync {
    /// The layout of a rule that the person may change, or what was typed instead of it, with a preview: of the newest
    /// real event if there is one, or else or if wished (`sample`) of a sample.
    async fn rule_layout(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        typed: Option<&BTreeMap<String, String>>,
        sample: bool,
    ) -> Result<LayoutPage, AppError>;
    /// Stores a layout; `seen` is the version that was shown. Answers what is worth knowing about it. Complaints stand
    /// at `action.layout.…`.
    async fn save_layout(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        seen: i64,
        layout: &BTreeMap<String, String>,
    ) -> Result<Option<String>, AppError>;
}
