//! What passes between the store and whoever calls Slack.

use std::fmt;

use leadbell_domain::{
    Blocks, ConnectionId, DeliveryId, DeliveryStatus, DestinationId, Outcome, SlackToken, Target, Timestamp,
};

use super::ThreadTurn;

/// A delivery taken under a lease, ready to be sent.
#[derive(Clone)]
pub struct Claim {
    /// The delivery; its status is `sending` now.
    pub delivery: DeliveryId,
    /// Its destination, leased to the claiming worker.
    pub destination: DestinationId,
    /// Connection to send with.
    pub connection: ConnectionId,
    /// The token.
    pub token: SlackToken,
    /// Which of the connection's tokens that is.
    pub token_version: i64,
    /// Where to.
    pub target: Target,
    /// The channel Slack named for a member (`D…`), once known.
    pub resolved_channel: Option<String>,
    /// The finished text; a summary's where it stands for others, too.
    pub text: String,
    /// The card, within Slack's limits; none where it is a summary.
    pub blocks: Option<Blocks>,
    /// Whether it is sent again when nobody knows whether Slack posted it.
    pub resends: bool,
    /// Attempts that count, so far.
    pub attempts: u32,
    /// When its event arrived, UTC milliseconds.
    pub created_at: Timestamp,
    /// How it stands in its thread, if it belongs to one.
    pub thread: Option<ThreadTurn>,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text can hold personal data of a lead.
        f.debug_struct("Claim")
            .field("delivery", &self.delivery)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// How the sender paces each destination: a generic cell rate, kept in the destination's row so that it holds for
/// all servers and over restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// One message per this many milliseconds in the long run (Slack: about one a second per channel).
    pub interval_ms: i64,
    /// Messages that may go at once after a pause.
    pub burst: i64,
}

/// One finished call of Slack, to be recorded with its consequence.
#[derive(Clone, Debug)]
pub struct Finish {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// Its destination.
    pub destination: DestinationId,
    /// Who sent it: the lease must be this worker's.
    pub worker: String,
    /// What came of it.
    pub outcome: Outcome,
    /// When to try again, UTC milliseconds: set for `Transient` while attempts remain, and for `RateLimited`; the
    /// whole destination waits until then, so that the order in a channel holds.
    pub retry_at: Option<Timestamp>,
    /// HTTP status of the answer, when there was one.
    pub http_status: Option<u16>,
    /// What was mended on the way: `joined_channel`, `opened_conversation`, `sent_as_text:…`.
    pub note: Option<String>,
    /// The channel that Slack named for a member.
    pub resolved_channel: Option<String>,
    /// Set when Slack says that the token itself is of no use: then the delivery waits for a better one, which costs
    /// no attempt, and so does everything else of that connection.
    pub refused: Option<RefusedToken>,
    /// The first message of the thread that it went into as a reply, by Slack's id.
    pub thread_ts: Option<String>,
    /// UTC milliseconds.
    pub started_at: Timestamp,
    /// UTC milliseconds.
    pub finished_at: Timestamp,
}

/// A token that Slack refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedToken {
    /// The connection it belongs to, or belonged to.
    pub connection: ConnectionId,
    /// Which of its tokens: a later one is not to blame.
    pub version: i64,
}

/// What became of a finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// The delivery stands at this status now.
    Now(DeliveryStatus),
    /// The lease had run out and the delivery had been settled otherwise; the attempt was recorded all the same.
    TooLate(DeliveryStatus),
}
