use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Event, Filters, RuleStatus, SlackAction, Target, Template, Trigger, parse_event};

fn rule(level: Level, entity: &str, trigger: Trigger, filters: Value) -> Rule {
    Rule {
        name: String::new(),
        note: String::new(),
        preset: None,
        level,
        entity: EntityId::new(entity).unwrap(),
        trigger,
        filters: serde_json::from_value::<Filters>(filters).unwrap(),
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

fn product(filters: Value) -> Rule {
    rule(Level::Product, "1", Trigger::LmsLeadSold, filters)
}

fn meet(a: &Value, b: &Value) -> bool {
    can_both_fire(&product(a.clone()), &product(b.clone()), &Owners::new())
}

#[test]
fn rules_of_two_triggers_or_two_products_never_meet() {
    let sold = product(json!({}));
    let other = rule(Level::Product, "2", Trigger::LmsLeadSold, json!({}));
    let rejected = rule(Level::Product, "1", Trigger::LmsLeadRejected, json!({}));
    let publisher = rule(Level::Publisher, "1", Trigger::LmsLeadSold, json!({}));
    let owners = Owners::new();
    assert!(can_both_fire(&sold, &sold, &owners));
    assert!(!can_both_fire(&sold, &other, &owners));
    assert!(!can_both_fire(&sold, &rejected, &owners));
    assert!(can_both_fire(&sold, &publisher, &owners));
}

#[test]
fn lists_exclude_each_other_only_where_nothing_is_left() {
    let any = |ids: &[&str]| json!({"publisher": {"any_of": ids}});
    let none = |ids: &[&str]| json!({"publisher": {"none_of": ids}});
    for (a, b, expected) in [
        (any(&["1", "2"]), any(&["2", "3"]), true),
        (any(&["1"]), any(&["2"]), false),
        (any(&["1"]), none(&["1", "2"]), false),
        (any(&["1", "3"]), none(&["1", "2"]), true),
        (none(&["1"]), none(&["2"]), true),
        (json!({}), none(&["2"]), true),
    ] {
        assert_eq!((meet(&a, &b), meet(&b, &a)), (expected, expected), "{a} {b}");
    }
}

#[test]
fn a_publishers_scope_counts_like_a_filter() {
    let own = rule(Level::Publisher, "1044", Trigger::LmsLeadSold, json!({}));
    let owners = Owners::new();
    let with = |filter: Value| product(json!({"publisher": filter}));
    assert!(!can_both_fire(&own, &with(json!({"any_of": ["1051"]})), &owners));
    assert!(!can_both_fire(&own, &with(json!({"none_of": ["1044"]})), &owners));
    assert!(can_both_fire(
        &own,
        &with(json!({"any_of": ["1044", "1051"]})),
        &owners
    ));
}

#[test]
fn price_bounds_that_only_touch_meet_where_both_include_the_price() {
    let price = |json: Value| json!({"price": json});
    let at_most = price(json!({"op": "lte", "value": "10"}));
    for (other, expected) in [
        (json!({"op": "gte", "value": "10.00"}), true),
        (json!({"op": "gt", "value": "10"}), false),
        (json!({"op": "between", "min": "10", "max": "20"}), true),
        (json!({"op": "between", "min": "10.01", "max": "20"}), false),
        (json!({"op": "gt_zero"}), true),
        (json!({"op": "lt", "value": "3"}), true),
    ] {
        assert_eq!(meet(&at_most, &price(other.clone())), expected, "{other}");
    }
}

#[test]
fn prices_that_mean_different_amounts_are_not_compared() {
    let total = product(json!({"price": {"op": "gt", "value": "40"}}));
    let earning = rule(
        Level::Publisher,
        "1044",
        Trigger::LmsLeadSold,
        json!({"price": {"op": "lt", "value": "30"}}),
    );
    let shared = shared_events(&total, &earning, &Owners::new()).unwrap();
    assert_eq!(
        shared.lines(|_, _| None),
        [
            "Publisher is 1044",
            "Price is greater than 40.00",
            "The publisher's earning is lower than 30.00"
        ]
    );
}

#[test]
fn a_channel_of_another_publisher_is_proof_only_where_it_is_known_and_demanded() {
    let channel = product(json!({"channel": {"any_of": ["55"]}}));
    let own = rule(Level::Publisher, "1044", Trigger::LmsLeadSold, json!({}));
    let excluded = product(json!({"publisher": {"none_of": ["1051"]}}));
    assert!(can_both_fire(&channel, &own, &Owners::new()));
    let owner = Owner {
        publisher: Some(EntityId::new("1051").unwrap()),
        ..Owner::default()
    };
    let owners: Owners = [((FilterKey::Channel, "55".to_owned()), owner)].into();
    assert!(!can_both_fire(&channel, &own, &owners));
    assert!(can_both_fire(&channel, &excluded, &owners));
}

#[test]
fn the_same_text_to_the_same_place_is_the_same_message() {
    let first = product(json!({}));
    let mut second = first.clone();
    assert!(post_the_same(&first, &second));
    second.action.target = Target::from_parts("channel", "C0ALERTS1").unwrap();
    assert!(!post_the_same(&first, &second));
    second.action.target = first.action.target.clone();
    second.action.template = Template::stored("y");
    assert!(!post_the_same(&first, &second));
}

/// Few values everywhere, so that random rules and random events meet often.
fn list() -> impl Strategy<Value = Value> {
    (any::<bool>(), proptest::collection::vec(0u8..3, 1..3)).prop_map(|(any, ids)| {
        let ids: Vec<String> = ids.iter().map(u8::to_string).collect();
        if any {
            json!({"any_of": ids})
        } else {
            json!({"none_of": ids})
        }
    })
}

fn price() -> impl Strategy<Value = Value> {
    let op = prop_oneof![Just("gt"), Just("gte"), Just("lt"), Just("lte")];
    prop_oneof![
        Just(json!({"op": "gt_zero"})),
        (op, 0u8..4).prop_map(|(op, value)| json!({"op": op, "value": value.to_string()})),
        (0u8..4, 0u8..4)
            .prop_map(|(min, max)| json!({"op": "between", "min": min.to_string(), "max": max.to_string()})),
    ]
}

const KEYS: [&str; 6] = ["publisher", "channel", "source", "buyer", "campaign", "pingtree"];

fn any_rule() -> impl Strategy<Value = Rule> {
    let lists = proptest::collection::vec(proptest::option::weighted(0.25, list()), KEYS.len());
    let price = proptest::option::weighted(0.4, price());
    // Two triggers of LMS and one of the calls: enough for every meaning of price, few enough to meet.
    let trigger = prop_oneof![
        Just(Trigger::LmsLeadSold),
        Just(Trigger::LmsCampaignSold),
        Just(Trigger::LmsRevenuePingBack),
        Just(Trigger::LmsLeadRejected)
    ];
    (
        0usize..3,
        0u8..2,
        trigger,
        lists,
        price,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(level, entity, trigger, lists, price, test, duplicates)| {
            let mut filters = serde_json::Map::new();
            for (key, list) in KEYS.iter().zip(lists) {
                list.map(|list| filters.insert((*key).to_owned(), list));
            }
            price.map(|price| filters.insert("price".to_owned(), price));
            let made = rule(
                Level::ALL[level],
                &entity.to_string(),
                trigger,
                Value::Object(filters),
            );
            Rule {
                includes_test_leads: test,
                includes_duplicates: duplicates,
                ..made
            }
        })
}

/// An event of the rule's trigger with the rule's own entity, so that it often fires.
fn event_for(trigger: Trigger) -> impl Strategy<Value = Event> {
    let entity = || proptest::option::weighted(0.8, 0u8..3);
    let amount = || proptest::option::weighted(0.8, 0u8..4);
    let who = (entity(), entity(), entity(), entity(), entity(), entity());
    (
        0u8..2,
        any::<bool>(),
        any::<bool>(),
        amount(),
        amount(),
        amount(),
        who,
    )
        .prop_map(
            move |(product, test, duplicate, price, total, earning, (p, c, s, b, k, t))| {
                let reference = |id: Option<u8>| id.map(|id| json!({"id": id}));
                let money = |amount: Option<u8>| amount.map(|amount| amount.to_string());
                let json = json!({
                    "event_id": "e", "trigger": trigger.key(), "is_test": test,
                    "product": {"id": product}, "lead": {"id": 1},
                    "publisher": reference(p), "channel": reference(c), "source": reference(s),
                    "buyer": reference(b), "campaign": reference(k), "pingtree": reference(t),
                    "pingback": {"id": "1", "amount": money(total), "duplicate": duplicate},
                    "money": {"price": money(price), "total": money(total), "publisher_earning": money(earning)},
                });
                parse_event(&json, 0).unwrap()
            },
        )
}

/// Channel, source and campaign n belong to publisher, buyer and product n mod 2.
fn owners() -> Owners {
    let mut owners = Owners::new();
    for number in 0u8..3 {
        let own = Some(EntityId::new((number % 2).to_string()).unwrap());
        for key in [FilterKey::Channel, FilterKey::Source, FilterKey::Campaign] {
            let owner = match key {
                FilterKey::Campaign => Owner {
                    product: own.clone(),
                    buyer: own.clone(),
                    publisher: None,
                },
                FilterKey::Channel => Owner {
                    product: own.clone(),
                    publisher: own.clone(),
                    buyer: None,
                },
                _ => Owner {
                    publisher: own.clone(),
                    ..Owner::default()
                },
            };
            owners.insert((key, number.to_string()), owner);
        }
    }
    owners
}

/// Whether the event says nothing else about owners than the catalog does; it may say less.
fn agrees(event: &Event, owners: &Owners) -> bool {
    owners.iter().all(|((key, id), owner)| {
        let same = |own: &Option<EntityId>, told: Option<&str>| match (own, told) {
            (Some(own), Some(told)) => own.as_str() == told,
            _ => true,
        };
        event.filter_value(*key) != Some(id.as_str())
            || (same(&owner.product, Some(event.product.id.as_str()))
                && same(&owner.publisher, event.filter_value(FilterKey::Publisher))
                && same(&owner.buyer, event.filter_value(FilterKey::Buyer)))
    })
}

fn two_rules_and_events() -> impl Strategy<Value = (Rule, Rule, Vec<Event>)> {
    (any_rule(), any_rule()).prop_flat_map(|(a, b)| {
        let b = Rule {
            trigger: a.trigger,
            ..b
        };
        let events = proptest::collection::vec(event_for(a.trigger), 1..40);
        (Just(a), Just(b), events)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Nothing that happens makes two rules fire of which it was said that they can't both.
    #[test]
    fn rules_that_fire_together_are_adjacent((a, b, events) in two_rules_and_events()) {
        let (nothing, known) = (Owners::new(), owners());
        prop_assert_eq!(can_both_fire(&a, &b, &nothing), can_both_fire(&b, &a, &nothing));
        prop_assert_eq!(can_both_fire(&a, &b, &known), shared_events(&b, &a, &known).is_some());
        for event in events.iter().filter(|event| a.fires_for(event) && b.fires_for(event)) {
            prop_assert!(can_both_fire(&a, &b, &nothing), "{:?}", event);
            let shared = shared_events(&a, &b, &nothing).expect("they meet");
            for (key, list) in &shared.lists {
                prop_assert!(list.accepts(event.filter_value(*key)), "{:?} {:?}", key, event);
            }
            if agrees(event, &known) {
                prop_assert!(can_both_fire(&a, &b, &known), "{:?}", event);
            }
        }
    }

    /// A rule that can fire at all is adjacent to itself; the engine would otherwise be asked in vain.
    #[test]
    fn a_rule_that_fires_is_adjacent_to_itself((a, _, events) in two_rules_and_events()) {
        if events.iter().any(|event| a.fires_for(event)) {
            prop_assert!(can_both_fire(&a, &a, &Owners::new()));
        }
    }
}
