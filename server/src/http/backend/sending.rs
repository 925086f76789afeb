//! How a rule's messages go out, for its page.

use std::collections::BTreeMap;

use async_trait::async_trait;
use leadbell_app::backend::SendingPages;
use leadbell_app::error::AppError;
use leadbell_app::views::sending::SendingPage;
use leadbell_domain::{EntityId, Level, RuleDraft, RuleId, StoredRule, Verb, placeholders};

use super::{RequestBackend, rule_error};
use crate::http::views;
use crate::rules::{self, Editing, Flood};

#[async_trait]
impl SendingPages for RequestBackend {
    async fn rule_sending(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<SendingPage, AppError> {
        let stored = self.rule_to_change(level, entity, rule).await?;
        let names = placeholders(stored.rule.trigger, level);
        Ok(SendingPage {
            view: views::entity(&self.state, &self.viewer()?, level, entity).await?,
            placeholders: names.map(|placeholder| placeholder.name.to_owned()).collect(),
            sending: RuleDraft::of(&stored).sending,
            destination: views::destination(&stored.rule.action.target),
            version: stored.version,
            number: stored.number,
            rule: stored.id,
            name: stored.rule.name,
        })
    }

    async fn save_sending(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        seen: i64,
        sending: &BTreeMap<String, String>,
    ) -> Result<(), AppError> {
        self.change_rule(level, entity, rule, seen, |draft| draft.sending = sending.clone())
            .await
            .map(drop)
    }
}

impl RequestBackend {
    /// Saves the rule with a part of it changed, over the version that was seen; answers what is worth knowing.
    pub(super) async fn change_rule(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        seen: i64,
        change: impl FnOnce(&mut RuleDraft) + Send,
    ) -> Result<Option<String>, AppError> {
        let mut draft = RuleDraft::of(&self.rule_to_change(level, entity, rule).await?);
        change(&mut draft);
        let editing = Editing {
            id: rule,
            version: Some(seen),
        };
        let (state, caller) = (&self.state, self.caller()?);
        let saved = rules::save(
            state,
            &caller,
            level,
            entity,
            Some(editing),
            &draft,
            Flood::Remarked,
        );
        saved.await.map(|saved| saved.note).map_err(rule_error)
    }

    /// The rule, if the person may change it and it lives there.
    pub(super) async fn rule_to_change(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
    ) -> Result<StoredRule, AppError> {
        let stored = rules::permitted_rule(&self.state, &self.viewer()?, level, rule, Verb::Manage)
            .await
            .map_err(rule_error)?;
        if stored.rule.entity != *entity {
            return Err(AppError::NotFound);
        }
        Ok(stored)
    }
}
