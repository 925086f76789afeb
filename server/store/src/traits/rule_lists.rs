//! What lists of rules can be narrowed by.

use async_trait::async_trait;
use leadbell_domain::{EntityId, EntityKind, Level, Scope};

use crate::{RuleFacets, RuleQuery, StoreError};

/// Questions about the rules of one entity as a whole.
#[async_trait]
pub trait RuleLists: Send + Sync + 'static {
    /// Who made its rules and where they send to, as far as they are in scope.
    async fn rule_facets(
        &self,
        scope: &Scope,
        level: Level,
        entity: &EntityId,
    ) -> Result<RuleFacets, StoreError>;
    /// How the database finds a page of rules, step by step in its own words.
    async fn explain_rules(&self, query: &RuleQuery) -> Result<Vec<String>, StoreError>;
    /// The same of what uses an entity.
    async fn explain_uses(&self, kind: EntityKind, id: &EntityId) -> Result<Vec<String>, StoreError>;
}
