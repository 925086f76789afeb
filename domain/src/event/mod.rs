//! An event: one thing that happened on LMS or Call Logic (`domain.md` §9), parsed and valid.

mod fields;
mod parse;
mod put;

use crate::{
    EntityId, EntityRef, EventId, FilterKey, Level, Method, Money, PriceMeaning, Timestamp, Trigger,
};

pub use parse::parse_event;
pub use put::values_asked;

/// One thing that happened. Field names follow the event JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the event format of domain.md §9 describes each field"
)]
pub struct Event {
    pub event_id: EventId,
    pub trigger: Trigger,
    /// UTC milliseconds; when the sender gave none, the time of arrival.
    pub occurred_at: Timestamp,
    pub is_test: bool,
    pub host: Option<String>,
    pub product: EntityRef,
    pub lead: LeadDetails,
    pub publisher: Option<EntityRef>,
    pub channel: Option<EntityRef>,
    pub source: Option<EntityRef>,
    pub pingtree: Option<PingtreeRef>,
    pub buyer: Option<EntityRef>,
    pub campaign: Option<CampaignRef>,
    pub call: Option<CallDetails>,
    pub money: MoneyDetails,
    pub reject: Option<Reject>,
    pub pingback: Option<Pingback>,
    pub earning: Option<Earning>,
}

/// The lead of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct LeadDetails {
    pub id: String,
    pub public_id: Option<String>,
    pub status: Option<String>,
    pub created_at: Option<Timestamp>,
    pub method: Option<Method>,
    pub min_price: Option<Money>,
    pub state: Option<String>,
    pub zip: Option<String>,
    pub sub_id: Option<String>,
    /// The lead's form fields: personal data.
    pub fields: Vec<(String, String)>,
}

/// The pingtree an event went through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct PingtreeRef {
    pub entity: EntityRef,
    pub kind: Option<String>,
}

/// The campaign an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct CampaignRef {
    pub entity: EntityRef,
    pub kind: Option<String>,
    pub attempt: Option<i64>,
    pub response_ms: Option<i64>,
    pub redirect_url: Option<String>,
}

/// The phone call of a Call Logic event. Numbers are personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct CallDetails {
    pub id: Option<String>,
    pub caller: Option<String>,
    pub dialed: Option<String>,
    pub started_at: Option<Timestamp>,
    pub ivr_path: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub ring_seconds: Option<i64>,
    pub wait_seconds: Option<i64>,
    pub duration_seconds: Option<i64>,
    pub buyer_duration_seconds: Option<i64>,
    pub buyer_number: Option<String>,
}

/// The amounts of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct MoneyDetails {
    pub currency: Option<String>,
    pub price: Option<Money>,
    pub total: Option<Money>,
    pub publisher_earning: Option<Money>,
    pub agent_fee: Option<Money>,
    pub referral_fee: Option<Money>,
    pub admin: Option<Money>,
}

/// Why something was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct Reject {
    pub code: Option<String>,
    pub reason: Option<String>,
    pub campaigns_tried: Option<i64>,
    pub last_campaign: Option<String>,
}

/// A revenue ping back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct Pingback {
    pub id: Option<String>,
    pub amount: Option<Money>,
    pub received_at: Option<Timestamp>,
    pub duplicate: bool,
}

/// A publisher's credit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see `Event`")]
pub struct Earning {
    pub id: Option<String>,
    pub amount: Option<Money>,
    pub kind: Option<String>,
    pub today: Option<Money>,
}

impl Event {
    /// The id of the product, campaign or publisher whose rules of this level may concern the event.
    #[must_use]
    pub fn scope_id(&self, level: Level) -> Option<&EntityId> {
        match level {
            Level::Product => Some(&self.product.id),
            Level::Campaign => self.campaign.as_ref().map(|campaign| &campaign.entity.id),
            Level::Publisher => self.publisher.as_ref().map(|publisher| &publisher.id),
        }
    }

    /// Whether it repeats a ping back that was told before.
    #[must_use]
    pub fn is_duplicate_pingback(&self) -> bool {
        self.pingback.as_ref().is_some_and(|pingback| pingback.duplicate)
    }

    /// What a list filter compares.
    #[must_use]
    pub fn filter_value(&self, key: FilterKey) -> Option<&str> {
        match key {
            FilterKey::Method => self.lead.method.map(Method::key),
            FilterKey::Publisher => self.publisher.as_ref().map(|entity| entity.id.as_str()),
            FilterKey::Channel => self.channel.as_ref().map(|entity| entity.id.as_str()),
            FilterKey::Source => self.source.as_ref().map(|entity| entity.id.as_str()),
            FilterKey::Buyer => self.buyer.as_ref().map(|entity| entity.id.as_str()),
            FilterKey::Campaign => self.campaign.as_ref().map(|campaign| campaign.entity.id.as_str()),
            FilterKey::Pingtree => self.pingtree.as_ref().map(|pingtree| pingtree.entity.id.as_str()),
            FilterKey::Price => None,
        }
    }

    /// The amount that "price" means for rules of this level (`domain.md` §3.2). A publisher's rule never falls back
    /// on another amount than his earning.
    #[must_use]
    pub fn price(&self, level: Level) -> Option<Money> {
        match self.trigger.price_meaning(level) {
            PriceMeaning::None => None,
            PriceMeaning::Total => self.money.total.or(self.money.price),
            PriceMeaning::CampaignPrice => self.money.price,
            PriceMeaning::PingbackAmount => self
                .pingback
                .as_ref()
                .and_then(|pingback| pingback.amount)
                .or(self.money.price),
            PriceMeaning::PublisherEarning => self
                .earning
                .as_ref()
                .and_then(|earning| earning.amount)
                .or(self.money.publisher_earning),
        }
    }
}
