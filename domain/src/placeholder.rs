//! The placeholders a message may hold, by trigger and level (`domain.md` §4.1), and their values in an event.

use serde::{Deserialize, Serialize};

use crate::template::RenderContext;
use crate::timestamp::{format_date, format_rfc3339};
use crate::{Event, Level, Money, Platform, Trigger};

/// Who may learn a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Publishers too.
    Publisher,
    /// Staff only: buyers, campaigns, pingtrees and other people's money.
    Staff,
}

/// Headings of the placeholder list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "`label` says them")]
pub enum PlaceholderGroup {
    Event,
    Lead,
    Call,
    Source,
    Buyer,
    Money,
    Rejection,
    Pingback,
    Earning,
}

impl PlaceholderGroup {
    /// The heading.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            PlaceholderGroup::Event => "Event and rule",
            PlaceholderGroup::Lead => "Lead",
            PlaceholderGroup::Call => "Call",
            PlaceholderGroup::Source => "Publisher and source",
            PlaceholderGroup::Buyer => "Buyer side",
            PlaceholderGroup::Money => "Money",
            PlaceholderGroup::Rejection => "Rejection",
            PlaceholderGroup::Pingback => "Ping back",
            PlaceholderGroup::Earning => "Earning",
        }
    }
}

/// One placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The name between the braces.
    pub name: &'static str,
    /// Its heading.
    pub group: PlaceholderGroup,
    /// Who may learn it.
    pub visibility: Visibility,
}

