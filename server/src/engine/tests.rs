use std::collections::BTreeSet;

use leadbell_domain::{
    ConnectionId, EntityId, Filters, Rule, RuleId, RuleStatus, SlackAction, Tally, Target, Template, Trigger,
    parse_event,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const UUID: &str = "01931c3e-7b1a-7c3e-8a55-0242ac12";

fn rule_id(number: i64) -> RuleId {
    RuleId::new(format!("{UUID}{number:04x}")).unwrap()
}

#[derive(Clone, Debug)]
struct Spec {
    level: Level,
    entity: u8,
    trigger: usize,
    filters: Value,
    active: bool,
}

fn stored(number: i64, spec: &Spec) -> StoredRule {
    StoredRule {
        id: rule_id(number),
        number,
        version: 1,
        rule: Rule {
            name: String::new(),
            note: String::new(),
            preset: None,
            level: spec.level,
            entity: EntityId::new(spec.entity.to_string()).unwrap(),
            trigger: Trigger::ALL[spec.trigger],
            filters: serde_json::from_value::<Filters>(spec.filters.clone()).unwrap(),
            includes_test_leads: false,
            includes_duplicates: false,
            action: SlackAction {
                connection: ConnectionId::new(format!("{UUID}0000")).unwrap(),
                target: Target::from_parts("channel", "C0SALES01").unwrap(),
                template: Template::stored("{{lead_id}}"),
                shows_personal_data: false,
                layout: leadbell_domain::Layout::Text,
                sending: leadbell_domain::SendingOptions::default(),
            },
            status: if spec.active {
                RuleStatus::Active
            } else {
                RuleStatus::Disabled
            },
        },
        created_at: 0,
        updated_at: 0,
        author: None,
    }
}

/// Few values everywhere, so that random rules and random events meet often.
fn ids() -> impl Strategy<Value = Value> {
    proptest::collection::vec(0u8..4, 1..3)
        .prop_map(|ids| json!(ids.iter().map(u8::to_string).collect::<Vec<_>>()))
}

fn list_filter() -> impl Strategy<Value = Value> {
    (any::<bool>(), ids()).prop_map(|(any, ids)| {
        if any {
            json!({"any_of": ids})
        } else {
            json!({"none_of": ids})
        }
    })
}

fn price() -> impl Strategy<Value = Value> {
    let amount = || (0u8..6).prop_map(|amount| format!("{amount}0"));
    prop_oneof![
        Just(json!({"op": "gt_zero"})),
        (
            prop_oneof![Just("gt"), Just("gte"), Just("lt"), Just("lte")],
            amount()
        )
            .prop_map(|(op, value)| json!({"op": op, "value": value})),
        (amount(), amount()).prop_map(|(min, max)| json!({"op": "between", "min": min, "max": max})),
    ]
}

fn filters() -> impl Strategy<Value = Value> {
    let keys = ["publisher", "channel", "source", "buyer", "campaign", "pingtree"];
    let lists = proptest::collection::vec(proptest::option::weighted(0.2, list_filter()), keys.len());
    let method = proptest::option::weighted(0.2, prop_oneof![Just("POST"), Just("FORM")]);
    (lists, method, proptest::option::weighted(0.3, price())).prop_map(move |(lists, method, price)| {
        let mut map = serde_json::Map::new();
        for (key, list) in keys.iter().zip(lists) {
            list.map(|list| map.insert((*key).to_owned(), list));
        }
        method.map(|method| map.insert("method".to_owned(), json!({"any_of": [method]})));
        price.map(|price| map.insert("price".to_owned(), price));
        Value::Object(map)
    })
}

fn spec() -> impl Strategy<Value = Spec> {
    (
        0usize..3,
        0u8..4,
        0usize..Trigger::ALL.len(),
        filters(),
        any::<bool>(),
    )
        .prop_map(|(level, entity, trigger, filters, active)| Spec {
            level: Level::ALL[level],
            entity,
            trigger,
            filters,
            active,
        })
}

fn event() -> impl Strategy<Value = Event> {
    let entity = || proptest::option::weighted(0.8, 0u8..4);
    let amount = || proptest::option::weighted(0.7, 0u8..6);
    let part = (
        0usize..Trigger::ALL.len(),
        0u8..4,
        proptest::bool::weighted(0.1),
        amount(),
        amount(),
    );
    let who = (entity(), entity(), entity(), entity(), entity(), entity());
    let method = proptest::option::weighted(0.7, prop_oneof![Just("POST"), Just("FORM")]);
    (part, who, method).prop_map(
        |(
            (trigger, product, is_test, price, earning),
            (publisher, channel, source, buyer, campaign, pingtree),
            method,
        )| {
            let reference = |id: Option<u8>| id.map(|id| json!({"id": id}));
            let money = |amount: Option<u8>| amount.map(|amount| format!("{amount}0"));
            let json = json!({
                "event_id": "e", "trigger": Trigger::ALL[trigger].key(), "is_test": is_test,
                "product": {"id": product}, "lead": {"id": 1, "method": method},
                "publisher": reference(publisher), "channel": reference(channel), "source": reference(source),
                "buyer": reference(buyer), "campaign": reference(campaign), "pingtree": reference(pingtree),
                "money": {"price": money(price), "publisher_earning": money(earning)},
            });
            parse_event(&json, 0).unwrap()
        },
    )
}

fn fired(event: &Event, rules: &RuleSet) -> BTreeSet<i64> {
    plan(event, rules, "http://localhost")
        .iter()
        .map(|planned| planned.rule.number)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The index finds exactly what a loop over all rules finds, also after rules were changed and deleted.
    #[test]
    fn the_index_agrees_with_a_loop_over_all_rules(
        specs in proptest::collection::vec(spec(), 0..60),
        events in proptest::collection::vec(event(), 1..20),
        changes in proptest::collection::vec((0usize..60, proptest::option::of(spec())), 0..20),
    ) {
        let rules = RuleSet::default();
        let mut naive: Vec<Option<StoredRule>> =
            specs.iter().enumerate().map(|(number, spec)| Some(stored(number as i64, spec))).collect();
        rules.apply(naive.iter().flatten().cloned().collect(), &[]);

        for (at, change) in changes {
            let Some(slot) = naive.get_mut(at) else { continue };
            let Some(old) = slot.take() else { continue };
            match change {
                // A rule stays on its entity and level; everything else may change.
                Some(spec) => {
                    let spec = Spec { level: old.rule.level, entity: old.rule.entity.as_str().parse().unwrap(), ..spec };
                    let new = stored(old.number, &spec);
                    rules.apply(vec![new.clone()], &[]);
                    *slot = Some(new);
                }
                None => rules.apply(Vec::new(), &[(old.id, old.rule.entity)]),
            }
        }

        for event in &events {
            let expected: BTreeSet<i64> =
                naive.iter().flatten().filter(|rule| rule.rule.fires_for(event)).map(|rule| rule.number).collect();
            prop_assert_eq!(fired(event, &rules), expected);
        }
        let active = naive.iter().flatten().filter(|rule| rule.rule.status == RuleStatus::Active).count();
        prop_assert_eq!(rules.len(), active);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A backtest counts what the engine would have fired for the same events, had the rule been active.
    #[test]
    fn a_backtest_counts_what_the_engine_would_have_fired(
        spec in spec(),
        events in proptest::collection::vec(event(), 0..60),
    ) {
        let rules = RuleSet::default();
        rules.apply(vec![stored(1, &Spec { active: true, ..spec.clone() })], &[]);
        let mut tally = Tally::new(&stored(1, &spec).rule);
        for (at, event) in events.iter().enumerate() {
            tally.judge(event, at as i64 * 1_000);
        }
        let fired = events.iter().filter(|event| !fired(event, &rules).is_empty()).count() as u64;
        prop_assert_eq!((tally.judged(), tally.matched()), (events.len() as u64, fired));
        let in_minutes: u64 = tally.minutes().values().map(|minute| minute.count).sum();
        prop_assert_eq!(in_minutes, fired);
    }
}

fn sold(product: u8) -> Event {
    parse_event(
        &json!({"event_id": "e", "trigger": "lms.lead_sold", "product": {"id": product}, "lead": {"id": 77}}),
        0,
    )
    .unwrap()
}

#[test]
fn a_rule_without_filters_fires_for_every_event_of_its_trigger_in_its_scope() {
    let rules = RuleSet::default();
    let spec = Spec {
        level: Level::Product,
        entity: 1,
        trigger: 0,
        filters: json!({}),
        active: true,
    };
    rules.apply(vec![stored(9, &spec)], &[]);
    assert_eq!(fired(&sold(1), &rules), [9].into());
    assert!(fired(&sold(2), &rules).is_empty());
    assert_eq!(plan(&sold(1), &rules, "")[0].text, "77");
}

#[test]
fn a_disabled_rule_leaves_the_index_and_an_enabled_one_returns() {
    let rules = RuleSet::default();
    let spec = Spec {
        level: Level::Product,
        entity: 1,
        trigger: 0,
        filters: json!({}),
        active: true,
    };
    rules.apply(vec![stored(9, &spec)], &[]);
    rules.apply(
        vec![stored(
            9,
            &Spec {
                active: false,
                ..spec.clone()
            },
        )],
        &[],
    );
    assert!(rules.is_empty());
    rules.apply(vec![stored(9, &spec)], &[]);
    assert_eq!(rules.len(), 1);
}
