//! Figures of what happened.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::figures::{DashboardView, RuleHealthView};

/// Figures, of what the viewer may see only.
#[async_trait]
pub trait FigurePages: Send + Sync {
    /// The viewer's first page.
    async fn dashboard(&self) -> Result<DashboardView, AppError>;
    /// How a rule does.
    async fn rule_health(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<RuleHealthView, AppError>;
}
