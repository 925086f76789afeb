use serde_json::Value;

use super::*;
use crate::{RenderContext, Template, parse_event, placeholders};

#[test]
fn every_placeholder_of_every_trigger_and_level_has_a_value_in_the_sample() {
    for trigger in Trigger::ALL {
        let event = sample_event(trigger);
        assert_eq!(event.trigger, trigger);
        for level in trigger.levels() {
            let context = RenderContext {
                level: *level,
                rule_number: 412,
                rule_name: "Big sales",
                public_url: "https://leadbell.example",
                shows_personal_data: false,
            };
            for placeholder in placeholders(trigger, *level) {
                let text = format!("{{{{{}}}}}", placeholder.name);
                let shown = Template::parse(&text, trigger, *level)
                    .unwrap()
                    .render(&event, &context);
                assert_ne!(
                    shown,
                    "-",
                    "{} of {} at {}",
                    placeholder.name,
                    trigger.key(),
                    level.key()
                );
            }
        }
    }
}

#[test]
fn a_sample_is_in_the_scope_of_every_level_of_its_trigger() {
    for trigger in Trigger::ALL {
        for level in trigger.levels() {
            assert!(
                sample_event(trigger).scope_id(*level).is_some(),
                "{}",
                trigger.key()
            );
        }
    }
}

#[test]
fn a_sample_is_what_the_platform_would_post() {
    for trigger in Trigger::ALL {
        let json: Value = serde_json::from_str(&json(trigger)).unwrap();
        assert_eq!(
            Ok(sample_event(trigger)),
            parse_event(&json, AT),
            "{}",
            trigger.key()
        );
    }
}

/// The event as it would arrive (`domain.md` §9): what all events of the platform share, and what this one adds.
fn json(trigger: Trigger) -> String {
    let shared = match trigger.platform() {
        Platform::Lms => LMS,
        Platform::CallLogic => CALL,
    };
    let buyer = match trigger {
        Trigger::LmsLeadRejected | Trigger::ClLeadRejected => "",
        _ if trigger.platform() == Platform::Lms => LMS_BUYER,
        _ => CALL_BUYER,
    };
    let own = match trigger {
        Trigger::LmsLeadRejected | Trigger::ClLeadRejected => LEAD_REJECTED,
        Trigger::LmsCampaignRejected | Trigger::ClCampaignRejected => CAMPAIGN_REJECTED,
        Trigger::ClCampaignAccepted | Trigger::ClBuyerResponse => OFFERED,
        Trigger::LmsRevenuePingBack => PINGBACK,
        Trigger::LmsPublisherEarningReceived | Trigger::ClPublisherEarningReceived => EARNING,
        Trigger::LmsLeadSold | Trigger::LmsCampaignSold => SOLD,
        Trigger::ClLeadSold | Trigger::ClCampaignSold => CALL_SOLD,
    };
    let status = match trigger {
        Trigger::LmsLeadRejected | Trigger::ClLeadRejected => "reject",
        Trigger::LmsCampaignRejected
        | Trigger::ClCampaignRejected
        | Trigger::ClCampaignAccepted
        | Trigger::ClBuyerResponse => "new",
        _ => "sold",
    };
    let shared = shared.replace("\"STATUS\"", &format!("\"{status}\""));
    format!("{{\"trigger\":\"{}\",{shared}{buyer}{own}}}", trigger.key())
}

const LMS: &str = r#"
    "event_id": "sample-lead", "occurred_at": "2026-11-23T20:15:03Z", "host": "loans.example.com",
    "product": {"id": 218, "name": "Debt Relief"},
    "lead": {"id": 90418277, "public_id": "LD-7F3K2", "status": "STATUS", "created_at": "2026-11-23T20:15:01Z",
        "method": "POST", "min_price": "0.01", "state": "CA", "zip": "90210", "sub_id": "fb-12",
        "fields": {"firstName": "John", "email": "john@example.com"}},
    "publisher": {"id": 1044, "name": "Blue Traffic"},
    "channel": {"id": 5521, "name": "Blue POST 1"},
    "source": {"id": 77120, "name": "fb-12"},
    "pingtree": {"id": 31, "name": "Main US", "type": "main"},"#;

