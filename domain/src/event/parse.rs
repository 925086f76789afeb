//! JSON in, a valid [`Event`] or every complaint out.

use serde_json::Value;

use super::fields::{Fields, kind};
use super::{
    CallDetails, CampaignRef, Earning, Event, LeadDetails, MoneyDetails, Pingback, PingtreeRef, Reject,
};
use crate::{EntityId, EntityRef, EventId, FieldErrors, Method, Timestamp, Trigger};

/// Reads an event. Required are `event_id`, `trigger`, `product.id` and `lead.id`; everything else may be absent or
/// null, but must be of its kind. `received_at` stands in for a missing `occurred_at`.
pub fn parse_event(json: &Value, received_at: Timestamp) -> Result<Event, FieldErrors> {
    let Value::Object(map) = json else {
        return Err(FieldErrors::one(
            "",
            format!("An event is a JSON object; this is {}.", kind(json)),
        ));
    };
    let mut errors = FieldErrors::new();
    let e = &mut errors;
    let root = Fields::root(map);

    let event_id = root
        .required("event_id", e)
        .and_then(|text| e.keep("event_id", EventId::new(text)));
    let trigger = root.required("trigger", e).and_then(|text| trigger(&text, e));
    let occurred_at = root.time("occurred_at", e).unwrap_or(received_at);
    let is_test = root.flag("is_test", e);
    let host = root.text("host", e);
    let product = required_entity(&root.object_or_empty("product", e), e);
    let (lead, lead_id) = lead(&root.object_or_empty("lead", e), e);
    let publisher = root.entity_in("publisher", e);
    let channel = root.entity_in("channel", e);
    let source = root.entity_in("source", e);
    let pingtree = root.object("pingtree", e).and_then(|fields| {
        let (entity, kind) = (fields.entity(e), fields.text("type", e));
        entity.map(|entity| PingtreeRef { entity, kind })
    });
    let buyer = root.entity_in("buyer", e);
    let campaign = root.object("campaign", e).and_then(|fields| campaign(&fields, e));
    let call = root.object("call", e).map(|fields| call(&fields, e));
    let money = money(&root.object_or_empty("money", e), e);
    let reject = root.object("reject", e).map(|fields| Reject {
        code: fields.text("code", e),
        reason: fields.text("reason", e),
        campaigns_tried: fields.integer("campaigns_tried", e),
        last_campaign: fields.text("last_campaign", e),
    });
    let pingback = root.object("pingback", e).map(|fields| Pingback {
        id: fields.text("id", e),
        amount: fields.money("amount", e),
        received_at: fields.time("received_at", e),
        duplicate: fields.flag("duplicate", e),
    });
    let earning = root.object("earning", e).map(|fields| Earning {
        id: fields.text("id", e),
        amount: fields.money("amount", e),
        kind: fields.text("kind", e),
        today: fields.money("today", e),
    });

    match (event_id, trigger, product, lead_id) {
        (Some(event_id), Some(trigger), Some(product), Some(id)) if errors.is_empty() => Ok(Event {
            event_id,
            trigger,
            occurred_at,
            is_test,
            host,
            product,
            lead: LeadDetails { id, ..lead },
            publisher,
            channel,
            source,
            pingtree,
            buyer,
            campaign,
            call,
            money,
            reject,
            pingback,
            earning,
        }),
        _ => Err(errors),
    }
}

fn trigger(text: &str, errors: &mut FieldErrors) -> Option<Trigger> {
    let found = Trigger::from_key(text);
    if found.is_none() {
        let nearest = Trigger::ALL
            .into_iter()
            .map(|trigger| (strsim::levenshtein(text, trigger.key()), trigger.key()))
            .min()
            .filter(|(distance, _)| *distance <= 4);
        let hint = nearest
            .map(|(_, key)| format!(" Did you mean \"{key}\"?"))
            .unwrap_or_default();
        errors.add("trigger", format!("There is no such trigger.{hint}"));
    }
    found
}

