use proptest::prelude::*;

use super::*;
use crate::{PriceOp, parse_channel_id, parse_member_id};

fn named(key: FilterKey, id: &str) -> Option<String> {
    let name = match (key, id) {
        (FilterKey::Publisher, "1044") => "Blue Traffic",
        (FilterKey::Publisher, "1051") => "North Leads",
        (FilterKey::Campaign, "8807") => "Acme CA",
        (FilterKey::Buyer, "402") => "Acme Lending",
        _ => return None,
    };
    Some(name.to_owned())
}

fn told(trigger: Trigger, level: Level, filters: &str) -> String {
    let filters: Filters = serde_json::from_str(filters).unwrap();
    let target = Target::Channel(parse_channel_id("C0SALES01").unwrap());
    let entity = match level {
        Level::Product => "Debt Relief",
        Level::Campaign => "Acme CA",
        Level::Publisher => "Blue Traffic",
    };
    let sentence = Sentence {
        trigger,
        level,
        entity,
        filters: &filters,
        test_leads: false,
        duplicates: false,
        target: Some(&target),
    };
    let text = sentence.write(&named);
    let inner = text
        .strip_prefix("When ")
        .and_then(|rest| rest.strip_suffix(", post to C0SALES01."));
    inner.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn every_trigger_at_every_level_is_a_sentence_of_its_own() {
    use Level::{Campaign, Product, Publisher};
    use Trigger as T;
    for (trigger, level, expected) in [
        (T::LmsLeadSold, Product, "a lead of Debt Relief is sold"),
        (T::LmsLeadSold, Publisher, "a lead of Blue Traffic is sold"),
        (T::LmsLeadRejected, Product, "a lead of Debt Relief is rejected"),
        (
            T::LmsLeadRejected,
            Publisher,
            "a lead of Blue Traffic is rejected",
        ),
        (
            T::LmsCampaignRejected,
            Product,
            "a campaign rejects a lead of Debt Relief",
        ),
        (T::LmsCampaignRejected, Campaign, "Acme CA rejects a lead"),
        (
            T::LmsPublisherEarningReceived,
            Product,
            "a publisher is credited for a lead of Debt Relief",
        ),
        (
            T::LmsPublisherEarningReceived,
            Publisher,
            "Blue Traffic is credited for a lead",
        ),
        (
            T::LmsCampaignSold,
            Product,
            "a campaign buys a lead of Debt Relief",
        ),
        (T::LmsCampaignSold, Campaign, "Acme CA buys a lead"),
        (
            T::LmsRevenuePingBack,
            Product,
            "a revenue ping back arrives for a lead of Debt Relief",
        ),
        (
            T::LmsRevenuePingBack,
            Campaign,
            "a revenue ping back of Acme CA arrives",
        ),
        (T::ClLeadSold, Product, "a call of Debt Relief is sold"),
        (T::ClLeadSold, Publisher, "a call of Blue Traffic is sold"),
        (T::ClLeadRejected, Product, "a call of Debt Relief is rejected"),
        (T::ClLeadRejected, Publisher, "a call of Blue Traffic is rejected"),
        (
            T::ClCampaignRejected,
            Product,
            "a campaign rejects a call of Debt Relief",
        ),
        (T::ClCampaignRejected, Campaign, "Acme CA rejects a call"),
        (
            T::ClCampaignAccepted,
            Product,
            "a campaign agrees to take a call of Debt Relief",
        ),
        (T::ClCampaignAccepted, Campaign, "Acme CA agrees to take a call"),
        (
            T::ClCampaignSold,
            Product,
            "a campaign buys a call of Debt Relief",
        ),
        (T::ClCampaignSold, Campaign, "Acme CA buys a call"),
        (
            T::ClPublisherEarningReceived,
            Product,
            "a publisher is credited for a call of Debt Relief",
        ),
        (
            T::ClPublisherEarningReceived,
            Publisher,
            "Blue Traffic is credited for a call",
        ),
        (
            T::ClBuyerResponse,
            Product,
            "a buyer answers a call of Debt Relief",
        ),
        (
            T::ClBuyerResponse,
            Campaign,
            "the buyer of Acme CA answers a call",
        ),
    ] {
        assert_eq!(
            told(trigger, level, "{}"),
            expected,
            "{} {level:?}",
            trigger.key()
        );
    }
    let cells: usize = Trigger::ALL.iter().map(|trigger| trigger.levels().len()).sum();
    assert_eq!(cells, 26, "a new cell of matrix A wants its sentence above");
}

#[test]
fn filters_are_told_in_the_words_of_the_business() {
    use Trigger as T;
    for (trigger, filters, expected) in [
        (
            T::LmsLeadSold,
            r#"{"publisher":{"any_of":["1044"]},"price":{"op":"between","min":"10","max":"50"}}"#,
            "a lead of Debt Relief is sold by Blue Traffic for 10–50",
        ),
        (
            T::LmsLeadSold,
            r#"{"publisher":{"none_of":["1044","1051"]},"method":{"any_of":["POST"]},"buyer":{"any_of":["402"]}}"#,
            "a lead of Debt Relief is sold not by Blue Traffic or North Leads, sent by POST, to buyer Acme Lending",
        ),
        (
            T::LmsLeadRejected,
            r#"{"publisher":{"any_of":["1044"]},"channel":{"any_of":["1","2","3","4","5"]},"source":{"none_of":["9"]}}"#,
            "a lead of Debt Relief from Blue Traffic, through 1, 2, 3 or 2 more, not from source 9 is rejected",
        ),
        (
            T::LmsCampaignSold,
            r#"{"campaign":{"any_of":["8807","8820"]},"pingtree":{"any_of":["31"]},"price":{"op":"gt_zero"}}"#,
            "Acme CA or 8820 buys a lead of Debt Relief in pingtree 31 for more than 0",
        ),
        (
            T::ClCampaignRejected,
            r#"{"campaign":{"none_of":["8807"]},"price":{"op":"lte","value":"10.50"}}"#,
            "a campaign other than Acme CA rejects a call of Debt Relief at a price of at most 10.50",
        ),
        (
            T::ClBuyerResponse,
            r#"{"buyer":{"any_of":["402"]},"campaign":{"any_of":["8807"]}}"#,
            "Acme Lending answers a call of Debt Relief with campaign Acme CA",
        ),
        (
            T::LmsPublisherEarningReceived,
            r#"{"publisher":{"any_of":["1044"]},"price":{"op":"gte","value":"3"}}"#,
            "Blue Traffic is credited for a lead of Debt Relief with an earning of at least 3",
        ),
        (
            T::LmsRevenuePingBack,
            r#"{"campaign":{"any_of":["8807"]},"price":{"op":"gt","value":"0.0125"}}"#,
            "a revenue ping back arrives for a lead of Debt Relief with campaign Acme CA with an amount of more than 0.0125",
        ),
    ] {
        assert_eq!(told(trigger, Level::Product, filters), expected);
    }
}

#[test]
fn every_price_operator_is_told() {
    for (price, expected) in [
        (r#"{"op":"gt_zero"}"#, "for more than 0"),
        (r#"{"op":"gt","value":"10"}"#, "for more than 10"),
        (r#"{"op":"gte","value":"10.5"}"#, "for at least 10.50"),
        (r#"{"op":"lt","value":"10"}"#, "for less than 10"),
        (r#"{"op":"lte","value":"10"}"#, "for at most 10"),
        (r#"{"op":"between","min":"10","max":"50.25"}"#, "for 10–50.25"),
        (r#"{"op":"between","min":"10","max":"10"}"#, "for exactly 10"),
    ] {
        let text = told(
            Trigger::LmsLeadSold,
            Level::Product,
            &format!("{{\"price\":{price}}}"),
        );
        assert_eq!(text, format!("a lead of Debt Relief is sold {expected}"));
    }
    let at_publisher = told(
        Trigger::ClLeadSold,
        Level::Publisher,
        r#"{"price":{"op":"gt_zero"}}"#,
    );
    assert_eq!(
        at_publisher,
        "a call of Blue Traffic is sold with an earning of more than 0"
    );
}

#[test]
fn what_is_not_chosen_yet_is_left_open() {
    let filters = Filters::default();
    let member = Target::Member(parse_member_id("U061F7AUR").unwrap());
    let mut sentence = Sentence {
        trigger: Trigger::LmsRevenuePingBack,
        level: Level::Campaign,
        entity: "Acme CA",
        filters: &filters,
        test_leads: true,
        duplicates: true,
        target: None,
    };
    let begin = "When a revenue ping back of Acme CA arrives";
    assert_eq!(
        sentence.write(&named),
        format!("{begin} (test leads and repeats too), post to …")
    );
    sentence.duplicates = false;
    sentence.target = Some(&member);
    assert_eq!(
        sentence.write(&named),
        format!("{begin} (test leads too), write to U061F7AUR.")
    );
}

proptest! {
    /// Every value chosen is named or counted, and every sentence ends as one.
    #[test]
    fn no_filter_is_passed_over_in_silence(
        trigger in proptest::sample::select(Trigger::ALL.to_vec()),
        at in 0_usize..3,
        picked in proptest::collection::btree_map(
            proptest::sample::select(FilterKey::LISTS.to_vec()),
            (any::<bool>(), proptest::collection::btree_set("[a-z]{6}", 1..6)),
            0..7,
        ),
        op in proptest::option::of(proptest::sample::select(PriceOp::ALL.to_vec())),
    ) {
        let level = trigger.levels()[at % trigger.levels().len()];
        let mut filters = Filters::default();
        for (key, (exclude, values)) in &picked {
            let filter = if *exclude {
                ListFilter::NoneOf(values.clone())
            } else {
                ListFilter::AnyOf(values.clone())
            };
            filters.lists.insert(*key, filter);
        }
        let value: Money = "12.34".parse().unwrap();
        filters.price = op.map(|op| match op {
            PriceOp::GtZero => PriceCondition::GtZero,
            PriceOp::Gt => PriceCondition::Gt { value },
            PriceOp::Gte => PriceCondition::Gte { value },
            PriceOp::Lt => PriceCondition::Lt { value },
            PriceOp::Lte => PriceCondition::Lte { value },
            PriceOp::Between => PriceCondition::Between { min: value, max: value },
        });
        let text = told(trigger, level, &serde_json::to_string(&filters).unwrap());
        for (_, values) in picked.values() {
            for value in values.iter().take(NAMED) {
                prop_assert!(text.contains(value.as_str()), "no {value} in {text}");
            }
            if values.len() > NAMED {
                let more = format!("or {} more", values.len() - NAMED);
                prop_assert!(text.contains(&more), "no {more} in {text}");
            }
        }
        prop_assert_eq!(text.contains("12.34"), op.is_some_and(|op| op != PriceOp::GtZero));
        prop_assert!(!text.contains("  "));
    }
}
