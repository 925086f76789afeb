//! Why a rule fires for an event or not: filter by filter, what was wanted and what was there.

use serde::{Deserialize, Serialize};

use crate::{
    Event, FilterKey, Filters, Level, Money, Rule, RuleStatus, filter_label, filter_line, price_line,
};

/// What one filter made of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Which filter.
    pub filter: FilterKey,
    /// Its name in the form.
    pub label: String,
    /// What it wants, in words: "Price 10.00 – 50.00".
    pub wanted: String,
    /// The event's value; `None` when it has none.
    pub actual: Option<String>,
    /// Whether it lets the event pass.
    pub passed: bool,
}

/// Every filter in use, in the order of the form. `name` gives an entity's name, as for [`crate::filter_lines`].
pub fn judge_filters(
    filters: &Filters,
    event: &Event,
    level: Level,
    name: impl Fn(FilterKey, &str) -> Option<String>,
) -> Vec<Judged> {
    let lists = filters.lists.iter().map(|(key, filter)| {
        let actual = event.filter_value(*key);
        Judged {
            filter: *key,
            label: filter_label(*key).to_owned(),
            wanted: filter_line(*key, filter, &name),
            actual: actual.map(str::to_owned),
            passed: filter.accepts(actual),
        }
    });
    let price = filters.price.map(|price| Judged {
        filter: FilterKey::Price,
        label: filter_label(FilterKey::Price).to_owned(),
        wanted: price_line(price),
        actual: event.price(level).map(Money::display),
        passed: price.accepts(event.price(level)),
    });
    lists.chain(price).collect()
}

/// Why a rule would not fire for an event, apart from its filters; empty when only they decide.
#[must_use]
pub fn obstacles(rule: &Rule, event: &Event) -> Vec<String> {
    let mut found = Vec::new();
    if rule.status == RuleStatus::Disabled {
        found.push("The rule is disabled.".to_owned());
    }
    if event.trigger != rule.trigger {
        found.push(format!(
            "The event is {}; the rule waits for {}.",
            event.trigger.label(),
            rule.trigger.label()
        ));
    }
    if event.scope_id(rule.level) != Some(&rule.entity) {
        found.push(format!(
            "The event does not belong to {} {}.",
            rule.level.label().to_lowercase(),
            rule.entity
        ));
    }
    if event.is_test && !rule.includes_test_leads {
        found.push("It is a test lead, and the rule leaves those out.".to_owned());
    }
    if event.is_duplicate_pingback() && !rule.includes_duplicates {
        found.push("The ping back is a duplicate, and the rule leaves those out.".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SlackAction, Target, Template, Trigger, sample_event};

    fn rule(trigger: Trigger, filters: &str) -> Rule {
        Rule {
            name: String::new(),
            note: String::new(),
            preset: None,
            level: Level::Product,
            entity: sample_event(trigger).product.id,
            trigger,
            filters: serde_json::from_str(filters).unwrap(),
            includes_test_leads: false,
            includes_duplicates: false,
            action: SlackAction {
                connection: "01931c3e-7b1a-7c3e-8a55-0242ac120002".parse().unwrap(),
                target: Target::from_parts("channel", "C0SALES01").unwrap(),
                template: Template::stored("x"),
                shows_personal_data: false,
                sending: crate::SendingOptions::default(),
                layout: crate::Layout::Text,
            },
            status: RuleStatus::Active,
        }
    }

    #[test]
    fn each_filter_says_what_it_wanted_and_what_there_was() {
        let rule = rule(
            Trigger::LmsLeadSold,
            r#"{"method":{"any_of":["FORM"]},"publisher":{"none_of":["1"]},"price":{"op":"lt","value":"1"}}"#,
        );
        let event = sample_event(Trigger::LmsLeadSold);
        let judged = judge_filters(&rule.filters, &event, rule.level, |_, _| None);
        let told: Vec<_> = judged
            .iter()
            .map(|one| (one.wanted.as_str(), one.passed))
            .collect();
        assert_eq!(
            told,
            [
                ("Method is FORM", false),
                ("Publisher is not 1", true),
                ("Price is lower than 1.00", false)
            ]
        );
        assert_eq!(judged[0].actual.as_deref(), Some("POST"));
        assert!(obstacles(&rule, &event).is_empty());
    }

    #[test]
    fn a_rule_fires_exactly_when_nothing_is_in_the_way_and_every_filter_passes() {
        for trigger in Trigger::ALL {
            for filters in ["{}", r#"{"publisher":{"any_of":["none"]}}"#] {
                for (status, is_test, duplicate) in [
                    (RuleStatus::Active, false, false),
                    (RuleStatus::Disabled, false, false),
                    (RuleStatus::Active, true, false),
                    (RuleStatus::Active, false, true),
                ] {
                    let mut rule = rule(Trigger::LmsRevenuePingBack, filters);
                    rule.status = status;
                    let mut event = sample_event(trigger);
                    event.is_test = is_test;
                    if let Some(pingback) = &mut event.pingback {
                        pingback.duplicate = duplicate;
                    }
                    let passed = judge_filters(&rule.filters, &event, rule.level, |_, _| None)
                        .iter()
                        .all(|one| one.passed);
                    let free = obstacles(&rule, &event).is_empty();
                    assert_eq!(rule.fires_for(&event), passed && free, "{trigger:?} {filters}");
                }
            }
        }
    }
}
