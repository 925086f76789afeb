//! A believable event for each trigger, for previews: what a message will look like before anything has happened.
//!
//! Built field by field and not read from JSON: the browser downloads it, and so needs no reader of events.

use crate::{
    CallDetails, CampaignRef, Earning, EntityId, EntityRef, Event, EventId, LeadDetails, Level, Method,
    Money, MoneyDetails, Pingback, PingtreeRef, Platform, Reject, Timestamp, Trigger,
};

/// 2026-11-23T20:15:03Z, UTC milliseconds: any fixed moment would do.
const AT: Timestamp = 1_795_464_903_000;

/// The sample event of a trigger. Always the same one.
#[must_use]
pub fn sample_event(trigger: Trigger) -> Event {
    let lms = trigger.platform() == Platform::Lms;
    let pick = |of_lead: &'static str, of_call: &'static str| if lms { of_lead } else { of_call };
    let lead_rejected = matches!(trigger, Trigger::LmsLeadRejected | Trigger::ClLeadRejected);
    let campaign_rejected = matches!(
        trigger,
        Trigger::LmsCampaignRejected | Trigger::ClCampaignRejected
    );
    let offered = matches!(trigger, Trigger::ClCampaignAccepted | Trigger::ClBuyerResponse);
    let status = match trigger {
        _ if lead_rejected => "reject",
        _ if campaign_rejected || offered => "new",
        _ => "sold",
    };
    let buyer = (!lead_rejected).then(|| entity(pick("402", "455"), pick("Acme Lending", "Shield Auto")));
    let campaign = (!lead_rejected).then(|| CampaignRef {
        entity: entity(pick("8807", "9102"), pick("Acme CA", "Shield TX")),
        kind: text(pick("redirect", "direct_call")),
        attempt: Some(if lms { 3 } else { 1 }),
        response_ms: Some(if lms { 241 } else { 180 }),
        redirect_url: text(pick("https://acme.example/apply", "https://shield.example/call")),
    });
    let reject = (lead_rejected || campaign_rejected).then(|| Reject {
        code: text(if lead_rejected { "no_buyer" } else { "filter" }),
        reason: text(if lead_rejected {
            "No buyer took it"
        } else {
            "State not accepted"
        }),
        campaigns_tried: Some(if lead_rejected { 7 } else { 3 }),
        last_campaign: if lead_rejected { text("Acme CA") } else { None },
    });
    Event {
        event_id: known(EventId::new(pick("sample-lead", "sample-call"))),
        trigger,
        occurred_at: AT,
        is_test: false,
        host: text(pick("loans.example.com", "calls.example.com")),
        product: entity(pick("218", "310"), pick("Debt Relief", "Auto Insurance Calls")),
        lead: lead(lms, status),
        publisher: Some(entity("1044", "Blue Traffic")),
        channel: Some(entity(pick("5521", "6100"), pick("Blue POST 1", "Blue Calls"))),
        source: Some(entity(pick("77120", "77900"), pick("fb-12", "radio-3"))),
        pingtree: Some(PingtreeRef {
            entity: entity(pick("31", "40"), pick("Main US", "Auto Calls")),
            kind: text(pick("main", "direct_call")),
        }),
        buyer,
        campaign,
        call: if lms { None } else { Some(call()) },
        money: money_of(trigger, campaign_rejected),
        reject,
        pingback: (trigger == Trigger::LmsRevenuePingBack).then(|| Pingback {
            id: text("pb-5512"),
            amount: money("18.00"),
            received_at: Some(AT - 1_000),
            duplicate: false,
        }),
        earning: is_earning(trigger).then(|| Earning {
            id: text("er-20731"),
            amount: money("30.00"),
            kind: text("direct_sale"),
            today: money("412.00"),
        }),
    }
}

fn lead(lms: bool, status: &'static str) -> LeadDetails {
    let pick = |of_lead: &'static str, of_call: &'static str| if lms { of_lead } else { of_call };
    let mut fields = vec![("firstName".to_owned(), pick("John", "Mary").to_owned())];
    if lms {
        fields.insert(0, ("email".to_owned(), "john@example.com".to_owned()));
    }
    LeadDetails {
        id: pick("90418277", "90418301").to_owned(),
        public_id: text(pick("LD-7F3K2", "CL-9Q1")),
        status: text(status),
        created_at: Some(AT - if lms { 2_000 } else { 62_000 }),
        method: lms.then_some(Method::Post),
        min_price: if lms { money("0.01") } else { None },
        state: text(pick("CA", "TX")),
        zip: text(pick("90210", "73301")),
        sub_id: text(pick("fb-12", "radio-3")),
        fields,
    }
}

fn call() -> CallDetails {
    CallDetails {
        id: text("c-5b1e"),
        caller: text("+15555550100"),
        dialed: text("+18005550199"),
        started_at: Some(AT - 63_000),
        ivr_path: text("1>2"),
        answered_at: Some(AT - 43_000),
        ring_seconds: Some(12),
        wait_seconds: Some(8),
        duration_seconds: Some(312),
        buyer_duration_seconds: Some(290),
        buyer_number: text("+18005550123"),
    }
}

fn is_earning(trigger: Trigger) -> bool {
    matches!(
        trigger,
        Trigger::LmsPublisherEarningReceived | Trigger::ClPublisherEarningReceived
    )
}

/// Price, total, the publisher's, agent's, referrer's and the house's share.
fn money_of(trigger: Trigger, campaign_rejected: bool) -> MoneyDetails {
    let [price, total, publisher_earning, agent_fee, referral_fee, admin] = match trigger {
        Trigger::LmsLeadRejected | Trigger::ClLeadRejected => [""; 6],
        _ if campaign_rejected => ["42.50", "", "", "", "", ""],
        Trigger::ClCampaignAccepted | Trigger::ClBuyerResponse => ["65.00", "", "", "", "", ""],
        Trigger::ClLeadSold | Trigger::ClCampaignSold => ["65.00", "65.00", "40.00", "2.00", "0.00", "23.00"],
        Trigger::LmsRevenuePingBack => ["18.00", "60.50", "30.00", "1.00", "0.00", "29.50"],
        _ => ["42.50", "42.50", "30.00", "1.00", "0.00", "11.50"],
    };
    MoneyDetails {
        currency: text("USD"),
        price: money(price),
        total: money(total),
        publisher_earning: money(publisher_earning),
        agent_fee: money(agent_fee),
        referral_fee: money(referral_fee),
        admin: money(admin),
    }
}

/// `None` for an empty one.
fn money(amount: &str) -> Option<Money> {
    amount.parse().ok()
}

#[inline(never)]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[inline(never)]
fn entity(id: &str, name: &str) -> EntityRef {
    EntityRef {
        id: known(EntityId::new(id)),
        name: text(name),
    }
}

/// An id of ours, which is valid: the tests build every sample.
fn known<T, E>(id: Result<T, E>) -> T {
    match id {
        Ok(id) => id,
        Err(_) => unreachable!("the samples' ids are valid"),
    }
}

/// The sample event of a trigger, happening to what a rule is about.
#[must_use]
pub fn sample_event_of(trigger: Trigger, level: Level, id: &EntityId, name: &str) -> Event {
    let mut event = sample_event(trigger);
    let entity = EntityRef {
        id: id.clone(),
        name: Some(name.to_owned()),
    };
    match level {
        Level::Product => event.product = entity,
        Level::Campaign => {
            if let Some(campaign) = &mut event.campaign {
                campaign.entity = entity;
            }
        }
        Level::Publisher => event.publisher = Some(entity),
    }
    event
}

#[cfg(test)]
mod tests;
