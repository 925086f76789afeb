//! A rule as a person or program wrote it, and the way to a valid one.
//!
//! Field names are those of the REST contract (`filters.price.min`, `action.text`); the browser's form uses the same
//! ones, so a complaint finds its field everywhere.

mod form;
mod json;
mod parse;
mod sentence;

pub use json::RULE_OWN_FIELDS;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    ConnectionId, EntityId, FilterKey, Filters, Layout, Level, ListFilter, Platform, Policy, PresetId,
    PriceCondition, Role, Rule, RuleStatus, SendingOptions, SlackAction, SlackToken, StoredRule, Target,
    Template, Trigger, form_fields,
};
use crate::{card, sending};

/// Longest name of a rule, in characters.
const MAX_NAME: usize = 100;
/// Longest note, in characters.
const MAX_NOTE: usize = 2_000;
/// Most values one list filter may hold.
const MAX_VALUES: usize = 500;

/// Text that must not be seen: `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(pub String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "\"(hidden)\"" })
    }
}

/// One list filter as chosen: nothing chosen, no filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilterDraft {
    /// "is none of" instead of "is any of".
    pub exclude: bool,
    /// The ids (or methods).
    pub values: Vec<String>,
}

impl FilterDraft {
    /// Whether it says what this filter says.
    #[must_use]
    pub fn is(&self, filter: &ListFilter) -> bool {
        self.exclude == matches!(filter, ListFilter::NoneOf(_))
            && self.values.iter().eq(filter.values().iter())
    }

    /// What is in the fields for a filter.
    #[must_use]
    pub fn of(filter: &ListFilter) -> FilterDraft {
        FilterDraft {
            exclude: matches!(filter, ListFilter::NoneOf(_)),
            values: filter.values().iter().cloned().collect(),
        }
    }
}

/// The price restriction as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "named as in the contract")]
pub struct PriceDraft {
    pub op: String,
    pub value: String,
    pub min: String,
    pub max: String,
}

/// A rule as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleDraft {
    /// A name for people; may be empty.
    pub name: String,
    /// A note for people; may be empty.
    pub note: String,
    /// The preset the rule follows; empty for none.
    pub preset_id: String,
    /// The trigger's key.
    pub trigger: String,
    /// The list filters.
    pub filters: BTreeMap<FilterKey, FilterDraft>,
    /// The price restriction.
    pub price: PriceDraft,
    /// Fire for test leads, too.
    pub include_test: bool,
    /// Fire for repeated ping backs, too.
    pub include_duplicates: bool,
    /// The action's key; empty means `send_slack_message`, the only one.
    pub action: String,
    /// A saved connection…
    pub connection_id: String,
    /// …or a token pasted now.
    pub auth_token: SecretText,
    /// `channel` or `member`.
    pub target: String,
    /// Slack Channel ID.
    pub channel_id: String,
    /// Slack Member ID.
    pub member_id: String,
    /// Message Text.
    pub text: String,
    /// `masked` (also when empty) or `shown`.
    pub personal_data: String,
    /// How messages go out: paths below `action.sending`, such as `caps.minute`, with their texts. What is not there is
    /// as it is by default.
    pub sending: BTreeMap<String, String>,
    /// How messages look: paths below `action.layout`, such as `card.header`, with their texts. None for the text alone.
    pub layout: BTreeMap<String, String>,
    /// `active` (also when empty) or `disabled`.
    pub status: String,
}

/// Which token a rule wants to send with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionChoice {
    /// One stored before; whether the person may use it is still to be asked of the store.
    Saved(ConnectionId),
    /// One pasted now, to be stored first.
    Pasted(SlackToken),
}

/// Where a rule is to live and who writes it.
#[derive(Clone, Debug)]
pub struct DraftContext<'a> {
    /// The writer's role: decides which filters may be used.
    pub role: Role,
    /// What the house decided about filters.
    pub policy: Policy,
    /// The level.
    pub level: Level,
    /// The product, campaign or publisher.
    pub entity: &'a EntityId,
    /// Its platform, when it belongs to one.
    pub platform: Option<Platform>,
    /// Whether the writer may have messages show personal data; see [`crate::may_show_personal_data`]. Asked apart
    /// from `role`, because a publisher's rule is judged by the publisher's role whoever writes it.
    pub may_show_personal_data: bool,
}

