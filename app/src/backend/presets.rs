//! Presets of products.

use async_trait::async_trait;
use leadbell_domain::{EntityId, PresetId, RuleDraft, RuleId};

use crate::error::AppError;
use crate::views::{PresetFollowers, PresetForm, PresetList, PresetSearch};

/// Presets of products: for whoever may see, and change, the rules of the product.
#[async_trait]
pub trait PresetPages: Send + Sync {
    /// A page of a product's presets, by name.
    async fn presets(&self, product: &EntityId, search: &PresetSearch) -> Result<PresetList, AppError>;
    /// The form of a new preset (`preset` is `None`) or of an existing one.
    async fn preset_form(
        &self,
        product: &EntityId,
        preset: Option<&PresetId>,
    ) -> Result<PresetForm, AppError>;
    /// Saves a preset; `editing` is the one being edited with the version its editor saw. Answers its id.
    async fn save_preset(
        &self,
        product: &EntityId,
        editing: Option<(PresetId, i64)>,
        draft: &RuleDraft,
    ) -> Result<PresetId, AppError>;
    /// Deletes a preset; its rules stay as they are. Answers how many followed it.
    async fn delete_preset(
        &self,
        product: &EntityId,
        preset: &PresetId,
        version: i64,
    ) -> Result<usize, AppError>;
    /// The rules that follow a preset, with what it would make of them.
    async fn preset_followers(
        &self,
        product: &EntityId,
        preset: &PresetId,
    ) -> Result<PresetFollowers, AppError>;
    /// Lets these rules, in the versions that were looked at, follow the preset; answers how many changed.
    async fn apply_preset(
        &self,
        product: &EntityId,
        preset: &PresetId,
        version: i64,
        rules: &[(RuleId, i64)],
    ) -> Result<usize, AppError>;
    /// The draft of a new rule made from a preset.
    async fn preset_draft(&self, product: &EntityId, preset: &PresetId) -> Result<RuleDraft, AppError>;
}