const LMS_BUYER: &str = r#"
    "buyer": {"id": 402, "name": "Acme Lending"},
    "campaign": {"id": 8807, "name": "Acme CA", "type": "redirect", "attempt": 3, "response_ms": 241,
        "redirect_url": "https://acme.example/apply"},"#;

const CALL: &str = r#"
    "event_id": "sample-call", "occurred_at": "2026-11-23T20:15:03Z", "host": "calls.example.com",
    "product": {"id": 310, "name": "Auto Insurance Calls"},
    "lead": {"id": 90418301, "public_id": "CL-9Q1", "status": "STATUS", "created_at": "2026-11-23T20:14:01Z",
        "state": "TX", "zip": "73301", "sub_id": "radio-3", "fields": {"firstName": "Mary"}},
    "call": {"id": "c-5b1e", "caller": "+15555550100", "dialed": "+18005550199",
        "started_at": "2026-11-23T20:14:00Z", "ivr_path": "1>2", "answered_at": "2026-11-23T20:14:20Z",
        "ring_seconds": 12, "wait_seconds": 8, "duration_seconds": 312, "buyer_duration_seconds": 290,
        "buyer_number": "+18005550123"},
    "publisher": {"id": 1044, "name": "Blue Traffic"},
    "channel": {"id": 6100, "name": "Blue Calls"},
    "source": {"id": 77900, "name": "radio-3"},
    "pingtree": {"id": 40, "name": "Auto Calls", "type": "direct_call"},"#;

const CALL_BUYER: &str = r#"
    "buyer": {"id": 455, "name": "Shield Auto"},
    "campaign": {"id": 9102, "name": "Shield TX", "type": "direct_call", "attempt": 1, "response_ms": 180,
        "redirect_url": "https://shield.example/call"},"#;

const LEAD_REJECTED: &str = r#"
    "reject": {"code": "no_buyer", "reason": "No buyer took it", "campaigns_tried": 7, "last_campaign": "Acme CA"},
    "money": {"currency": "USD"}"#;

const CAMPAIGN_REJECTED: &str = r#"
    "reject": {"code": "filter", "reason": "State not accepted", "campaigns_tried": 3},
    "money": {"currency": "USD", "price": "42.50"}"#;

const OFFERED: &str = r#"
    "money": {"currency": "USD", "price": "65.00"}"#;

const SOLD: &str = r#"
    "money": {"currency": "USD", "price": "42.50", "total": "42.50", "publisher_earning": "30.00",
        "agent_fee": "1.00", "referral_fee": "0.00", "admin": "11.50"}"#;

const CALL_SOLD: &str = r#"
    "money": {"currency": "USD", "price": "65.00", "total": "65.00", "publisher_earning": "40.00",
        "agent_fee": "2.00", "referral_fee": "0.00", "admin": "23.00"}"#;

const PINGBACK: &str = r#"
    "pingback": {"id": "pb-5512", "amount": "18.00", "received_at": "2026-11-23T20:15:02Z", "duplicate": false},
    "money": {"currency": "USD", "price": "18.00", "total": "60.50", "publisher_earning": "30.00",
        "agent_fee": "1.00", "referral_fee": "0.00", "admin": "29.50"}"#;

const EARNING: &str = r#"
    "earning": {"id": "er-20731", "amount": "30.00", "kind": "direct_sale", "today": "412.00"},
    "money": {"currency": "USD", "price": "42.50", "total": "42.50", "publisher_earning": "30.00",
        "agent_fee": "1.00", "referral_fee": "0.00", "admin": "11.50"}"#;
