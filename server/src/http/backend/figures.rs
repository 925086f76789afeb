//! Figures of what happened, for pages.

use async_trait::async_trait;
use leadbell_app::backend::FigurePages;
use leadbell_app::error::AppError;
use leadbell_app::views::figures::{DashboardView, RuleHealthView};
use leadbell_domain::{EntityId, Level, RuleId};

use super::RequestBackend;
use crate::http::views;

#[async_trait]
impl FigurePages for RequestBackend {
    async fn dashboard(&self) -> Result<DashboardView, AppError> {
        views::dashboard(&self.state, &self.viewer()?).await
    }

    async fn rule_health(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<RuleHealthView, AppError> {
        views::rule_health(&self.state, &self.viewer()?, level, entity, rule).await
    }
}
