//! Deliveries as the log shows them: with their event, rule and destination, and only those in the reader's scope.

use leadbell_domain::{
    ConnectionId, DeliveryId, DeliveryStatus, DestinationId, EntityId, Level, PresetId, RuleId, Target,
    Timestamp, Trigger,
};

use super::{Delivery, LogPlace, LoggedThread, RuleScopes, Walk};

/// Which deliveries are meant. What is not named does not narrow; deliveries of rules outside `scopes` do not exist.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// The rules whose deliveries the asker reaches.
    pub scopes: RuleScopes,
    /// Only these.
    pub ids: Option<Vec<DeliveryId>>,
    /// Only this status.
    pub status: Option<DeliveryStatus>,
    /// Only those whose status this code explains.
    pub code: Option<String>,
    /// Only this rule's.
    pub rule: Option<RuleId>,
    /// Only those of the rule of this number.
    pub rule_number: Option<i64>,
    /// Only those of rules that follow this preset.
    pub preset: Option<PresetId>,
    /// Only those whose event is of these: one of each level at most.
    pub of: Vec<(Level, EntityId)>,
    /// Only those of this connection.
    pub connection: Option<ConnectionId>,
    /// Only those to this channel or member, by Slack's id.
    pub target: Option<String>,
    /// Only those about this lead, call or event, by the sender's id.
    pub about: Option<String>,
    /// Only those of events that arrived from this moment on, UTC milliseconds.
    pub from: Option<Timestamp>,
    /// Only those of events that arrived before this moment, UTC milliseconds.
    pub until: Option<Timestamp>,
    /// Only those that have had their status since this moment or longer, UTC milliseconds.
    pub settled_by: Option<Timestamp>,
}

/// A page of the log, newest first.
#[derive(Clone, Debug)]
pub struct DeliveryLogQuery {
    /// Which.
    pub filter: DeliveryFilter,
    /// From where, which way.
    pub walk: Walk,
    /// Rows at most.
    pub limit: i64,
    /// Rows to look at, at most: [`crate::LOOK_AT`], but for who reads all of it.
    pub look_at: i64,
}

/// A delivery with all that the log tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// The delivery with its attempts.
    pub delivery: Delivery,
    /// What happened.
    pub trigger: Trigger,
    /// To which lead or call, by the sender's id.
    pub lead_id: String,
    /// Where the rule lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// The rule's name; may be empty.
    pub rule_name: String,
    /// The rule is deleted by now.
    pub rule_deleted: bool,
    /// The rule's version by now.
    pub rule_version_now: i64,
    /// Whether the rule shows personal data, or did when it wrote this message.
    pub shows_personal_data: bool,
    /// Where to.
    pub destination: DestinationId,
    /// With which connection.
    pub connection: ConnectionId,
    /// What that is called.
    pub connection_name: String,
    /// How often people had it sent again.
    pub resends: i64,
    /// How it stands in a thread, if it is in one.
    pub thread: Option<LoggedThread>,
    /// It was sent again when nobody knew whether it had been posted before.
    pub maybe_twice: bool,
}

impl LoggedDelivery {
    /// Where it stands in the log.
    #[must_use]
    pub fn place(&self) -> LogPlace {
        LogPlace {
            at: self.delivery.created_at,
            id: self.delivery.id.to_string(),
        }
    }
}

/// What sending again would do at one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResendPlace {
    /// The destination.
    pub destination: DestinationId,
    /// With which connection.
    pub connection: ConnectionId,
    /// What that is called.
    pub connection_name: String,
    /// The connection is removed, so nothing can be sent there.
    pub connection_removed: bool,
    /// Slack refuses the connection, or this channel or member: messages would wait.
    pub refused: bool,
    /// Where to.
    pub target: Target,
    /// How many.
    pub count: i64,
    /// How many of them Slack may have posted already.
    pub ambiguous: i64,
    /// How many are of rules that are deleted or disabled by now.
    pub rule_off: i64,
    /// How many are of rules that were changed since.
    pub rule_changed: i64,
    /// Messages that wait there already.
    pub waiting: i64,
}
