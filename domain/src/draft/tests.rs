use serde_json::{Value, json};

use super::*;
use crate::{FieldErrors, RuleId, UserId};

const CONNECTION: &str = "01931c3e-7b1a-7c3e-8a55-0242ac120002";

fn context(entity: &EntityId) -> DraftContext<'_> {
    DraftContext {
        role: Role::GlobalAdmin,
        policy: Policy::default(),
        level: Level::Product,
        entity,
        platform: Some(Platform::Lms),
        may_show_personal_data: true,
    }
}

fn contract() -> Value {
    json!({
        "name": "Sales", "level": "product", "entity_id": "218", "trigger": "lms.lead_sold",
        "filters": {"method": {"any_of": ["post"]}, "publisher": {"none_of": [1044]}, "price": {"op": "between", "min": "10", "max": "50"}},
        "action": {"type": "send_slack_message", "connection_id": CONNECTION, "target": {"channel_id": "C0SALES01"}, "text": "Lead {{lead_id}}"},
        "status": "active"
    })
}

fn parse(draft: &RuleDraft) -> Result<ParsedRule, FieldErrors> {
    let entity = EntityId::new("218").unwrap();
    draft.parse(&context(&entity))
}

fn complaints(change: impl FnOnce(&mut RuleDraft)) -> FieldErrors {
    let mut draft = RuleDraft::from_json(&contract()).unwrap();
    change(&mut draft);
    parse(&draft).unwrap_err()
}

#[test]
fn the_contracts_json_survives_the_round_trip() {
    let draft = RuleDraft::from_json(&contract()).unwrap();
    let rule = parse(&draft)
        .unwrap()
        .with_connection(ConnectionId::new(CONNECTION).unwrap());
    let stored = StoredRule {
        id: RuleId::new(CONNECTION).unwrap(),
        number: 1,
        version: 1,
        rule,
        created_at: 0,
        updated_at: 0,
        author: Some(UserId::new(CONNECTION).unwrap()),
    };
    let out = stored.to_json();
    let again = RuleDraft::from_json(&out).unwrap();
    assert_eq!(
        parse(&again)
            .unwrap()
            .with_connection(ConnectionId::new(CONNECTION).unwrap()),
        stored.rule
    );
    assert_eq!(RuleDraft::of(&stored), again);
    assert_eq!(
        out["filters"]["price"],
        json!({"op": "between", "min": "10.00", "max": "50.00"})
    );
    assert_eq!(out["filters"]["method"], json!({"any_of": ["POST"]}));
}

#[test]
fn a_form_post_reads_like_the_json() {
    let draft = RuleDraft::from_form([
        ("name", "Sales"),
        ("trigger", "lms.lead_sold"),
        ("filters.method", "post"),
        ("filters.publisher.mode", "none_of"),
        ("filters.publisher", "1044"),
        ("filters.publisher", ""),
        ("filters.price.op", "between"),
        ("filters.price.min", "10"),
        ("filters.price.max", "50"),
        ("action.type", "send_slack_message"),
        ("action.connection_id", CONNECTION),
        ("action.target", "channel"),
        ("action.target.channel_id", "C0SALES01"),
        ("action.text", "Lead {{lead_id}}"),
        ("status", "active"),
        ("unknown", "x"),
    ]);
    assert_eq!(draft, RuleDraft::from_json(&contract()).unwrap());
}

#[test]
fn each_mistake_is_told_at_its_field() {
    let errors = complaints(|draft| {
        draft.price = PriceDraft {
            op: "between".into(),
            value: String::new(),
            min: "60".into(),
            max: "50".into(),
        };
        draft.channel_id = "U061F7AUR".into();
        draft.text = "{{led_id}}".into();
        draft.connection_id = String::new();
        draft.auth_token = SecretText("xapp-secret".into());
        draft.name = "x".repeat(101);
    });
    for (field, part) in [
        ("filters.price.min", "above Max Price"),
        ("action.target.channel_id", "member's ID"),
        ("action.text", "{{lead_id}}"),
        ("action.auth_token", "app-level"),
        ("name", "100"),
    ] {
        assert!(
            errors.of(field).is_some_and(|message| message.contains(part)),
            "{field}: {errors}"
        );
    }
    assert!(!errors.to_string().contains("secret"));
}

