//! Changes of rules, and what is kept of them.

use leadbell_domain::{Level, Rule, RuleId, RuleStatus, Scope, StoredRule, Timestamp};

use super::Actor;

/// What was done to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Added.
    Created,
    /// Written anew.
    Edited,
    /// Switched on.
    Enabled,
    /// Switched off.
    Disabled,
    /// Deleted.
    Deleted,
    /// Made again what it was in an earlier version.
    Restored,
    /// Followed a change of its preset.
    Preset,
    /// Came from a file.
    Imported,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [ChangeKind; 8] = [
        ChangeKind::Created,
        ChangeKind::Edited,
        ChangeKind::Enabled,
        ChangeKind::Disabled,
        ChangeKind::Deleted,
        ChangeKind::Restored,
        ChangeKind::Preset,
        ChangeKind::Imported,
    ];

    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            ChangeKind::Created => "created",
            ChangeKind::Edited => "edited",
            ChangeKind::Enabled => "enabled",
            ChangeKind::Disabled => "disabled",
            ChangeKind::Deleted => "deleted",
            ChangeKind::Restored => "restored",
            ChangeKind::Preset => "preset",
            ChangeKind::Imported => "imported",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            ChangeKind::Created => "Added",
            ChangeKind::Edited => "Edited",
            ChangeKind::Enabled => "Enabled",
            ChangeKind::Disabled => "Disabled",
            ChangeKind::Deleted => "Deleted",
            ChangeKind::Restored => "Restored",
            ChangeKind::Preset => "Preset applied",
            ChangeKind::Imported => "Imported",
        }
    }

    /// The kind of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<ChangeKind> {
        ChangeKind::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// A change to make to one rule.
#[derive(Clone, Debug)]
pub struct RuleChange {
    /// Which rule.
    pub id: RuleId,
    /// The level it must live at.
    pub level: Level,
    /// The scope it must be in (a new rule is in nobody's yet: its maker is asked before).
    pub scope: Scope,
    /// The version its editor saw; `None` for whatever there is.
    pub expected: Option<i64>,
    /// What to do.
    pub deed: Deed,
}

/// What to do to a rule.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Add it.
    Insert(Box<Rule>),
    /// Replace it. Level, entity and author stay.
    Update(Box<Rule>),
    /// Switch it; to where it stands already changes nothing.
    Switch(RuleStatus),
    /// Delete it. Its deliveries and versions stay.
    Delete,
    /// Let it be this again, deleted or not. Level, entity, number and author stay.
    Restore(Box<Rule>),
}

impl Deed {
    /// What it is called in the history, unless it is part of something larger.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match self {
            Deed::Insert(_) => ChangeKind::Created,
            Deed::Update(_) => ChangeKind::Edited,
            Deed::Switch(RuleStatus::Active) => ChangeKind::Enabled,
            Deed::Switch(RuleStatus::Disabled) => ChangeKind::Disabled,
            Deed::Delete => ChangeKind::Deleted,
            Deed::Restore(_) => ChangeKind::Restored,
        }
    }
}

impl RuleChange {
    /// Adds a rule.
    #[must_use]
    pub fn insert(id: &RuleId, rule: &Rule) -> Self {
        Self {
            id: id.clone(),
            level: rule.level,
            scope: Scope::All,
            expected: None,
            deed: Deed::Insert(Box::new(rule.clone())),
        }
    }

    /// Replaces a rule.
    #[must_use]
    pub fn update(id: &RuleId, rule: &Rule, scope: &Scope, expected: Option<i64>) -> Self {
        Self {
            id: id.clone(),
            level: rule.level,
            scope: scope.clone(),
            expected,
            deed: Deed::Update(Box::new(rule.clone())),
        }
    }

    /// Switches a rule.
    #[must_use]
    pub fn switch(id: &RuleId, level: Level, scope: &Scope, status: RuleStatus) -> Self {
        Self {
            id: id.clone(),
            level,
            scope: scope.clone(),
            expected: None,
            deed: Deed::Switch(status),
        }
    }

    /// Deletes a rule.
    #[must_use]
    pub fn delete(id: &RuleId, level: Level, scope: &Scope, expected: Option<i64>) -> Self {
        Self {
            id: id.clone(),
            level,
            scope: scope.clone(),
            expected,
            deed: Deed::Delete,
        }
    }

    /// Lets a rule be this again.
    #[must_use]
    pub fn restore(id: &RuleId, rule: &Rule, scope: &Scope, expected: Option<i64>) -> Self {
        Self {
            id: id.clone(),
            level: rule.level,
            scope: scope.clone(),
            expected,
            deed: Deed::Restore(Box::new(rule.clone())),
        }
    }
}

/// A rule that may be deleted by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRule {
    /// As it is, or was when it was deleted.
    pub stored: StoredRule,
    /// When it was deleted, UTC milliseconds.
    pub deleted_at: Option<Timestamp>,
}

/// What a rule was from one change to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleVersion {
    /// Its number, from 1.
    pub version: i64,
    /// When it came about, UTC milliseconds.
    pub at: Timestamp,
    /// Who made it.
    pub by: Actor,
    /// By doing what.
    pub change: ChangeKind,
    /// The rule after that; of a deletion, the rule that was deleted.
    pub rule: Rule,
}
