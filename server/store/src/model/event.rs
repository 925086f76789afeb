//! Events to record, and recorded ones.

use leadbell_domain::{
    Blocks, ConnectionId, DeliveryId, EntityId, EventId, EventKey, Money, Platform, RuleId, Target,
    Timestamp, Trigger,
};

use super::EntityUpsert;

/// A message that a rule wants sent, rendered at the event's arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDelivery {
    /// Fresh id (UUIDv7: its order is the order of sending).
    pub id: DeliveryId,
    /// Which rule.
    pub rule: RuleId,
    /// In which version.
    pub rule_version: i64,
    /// Whose token.
    pub connection: ConnectionId,
    /// Where to.
    pub target: Target,
    /// The finished text.
    pub text: String,
    /// The card around it, where the rule has one.
    pub blocks: Option<Blocks>,
    /// How it goes out.
    pub sending: PlannedSending,
}

/// What the options of a rule say of one of its messages, at the event's arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedSending {
    /// Before all others.
    pub priority: bool,
    /// Sent again when nobody knows whether Slack posted it.
    pub resends: bool,
    /// What makes another message of the rule a repetition of it: a hash, for the value may be personal.
    pub repeat_key: Option<String>,
    /// The price that its text tells.
    pub amount: Option<Money>,
    /// What it has in common with others of its thread; see `Event::thread_key` in `domain`.
    pub thread_key: Option<String>,
}

/// An event to record with its deliveries.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Fresh id.
    pub key: EventKey,
    /// The system it comes from; unique together with `event_id`.
    pub source: Platform,
    /// The sender's id.
    pub event_id: EventId,
    /// What happened.
    pub trigger: Trigger,
    /// When it happened, UTC milliseconds.
    pub occurred_at: Timestamp,
    /// When we got it, UTC milliseconds.
    pub received_at: Timestamp,
    /// Its product.
    pub product: EntityId,
    /// Its publisher.
    pub publisher: Option<EntityId>,
    /// Its campaign.
    pub campaign: Option<EntityId>,
    /// Its lead.
    pub lead_id: String,
    /// Its phone call.
    pub call_id: Option<String>,
    /// The version of the rule set that judged it; `None` when nobody knows.
    pub rules_seq: Option<i64>,
    /// The event as sent, compact JSON.
    pub body: String,
    /// What the rules want sent.
    pub deliveries: Vec<PlannedDelivery>,
    /// Entities it mentions, to be added to the catalog as discovered.
    pub mentions: Vec<EntityUpsert>,
}

/// What became of an event to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Written, with its deliveries.
    Accepted,
    /// Known already: nothing was written.
    Duplicate,
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Our id.
    pub key: EventKey,
    /// The system it comes from.
    pub source: Platform,
    /// The sender's id.
    pub event_id: EventId,
    /// What happened.
    pub trigger: Trigger,
    /// UTC milliseconds.
    pub occurred_at: Timestamp,
    /// UTC milliseconds.
    pub received_at: Timestamp,
    /// The event as sent.
    pub body: String,
}
