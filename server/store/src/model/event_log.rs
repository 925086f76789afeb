//! Events as the tracking log shows them: with what they caused, and only those in the reader's scope.

use std::fmt;
use std::str::FromStr;

use leadbell_domain::{
    DeliveryId, DeliveryStatus, EntityId, EventId, EventKey, Level, Platform, PresetId, Rule, RuleId, Target,
    Timestamp, Trigger,
};

use super::RuleScopes;
use super::delivery::delay_ms;

/// How many rows of an index one page of the log looks at, at most. What no index is narrow enough for is searched in
/// such steps, newest first, and the page says how far it came.
pub const LOOK_AT: i64 = 5_000;

/// A place in the log: the row that was read last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPlace {
    /// When its event arrived, UTC milliseconds.
    pub at: Timestamp,
    /// The row's id: tells apart what arrived at once.
    pub id: String,
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.at, self.id)
    }
}

impl FromStr for LogPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('_').ok_or(())?;
        Ok(Self {
            at: at.parse().map_err(|_| ())?,
            // Of whichever table: all our ids look alike.
            id: EventKey::new(id).map_err(|_| ())?.into(),
        })
    }
}

/// Which way the log is read, and from where. The place itself is not read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Newest first, from before this place on.
    Older(Option<LogPlace>),
    /// Oldest first, from after this place on.
    Newer(Option<LogPlace>),
}

/// A page of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage<T> {
    /// The rows, in the order of the walk.
    pub rows: Vec<T>,
    /// From where it goes on; `None` at the end.
    pub next: Option<LogPlace>,
    /// The page is not full, and yet there may be more: this far it was searched.
    pub searched: Option<Timestamp>,
}

/// How the id of a lead, call or event is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is this.
    Whole,
    /// It begins like this.
    Begins,
    /// It has this in it.
    Contains,
}

/// Which events are meant. What is not named does not narrow. An event outside `scopes` does not exist: the reader sees
/// one where a rule that he may see could fire for it.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// The rules that the reader may see.
    pub scopes: RuleScopes,
    /// Only those that arrived from this moment on, UTC milliseconds.
    pub from: Option<Timestamp>,
    /// Only those that arrived before this moment, UTC milliseconds.
    pub until: Option<Timestamp>,
    /// Only those of this platform.
    pub platform: Option<Platform>,
    /// Only those of this trigger.
    pub trigger: Option<Trigger>,
    /// Only those of these: one of each level at most.
    pub of: Vec<(Level, EntityId)>,
    /// Only those about a lead, call or event of such an id.
    pub about: Option<(String, Match)>,
    /// Only those for which no rule fired.
    pub silent: bool,
    /// Only those with a message of this status.
    pub status: Option<DeliveryStatus>,
    /// Only those with a message that this code explains.
    pub code: Option<String>,
    /// Only those for which the rule of this number fired.
    pub rule_number: Option<i64>,
    /// Only those for which a rule of this preset fired.
    pub preset: Option<PresetId>,
    /// Only those with a message to this channel or member, by Slack's id.
    pub target: Option<String>,
}

impl EventFilter {
    /// Whether it asks for something of messages.
    #[must_use]
    pub fn asks_for_messages(&self) -> bool {
        self.status.is_some()
            || self.code.is_some()
            || self.rule_number.is_some()
            || self.preset.is_some()
            || self.target.is_some()
    }
}

/// A page of events.
#[derive(Clone, Debug)]
pub struct EventLogQuery {
    /// Which.
    pub filter: EventFilter,
    /// From where, which way.
    pub walk: Walk,
    /// Rows at most.
    pub limit: i64,
    /// Rows to look at, at most: [`LOOK_AT`], but for who reads all of it.
    pub look_at: i64,
}

/// A rule that fired for an event, with what became of its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The message.
    pub delivery: DeliveryId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// What explains that.
    pub code: Option<String>,
    /// When its event arrived, UTC milliseconds.
    pub created_at: Timestamp,
    /// When it reached its status, UTC milliseconds.
    pub updated_at: Timestamp,
    /// The rule.
    pub rule: RuleId,
    /// Its number.
    pub rule_number: i64,
    /// Its name; may be empty.
    pub rule_name: String,
    /// It is deleted by now.
    pub rule_deleted: bool,
    /// Where the rule lives.
    pub level: Level,
    /// On which entity.
    pub entity: EntityId,
    /// The preset it follows, with its name.
    pub preset: Option<(PresetId, String)>,
    /// Where to.
    pub target: Target,
}

impl Fired {
    /// From the event's arrival to Slack's receipt, milliseconds; `None` while there is none.
    #[must_use]
    pub fn delay_ms(&self) -> Option<i64> {
        delay_ms(self.status, self.created_at, self.updated_at)
    }
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
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
    /// The event as sent.
    pub body: String,
    /// What it caused, as far as the reader may see; in the order of sending.
    pub fired: Vec<Fired>,
}

impl LoggedEvent {
    /// Where it stands in the log.
    #[must_use]
    pub fn place(&self) -> LogPlace {
        LogPlace {
            at: self.received_at,
            id: self.key.to_string(),
        }
    }
}

/// Which rules of one entity were there when an event arrived.
#[derive(Clone, Debug)]
pub struct RulesAtQuery {
    /// The level.
    pub level: Level,
    /// The product, campaign or publisher.
    pub entity: EntityId,
    /// What they waited for.
    pub trigger: Trigger,
    /// The reader's scope at that level.
    pub scope: leadbell_domain::Scope,
    /// The version of the rule set then.
    pub rules_seq: Option<i64>,
    /// The moment, which decides when the version is not known, UTC milliseconds.
    pub at: Timestamp,
    /// Only those of higher numbers.
    pub after: i64,
    /// Rules to look at, at most.
    pub limit: i64,
}

/// A rule as it was at some moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleAt {
    /// Id.
    pub id: RuleId,
    /// Number.
    pub number: i64,
    /// The version in force then.
    pub version: i64,
    /// That version.
    pub rule: Rule,
    /// It was changed or deleted since.
    pub changed_since: bool,
    /// It is deleted by now.
    pub deleted_now: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_way_through_an_address() {
        let place: LogPlace = "1795000000000_01931c3e-7b1a-7c3e-8a55-0242ac120002"
            .parse()
            .unwrap();
        assert_eq!(place.at, 1_795_000_000_000);
        assert_eq!(place.to_string().parse(), Ok(place));
        for wrong in ["", "1_2", "x_01931c3e-7b1a-7c3e-8a55-0242ac120002", "17950000"] {
            assert_eq!(wrong.parse::<LogPlace>(), Err(()), "{wrong}");
        }
    }
}
