//! Copying rules, and changing many of them at once, for pages.

use async_trait::async_trait;
use leadbell_app::backend::ManyRules;
use leadbell_app::error::AppError;
use leadbell_app::views::{CopiedRule, CopyPage, CopySearch, ManyDeed};
use leadbell_domain::{EntityId, Level, RuleId, StoredRule, Verb};

use super::{RequestBackend, rule_error};
use crate::http::views;
use crate::{bulk, copies};

fn versions(changed: Vec<StoredRule>) -> Vec<(RuleId, i64)> {
    changed
        .into_iter()
        .map(|stored| (stored.id, stored.version))
        .collect()
}

#[async_trait]
impl ManyRules for RequestBackend {
    async fn copy_page(
        &self,
        level: Level,
        entity: &EntityId,
        rules: &[RuleId],
        search: &CopySearch,
    ) -> Result<CopyPage, AppError> {
        views::copy_page(&self.state, &self.caller()?, level, entity, rules, search).await
    }

    async fn copy_rules(
        &self,
        level: Level,
        entity: &EntityId,
        rules: &[RuleId],
        places: &[(Level, EntityId)],
        active: bool,
    ) -> Result<Vec<RuleId>, AppError> {
        let caller = self.caller()?;
        let sources = bulk::permitted_rules(&self.state, &caller, level, entity, rules, Verb::View)
            .await
            .map_err(rule_error)?;
        let made = copies::copy(&self.state, &caller, &sources, places, active)
            .await
            .map_err(rule_error)?;
        Ok(made.into_iter().map(|stored| stored.id).collect())
    }

    async fn copied_rules(&self, rules: &[RuleId]) -> Result<Vec<CopiedRule>, AppError> {
        views::copied_rules(&self.state, &self.viewer()?, rules).await
    }

    async fn change_rules(
        &self,
        level: Level,
        entity: &EntityId,
        rules: &[RuleId],
        deed: ManyDeed,
    ) -> Result<Vec<(RuleId, i64)>, AppError> {
        let deed = match deed {
            ManyDeed::Switch(status) => bulk::Deed::Switch(status),
            ManyDeed::Delete => bulk::Deed::Delete,
        };
        bulk::change(&self.state, &self.caller()?, level, entity, rules, deed)
            .await
            .map(versions)
            .map_err(rule_error)
    }

    async fn undo_rules(
        &self,
        level: Level,
        entity: &EntityId,
        changed: &[(RuleId, i64)],
    ) -> Result<usize, AppError> {
        bulk::undo(&self.state, &self.caller()?, level, entity, changed)
            .await
            .map(|rules| rules.len())
            .map_err(rule_error)
    }
}
