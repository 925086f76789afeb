//! Rules as they are asked for, listed and told to engines.

use leadbell_domain::{EntityId, Level, RuleId, RuleSort, RuleStatus, Scope, StoredRule, Trigger, UserId};

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
    /// Only rules made by this one.
    pub author: Option<RuleAuthor>,
    /// Only rules that send to this channel or member.
    pub target: Option<String>,
    /// The order.
    pub sort: RuleSort,
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
            author: None,
            target: None,
            sort: RuleSort::default(),
            offset: 0,
            limit: 50,
        }
    }
}

/// Who made a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleAuthor {
    /// A person.
    Person(UserId),
    /// Nobody: it came through the REST interface.
    Nobody,
}

/// People, and destinations, told at most of an entity's rules.
pub const MOST_FACETS: i64 = 1_000;

/// What the rules of an entity can be narrowed by: all of it, up to [`MOST_FACETS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFacets {
    /// The people who made some of them, by name.
    pub authors: Vec<(UserId, String)>,
    /// Whether some came through the REST interface.
    pub by_nobody: bool,
    /// The channels and members they send to.
    pub targets: Vec<String>,
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
