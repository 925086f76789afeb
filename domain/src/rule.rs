//! A tracking rule: scope, trigger, filters, action. What is built here is valid; [`crate::RuleDraft`] is what may not be.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Card, ConnectionId, EntityId, Event, Filters, Layout, Level, PresetId, RuleId, SendingOptions, Target,
    Template, Timestamp, Trigger, UserId, Verdict,
};

/// Whether a rule is obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleStatus {
    /// Obeyed.
    Active,
    /// Kept, not obeyed.
    Disabled,
}

impl RuleStatus {
    /// The name in data.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            RuleStatus::Active => "active",
            RuleStatus::Disabled => "disabled",
        }
    }

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            RuleStatus::Active => "Active",
            RuleStatus::Disabled => "Disabled",
        }
    }

    /// The status of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<RuleStatus> {
        match key {
            "active" => Some(RuleStatus::Active),
            "disabled" => Some(RuleStatus::Disabled),
            _ => None,
        }
    }
}

impl fmt::Display for RuleStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// "Send Slack Message": with which connection, where to, what. As JSON the contract's `action`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackAction {
    /// Whose token sends it.
    #[serde(rename = "connection_id")]
    pub connection: ConnectionId,
    /// The channel or member.
    pub target: Target,
    /// The message text.
    #[serde(rename = "text")]
    pub template: Template,
    /// Whether the message shows personal data (a lead's own fields, phone numbers) instead of masking it.
    #[serde(rename = "personal_data", with = "shown_or_masked", default)]
    pub shows_personal_data: bool,
    /// How its messages go out.
    #[serde(default)]
    pub sending: SendingOptions,
    /// How its messages look.
    #[serde(default)]
    pub layout: Layout,
}

impl SlackAction {
    /// The names of the placeholders its messages tell, repeated ones too.
    pub fn placeholder_names(&self) -> impl Iterator<Item = &str> {
        let card = self.layout.card().into_iter().flat_map(Card::placeholder_names);
        self.template.placeholder_names().chain(card)
    }
}

/// The contract's two words for whether personal data is shown.
mod shown_or_masked {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::draft::personal_data_key;

    pub(super) fn serialize<S: Serializer>(shown: &bool, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(personal_data_key(*shown))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        Ok(String::deserialize(from)? == personal_data_key(true))
    }
}

/// A rule in force or kept. As JSON it has the fields of the contract's rule; that is how its versions are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// A name people gave it; may be empty.
    pub name: String,
    /// What people want to remember about it; may be empty.
    #[serde(default)]
    pub note: String,
    /// The preset it was made from, if it still follows one.
    #[serde(rename = "preset_id", default)]
    pub preset: Option<PresetId>,
    /// Where it lives.
    pub level: Level,
    /// The product, campaign or publisher it lives on.
    #[serde(rename = "entity_id")]
    pub entity: EntityId,
    /// What it waits for.
    pub trigger: Trigger,
    /// Which of those events.
    pub filters: Filters,
    /// Whether test leads make it fire, too; their messages say TEST.
    #[serde(rename = "include_test", default)]
    pub includes_test_leads: bool,
    /// Whether repeated ping backs make it fire, too.
    #[serde(rename = "include_duplicates", default)]
    pub includes_duplicates: bool,
    /// What it does then.
    pub action: SlackAction,
    /// Whether it is obeyed.
    pub status: RuleStatus,
}

impl Rule {
    /// Whether this rule's scope contains the event and the trigger is its own: what the engine's index answers.
    #[must_use]
    pub fn concerns(&self, event: &Event) -> bool {
        event.trigger == self.trigger && event.scope_id(self.level) == Some(&self.entity)
    }

    /// Whether the event makes it fire. Test leads and repeated ping backs do only where the rule says so: they would
    /// alert people about nothing (`domain.md` §11, 5 and 22).
    #[must_use]
    pub fn fires_for(&self, event: &Event) -> bool {
        self.status == RuleStatus::Active
            && (self.includes_test_leads || !event.is_test)
            && (self.includes_duplicates || !event.is_duplicate_pingback())
            && self.concerns(event)
            && self.filters.accept(event, self.level)
    }

    /// Whether it fires for the same events as another one of its entity, and collects floods alike.
    #[must_use]
    pub fn fires_like(&self, other: &Rule) -> bool {
        self.status == other.status
            && self.trigger == other.trigger
            && self.filters == other.filters
            && self.includes_test_leads == other.includes_test_leads
            && self.includes_duplicates == other.includes_duplicates
            && self.action.sending.bursts == other.action.sending.bursts
    }

    /// What its filters make of the event.
    #[must_use]
    pub fn verdict(&self, event: &Event) -> Verdict {
        self.filters.verdict(event, self.level)
    }
}

/// A rule with what the store knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRule {
    /// Its id.
    pub id: RuleId,
    /// The short number people call it by.
    pub number: i64,
    /// Counts its changes, from 1. An event is judged by the version at its arrival.
    pub version: i64,
    /// The rule itself.
    pub rule: Rule,
    /// When it was made, UTC milliseconds.
    pub created_at: Timestamp,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: Timestamp,
    /// Who made it; `None` for one made through the REST interface.
    pub author: Option<UserId>,
}
