//! Tokens that are exchanged for others.

use leadbell_domain::{ConnectionId, Timestamp};
use secrecy::SecretString;

/// The end of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// When Slack stops honouring it, UTC milliseconds.
    pub expires_at: Timestamp,
    /// Whether the next one is fetched before.
    pub renews: bool,
}

/// The turn to fetch the next token. `Debug` does not show what with.
#[derive(Debug)]
pub struct Refreshing {
    /// The connection.
    pub id: ConnectionId,
    /// Which of its tokens is to be followed.
    pub version: i64,
    /// What the next one is fetched with, once.
    pub refresh: SecretString,
}
