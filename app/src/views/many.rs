//! Copying rules, and changing many of them at once.

use leadbell_domain::{EntityId, EntityStatus, Level, RuleId, RuleStatus, Trigger};

use super::EntityView;

/// Where copies may go, as the form asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopySearch {
    /// The level to look in; the rule's own without.
    pub level: Option<Level>,
    /// Part of a name or id.
    pub q: String,
    /// What is chosen already.
    pub chosen: Vec<(Level, EntityId)>,
}

/// The form that copies rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPage {
    /// Where the rules live.
    pub view: EntityView,
    /// The rules.
    pub rules: Vec<RuleBrief>,
    /// Where the viewer may add rules.
    pub levels: Vec<Level>,
    /// The level looked in.
    pub level: Level,
    /// Part of a name or id.
    pub q: String,
    /// Places to choose: those chosen already first.
    pub places: Vec<CopyPlace>,
    /// Whether more places fit the search.
    pub more: bool,
}

/// A rule in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBrief {
    /// Id.
    pub id: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Trigger.
    pub trigger: Trigger,
    /// Settings in words.
    pub settings: Vec<String>,
    /// Where to.
    pub destination: String,
    /// Whether it follows a preset.
    pub follows_preset: bool,
}

/// A place that copies can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPlace {
    /// Level.
    pub level: Level,
    /// Product, campaign or publisher.
    pub entity: EntityId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: EntityStatus,
    /// Whether the rules live there.
    pub is_home: bool,
    /// Whether it is chosen.
    pub chosen: bool,
    /// What of the rules does not fit there.
    pub misfits: Vec<Misfit>,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The number of the rule.
    pub number: i64,
    /// The rule's field.
    pub field: String,
    /// Why.
    pub message: String,
}

/// A rule that was made by copying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedRule {
    /// Id.
    pub id: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Where it lives…
    pub level: Level,
    /// …and on what.
    pub entity: EntityId,
    /// The same in words.
    pub place: String,
    /// Whether it is obeyed.
    pub status: RuleStatus,
    /// Something worth knowing.
    pub remark: Option<String>,
}

/// What to do to many rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManyDeed {
    /// Enable or disable them.
    Switch(RuleStatus),
    /// Delete them.
    Delete,
}
