//! How lists of rules can be sorted.

use serde::{Deserialize, Serialize};

/// The order of a list of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSort {
    /// By number, the newest first.
    #[default]
    Newest,
    /// By number, the oldest first.
    Oldest,
    /// By their last change, the latest first.
    Changed,
    /// By name; those without one come last.
    Name,
    /// By trigger, then the newest first.
    Trigger,
}

impl RuleSort {
    /// Every order, in the order people choose from.
    pub const ALL: [RuleSort; 5] = [
        RuleSort::Newest,
        RuleSort::Oldest,
        RuleSort::Changed,
        RuleSort::Name,
        RuleSort::Trigger,
    ];

    /// The name in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            RuleSort::Newest => "newest",
            RuleSort::Oldest => "oldest",
            RuleSort::Changed => "changed",
            RuleSort::Name => "name",
            RuleSort::Trigger => "trigger",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            RuleSort::Newest => "Newest first",
            RuleSort::Oldest => "Oldest first",
            RuleSort::Changed => "Recently changed",
            RuleSort::Name => "By name",
            RuleSort::Trigger => "By trigger",
        }
    }

    /// The order of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<RuleSort> {
        RuleSort::ALL.into_iter().find(|sort| sort.key() == key)
    }
}
