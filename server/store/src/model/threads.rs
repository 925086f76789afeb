//! Threads, as whoever calls Slack sees them.

use std::fmt;

use leadbell_domain::{Blocks, ConnectionId, DeliveryId, SlackToken, Timestamp};

/// How a message stands in its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreadTurn {
    /// It is the first one.
    Opens {
        /// Why there is no earlier one to reply to although there might be: `parent_in_doubt`, `thread_gone:…`.
        note: Option<String>,
    },
    /// It replies.
    Replies {
        /// The channel that the first message is in.
        channel: String,
        /// Slack's id of the first message.
        ts: String,
    },
}

/// A thread's first message whose line of state is to be updated, taken for a while.
#[derive(Clone)]
pub struct LineUpdate {
    /// The delivery that is the first message.
    pub parent: DeliveryId,
    /// Who took it: a name of its own for every claim.
    pub owner: String,
    /// Connection to call with.
    pub connection: ConnectionId,
    /// The token.
    pub token: SlackToken,
    /// The channel it is in.
    pub channel: String,
    /// Slack's id of it.
    pub ts: String,
    /// What it is to say: its own text with the line.
    pub text: String,
    /// The card around it, with the line, if the first message is one.
    pub blocks: Option<Blocks>,
    /// Which state of the thread the line tells.
    pub version: i64,
    /// Tries for this line so far.
    pub tries: u32,
}

impl fmt::Debug for LineUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text can hold personal data of a lead.
        f.debug_struct("LineUpdate")
            .field("parent", &self.parent)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What came of updating a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// It says so now.
    Told,
    /// Nothing was tried; another time, UTC milliseconds.
    Later(Timestamp),
    /// It did not work; another time, UTC milliseconds.
    Again(Timestamp, String),
    /// It did not work often enough: the next message of the thread may bring it up to date.
    GivenUp(String),
    /// Slack lets nobody change this message any more.
    Closed(String),
    /// The message is gone, and the thread with it: what follows begins another one.
    Gone(String),
}

/// How a message in the log stands in its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoggedThread {
    /// It is the first one.
    First {
        /// Why its line of state was not updated when that was last tried.
        line_code: Option<String>,
    },
    /// It is a reply.
    Reply {
        /// The delivery that is the first one, whoever may see it.
        parent: Option<DeliveryId>,
    },
}
