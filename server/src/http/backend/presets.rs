//! Presets of products for pages.

use async_trait::async_trait;
use leadbell_app::backend::PresetPages;
use leadbell_app::error::AppError;
use leadbell_app::views::{PresetFollowers, PresetForm, PresetList, PresetSearch};
use leadbell_domain::{EntityId, PresetId, RuleDraft, RuleId, Verb};

use super::{RequestBackend, rule_error};
use crate::http::views;
use crate::presets;

#[async_trait]
impl PresetPages for RequestBackend {
    async fn presets(&self, product: &EntityId, search: &PresetSearch) -> Result<PresetList, AppError> {
        views::presets(&self.state, &self.viewer()?, product, search).await
    }

    async fn preset_form(
        &self,
        product: &EntityId,
        preset: Option<&PresetId>,
    ) -> Result<PresetForm, AppError> {
        views::preset_form(&self.state, &self.viewer()?, product, preset).await
    }

    async fn save_preset(
        &self,
        product: &EntityId,
        editing: Option<(PresetId, i64)>,
        draft: &RuleDraft,
    ) -> Result<PresetId, AppError> {
        let editing = editing.as_ref().map(|(id, version)| (id, Some(*version)));
        presets::save(&self.state, &self.caller()?, product, editing, draft)
            .await
            .map(|preset| preset.id)
            .map_err(rule_error)
    }

    async fn delete_preset(
        &self,
        product: &EntityId,
        preset: &PresetId,
        version: i64,
    ) -> Result<usize, AppError> {
        presets::delete(&self.state, &self.caller()?, Some(product), preset, Some(version))
            .await
            .map_err(rule_error)
    }

    async fn preset_followers(
        &self,
        product: &EntityId,
        preset: &PresetId,
    ) -> Result<PresetFollowers, AppError> {
        views::preset_followers(&self.state, &self.caller()?, product, preset).await
    }

    async fn apply_preset(
        &self,
        product: &EntityId,
        preset: &PresetId,
        version: i64,
        rules: &[(RuleId, i64)],
    ) -> Result<usize, AppError> {
        presets::apply(&self.state, &self.caller()?, product, preset, version, rules)
            .await
            .map_err(rule_error)
    }

    async fn preset_draft(&self, product: &EntityId, preset: &PresetId) -> Result<RuleDraft, AppError> {
        let viewer = self.viewer()?;
        presets::permitted(&self.state, &viewer, Some(product), preset, Verb::View)
            .await
            .map(|preset| preset.new_rule())
            .map_err(rule_error)
    }
}
