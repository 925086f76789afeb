//! Adjacent rules.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId};

use crate::error::AppError;
use crate::views::AdjacentPage;

/// Adjacent rules.
#[async_trait]
pub trait AdjacentRules: Send + Sync {
    /// The rules that can fire for the same event as this one, as far as the viewer may see them. `NotFound` for
    /// publishers.
    async fn adjacent_rules(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        page: u32,
    ) -> Result<AdjacentPage, AppError>;
}