#[test]
fn prices_are_amounts_that_are_not_negative() {
    let gt = |value: &str| PriceDraft {
        op: "gt".into(),
        value: value.into(),
        ..PriceDraft::default()
    };
    for (value, part) in [
        ("", "Enter an amount"),
        ("-1", "negative"),
        ("ten", "not an amount"),
    ] {
        let errors = complaints(|draft| draft.price = gt(value));
        assert!(
            errors.of("filters.price.value").unwrap().contains(part),
            "{value}"
        );
    }
}

#[test]
fn a_range_is_refused_where_the_seed_does_not_offer_it() {
    let errors = complaints(|draft| draft.trigger = "lms.campaign_rejected".into());
    assert!(
        errors
            .of("filters.price.op")
            .unwrap()
            .contains("Lead Sold and Campaign Sold only")
    );
}

#[test]
fn a_trigger_of_another_platform_or_level_is_refused() {
    assert!(
        complaints(|draft| draft.trigger = "cl.lead_sold".into())
            .of("trigger")
            .unwrap()
            .contains("LMS")
    );
    let entity = EntityId::new("8807").unwrap();
    let draft = RuleDraft::from_json(&contract()).unwrap();
    let errors = draft
        .parse(&DraftContext {
            role: Role::GlobalAdmin,
            policy: Policy::default(),
            level: Level::Campaign,
            entity: &entity,
            platform: None,
            may_show_personal_data: false,
        })
        .unwrap_err();
    assert!(
        errors
            .of("trigger")
            .unwrap()
            .contains("not available at Campaign level")
    );
}

#[test]
fn a_publisher_can_not_forge_a_filter_or_placeholder_of_the_buyers_side() {
    let entity = EntityId::new("1044").unwrap();
    let mut json = contract();
    json["filters"] = json!({"buyer": {"any_of": ["402"]}});
    json["action"]["text"] = json!("{{campaign_name}}");
    let errors = RuleDraft::from_json(&json)
        .unwrap()
        .parse(&DraftContext {
            role: Role::Publisher,
            policy: Policy::default(),
            level: Level::Publisher,
            entity: &entity,
            platform: None,
            may_show_personal_data: false,
        })
        .unwrap_err();
    assert!(
        errors.of("filters.buyer").is_some() && errors.of("action.text").is_some(),
        "{errors}"
    );
}

#[test]
fn json_of_the_wrong_shape_is_told_by_path() {
    let mut json = contract();
    json["filters"]["publisher"] = json!({"any_of": [], "x": 1});
    json["filters"]["price"]["min"] = json!(10.5);
    json["filters"]["colour"] = json!({"any_of": ["red"]});
    json["action"]["target"] = json!({"channel_id": "C0SALES01", "member_id": "U061F7AUR"});
    json["action"]["token"] = json!("x");
    let errors = RuleDraft::from_json(&json).unwrap_err();
    for field in [
        "filters.publisher",
        "filters.price.min",
        "filters.colour",
        "action.target",
        "action.token",
    ] {
        assert!(errors.of(field).is_some(), "{field}: {errors}");
    }
}

#[test]
fn a_pasted_token_wins_and_is_hidden() {
    let mut draft = RuleDraft::from_json(&contract()).unwrap();
    draft.auth_token = SecretText("xoxb-123-secretsecret".into());
    assert!(!format!("{draft:?}").contains("secretsecret"));
    let parsed = parse(&draft).unwrap();
    assert!(matches!(&parsed.connection, ConnectionChoice::Pasted(_)));
    assert!(!format!("{parsed:?}").contains("secretsecret"));
}
