//! A rule as a person or program wrote it, and the way to a valid one.
//!
//! Field names are those of the REST contract (`filters.price.min`, `action.text`); the browser's form uses the same
//! ones, so a complaint finds its field everywhere.

mod form;
mod json;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    ConnectionId, EntityId, FieldErrors, FilterKey, Filters, Level, ListFilter, Method, Money, Platform,
    PriceCondition, PriceOp, Role, Rule, RuleStatus, SlackAction, SlackToken, StoredRule, Target, Template,
    Trigger, filter_label, form_fields, parse_channel_id, parse_member_id,
};

/// Longest name of a rule, in characters.
const MAX_NAME: usize = 100;
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
    /// The trigger's key.
    pub trigger: String,
    /// The list filters.
    pub filters: BTreeMap<FilterKey, FilterDraft>,
    /// The price restriction.
    pub price: PriceDraft,
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
    /// The level.
    pub level: Level,
    /// The product, campaign or publisher.
    pub entity: &'a EntityId,
    /// Its platform, when it belongs to one.
    pub platform: Option<Platform>,
}

/// A valid rule, except that its connection is still a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedRule {
    /// Which token.
    pub connection: ConnectionChoice,
    name: String,
    level: Level,
    entity: EntityId,
    trigger: Trigger,
    filters: Filters,
    target: Target,
    template: Template,
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
        };
        let Self {
            name,
            level,
            entity,
            trigger,
            filters,
            status,
            ..
        } = self;
        Rule {
            name,
            level,
            entity,
            trigger,
            filters,
            action,
            status,
        }
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
        let rule = &stored.rule;
        let filters = rule
            .filters
            .lists
            .iter()
            .map(|(key, filter)| {
                let exclude = matches!(filter, ListFilter::NoneOf(_));
                (
                    *key,
                    FilterDraft {
                        exclude,
                        values: filter.values().iter().cloned().collect(),
                    },
                )
            })
            .collect();
        let (channel_id, member_id) = match &rule.action.target {
            Target::Channel(id) => (id.to_string(), String::new()),
            Target::Member(id) => (String::new(), id.to_string()),
        };
        RuleDraft {
            name: rule.name.clone(),
            trigger: rule.trigger.key().to_owned(),
            filters,
            price: rule.filters.price.map(price_draft).unwrap_or_default(),
            action: ACTION.to_owned(),
            connection_id: rule.action.connection.to_string(),
            auth_token: SecretText::default(),
            target: rule.action.target.kind_key().to_owned(),
            channel_id,
            member_id,
            text: rule.action.template.text().to_owned(),
            status: rule.status.key().to_owned(),
        }
    }

    /// A valid rule, or every complaint at its field.
    pub fn parse(&self, context: &DraftContext<'_>) -> Result<ParsedRule, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = self.name.trim();
        if name.chars().count() > MAX_NAME {
            errors.add("name", format!("A name may have at most {MAX_NAME} characters."));
        }
        let trigger = self.parse_trigger(context, &mut errors);
        let filters = match trigger {
            Some(trigger) => self.parse_filters(context, trigger, &mut errors),
            None => Filters::default(),
        };
        if !matches!(self.action.as_str(), "" | ACTION) {
            errors.add("action.type", "The only action is send_slack_message.");
        }
        let connection = self.parse_connection(&mut errors);
        let target = self.parse_target(&mut errors);
        let template = trigger.and_then(|trigger| {
            errors.keep("action.text", Template::parse(&self.text, trigger, context.level))
        });
        let status = match self.status.as_str() {
            "" => Some(RuleStatus::Active),
            other => RuleStatus::from_key(other),
        };
        if status.is_none() {
            errors.add("status", "The status is active or disabled.");
        }
        match (trigger, connection, target, template, status) {
            (Some(trigger), Some(connection), Some(target), Some(template), Some(status))
                if errors.is_empty() =>
            {
                Ok(ParsedRule {
                    connection,
                    name: name.to_owned(),
                    level: context.level,
                    entity: context.entity.clone(),
                    trigger,
                    filters,
                    target,
                    template,
                    status,
                })
            }
            _ => Err(errors),
        }
    }

    /// Only the first step of the form: trigger and action.
    pub fn parse_trigger_step(&self, context: &DraftContext<'_>) -> Result<Trigger, FieldErrors> {
        let mut errors = FieldErrors::new();
        self.parse_trigger(context, &mut errors).ok_or(errors)
    }

    fn parse_trigger(&self, context: &DraftContext<'_>, errors: &mut FieldErrors) -> Option<Trigger> {
        if self.trigger.trim().is_empty() {
            errors.add("trigger", "Choose the event that triggers the action.");
            return None;
        }
        let Some(trigger) = Trigger::from_text(&self.trigger) else {
            errors.add("trigger", "There is no such trigger. Choose one from the list.");
            return None;
        };
        let level = context.level.label();
        if !trigger.levels().contains(&context.level) {
            errors.add(
                "trigger",
                format!("{} is not available at {level} level.", trigger.label()),
            );
            return None;
        }
        if let Some(platform) = context.platform
            && platform != trigger.platform()
        {
            errors.add(
                "trigger",
                format!("This {} belongs to {}.", level.to_lowercase(), platform.label()),
            );
            return None;
        }
        Some(trigger)
    }

    fn parse_filters(
        &self,
        context: &DraftContext<'_>,
        trigger: Trigger,
        errors: &mut FieldErrors,
    ) -> Filters {
        let offered = form_fields(context.role, context.level, trigger);
        let mut filters = Filters::default();
        for (key, draft) in &self.filters {
            if draft.values.iter().all(|value| value.trim().is_empty()) {
                continue;
            }
            let field = format!("filters.{}", key.key());
            if *key == FilterKey::Price || !offered.filters.contains(key) {
                errors.add(
                    field,
                    format!(
                        "The filter {} is not available for this rule.",
                        filter_label(*key)
                    ),
                );
                continue;
            }
            if let Some(values) = errors.keep(&field, list_values(*key, &draft.values)) {
                let filter = if draft.exclude {
                    ListFilter::NoneOf(values)
                } else {
                    ListFilter::AnyOf(values)
                };
                filters.lists.insert(*key, filter);
            }
        }
        filters.price = self.price.parse(&offered.price_ops, errors);
        filters
    }

    fn parse_connection(&self, errors: &mut FieldErrors) -> Option<ConnectionChoice> {
        if self.auth_token.0.trim().is_empty() && !self.connection_id.trim().is_empty() {
            let id = ConnectionId::new(self.connection_id.trim());
            return errors
                .keep(
                    "action.connection_id",
                    id.map_err(|_| "Choose a saved connection from the list."),
                )
                .map(ConnectionChoice::Saved);
        }
        errors
            .keep("action.auth_token", SlackToken::parse(&self.auth_token.0))
            .map(ConnectionChoice::Pasted)
    }

    fn parse_target(&self, errors: &mut FieldErrors) -> Option<Target> {
        match self.target.as_str() {
            "channel" => errors
                .keep("action.target.channel_id", parse_channel_id(&self.channel_id))
                .map(Target::Channel),
            "member" => errors
                .keep("action.target.member_id", parse_member_id(&self.member_id))
                .map(Target::Member),
            _ => {
                errors.add(
                    "action.target",
                    "Choose whether the message goes to a channel or to a user.",
                );
                None
            }
        }
    }
}

