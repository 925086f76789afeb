//! Presets as pages show them.

use leadbell_domain::{PresetId, RuleDraft, RuleId, Timestamp, Trigger};

use super::{ConnectionChoice, EntityView, Listing};

/// Search and paging of a list of presets; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetSearch {
    /// Part of a name, note or text.
    pub q: String,
    /// Page, from 1; 0 counts as 1.
    pub page: u32,
}

/// A product's presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetList {
    /// The product.
    pub view: EntityView,
    /// A page of them.
    pub listing: Listing<PresetRow>,
}

/// A preset in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetRow {
    /// Id.
    pub id: PresetId,
    /// Name.
    pub name: String,
    /// Note; may be empty.
    pub note: String,
    /// The event its rules wait for.
    pub trigger: Option<Trigger>,
    /// Settings in words.
    pub settings: Vec<String>,
    /// Where to, unless that is left open.
    pub destination: Option<String>,
    /// Message text as written.
    pub text: String,
    /// Rules that follow it.
    pub followers: i64,
    /// Its version.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The form of a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetForm {
    /// The product.
    pub view: EntityView,
    /// What is in the fields.
    pub draft: RuleDraft,
    /// The preset being edited and its version; `None` for a new one.
    pub editing: Option<(PresetId, i64)>,
    /// Saved tokens the viewer may use.
    pub connections: Vec<ConnectionChoice>,
}

/// A preset with the rules that follow it, and what its last change would make of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetFollowers {
    /// The product.
    pub view: EntityView,
    /// The preset.
    pub preset: PresetRow,
    /// Its rules, by number.
    pub rules: Vec<FollowerRow>,
    /// Whether there are more.
    pub more: bool,
}

/// A rule that follows a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerRow {
    /// Id.
    pub id: RuleId,
    /// Number.
    pub number: i64,
    /// Name; may be empty.
    pub name: String,
    /// Version, so that nothing is applied to a rule that changed since.
    pub version: i64,
    /// What would change, a line each.
    pub changes: Vec<String>,
    /// Why it can't follow: the rule's field and what is wrong with it.
    pub misfits: Vec<(String, String)>,
}
