use proptest::prelude::*;

use super::*;
use crate::{EntityId, Filters, Level, RuleStatus, SlackAction, Template, Trigger};

fn uuid(number: u8) -> String {
    format!("01931c3e-7b1a-7c3e-8a55-0242ac1200{number:02x}")
}

fn rule() -> Rule {
    Rule {
        name: String::new(),
        note: String::new(),
        preset: None,
        level: Level::Product,
        entity: EntityId::new("218").unwrap(),
        trigger: Trigger::LmsLeadSold,
        filters: Filters::default(),
        includes_test_leads: false,
        includes_duplicates: false,
        action: SlackAction {
            connection: ConnectionId::new(uuid(1)).unwrap(),
            target: Target::from_parts("channel", "C0SALES01").unwrap(),
            template: Template::stored("Lead {{lead_id}}"),
            shows_personal_data: false,
            sending: crate::SendingOptions::default(),
            layout: crate::Layout::Text,
        },
        status: RuleStatus::Active,
    }
}

fn filters(json: serde_json::Value) -> Filters {
    serde_json::from_value(json).unwrap()
}

struct Known;

impl RuleNames for Known {
    fn value(&self, filter: FilterKey, id: &str) -> Option<String> {
        (filter == FilterKey::Channel).then(|| format!("Blue {id}"))
    }

    fn connection(&self, id: &ConnectionId) -> Option<String> {
        (id.as_str() == uuid(1)).then(|| "Demo · salesbot".to_owned())
    }

    fn preset(&self, _: &PresetId) -> Option<String> {
        Some("Big sales".to_owned())
    }
}

fn lines(before: &Rule, after: &Rule) -> Vec<String> {
    rule_diff(before, after, &Known)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_diff_reads_in_the_words_of_the_form() {
    let mut before = rule();
    before.filters = filters(serde_json::json!({
        "channel": {"any_of": ["1", "2"]},
        "source": {"any_of": ["7"]},
        "price": {"op": "between", "min": "10", "max": "50"},
    }));
    let mut after = rule();
    after.trigger = Trigger::LmsLeadRejected;
    after.filters = filters(serde_json::json!({
        "channel": {"any_of": ["2", "3"]},
        "source": {"none_of": ["7", "8"]},
        "price": {"op": "gte", "value": "20"},
    }));
    after.includes_test_leads = true;
    after.action.connection = ConnectionId::new(uuid(2)).unwrap();
    after.action.target = Target::from_parts("member", "U061F7AUR").unwrap();
    after.action.template = Template::stored("Sold");
    after.action.shows_personal_data = true;
    after.name = "Big".to_owned();
    after.preset = Some(PresetId::new(uuid(9)).unwrap());
    after.status = RuleStatus::Disabled;
    assert_eq!(
        lines(&before, &after),
        [
            &format!(
                "Trigger: {} → {}",
                Trigger::LmsLeadSold.label(),
                Trigger::LmsLeadRejected.label()
            ),
            "Channel: added Blue 3; removed Blue 1",
            "Source: Source is 7 → Source is none of 7, 8",
            "Price Restrictions: Price 10.00 – 50.00 → Price is at least 20.00",
            "Also for test leads: No → Yes",
            &format!("Saved connection: Demo · salesbot → {}", uuid(2)),
            "Destination: # C0SALES01 → @ U061F7AUR",
            "Message Text: Lead {{lead_id}} → Sold",
            "Show personal data unmasked: No → Yes",
            "Name: none → Big",
            "Preset: none → Big sales",
            "Status: Active → Disabled",
        ]
    );
}

#[test]
fn a_filter_that_comes_or_goes_is_told_whole() {
    let mut with = rule();
    with.filters = filters(serde_json::json!({"channel": {"any_of": ["1"]}}));
    assert_eq!(lines(&rule(), &with), ["Channel: none → Channel is Blue 1"]);
    assert_eq!(lines(&with, &rule()), ["Channel: Channel is Blue 1 → none"]);
}

#[test]
fn a_rule_is_kept_as_the_contracts_json_and_comes_back_as_it_was() {
    let mut rule = rule();
    rule.filters = filters(serde_json::json!({"method": {"any_of": ["POST"]}, "price": {"op": "gt_zero"}}));
    rule.action.shows_personal_data = true;
    let json = serde_json::to_value(&rule).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "name": "", "note": "", "preset_id": null, "level": "product", "entity_id": "218",
            "trigger": "lms.lead_sold", "filters": {"method": {"any_of": ["POST"]}, "price": {"op": "gt_zero"}},
            "include_test": false, "include_duplicates": false,
            "action": {
                "connection_id": uuid(1), "target": {"channel_id": "C0SALES01"}, "text": "Lead {{lead_id}}",
                "personal_data": "shown",
                "layout": "text", "sending": {"bursts": "collapse", "priority": false, "in_doubt": "wait"},
            },
            "status": "active",
        })
    );
    assert_eq!(serde_json::from_value::<Rule>(json).unwrap(), rule);
}

