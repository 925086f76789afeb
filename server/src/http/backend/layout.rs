//! How a rule's messages look, for its page.

use std::collections::BTreeMap;

use async_trait::async_trait;
use leadbell_app::backend::LayoutPages;
use leadbell_app::error::AppError;
use leadbell_app::views::EntityView;
use leadbell_app::views::layout::{LayoutPage, MessagePreview};
use leadbell_domain::{
    EntityId, FieldErrors, Layout, Level, MAX_RENDERED_CHARS, RuleDraft, RuleId, StoredRule, placeholders,
};

use super::{RequestBackend, store_error};
use crate::http::views;
use crate::message_check;

#[async_trait]
impl LayoutPages for RequestBackend {
    async fn rule_layout(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        typed: Option<&BTreeMap<String, String>>,
        sample: bool,
    ) -> Result<LayoutPage, AppError> {
        let mut stored = self.rule_to_change(level, entity, rule).await?;
        let view = views::entity(&self.state, &self.viewer()?, level, entity).await?;
        let mut layout = RuleDraft::of(&stored).layout;
        let mut errors = FieldErrors::new();
        if let Some(typed) = typed {
            layout.clone_from(typed);
            stored.rule.action.layout = Layout::of_pairs(typed, stored.rule.trigger, level, &mut errors);
        }
        let preview = match errors.is_empty() {
            true => Some(self.preview(&stored, &view, sample).await?),
            false => None,
        };
        let names = placeholders(stored.rule.trigger, level);
        Ok(LayoutPage {
            view,
            placeholders: names.map(|placeholder| placeholder.name.to_owned()).collect(),
            layout,
            errors,
            preview,
            version: stored.version,
            number: stored.number,
            rule: stored.id,
            name: stored.rule.name,
        })
    }

    async fn save_layout(
        &self,
        level: Level,
        entity: &EntityId,
        rule: &RuleId,
        seen: i64,
        layout: &BTreeMap<String, String>,
    ) -> Result<Option<String>, AppError> {
        self.change_rule(level, entity, rule, seen, |draft| draft.layout = layout.clone())
            .await
    }
}

impl RequestBackend {
    /// The message as it would be sent.
    async fn preview(
        &self,
        stored: &StoredRule,
        view: &EntityView,
        sample: bool,
    ) -> Result<MessagePreview, AppError> {
        let rule = &stored.rule;
        let real = match sample {
            true => None,
            false => message_check::newest(&self.state, rule, 1)
                .await
                .map_err(store_error)?
                .pop(),
        };
        let about = real.as_ref().map(|event| event.event_id.to_string());
        let event = real.unwrap_or_else(|| message_check::sample(rule, &view.entity.name));
        let unmasked = message_check::shows_personal_data(&self.viewer()?, rule);
        let context = message_check::context(&self.state, stored, unmasked);
        let template = &rule.action.template;
        let (text, length) = template.render_measured(&event, &context);
        let mut cuts = Vec::new();
        if length > MAX_RENDERED_CHARS {
            cuts.push(format!(
                "the message text ({length} characters, Slack takes {MAX_RENDERED_CHARS})"
            ));
        }
        let blocks = rule.action.layout.card().map(|card| {
            let drawn = card.draw(template, &event, &context, event.is_test);
            cuts.extend(drawn.cuts.iter().map(ToString::to_string));
            drawn.blocks
        });
        Ok(MessagePreview {
            text,
            blocks,
            about,
            cuts,
        })
    }
}
