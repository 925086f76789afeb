//! Rules as they are asked for, listed and told to engines.

use leadbell_domain::{EntityId, Level, RuleId, RuleStatus, Scope, StoredRule, Trigger};

/// Which rules to list.
#[derive(Clone, Debug)]
pub struct RuleQuery {
    /// Whose rules: the viewer's scope at `level`.
    pub scope: Scope,
    /// The level.
    pub level: Level,
    /// Only those of this entity.
    pub entity: Option<EntityId>,
    /// Case-insensitive part of name, text, number or target; empty for all.
    pub search: String,
    /// Only this trigger.
    pub trigger: Option<Trigger>,
    /// Only this status.
    pub status: Option<RuleStatus>,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

impl RuleQuery {
    /// The first 50 rules of an entity within a scope.
    #[must_use]
    pub fn of(scope: Scope, level: Level, entity: EntityId) -> Self {
        Self {
            scope,
            level,
            entity: Some(entity),
            search: String::new(),
            trigger: None,
            status: None,
            offset: 0,
            limit: 50,
        }
    }
}

/// A rule in a list, with the name of who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleListing {
    /// The rule.
    pub stored: StoredRule,
    /// Its author's name.
    pub author_name: Option<String>,
}

/// What changed for the engine since a version of the rule set.
#[derive(Clone, Debug)]
pub struct RuleChanges {
    /// The version of the rule set after these changes.
    pub version: i64,
    /// Rules added or changed since, whatever their status.
    pub changed: Vec<StoredRule>,
    /// Rules deleted since, with where they were indexed.
    pub deleted: Vec<(RuleId, Level, EntityId, Trigger)>,
}
