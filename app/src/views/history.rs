//! What rules were, as pages show it.

use leadbell_domain::{EntityId, FieldChange, Level, RuleId, Timestamp};

use super::{EntityView, Listing};

/// The page of a rule's versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// Where the rule lives.
    pub view: EntityView,
    /// Id.
    pub rule: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Its newest version.
    pub version: i64,
    /// When it was deleted, UTC milliseconds.
    pub deleted_at: Option<Timestamp>,
    /// Its versions, newest first.
    pub listing: Listing<VersionRow>,
}

/// A version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number, from 1.
    pub version: i64,
    /// When it came about, UTC milliseconds.
    pub at: Timestamp,
    /// Who made it, as far as the viewer may know.
    pub who: String,
    /// "Edited".
    pub what: &'static str,
    /// What differs from the version before; `None` when there is none before it.
    pub changes: Option<Vec<FieldChange>>,
    /// The whole rule of that version in words.
    pub facts: Vec<Fact>,
    /// Whether bringing it back would be something.
    pub restorable: bool,
}

/// A field of a rule in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name in the form.
    pub label: &'static str,
    /// What it says, a line each.
    pub lines: Vec<String>,
}

/// The page of an entity's deleted rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPage {
    /// Where the rules lived.
    pub view: EntityView,
    /// They, last deleted first.
    pub listing: Listing<DeletedRow>,
}

/// A deleted rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedRow {
    /// Id.
    pub id: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// The version that its deletion is.
    pub version: i64,
    /// When it was deleted, UTC milliseconds.
    pub deleted_at: Timestamp,
    /// What it was, in words.
    pub facts: Vec<Fact>,
}

/// A rule to bring back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRule {
    /// Where it lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// Which.
    pub rule: RuleId,
    /// The version to bring back.
    pub version: i64,
    /// The newest version that the viewer has seen.
    pub seen: i64,
}

/// A rule that was brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredRule {
    /// Its number.
    pub number: i64,
    /// Something worth knowing.
    pub note: Option<String>,
}

/// What was typed beside what somebody else stored meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Where the rule lives.
    pub view: EntityView,
    /// Number.
    pub number: i64,
    /// The version that is stored now.
    pub version: i64,
    /// Whether the rule is deleted by now.
    pub deleted: bool,
    /// Who stored it.
    pub who: String,
    /// When, UTC milliseconds.
    pub at: Timestamp,
    /// What he changed, from the version the editor saw; `None` when that is not known.
    pub theirs: Option<Vec<FieldChange>>,
    /// From what is stored now to what was typed.
    pub mine: Vec<FieldChange>,
}