type Value = fn(&Event, &RenderContext<'_>) -> Option<String>;

/// When a placeholder exists.
#[derive(Clone, Copy)]
enum When {
    Always,
    Lms,
    Call,
    /// A campaign took part: campaign triggers, ping back and buyer response; sold and earning at Product.
    BuyerSide,
    Sold,
    Priced,
    Earned,
    Rejected,
    LastCampaign,
    MinPrice,
    Response,
    Pingback,
    Earning,
    CallLeg,
    Duration,
}

struct Entry(&'static str, PlaceholderGroup, Visibility, When, Value);

fn money(amount: Option<Money>) -> Option<String> {
    amount.map(Money::display)
}

fn number(value: Option<i64>) -> Option<String> {
    value.map(|value| value.to_string())
}

use PlaceholderGroup as G;
use Visibility::{Publisher, Staff};

/// The whole table. `field.<name>` (the lead's own form fields) is resolved apart, see [`value_of`].
#[rustfmt::skip]
static TABLE: &[Entry] = &[
    Entry("event_id", G::Event, Publisher, When::Always, |e, _| Some(e.event_id.to_string())),
    Entry("event_time", G::Event, Publisher, When::Always, |e, _| Some(format_rfc3339(e.occurred_at))),
    Entry("event_date", G::Event, Publisher, When::Always, |e, _| Some(format_date(e.occurred_at))),
    Entry("trigger", G::Event, Publisher, When::Always, |e, _| Some(e.trigger.name().to_owned())),
    Entry("platform", G::Event, Publisher, When::Always, |e, _| Some(e.trigger.platform().label().to_owned())),
    Entry("level", G::Event, Publisher, When::Always, |_, c| Some(c.level.label().to_owned())),
    Entry("rule_id", G::Event, Publisher, When::Always, |_, c| Some(c.rule_number.to_string())),
    Entry("rule_name", G::Event, Publisher, When::Always, |_, c| Some(c.rule_name.to_owned())),
    Entry("entity_id", G::Event, Publisher, When::Always, |e, c| e.scope_id(c.level).map(ToString::to_string)),
    Entry("product_id", G::Event, Publisher, When::Always, |e, _| Some(e.product.id.to_string())),
    Entry("product_name", G::Event, Publisher, When::Always, |e, _| e.product.name.clone()),
    Entry("host", G::Event, Publisher, When::Always, |e, _| e.host.clone()),
    Entry("is_test", G::Event, Publisher, When::Always, |e, _| Some(if e.is_test { "yes" } else { "no" }.to_owned())),
    Entry("log_url", G::Event, Publisher, When::Always, |e, c| Some(format!("{}/log/events/{}", c.public_url.trim_end_matches('/'), percent(e.event_id.as_str())))),

    Entry("lead_id", G::Lead, Publisher, When::Always, |e, _| Some(e.lead.id.clone())),
    Entry("lead_public_id", G::Lead, Publisher, When::Always, |e, _| e.lead.public_id.clone()),
    Entry("lead_status", G::Lead, Publisher, When::Always, |e, _| e.lead.status.clone()),
    Entry("lead_created_at", G::Lead, Publisher, When::Always, |e, _| e.lead.created_at.map(format_rfc3339)),
    Entry("method", G::Lead, Publisher, When::Lms, |e, _| e.lead.method.map(|method| method.key().to_owned())),
    Entry("state", G::Lead, Publisher, When::Always, |e, _| e.lead.state.clone()),
    Entry("zip", G::Lead, Publisher, When::Always, |e, _| e.lead.zip.clone()),
    Entry("sub_id", G::Lead, Publisher, When::Always, |e, _| e.lead.sub_id.clone()),

    Entry("publisher_id", G::Source, Publisher, When::Always, |e, _| e.publisher.as_ref().map(|p| p.id.to_string())),
    Entry("publisher_name", G::Source, Publisher, When::Always, |e, _| e.publisher.as_ref().and_then(|p| p.name.clone())),
    Entry("channel_id", G::Source, Publisher, When::Always, |e, _| e.channel.as_ref().map(|c| c.id.to_string())),
    Entry("channel_name", G::Source, Publisher, When::Always, |e, _| e.channel.as_ref().and_then(|c| c.name.clone())),
    Entry("source_id", G::Source, Publisher, When::Always, |e, _| e.source.as_ref().map(|s| s.id.to_string())),
    Entry("source_name", G::Source, Publisher, When::Always, |e, _| e.source.as_ref().and_then(|s| s.name.clone())),

    Entry("buyer_id", G::Buyer, Staff, When::BuyerSide, |e, _| e.buyer.as_ref().map(|b| b.id.to_string())),
    Entry("buyer_name", G::Buyer, Staff, When::BuyerSide, |e, _| e.buyer.as_ref().and_then(|b| b.name.clone())),
    Entry("campaign_id", G::Buyer, Staff, When::BuyerSide, |e, _| e.campaign.as_ref().map(|c| c.entity.id.to_string())),
    Entry("campaign_name", G::Buyer, Staff, When::BuyerSide, |e, _| e.campaign.as_ref().and_then(|c| c.entity.name.clone())),
    Entry("campaign_type", G::Buyer, Staff, When::BuyerSide, |e, _| e.campaign.as_ref().and_then(|c| c.kind.clone())),
    Entry("pingtree_id", G::Buyer, Staff, When::BuyerSide, |e, _| e.pingtree.as_ref().map(|p| p.entity.id.to_string())),
    Entry("pingtree_name", G::Buyer, Staff, When::BuyerSide, |e, _| e.pingtree.as_ref().and_then(|p| p.entity.name.clone())),
    Entry("pingtree_type", G::Buyer, Staff, When::BuyerSide, |e, _| e.pingtree.as_ref().and_then(|p| p.kind.clone())),
    Entry("buyer_response_ms", G::Buyer, Staff, When::Response, |e, _| number(e.campaign.as_ref().and_then(|c| c.response_ms))),
    Entry("redirect_url", G::Buyer, Staff, When::Response, |e, _| e.campaign.as_ref().and_then(|c| c.redirect_url.clone())),

    // At Publisher level `price` is the publisher's earning: `Event::price` knows.
    Entry("price", G::Money, Publisher, When::Priced, |e, c| money(e.price(c.level))),
    Entry("currency", G::Money, Publisher, When::Priced, |e, _| e.money.currency.clone()),
    Entry("publisher_earning", G::Money, Publisher, When::Earned, |e, _| money(e.money.publisher_earning.or(e.earning.as_ref().and_then(|earning| earning.amount)))),
    Entry("total_price", G::Money, Staff, When::Sold, |e, _| money(e.money.total)),
    Entry("admin_revenue", G::Money, Staff, When::Sold, |e, _| money(e.money.admin)),
    Entry("agent_fee", G::Money, Staff, When::Sold, |e, _| money(e.money.agent_fee)),
    Entry("referral_fee", G::Money, Staff, When::Sold, |e, _| money(e.money.referral_fee)),
    Entry("min_price", G::Money, Publisher, When::MinPrice, |e, _| money(e.lead.min_price)),

    Entry("reject_code", G::Rejection, Publisher, When::Rejected, |e, _| e.reject.as_ref().and_then(|r| r.code.clone())),
    Entry("reject_reason", G::Rejection, Publisher, When::Rejected, |e, c| {
        let reject = e.reject.as_ref()?;
        // The buyer's own words can name him: a publisher gets the neutral text of the code.
        if c.level == Level::Publisher { reject.code.as_deref().map(|code| neutral_reason(code).to_owned()) } else { reject.reason.clone() }
    }),
    Entry("campaigns_tried", G::Rejection, Publisher, When::Rejected, |e, _| number(e.reject.as_ref().and_then(|r| r.campaigns_tried))),
    Entry("last_campaign", G::Rejection, Staff, When::LastCampaign, |e, _| e.reject.as_ref().and_then(|r| r.last_campaign.clone())),

    Entry("pingback_id", G::Pingback, Staff, When::Pingback, |e, _| e.pingback.as_ref().and_then(|p| p.id.clone())),
    Entry("pingback_amount", G::Pingback, Staff, When::Pingback, |e, _| money(e.pingback.as_ref().and_then(|p| p.amount))),
    Entry("pingback_at", G::Pingback, Staff, When::Pingback, |e, _| e.pingback.as_ref().and_then(|p| p.received_at).map(format_rfc3339)),
    Entry("is_duplicate", G::Pingback, Staff, When::Pingback, |e, _| e.pingback.as_ref().map(|p| if p.duplicate { "yes" } else { "no" }.to_owned())),

    Entry("earning_id", G::Earning, Publisher, When::Earning, |e, _| e.earning.as_ref().and_then(|earning| earning.id.clone())),
    Entry("earning_amount", G::Earning, Publisher, When::Earning, |e, _| money(e.earning.as_ref().and_then(|earning| earning.amount))),
    Entry("earning_kind", G::Earning, Publisher, When::Earning, |e, _| e.earning.as_ref().and_then(|earning| earning.kind.clone())),
    Entry("earnings_today", G::Earning, Publisher, When::Earning, |e, _| money(e.earning.as_ref().and_then(|earning| earning.today))),

    Entry("call_id", G::Call, Publisher, When::Call, |e, _| e.call.as_ref()?.id.clone()),
    Entry("caller_number", G::Call, Publisher, When::Call, |e, c| e.call.as_ref()?.caller.as_deref().map(|number| personal(number, c))),
    Entry("dialed_number", G::Call, Publisher, When::Call, |e, _| e.call.as_ref()?.dialed.clone()),
    Entry("call_started_at", G::Call, Publisher, When::Call, |e, _| e.call.as_ref()?.started_at.map(format_rfc3339)),
    Entry("ivr_path", G::Call, Publisher, When::Call, |e, _| e.call.as_ref()?.ivr_path.clone()),
    Entry("wait_seconds", G::Call, Publisher, When::Call, |e, _| number(e.call.as_ref()?.wait_seconds)),
    Entry("answered_at", G::Call, Staff, When::CallLeg, |e, _| e.call.as_ref()?.answered_at.map(format_rfc3339)),
    Entry("ring_seconds", G::Call, Staff, When::CallLeg, |e, _| number(e.call.as_ref()?.ring_seconds)),
    Entry("buyer_number", G::Call, Staff, When::CallLeg, |e, _| e.call.as_ref()?.buyer_number.as_deref().map(mask)),
    Entry("buyer_duration_seconds", G::Call, Staff, When::CallLeg, |e, _| number(e.call.as_ref()?.buyer_duration_seconds)),
    Entry("duration_seconds", G::Call, Publisher, When::Duration, |e, _| number(e.call.as_ref()?.duration_seconds)),
];

fn exists(when: When, trigger: Trigger, level: Level) -> bool {
    use Trigger as T;
    let sold = matches!(trigger, T::LmsLeadSold | T::ClLeadSold);
    let earned = matches!(
        trigger,
        T::LmsPublisherEarningReceived | T::ClPublisherEarningReceived
    );
    let rejected_lead = matches!(trigger, T::LmsLeadRejected | T::ClLeadRejected);
    let lms = trigger.platform() == Platform::Lms;
    match when {
        When::Always => true,
        When::Lms => lms,
        When::Call => !lms,
        When::BuyerSide => {
            level != Level::Publisher && !rejected_lead && (level == Level::Product || !(sold || earned))
        }
        When::Sold => {
            sold || matches!(
                trigger,
                T::LmsCampaignSold | T::ClCampaignSold | T::LmsRevenuePingBack
            ) || earned
        }
        When::Priced => !rejected_lead,
        When::Earned => sold || earned,
        When::Rejected => rejected_lead || matches!(trigger, T::LmsCampaignRejected | T::ClCampaignRejected),
        When::LastCampaign => rejected_lead && level == Level::Product,
        When::MinPrice => lms && trigger != T::LmsRevenuePingBack,
        When::Response => matches!(
            trigger,
            T::LmsLeadSold | T::LmsCampaignRejected | T::LmsCampaignSold
        ),
        When::Pingback => trigger == T::LmsRevenuePingBack,
        When::Earning => earned,
        When::CallLeg => matches!(
            trigger,
            T::ClCampaignAccepted | T::ClCampaignSold | T::ClBuyerResponse
        ),
        When::Duration => matches!(
            trigger,
            T::ClCampaignAccepted | T::ClCampaignSold | T::ClBuyerResponse | T::ClLeadSold
        ),
    }
}

/// The placeholders of a rule of this trigger and level. A Publisher-level rule can be read by the publisher, whoever
/// wrote it, so it offers publisher-safe ones only.
pub fn placeholders(trigger: Trigger, level: Level) -> impl Iterator<Item = Placeholder> {
    TABLE
        .iter()
        .filter(move |entry| exists(entry.3, trigger, level))
        .filter(move |entry| level != Level::Publisher || entry.2 == Publisher)
        .map(|entry| Placeholder {
            name: entry.0,
            group: entry.1,
            visibility: entry.2,
        })
}

/// The prefix of the lead's own form fields.
pub(crate) const FIELD_PREFIX: &str = "field.";

/// Whether such a placeholder is offered to this kind of rule.
pub(crate) fn is_offered(name: &str, trigger: Trigger, level: Level) -> bool {
    if let Some(field) = name.strip_prefix(FIELD_PREFIX) {
        return !field.is_empty();
    }
    placeholders(trigger, level).any(|placeholder| placeholder.name == name)
}

/// Whether it exists for anybody: then a refusal says so instead of "unknown".
pub(crate) fn is_known(name: &str) -> bool {
    TABLE.iter().any(|entry| entry.0 == name)
}

/// The value in this event, not yet escaped; `None` when the event has none. Personal data of the lead comes masked,
/// unless the rule shows it.
pub(crate) fn value_of(name: &str, event: &Event, context: &RenderContext<'_>) -> Option<String> {
    if let Some(field) = name.strip_prefix(FIELD_PREFIX) {
        let (_, value) = event.lead.fields.iter().find(|(key, _)| key == field)?;
        return Some(personal(value, context));
    }
    let entry = TABLE.iter().find(|entry| entry.0 == name)?;
    // Second lock on the same door: what was parsed for one kind of rule is never rendered for another.
    if context.level == Level::Publisher && entry.2 != Publisher {
        return None;
    }
    (entry.4)(event, context).filter(|value| !value.is_empty())
}

/// A value that tells who the lead is.
fn personal(value: &str, context: &RenderContext<'_>) -> String {
    if context.shows_personal_data {
        value.trim().to_owned()
    } else {
        mask(value)
    }
}

/// Hides most of a personal value: the domain of an e-mail address, the last four digits of a number and the first
/// letter of anything else stay.
pub(crate) fn mask(value: &str) -> String {
    let value = value.trim();
    if let Some((name, host)) = value.split_once('@') {
        return format!(
            "{}***@{host}",
            name.chars().next().map(String::from).unwrap_or_default()
        );
    }
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 7 && digits.len() * 2 >= value.chars().count() {
        return format!("***{}", digits[digits.len() - 4..].iter().collect::<String>());
    }
    match value.chars().next() {
        Some(first) => format!("{first}***"),
        None => String::new(),
    }
}

/// A reject code in words that name nobody (`domain.md` §9.2).
pub(crate) fn neutral_reason(code: &str) -> &'static str {
    match code {
        "no_buyer" => "No buyer was available.",
        "filter" => "It did not meet the buyers' filters.",
        "cap" => "The buyers' limits were reached.",
        "duplicate" => "It is a duplicate.",
        "price" => "No offer met the minimum price.",
        "timeout" => "The buyers did not answer in time.",
        "buyer_declined" => "It was declined.",
        "ivr_reject" | "ivr_error" => "The call ended in the voice menu.",
        "hangup" => "The caller hung up.",
        "invalid" => "Its data is not valid.",
        _ => "It was not accepted.",
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986 §2.3).
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_level_rule_offers_nothing_of_the_buyers_side() {
        for trigger in Trigger::of_level(Level::Publisher, None) {
            for placeholder in placeholders(trigger, Level::Publisher) {
                assert_eq!(placeholder.visibility, Publisher);
                for part in [
                    "buyer",
                    "campaign_",
                    "pingtree",
                    "total",
                    "admin",
                    "agent",
                    "redirect",
                ] {
                    assert!(
                        !placeholder.name.contains(part),
                        "{} at {}",
                        placeholder.name,
                        trigger.key()
                    );
                }
            }
        }
    }

    #[test]
    fn rejected_leads_have_no_price_and_campaigns_have_their_buyer() {
        let names = |trigger, level| placeholders(trigger, level).map(|p| p.name).collect::<Vec<_>>();
        assert!(!names(Trigger::LmsLeadRejected, Level::Product).contains(&"price"));
        assert!(names(Trigger::LmsCampaignSold, Level::Campaign).contains(&"buyer_name"));
        assert!(names(Trigger::ClLeadSold, Level::Product).contains(&"duration_seconds"));
        assert!(!names(Trigger::LmsLeadSold, Level::Product).contains(&"call_id"));
    }

    #[test]
    fn masking_keeps_just_enough_to_recognise() {
        assert_eq!(mask("john@example.com"), "j***@example.com");
        assert_eq!(mask("+1 (555) 555-0100"), "***0100");
        assert_eq!(mask("John"), "J***");
        assert_eq!(mask(""), "");
    }

    #[test]
    fn placeholder_names_are_unique() {
        let mut names: Vec<_> = TABLE.iter().map(|entry| entry.0).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
