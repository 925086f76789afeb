//! Weekly reports.

use leadbell_domain::{ConnectionId, Target, Timestamp};

/// A report to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// When it was due: there is one for each such moment.
    pub due_at: Timestamp,
    /// With which connection.
    pub connection: ConnectionId,
    /// Where to.
    pub target: Target,
    /// The message.
    pub text: String,
}

/// A report taken to be sent; nobody else sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenReport {
    /// What.
    pub report: NewReport,
    /// When it was made.
    pub created_at: Timestamp,
}