fn required_entity(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<EntityRef> {
    let name = fields.text("name", errors);
    let id = fields.required("id", errors)?;
    let id = errors.keep(&fields.path("id"), EntityId::new(id))?;
    Some(EntityRef { id, name })
}

fn lead(fields: &Fields<'_>, errors: &mut FieldErrors) -> (LeadDetails, Option<String>) {
    let id = fields.required("id", errors);
    let method = fields.text("method", errors).and_then(|text| {
        let method = Method::from_key(&text);
        if method.is_none() {
            errors.add(fields.path("method"), "The method is POST or FORM.");
        }
        method
    });
    let details = LeadDetails {
        id: String::new(),
        public_id: fields.text("public_id", errors),
        status: fields.text("status", errors),
        created_at: fields.time("created_at", errors),
        method,
        min_price: fields.money("min_price", errors),
        state: fields.text("state", errors),
        zip: fields.text("zip", errors),
        sub_id: fields.text("sub_id", errors),
        fields: fields.object_or_empty("fields", errors).pairs(),
    };
    (details, id)
}

fn campaign(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<CampaignRef> {
    // Everything is read before it is known whether there is a campaign: what is wrong is wrong without one, too.
    let entity = fields.entity(errors);
    let kind = fields.text("type", errors);
    let attempt = fields.integer("attempt", errors);
    let response_ms = fields.integer("response_ms", errors);
    let redirect_url = fields.text("redirect_url", errors);
    Some(CampaignRef {
        entity: entity?,
        kind,
        attempt,
        response_ms,
        redirect_url,
    })
}

fn call(fields: &Fields<'_>, errors: &mut FieldErrors) -> CallDetails {
    CallDetails {
        id: fields.text("id", errors),
        caller: fields.text("caller", errors),
        dialed: fields.text("dialed", errors),
        started_at: fields.time("started_at", errors),
        ivr_path: fields.text("ivr_path", errors),
        answered_at: fields.time("answered_at", errors),
        ring_seconds: fields.integer("ring_seconds", errors),
        wait_seconds: fields.integer("wait_seconds", errors),
        duration_seconds: fields.integer("duration_seconds", errors),
        buyer_duration_seconds: fields.integer("buyer_duration_seconds", errors),
        buyer_number: fields.text("buyer_number", errors),
    }
}

fn money(fields: &Fields<'_>, errors: &mut FieldErrors) -> MoneyDetails {
    let currency = fields.text("currency", errors);
    if currency
        .as_ref()
        .is_some_and(|code| code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_alphabetic()))
    {
        errors.add(
            fields.path("currency"),
            "A currency is three letters, such as USD.",
        );
    }
    MoneyDetails {
        currency: currency.map(|code| code.to_ascii_uppercase()),
        price: fields.money("price", errors),
        total: fields.money("total", errors),
        publisher_earning: fields.money("publisher_earning", errors),
        agent_fee: fields.money("agent_fee", errors),
        referral_fee: fields.money("referral_fee", errors),
        admin: fields.money("admin", errors),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{FilterKey, Level};

    fn sold() -> Value {
        json!({
            "event_id": "e-1", "trigger": "lms.lead_sold", "occurred_at": "2026-11-23T20:15:03.412Z",
            "product": {"id": 218, "name": "Debt Relief"}, "lead": {"id": 90418277, "method": "POST", "fields": {"zip": 9, "email": "j@example.com"}},
            "publisher": {"id": "1044", "name": "Blue Traffic"}, "channel": null,
            "money": {"currency": "usd", "price": "42.5000", "publisher_earning": "30.0000"}
        })
    }

    #[test]
    fn numbers_are_taken_as_ids_and_null_as_absent() {
        let event = parse_event(&sold(), 0).unwrap();
        assert_eq!(event.product.id.as_str(), "218");
        assert_eq!(event.lead.id, "90418277");
        assert_eq!(event.channel, None);
        assert_eq!(event.filter_value(FilterKey::Method), Some("POST"));
        assert_eq!(event.money.currency.as_deref(), Some("USD"));
    }

    #[test]
    fn price_is_the_total_for_staff_and_the_earning_for_the_publisher() {
        let mut json = sold();
        json["money"]["total"] = json!("50");
        let event = parse_event(&json, 0).unwrap();
        assert_eq!(event.price(Level::Product).unwrap().display(), "50.00");
        assert_eq!(event.price(Level::Publisher).unwrap().display(), "30.00");
        json["money"].as_object_mut().unwrap().remove("publisher_earning");
        assert_eq!(parse_event(&json, 0).unwrap().price(Level::Publisher), None);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let mut json = sold();
        json.as_object_mut().unwrap().remove("product");
        json["trigger"] = json!("lms.lead_solt");
        json["money"]["price"] = json!(42.5);
        json["money"]["total"] = json!("many");
        json["lead"]["method"] = json!("FAX");
        json["occurred_at"] = json!("yesterday");
        json["publisher"] = json!("Blue");
        let errors = parse_event(&json, 0).unwrap_err();
        for (field, part) in [
            ("product.id", "required"),
            ("trigger", "Did you mean \"lms.lead_sold\"?"),
            ("money.price", "\"42.5\""),
            ("money.total", "not an amount"),
            ("lead.method", "POST or FORM"),
            ("occurred_at", "zone"),
            ("publisher", "Expected an object"),
        ] {
            assert!(
                errors.of(field).is_some_and(|message| message.contains(part)),
                "{field}: {errors}"
            );
        }
    }

    #[test]
    fn a_wrong_field_of_what_has_no_id_is_named_too() {
        let mut json = sold();
        json["pingtree"] = json!({"id": null, "type": {}});
        json["campaign"] = json!({"attempt": "many", "redirect_url": []});
        let errors = parse_event(&json, 0).unwrap_err();
        for field in ["pingtree.type", "campaign.attempt", "campaign.redirect_url"] {
            assert!(errors.of(field).is_some(), "{field}: {errors}");
        }
    }

    #[test]
    fn an_event_is_never_refused_without_a_reason() {
        for empty in ["", "  "] {
            for path in ["event_id", "product", "lead", "trigger"] {
                let mut json = sold();
                let place = if json[path].is_object() {
                    &mut json[path]["id"]
                } else {
                    &mut json[path]
                };
                *place = json!(empty);
                let errors = parse_event(&json, 0).unwrap_err();
                assert_eq!(errors.0.len(), 1, "{path}: {errors}");
                assert!(errors.0[0].message.contains("required"), "{path}: {errors}");
            }
        }
    }

    #[test]
    fn a_missing_time_is_the_time_of_arrival() {
        let mut json = sold();
        json.as_object_mut().unwrap().remove("occurred_at");
        assert_eq!(parse_event(&json, 1_234).unwrap().occurred_at, 1_234);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for wrong in [json!([]), json!("x"), json!(1), json!(null)] {
            assert!(parse_event(&wrong, 0).is_err());
        }
    }
}
