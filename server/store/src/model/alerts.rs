//! Where owners of connections are told of trouble, and what they were told.

use leadbell_domain::{ConnectionId, Target, Timestamp};

use super::ConnectionOwner;

/// Where an owner is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRoute {
    /// Whose connections it is about.
    pub owner: ConnectionOwner,
    /// With which connection it is sent.
    pub connection: ConnectionId,
    /// Where to.
    pub target: Target,
    /// When it was set, UTC milliseconds.
    pub updated_at: Timestamp,
}

/// What an alert is about: of this kind, with this id, since this moment. The next trouble of the same subject is
/// another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertSubject {
    /// `connection`, `destination` or `backlog`.
    pub kind: String,
    /// The connection's or destination's id.
    pub id: String,
    /// When it began, UTC milliseconds.
    pub since: Timestamp,
}

/// Something to tell an owner, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    /// Id.
    pub id: String,
    /// Whom.
    pub owner: ConnectionOwner,
    /// Of what.
    pub subject: AlertSubject,
    /// Whether the trouble is over.
    pub over: bool,
    /// The message.
    pub text: String,
}

/// An alert taken to be sent; nobody else sends it.
#[derive(Clone, Debug)]
pub struct TakenAlert {
    /// Id.
    pub id: String,
    /// The message.
    pub text: String,
    /// With which connection.
    pub connection: ConnectionId,
    /// Where to.
    pub target: Target,
    /// When the trouble was noticed, UTC milliseconds.
    pub created_at: Timestamp,
}

/// What came of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertEnd {
    /// Slack has posted it.
    Sent,
    /// It did not get through, and gets another try.
    Again,
    /// It could not be sent; Slack's code or ours.
    Failed(String),
}

/// An alert as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldAlert {
    /// The message.
    pub text: String,
    /// `new`, `sending`, `sent` or `failed`.
    pub status: String,
    /// Why it failed.
    pub code: Option<String>,
    /// When the trouble was noticed, UTC milliseconds.
    pub created_at: Timestamp,
}
