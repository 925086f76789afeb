//! What pages show and send: plain data that travels between server and browser. No secrets, nothing a viewer may
//! not see: the server fills these for one viewer.

mod adjacent;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod catalog;
mod connections;
#[cfg(feature = "ssr")]
pub mod deliveries;
#[cfg(feature = "ssr")]
pub mod event_log;
#[cfg(feature = "ssr")]
pub mod figures;
#[cfg(feature = "ssr")]
pub mod health;
mod history;
pub mod layout;
mod many;
#[cfg(feature = "ssr")]
pub mod people;
mod places;
mod presets;
mod rule_files;
pub mod sending;
#[cfg(feature = "ssr")]
pub mod settings;
mod slack_app;
#[cfg(feature = "ssr")]
pub mod tryout;

use std::collections::BTreeMap;

use leadbell_domain::{
    EntityId, EntityKind, EntityStatus, FieldErrors, FilterKey, Level, Platform, Policy, Role, RuleDraft,
    RuleId, RuleStatus, Timestamp, Trigger,
};
use serde::{Deserialize, Serialize};

pub use adjacent::*;
pub use connections::*;
pub use history::*;
pub use many::*;
pub use places::*;
pub use presets::*;
pub use rule_files::*;
pub use slack_app::*;

/// The person who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name shown in the header.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role.
    pub role: Role,
    /// What the house decided about who may do what. Stays on the server: a publisher need not hear of buyers.
    #[serde(skip)]
    pub policy: Policy,
    /// For a publisher's own login: the publisher.
    pub publisher: Option<EntityId>,
    /// Where this person may go, in the order of the navigation; the first is where he begins.
    pub menu: Vec<MenuLink>,
    /// What this person looks after beside the daily work; in the navigation it stands behind one entry. Only the server
    /// draws it.
    #[serde(skip)]
    pub system: Vec<MenuLink>,
    /// The kinds of entities this person may look up in the catalog: those without pages of their own.
    pub catalog: Vec<EntityKind>,
}

/// An entry of the navigation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuLink {
    /// The address.
    pub href: String,
    /// What it is called.
    pub label: String,
    /// A desk page: drawn by the server alone.
    pub desk: bool,
}

/// What the last action did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// "Rule 412 is deleted."
    pub text: String,
    /// The address to post to that takes it back.
    pub undo: Option<String>,
}

/// A part of a list, with how much there is in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows in all.
    pub total: i64,
    /// Rows skipped before these.
    pub offset: i64,
    /// Rows a page holds.
    pub limit: i64,
}

/// An entity in a list and at the head of its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityRow {
    /// Kind.
    pub kind: EntityKind,
    /// Outside id.
    pub id: EntityId,
    /// Name.
    pub name: String,
    /// Platform, when it belongs to one.
    pub platform: Option<Platform>,
    /// Status.
    pub status: EntityStatus,
    /// Seen in an event before anyone entered it.
    pub discovered: bool,
    /// Whose it is, in words ("Acme Lending" for a campaign), as far as the viewer may know.
    pub belongs_to: Option<String>,
    /// Rules that live on it.
    pub rules: i64,
}

/// The head of an entity's pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityView {
    /// The entity.
    pub entity: EntityRow,
    /// The level of its rules.
    pub level: Level,
    /// Whether the viewer may add and change rules here.
    pub can_manage: bool,
    /// Whether the viewer sees who made a rule (publishers do not).
    pub shows_author: bool,
    /// Triggers that rules here can watch.
    pub triggers: Vec<Trigger>,
    /// Who made rules here: what the list can be narrowed by. Empty where the viewer does not see authors.
    pub authors: Vec<Choice>,
    /// The channels and members that rules here send to.
    pub destinations: Vec<Choice>,
    /// Whether there are presets that rules here can be made from.
    pub has_presets: bool,
}

