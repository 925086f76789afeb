//! From a draft to a valid rule, or to every complaint at its field.

use std::collections::BTreeSet;

use super::{
    ACTION, ConnectionChoice, DraftContext, MAX_NAME, MAX_NOTE, MAX_VALUES, ParsedRule, PriceDraft, RuleDraft,
};
use crate::{
    ConnectionId, EntityId, FieldErrors, FilterKey, Filters, Layout, Level, ListFilter, Method, Money,
    PresetId, PriceCondition, PriceOp, RuleStatus, SendingOptions, SlackToken, Target, Template, Trigger,
    filter_label, form_fields, parse_channel_id, parse_member_id,
};
use crate::{card, sending};

impl RuleDraft {
    /// A valid rule, or every complaint at its field.
    pub fn parse(&self, context: &DraftContext<'_>) -> Result<ParsedRule, FieldErrors> {
        self.parse_with(context, |trigger, errors| {
            let sending = sending::parse(&self.sending, trigger, context.level, errors);
            (sending, card::parse(&self.layout, trigger, context.level, errors))
        })
    }

    /// What is wrong with what the rule's form shows. Sending options and layout are not on it, and a browser need not
    /// know how to read them.
    pub fn check_form(&self, context: &DraftContext<'_>) -> Result<(), FieldErrors> {
        self.parse_with(context, |_, _| Default::default()).map(|_| ())
    }

    fn parse_with(
        &self,
        context: &DraftContext<'_>,
        options: impl FnOnce(Option<Trigger>, &mut FieldErrors) -> (SendingOptions, Layout),
    ) -> Result<ParsedRule, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = self.name.trim();
        if name.chars().count() > MAX_NAME {
            errors.add("name", format!("A name may have at most {MAX_NAME} characters."));
        }
        // Browsers send line ends as CR LF.
        let note = self.note.trim().replace("\r\n", "\n");
        if note.chars().count() > MAX_NOTE {
            errors.add("note", "A note may have at most 2,000 characters.");
        }
        let preset = self.parse_preset(context, &mut errors);
        let shows_personal_data = self.parse_personal_data(context, &mut errors);
        let trigger = self.parse_trigger(context, &mut errors);
        if self.include_duplicates && trigger.is_some_and(|trigger| trigger != Trigger::LmsRevenuePingBack) {
            errors.add("include_duplicates", "Only ping backs can be duplicates.");
        }
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
        let (sending, layout) = options(trigger, &mut errors);
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
                    note,
                    preset,
                    level: context.level,
                    entity: context.entity.clone(),
                    trigger,
                    filters,
                    includes_test_leads: self.include_test,
                    includes_duplicates: self.include_duplicates,
                    target,
                    template,
                    shows_personal_data,
                    sending,
                    layout,
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

    fn parse_preset(&self, context: &DraftContext<'_>, errors: &mut FieldErrors) -> Option<PresetId> {
        if self.preset_id.trim().is_empty() {
            return None;
        }
        if context.level != Level::Product {
            errors.add("preset_id", "Presets are for the rules of products only.");
            return None;
        }
        errors.keep(
            "preset_id",
            PresetId::new(self.preset_id.trim()).map_err(|_| "There is no such preset."),
        )
    }

    fn parse_personal_data(&self, context: &DraftContext<'_>, errors: &mut FieldErrors) -> bool {
        match self.personal_data.as_str() {
            "" | "masked" => false,
            "shown" if context.may_show_personal_data => true,
            "shown" => {
                errors.add(
                    "action.personal_data",
                    "You may not show personal data in messages.",
                );
                false
            }
            _ => {
                errors.add("action.personal_data", "Personal data is masked or shown.");
                false
            }
        }
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
        let offered = form_fields(context.role, context.policy, context.level, trigger);
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

impl PriceDraft {
    /// Values of fields that the operator does not show are ignored: they may be left from another choice.
    pub(super) fn parse(&self, offered: &[PriceOp], errors: &mut FieldErrors) -> Option<PriceCondition> {
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