/// A valid rule, except that its connection is still a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedRule {
    /// Which token.
    pub connection: ConnectionChoice,
    name: String,
    note: String,
    preset: Option<PresetId>,
    level: Level,
    entity: EntityId,
    trigger: Trigger,
    filters: Filters,
    includes_test_leads: bool,
    includes_duplicates: bool,
    target: Target,
    template: Template,
    shows_personal_data: bool,
    sending: SendingOptions,
    layout: Layout,
    status: RuleStatus,
}

impl ParsedRule {
    /// The rule with its connection settled.
    #[must_use]
    pub fn with_connection(self, connection: ConnectionId) -> Rule {
        let action = SlackAction {
            connection,
            target: self.target,
            template: self.template,
            shows_personal_data: self.shows_personal_data,
            sending: self.sending,
            layout: self.layout,
        };
        let Self {
            name,
            note,
            preset,
            level,
            entity,
            trigger,
            filters,
            includes_test_leads,
            includes_duplicates,
            status,
            ..
        } = self;
        Rule {
            name,
            note,
            preset,
            level,
            entity,
            trigger,
            filters,
            includes_test_leads,
            includes_duplicates,
            action,
            status,
        }
    }

    /// The same with filters that its writer may not even read, and which therefore stay as somebody else set them; as
    /// far as its trigger has such filters.
    #[must_use]
    pub fn keeping(
        mut self,
        withheld: impl IntoIterator<Item = (FilterKey, ListFilter)>,
        policy: Policy,
    ) -> Self {
        let offered = form_fields(Role::GlobalAdmin, policy, self.level, self.trigger).filters;
        self.filters
            .lists
            .extend(withheld.into_iter().filter(|(key, _)| offered.contains(key)));
        self
    }

    /// Where it sends to.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its trigger.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        self.trigger
    }

    /// The preset it follows; whether there is one of this id on its product is still to be asked of the store.
    #[must_use]
    pub fn preset(&self) -> Option<&PresetId> {
        self.preset.as_ref()
    }

    /// Its filters.
    #[must_use]
    pub fn filters(&self) -> &Filters {
        &self.filters
    }

    /// Its message.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }
}

impl RuleDraft {
    /// The draft of a rule that exists, for its edit form.
    #[must_use]
    pub fn of(stored: &StoredRule) -> RuleDraft {
        RuleDraft::of_rule(&stored.rule)
    }

    /// The same for a rule without what the store knows of it.
    #[must_use]
    pub fn of_rule(rule: &Rule) -> RuleDraft {
        let filters = rule
            .filters
            .lists
            .iter()
            .map(|(key, filter)| (*key, FilterDraft::of(filter)))
            .collect();
        let (channel_id, member_id) = match &rule.action.target {
            Target::Channel(id) => (id.to_string(), String::new()),
            Target::Member(id) => (String::new(), id.to_string()),
        };
        RuleDraft {
            name: rule.name.clone(),
            note: rule.note.clone(),
            preset_id: rule.preset.as_ref().map(ToString::to_string).unwrap_or_default(),
            trigger: rule.trigger.key().to_owned(),
            filters,
            price: rule.filters.price.map(price_draft).unwrap_or_default(),
            include_test: rule.includes_test_leads,
            include_duplicates: rule.includes_duplicates,
            action: ACTION.to_owned(),
            connection_id: rule.action.connection.to_string(),
            auth_token: SecretText::default(),
            target: rule.action.target.kind_key().to_owned(),
            channel_id,
            member_id,
            text: rule.action.template.text().to_owned(),
            personal_data: personal_data_key(rule.action.shows_personal_data).to_owned(),
            sending: sending::pairs(&rule.action.sending),
            layout: card::pairs(&rule.action.layout),
            status: rule.status.key().to_owned(),
        }
    }
}

/// The key of the one action there is.
pub(crate) const ACTION: &str = "send_slack_message";

/// How data says whether personal data is shown.
pub(crate) fn personal_data_key(shown: bool) -> &'static str {
    if shown { "shown" } else { "masked" }
}

fn price_draft(price: PriceCondition) -> PriceDraft {
    let mut draft = PriceDraft {
        op: price.op().key().to_owned(),
        ..PriceDraft::default()
    };
    match price {
        PriceCondition::GtZero => {}
        PriceCondition::Gt { value }
        | PriceCondition::Gte { value }
        | PriceCondition::Lt { value }
        | PriceCondition::Lte { value } => draft.value = value.display(),
        PriceCondition::Between { min, max } => {
            draft.min = min.display();
            draft.max = max.display();
        }
    }
    draft
}

#[cfg(test)]
mod tests;