/// Search, filters and paging of a list of rules; the address of the page holds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleSearch {
    /// Part of a name, text, number or destination.
    pub q: String,
    /// A trigger's key; empty for all.
    pub trigger: String,
    /// `active`, `disabled` or empty for all.
    pub status: String,
    /// A person's id, `api`, or empty for all.
    pub author: String,
    /// The id of a channel or member; empty for all.
    pub to: String,
    /// A key of [`leadbell_domain::RuleSort`]; empty for the newest first.
    pub sort: String,
    /// Page, from 1; 0 counts as 1.
    pub page: u32,
}

/// A rule in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Id, for addresses.
    pub id: RuleId,
    /// Number, for people.
    pub number: i64,
    /// Version, to notice that somebody else changed it.
    pub version: i64,
    /// Name; may be empty.
    pub name: String,
    /// Note; may be empty.
    pub note: String,
    /// Trigger.
    pub trigger: Trigger,
    /// Trigger settings in words, one line each; empty when every event fires it.
    pub settings: Vec<String>,
    /// Where to: "# C0SALES01" or "@ U061F7AUR".
    pub destination: String,
    /// With which token: "Leadbell Demo · salesbot".
    pub connection: String,
    /// Message text as written.
    pub text: String,
    /// Status.
    pub status: RuleStatus,
    /// When it was made, UTC milliseconds.
    pub created_at: Timestamp,
    /// Who made it; `None` where the viewer does not see authors, or for one made through REST.
    pub author: Option<String>,
    /// How many other active rules can fire for the same event (201 means more than 200), and whether one of them would
    /// post the same message to the same place. `None` where the viewer is not told.
    pub adjacent: Option<(u32, bool)>,
}

/// A saved token to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionChoice {
    /// Id.
    pub id: String,
    /// "Leadbell Demo · salesbot".
    pub name: String,
    /// "xoxb-…9f3k".
    pub hint: String,
    /// "bot" or "user".
    pub kind: String,
    /// Slack refuses it at present.
    pub broken: bool,
}

/// An entity to choose in a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Outside id.
    pub id: String,
    /// Name.
    pub name: String,
    /// "Disabled", "Deleted"…: anything but active.
    pub note: Option<String>,
}

/// Everything the rule form needs beside what is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFormData {
    /// Where the rule lives.
    pub view: EntityView,
    /// What is in the fields: an existing rule, what was posted, or nothing yet. The token is never in it.
    pub draft: RuleDraft,
    /// The rule being edited and its version; `None` for a new one.
    pub editing: Option<(RuleId, i64, i64)>,
    /// Saved tokens the viewer may use.
    pub connections: Vec<ConnectionChoice>,
    /// Names of the values chosen in the draft's filters.
    pub chosen: BTreeMap<FilterKey, Vec<Choice>>,
    /// Filters that others set and that the viewer may not read: they stay as they are, and stand nowhere in the form.
    pub withheld: Vec<FilterKey>,
    /// Complaints about the draft, when it was posted.
    pub errors: FieldErrors,
}

/// What to look for when choosing a filter's values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceQuery {
    /// Where the rule lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// Which filter.
    pub filter: FilterKey,
    /// Part of a name or id.
    pub q: String,
    /// Publishers chosen in the form: channels and sources follow them.
    pub publishers: Vec<String>,
    /// Buyers chosen in the form: campaigns follow them.
    pub buyers: Vec<String>,
}

/// A rule to save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveRule {
    /// Where it lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// The rule being edited and the version the editor saw; `None` for a new one.
    pub editing: Option<(RuleId, i64)>,
    /// What was typed.
    pub draft: RuleDraft,
    /// It may flood: the editor was asked. Pages made before there was this question do not send it.
    #[serde(default)]
    pub floods: bool,
}

/// A rule that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRule {
    /// Its id.
    pub id: RuleId,
    /// Its number.
    pub number: i64,
    /// Something worth knowing, such as "Slack could not be reached, so the token is not checked yet".
    pub note: Option<String>,
}
