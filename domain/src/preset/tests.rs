use proptest::prelude::*;

use super::*;
use crate::{Platform, Policy, Role};

fn context<'a>(product: &'a EntityId) -> DraftContext<'a> {
    DraftContext {
        role: Role::GlobalAdmin,
        policy: Policy::default(),
        level: crate::Level::Product,
        entity: product,
        platform: Some(Platform::Lms),
        may_show_personal_data: true,
    }
}

fn product() -> EntityId {
    EntityId::new("218").unwrap()
}

fn draft(change: impl FnOnce(&mut RuleDraft)) -> RuleDraft {
    let mut draft = RuleDraft {
        name: "Big leads".to_owned(),
        trigger: "lms.lead_sold".to_owned(),
        text: "Lead {{lead_id}} sold".to_owned(),
        ..RuleDraft::default()
    };
    change(&mut draft);
    draft
}

fn values(values: &[&str]) -> FilterDraft {
    FilterDraft {
        exclude: false,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

#[test]
fn a_preset_may_leave_open_which_token_sends_it_and_where_to() {
    let product = product();
    let kept = draft(|draft| {
        draft
            .filters
            .insert(FilterKey::Publisher, values(&["9", "10", "9"]));
        draft.price.op = "gte".to_owned();
        draft.price.value = "10".to_owned();
        draft.status = "disabled".to_owned();
    })
    .tidy_preset(&context(&product))
    .unwrap();
    assert_eq!((kept.connection_id.as_str(), kept.target.as_str()), ("", ""));
    assert_eq!(kept.filters[&FilterKey::Publisher].values, ["10", "9"]);
    assert_eq!((kept.price.value.as_str(), kept.status.as_str()), ("10.00", ""));
    // What is tidy stays as it is.
    assert_eq!(kept.tidy_preset(&context(&product)).unwrap(), kept);
}

#[test]
fn a_preset_is_judged_like_a_rule_and_keeps_no_token() {
    let product = product();
    for (wrong, field) in [
        (draft(|draft| draft.name = " ".to_owned()), "name"),
        (
            draft(|draft| draft.trigger = "cl.lead_sold".to_owned()),
            "trigger",
        ),
        (
            draft(|draft| draft.text = "{{nonsense}}".to_owned()),
            "action.text",
        ),
        (
            draft(|draft| draft.target = "member".to_owned()),
            "action.target.member_id",
        ),
        (
            draft(|draft| draft.preset_id = ANY_CONNECTION.to_owned()),
            "preset_id",
        ),
        (
            draft(|draft| draft.auth_token = SecretText("xoxb-1".to_owned())),
            "action.auth_token",
        ),
        (
            draft(|draft| draft.price.op = "gt".to_owned()),
            "filters.price.value",
        ),
    ] {
        let errors = wrong.tidy_preset(&context(&product)).unwrap_err();
        assert!(errors.of(field).is_some(), "{field}: {errors}");
    }
}

#[test]
fn a_rule_follows_where_it_says_what_the_preset_said_and_keeps_its_own() {
    let before = draft(|draft| {
        draft.filters.insert(FilterKey::Publisher, values(&["1"]));
    });
    let now = draft(|draft| {
        draft.text = "Lead {{lead_id}} sold for {{price}}".to_owned();
        draft.filters.insert(FilterKey::Publisher, values(&["1", "2"]));
        draft.filters.insert(FilterKey::Channel, values(&["7"]));
        draft.name = "Larger leads".to_owned();
    });
    let rule = RuleDraft {
        text: "My own words".to_owned(),
        target: "channel".to_owned(),
        channel_id: "C0SALES01".to_owned(),
        connection_id: ANY_CONNECTION.to_owned(),
        status: "disabled".to_owned(),
        ..before.clone()
    };
    let followed = rule.follow(&[before], &now);
    assert_eq!(followed.text, "My own words");
    assert_eq!(followed.name, "Larger leads");
    assert_eq!(followed.filters, now.filters);
    assert_eq!(
        (followed.channel_id.as_str(), followed.status.as_str()),
        ("C0SALES01", "disabled")
    );
    assert_eq!(followed.connection_id, rule.connection_id);
}

#[test]
fn what_a_rule_has_from_any_earlier_version_follows() {
    let version = |text: &str| draft(|draft| draft.text = text.to_owned());
    let rule = version("one");
    let followed = rule.follow(&[version("one"), version("two")], &version("three"));
    assert_eq!(followed.text, "three");
}

fn any_draft() -> impl Strategy<Value = RuleDraft> {
    let list = || proptest::option::of(proptest::collection::vec(0u8..3, 1..3));
    (0u8..3, list(), list(), any::<bool>(), 0u8..3, 0u8..3).prop_map(
        |(text, publisher, channel, test, price, target)| {
            draft(|draft| {
                draft.text = format!("text {text}");
                draft.include_test = test;
                let lists = [(FilterKey::Publisher, publisher), (FilterKey::Channel, channel)];
                for (key, list) in lists {
                    if let Some(list) = list {
                        let ids: Vec<String> = list.iter().map(u8::to_string).collect();
                        draft.filters.insert(
                            key,
                            FilterDraft {
                                exclude: false,
                                values: ids,
                            },
                        );
                    }
                }
                if price > 0 {
                    draft.price.op = "gt".to_owned();
                    draft.price.value = price.to_string();
                }
                if target > 0 {
                    draft.target = "channel".to_owned();
                    draft.channel_id = format!("C000000{target}");
                }
            })
        },
    )
}

proptest! {
    /// A rule that says what the preset said says what it says now, but for what the preset leaves open.
    #[test]
    fn a_rule_without_deviations_becomes_the_preset(before in any_draft(), now in any_draft()) {
        let followed = before.follow(std::slice::from_ref(&before), &now);
        let open = RuleDraft {
            target: followed.target.clone(), channel_id: followed.channel_id.clone(), ..now.clone()
        };
        prop_assert_eq!(&followed, &open);
        prop_assert!(now.target.is_empty() || followed.channel_id == now.channel_id);
    }

    /// Every field ends as the rule's own or as the preset's, and applying twice changes nothing more.
    #[test]
    fn nothing_but_the_presets_values_comes_in(
        rule in any_draft(), before in proptest::collection::vec(any_draft(), 0..3), now in any_draft()
    ) {
        let followed = rule.follow(&before, &now);
        prop_assert!(followed.text == rule.text || followed.text == now.text);
        prop_assert!(followed.price == rule.price || followed.price == now.price);
        for key in FilterKey::LISTS {
            let filter = |draft: &RuleDraft| draft.filters.get(&key).cloned();
            prop_assert!(filter(&followed) == filter(&rule) || filter(&followed) == filter(&now));
        }
        if before.is_empty() {
            prop_assert_eq!(&followed, &rule);
        }
        prop_assert_eq!(followed.follow(&before, &now), followed);
    }
}