/// The key of the one action there is.
pub(crate) const ACTION: &str = "send_slack_message";

fn list_values(key: FilterKey, values: &[String]) -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::new();
    for value in values
        .iter()
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
    {
        if key == FilterKey::Method {
            let method = Method::from_key(value).ok_or("The method is POST or FORM.")?;
            found.insert(method.key().to_owned());
        } else {
            found.insert(
                EntityId::new(value)
                    .map_err(|error| error.to_string())?
                    .to_string(),
            );
        }
    }
    if found.len() > MAX_VALUES {
        return Err(format!(
            "At most {MAX_VALUES} values are possible; these are {}.",
            found.len()
        ));
    }
    Ok(found)
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

impl PriceDraft {
    /// Values of fields that the operator does not show are ignored: they may be left from another choice.
    fn parse(&self, offered: &[PriceOp], errors: &mut FieldErrors) -> Option<PriceCondition> {
        if self.op.trim().is_empty() {
            return None;
        }
        let op = PriceOp::from_key(self.op.trim());
        let Some(op) = op.filter(|op| offered.contains(op)) else {
            let message = match op {
                Some(PriceOp::Between) => {
                    "Price range inclusive is available for Lead Sold and Campaign Sold only."
                }
                Some(_) => "A price restriction is not available for this rule.",
                None => "There is no such price restriction.",
            };
            errors.add("filters.price.op", message);
            return None;
        };
        if op.takes_range() {
            let min = amount("filters.price.min", &self.min, errors);
            let max = amount("filters.price.max", &self.max, errors);
            let (min, max) = (min?, max?);
            if min > max {
                errors.add("filters.price.min", "Min Price must not be above Max Price.");
                return None;
            }
            return Some(PriceCondition::Between { min, max });
        }
        if !op.takes_value() {
            return Some(PriceCondition::GtZero);
        }
        let value = amount("filters.price.value", &self.value, errors)?;
        Some(match op {
            PriceOp::Gt => PriceCondition::Gt { value },
            PriceOp::Gte => PriceCondition::Gte { value },
            PriceOp::Lt => PriceCondition::Lt { value },
            _ => PriceCondition::Lte { value },
        })
    }
}

fn amount(field: &str, text: &str, errors: &mut FieldErrors) -> Option<Money> {
    let amount: Money = errors.keep(field, text.parse())?;
    if amount.is_negative() {
        errors.add(field, "A price can't be negative.");
        return None;
    }
    Some(amount)
}

#[cfg(test)]
mod tests;
