//! Deliveries as lists show them.

use leadbell_domain::{Blocks, DeliveryId, DeliveryStatus, EventId, Platform, RuleId, Target, Timestamp};

/// One call of Slack in a delivery's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1, rate-limited ones included.
    pub number: i64,
    /// `sent`, `rate_limited`, `transient`, `ambiguous` or `permanent`.
    pub outcome: String,
    /// Slack's code, or ours.
    pub code: Option<String>,
    /// HTTP status.
    pub http_status: Option<i64>,
    /// What was mended on the way.
    pub note: Option<String>,
    /// Slack's `Retry-After`, milliseconds.
    pub retry_after_ms: Option<i64>,
    /// UTC milliseconds.
    pub started_at: Timestamp,
    /// UTC milliseconds.
    pub finished_at: Timestamp,
}

/// A delivery as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Id.
    pub id: DeliveryId,
    /// The sender's event id.
    pub event_id: EventId,
    /// The event's platform.
    pub source: Platform,
    /// Which rule.
    pub rule: RuleId,
    /// The rule's number.
    pub rule_number: i64,
    /// In which version.
    pub rule_version: i64,
    /// Where to.
    pub target: Target,
    /// The finished text.
    pub text: String,
    /// The card it has, as it was drawn when its event arrived.
    pub blocks: Option<Blocks>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Last code that explains the status.
    pub last_code: Option<String>,
    /// Slack's receipt: channel and ts.
    pub slack_channel: Option<String>,
    /// Slack's message id.
    pub slack_ts: Option<String>,
    /// Slack's id of the first message of the thread it is in; its own if it is that one.
    pub thread_ts: Option<String>,
    /// UTC milliseconds.
    pub created_at: Timestamp,
    /// When it reached its status, UTC milliseconds.
    pub updated_at: Timestamp,
    /// Every call of Slack, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Delivery {
    /// From its event's arrival to Slack's receipt, milliseconds; `None` while there is none.
    #[must_use]
    pub fn delay_ms(&self) -> Option<i64> {
        delay_ms(self.status, self.created_at, self.updated_at)
    }
}

/// How long a message took that was made and got its status at these moments.
pub(super) fn delay_ms(status: DeliveryStatus, made: Timestamp, settled: Timestamp) -> Option<i64> {
    (status == DeliveryStatus::Sent).then(|| (settled - made).max(0))
}

/// Which deliveries to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    /// Only this status.
    pub status: Option<DeliveryStatus>,
    /// Only this rule's.
    pub rule: Option<RuleId>,
    /// Only this event's (any platform).
    pub event_id: Option<EventId>,
    /// Only those before this delivery (the last one of the page before).
    pub before: Option<DeliveryId>,
    /// Rows at most.
    pub limit: i64,
}

/// How much is waiting, for metrics and the health page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries queued or retrying.
    pub waiting: i64,
    /// Deliveries being sent.
    pub sending: i64,
    /// When the oldest waiting one was made, UTC milliseconds.
    pub oldest: Option<Timestamp>,
}
