//! Adjacent rules as pages show them.

use leadbell_domain::{EntityId, Level, RuleId, Trigger};

use super::{EntityView, Listing};

/// The page of a rule's adjacent rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjacentPage {
    /// Where the rule lives.
    pub view: EntityView,
    /// The rule.
    pub rule: AdjacentTo,
    /// The rules that can fire for the same event, those that post the same message first.
    pub listing: Listing<AdjacentRow>,
    /// Whether there may be more than are listed.
    pub more: bool,
}

/// The rule whose adjacent rules are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjacentTo {
    /// Id.
    pub id: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Trigger.
    pub trigger: Trigger,
    /// Its settings in words.
    pub settings: Vec<String>,
    /// Where to.
    pub destination: String,
    /// Whether it is obeyed: one that is not would fire together with the others once it is enabled.
    pub active: bool,
}

/// A rule that can fire for the same event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjacentRow {
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Id.
    pub id: RuleId,
    /// Where it lives…
    pub level: Level,
    /// …and on what.
    pub entity: EntityId,
    /// Whether the viewer may change it.
    pub can_manage: bool,
    /// The same in words: "Publisher Blue Traffic".
    pub place: String,
    /// Its settings in words.
    pub settings: Vec<String>,
    /// Where to.
    pub destination: String,
    /// What an event must be like to make both fire, a line each; empty when every event of the trigger does.
    pub shared: Vec<String>,
    /// Whether both post the same text to the same place.
    pub same_message: bool,
}
