//! What happened in each hour.

use leadbell_domain::{DeliveryStatus, EntityId, Level, RuleId, Target, Timestamp};

use super::RuleScopes;

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * 60 * 1_000;

/// The hour of a moment, in hours since 1970.
#[must_use]
pub fn hour_of(at: Timestamp) -> i64 {
    at.div_euclid(HOUR_MS)
}

/// Counts of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// Rules fired so often: each time a message is to be sent.
    pub fired: i64,
    /// Slack took so many.
    pub sent: i64,
    /// So many failed for good.
    pub failed: i64,
    /// Of so many nobody knows whether they arrived.
    pub doubtful: i64,
}

impl MessageCounts {
    /// Those that failed or of which nobody knows.
    #[must_use]
    pub fn wrong(&self) -> i64 {
        self.failed + self.doubtful
    }
}

/// What happened in an hour, or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourFigures {
    /// The hour, in hours since 1970.
    pub hour: i64,
    /// Events that arrived.
    pub events: i64,
    /// Messages.
    pub messages: MessageCounts,
}

impl HourFigures {
    /// All of these hours from `from` on and before `until`.
    #[must_use]
    pub fn sum(hours: &[HourFigures], from: i64, until: i64) -> HourFigures {
        let mut sum = HourFigures {
            hour: from,
            ..HourFigures::default()
        };
        for one in hours.iter().filter(|one| (from..until).contains(&one.hour)) {
            sum.events += one.events;
            sum.messages.fired += one.messages.fired;
            sum.messages.sent += one.messages.sent;
            sum.messages.failed += one.messages.failed;
            sum.messages.doubtful += one.messages.doubtful;
        }
        sum
    }
}

/// So many messages took at most so long from their event to Slack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayStep {
    /// Milliseconds; [`leadbell_domain::DELAY_MORE`] for more than the last step.
    pub up_to: i64,
    /// Those that took longer than the step before and at most this long.
    pub messages: i64,
}

/// Whose figures, and of which hours.
#[derive(Clone, Debug)]
pub struct FiguresQuery {
    /// The rules that the reader may see, and with them the events.
    pub scopes: RuleScopes,
    /// From this hour on.
    pub from: i64,
    /// Before this hour.
    pub until: i64,
}

/// A rule with what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyRule {
    /// Which.
    pub id: RuleId,
    /// Its number.
    pub number: i64,
    /// Its name; may be empty.
    pub name: String,
    /// Where it lives.
    pub level: Level,
    /// The product, campaign or publisher.
    pub entity: EntityId,
    /// Where its messages go.
    pub target: Target,
    /// Whether it is deleted by now.
    pub deleted: bool,
    /// What it did.
    pub messages: MessageCounts,
}

/// One of the last messages of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastMessage {
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Slack's code, if it was not taken.
    pub code: Option<String>,
    /// When the rule fired.
    pub fired_at: Timestamp,
    /// When it reached its status.
    pub at: Timestamp,
    /// A person, or the end of quiet hours, had it sent: how long that took says nothing of Slack.
    pub forced: bool,
}
