//! What rules were, for pages.

use async_trait::async_trait;
use leadbell_app::backend::RuleHistoryPages;
use leadbell_app::error::AppError;
use leadbell_app::views::{
    Comparison, DeletedPage, HistoryPage, Notice, RestoreRule, RestoredRule, SaveRule,
};
use leadbell_domain::{EntityId, Level, RuleId};

use super::{RequestBackend, rule_error};
use crate::http::views;
use crate::rules::{self, Restoring};

#[async_trait]
impl RuleHistoryPages for RequestBackend {
    async fn set_notice_with_undo(&self, notice: &str, undo: &str) -> Result<(), AppError> {
        self.say(Notice {
            text: notice.to_owned(),
            undo: Some(undo.to_owned()),
        })
        .await
    }

    async fn rule_history(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        page: u32,
    ) -> Result<HistoryPage, AppError> {
        views::rule_history(&self.state, &self.viewer()?, level, entity, rule, page).await
    }

    async fn deleted_rules(
        &self,
        level: Level,
        entity: &EntityId,
        page: u32,
    ) -> Result<DeletedPage, AppError> {
        views::deleted_rules(&self.state, &self.viewer()?, level, entity, page).await
    }

    async fn restore_rule(&self, restore: &RestoreRule) -> Result<RestoredRule, AppError> {
        let restoring = Restoring {
            id: &restore.rule,
            version: restore.version,
            seen: Some(restore.seen),
        };
        let saved = rules::restore(
            &self.state,
            &self.caller()?,
            restore.level,
            &restore.entity,
            restoring,
        )
        .await
        .map_err(rule_error)?;
        Ok(RestoredRule {
            number: saved.rule.number,
            note: saved.note,
        })
    }

    async fn compare_rule(&self, save: &SaveRule) -> Result<Comparison, AppError> {
        views::compare(&self.state, &self.caller()?, save).await
    }
}
