//! Templates of rules.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Preset, PresetId, RuleDraft, Scope, StoredRule, Timestamp};

use crate::{Actor, Page, PresetListing, PresetQuery, StoreError};

/// Templates of rules, kept with each of their versions. A preset is reached through its product: `scope` is the
/// viewer's at product level.
#[async_trait]
pub trait Presets: Send + Sync {
    /// Adds a preset to a product that its maker was found to manage.
    async fn insert_preset(
        &self,
        id: &PresetId,
        product: &EntityId,
        draft: &RuleDraft,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Preset, StoreError>;
    /// Replaces a preset. `expected` is the version its editor saw; `Conflict` when it is another by now.
    async fn update_preset(
        &self,
        id: &PresetId,
        draft: &RuleDraft,
        scope: &Scope,
        expected: Option<i64>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Preset, StoreError>;
    /// Deletes a preset. Rules that follow it are for the caller to free.
    async fn delete_preset(
        &self,
        id: &PresetId,
        scope: &Scope,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// One preset in scope.
    async fn find_preset(&self, id: &PresetId, scope: &Scope) -> Result<Option<Preset>, StoreError>;
    /// A page of presets, by name.
    async fn list_presets(&self, query: &PresetQuery) -> Result<Page<PresetListing>, StoreError>;
    /// What a preset was in each version before this one, oldest first.
    async fn preset_before(&self, id: &PresetId, version: i64) -> Result<Vec<RuleDraft>, StoreError>;
    /// The rules in scope that follow a preset, by number.
    async fn rules_of_preset(
        &self,
        id: &PresetId,
        scope: &Scope,
        limit: i64,
    ) -> Result<Vec<StoredRule>, StoreError>;
}