fn any_filters() -> impl Strategy<Value = Filters> {
    let values = proptest::collection::btree_set("[a-c]", 1..4);
    let list = (any::<bool>(), values).prop_map(|(exclude, values)| match exclude {
        true => ListFilter::NoneOf(values),
        false => ListFilter::AnyOf(values),
    });
    let key = proptest::sample::select(FilterKey::LISTS.to_vec());
    let price = proptest::option::of((0u8..3).prop_map(|value| {
        let value = value.to_string().parse().unwrap();
        crate::PriceCondition::Gte { value }
    }));
    (proptest::collection::btree_map(key, list, 0..3), price)
        .prop_map(|(lists, price)| Filters { lists, price })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let trigger = proptest::sample::select(Trigger::ALL.to_vec());
    let target = proptest::sample::select(vec![
        ("channel", "C0SALES01"),
        ("channel", "C2"),
        ("member", "U2"),
    ]);
    let words = ("[a-b]?", "[a-b]?", "[a-b]");
    let flags = any::<[bool; 4]>();
    let ids = (0u8..2, proptest::option::of(0u8..2));
    (trigger, any_filters(), target, words, flags, ids).prop_map(
        |(trigger, filters, target, (name, note, text), flags, (connection, preset))| Rule {
            name,
            note,
            preset: preset.map(|number| PresetId::new(uuid(number)).unwrap()),
            trigger,
            filters,
            includes_test_leads: flags[0],
            includes_duplicates: flags[1],
            action: SlackAction {
                connection: ConnectionId::new(uuid(connection)).unwrap(),
                target: Target::from_parts(target.0, target.1).unwrap_or_else(|_| rule().action.target),
                template: Template::stored(&text),
                shows_personal_data: flags[2],
                sending: crate::SendingOptions::default(),
                layout: crate::Layout::Text,
            },
            status: if flags[3] {
                RuleStatus::Active
            } else {
                RuleStatus::Disabled
            },
            ..rule()
        },
    )
}

proptest! {
    #[test]
    fn rules_differ_exactly_where_the_diff_says_so(before in any_rule(), after in any_rule()) {
        let changes = rule_diff(&before, &after, &());
        prop_assert_eq!(changes.is_empty(), before == after);
        prop_assert!(rule_diff(&before, &before, &()).is_empty());
        for change in &changes {
            prop_assert!(change.before != change.after || change.is_list(), "{:?}", change);
        }
        let mut fields: Vec<_> = changes.iter().map(|change| &change.field).collect();
        fields.sort();
        fields.dedup();
        prop_assert_eq!(fields.len(), changes.len());
    }

    #[test]
    fn the_way_back_is_the_same_diff_turned_round(before in any_rule(), after in any_rule()) {
        let turned: Vec<FieldChange> = rule_diff(&before, &after, &())
            .into_iter()
            .map(|change| FieldChange {
                before: change.after,
                after: change.before,
                added: change.removed,
                removed: change.added,
                ..change
            })
            .collect();
        prop_assert_eq!(rule_diff(&after, &before, &()), turned);
    }

    #[test]
    fn every_rule_survives_being_kept(rule in any_rule()) {
        let kept = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rule>(&kept).unwrap(), rule);
    }
}
