//! Active rules as they are looked for to find adjacent ones.

use leadbell_domain::{EntityId, Level, Scope, Trigger};

/// Which active rules: all conditions at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveRules {
    /// Of this level.
    pub level: Level,
    /// In this scope of that level.
    pub scope: Scope,
    /// Of this trigger.
    pub trigger: Trigger,
    /// Living there.
    pub place: ActivePlace,
    /// Sending to this channel or member only, when given.
    pub target: Option<String>,
    /// So many at most.
    pub limit: i64,
}

/// Where active rules are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivePlace {
    /// On these entities.
    Entities(Vec<EntityId>),
    /// On campaigns of this product, and on those whose product nobody knows.
    CampaignsOf(EntityId),
    /// Anywhere in the level.
    Anywhere,
}
