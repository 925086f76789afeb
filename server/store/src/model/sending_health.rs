//! How destinations stand: what waits there, and which Slack refuses.

use leadbell_domain::{ConnectionId, DestinationId, Target, Timestamp};

use super::ConnectionScope;

/// A destination where something waits, or that Slack refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationState {
    /// Id.
    pub id: DestinationId,
    /// With which connection.
    pub connection: ConnectionId,
    /// What that is called.
    pub connection_name: String,
    /// Slack refuses the connection as a whole.
    pub connection_broken: bool,
    /// Where to.
    pub target: Target,
    /// Slack's code, if it refuses this channel or member.
    pub fault_code: Option<String>,
    /// Since when, UTC milliseconds.
    pub fault_since: Option<Timestamp>,
    /// When it last said so, UTC milliseconds.
    pub fault_at: Option<Timestamp>,
    /// Messages that wait.
    pub waiting: i64,
    /// When the event of the oldest of them arrived, UTC milliseconds.
    pub oldest: Option<Timestamp>,
    /// Nothing goes out before, UTC milliseconds; in the past when nothing holds it up.
    pub paused_until: Timestamp,
}

/// Which destinations to list: refused ones first, then those where most waits.
#[derive(Clone, Debug)]
pub struct DestinationQuery {
    /// Of whose connections.
    pub scope: ConnectionScope,
    /// Only those that Slack refuses.
    pub only_refused: bool,
    /// Rows at most.
    pub limit: i64,
}

/// What went wrong of late and waits for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Troubles {
    /// Deliveries that failed since the moment asked for.
    pub failed: i64,
    /// Deliveries of which nobody knows whether Slack posted them.
    pub ambiguous: i64,
}
