//! Adding the Slack app by OAuth.

use leadbell_domain::Timestamp;

/// What somebody brought back from Slack.
#[derive(Clone, Default)]
pub struct FromSlack {
    /// What he took along.
    pub state: String,
    /// For a token.
    pub code: String,
    /// Slack's code when he did not allow it.
    pub error: String,
}

/// The end of a token.
#[derive(Clone, Copy, Debug)]
pub struct TokenEnd {
    /// When.
    pub at: Timestamp,
    /// Whether the next one is fetched before.
    pub renews: bool,
}
