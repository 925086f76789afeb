//! What lists of rules can be narrowed by.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, Scope};

use crate::{RuleFacets, StoreError};

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
}
