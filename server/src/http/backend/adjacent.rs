//! Adjacent rules for pages.

use async_trait::async_trait;
use leadbell_app::backend::AdjacentRules;
use leadbell_app::error::AppError;
use leadbell_app::views::AdjacentPage;
use leadbell_domain::{EntityId, Level, RuleId};

use super::RequestBackend;
use crate::http::views;

#[async_trait]
impl AdjacentRules for RequestBackend {
    async fn adjacent_rules(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        page: u32,
    ) -> Result<AdjacentPage, AppError> {
        views::adjacent_rules(&self.state, &self.viewer()?, level, entity, rule, page).await
    }
}
