//! What the sandbox remembers: messages posted and calls received.

use serde::Serialize;
use serde_json::Value;

use crate::history::Weigh;
use crate::model::TokenKind;

/// A message as it stands now (edits included).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// Counts up by one for each message since the start.
    pub seq: u64,
    /// The workspace.
    pub team: String,
    /// `C…`, `D…` or `G…`
    pub channel: String,
    /// Slack's id of the message within its channel: seconds and microseconds.
    pub ts: String,
    /// When it was posted, UTC milliseconds by the sandbox's clock.
    pub at_ms: i64,
    /// The user id of the author (the bot's user for a bot token).
    pub user: String,
    /// The app's id.
    pub app_id: String,
    /// The app's bot id.
    pub bot_id: String,
    /// Name shown over the message: the app's, or the person's for a user token.
    pub author: String,
    /// Bot or user token.
    pub posted_as: TokenKind,
    /// The token, masked.
    pub token: String,
    /// The text as received, cut after 40,000 characters like Slack does.
    pub text: String,
    /// Whether that cut happened.
    pub truncated: bool,
    /// False if the sender switched markup off.
    pub mrkdwn: bool,
    /// Block Kit blocks as received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Value>,
    /// The parent's `ts` if this is a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<String>,
    /// The sender's own id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_msg_id: Option<String>,
    /// Whether an earlier message of this channel carried the same `client_msg_id`.
    pub repeats_client_msg_id: bool,
    /// When it was last edited (`ts` form).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<String>,
    /// [`Call::seq`] of the call that posted it.
    pub call: u64,
}

impl Weigh for Message {
    fn weight(&self) -> usize {
        400 + self.text.len() + self.blocks.as_ref().map_or(0, |b| b.to_string().len())
    }
}

/// One HTTP call of the API, with the answer it got. Tokens in it are masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// Counts up by one for each call since the start.
    pub seq: u64,
    /// When it arrived, UTC milliseconds by the sandbox's clock.
    pub at_ms: i64,
    /// `POST` or `GET`.
    pub http_method: String,
    /// `chat.postMessage`, …
    pub method: String,
    /// Request headers in order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body as text, cut after 64 KiB.
    pub body: String,
    /// Whether it was cut here (not by Slack's rules).
    pub body_cut: bool,
    /// The token, masked, if one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The `channel` (or `users`) argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The answer; none while a call is held or delayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyRecord>,
    /// Whether a fault made the answer or delayed it.
    pub injected: bool,
    /// The `ts` of the message this call posted or edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts: Option<String>,
}

impl Call {
    /// Whether the call did not succeed.
    pub fn is_refused(&self) -> bool {
        self.reply
            .as_ref()
            .is_none_or(|r| r.status != 200 || r.error.is_some())
    }

    /// Whether it was answered 429.
    pub fn is_rate_limited(&self) -> bool {
        self.reply.as_ref().is_some_and(|r| r.status == 429)
    }

    /// Slack's error code, if it was refused with one.
    pub fn error(&self) -> Option<&str> {
        self.reply.as_ref().and_then(|r| r.error.as_deref())
    }

    /// The body read as JSON, if it is.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

impl Weigh for Call {
    fn weight(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(n, v)| n.len() + v.len()).sum();
        600 + self.body.len() + headers + self.reply.as_ref().map_or(0, |r| r.body.len())
    }
}

/// The answer to a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplyRecord {
    /// HTTP status; 0 if the connection was reset instead.
    pub status: u16,
    /// Slack's `error`, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// `Retry-After`, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The body as sent.
    pub body: String,
}
