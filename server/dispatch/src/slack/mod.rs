//! Slack's Web API over HTTP: the only place that knows its addresses, headers and arguments.

mod answer;
mod auth;
mod oauth;
mod place;

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use leadbell_domain::{Blocks, SlackToken};
use reqwest::{Client, Url};
use serde_json::{Value, json};

pub(crate) use answer::{Answer, Said};
pub use auth::{AuthFailure, AuthInfo};
pub use oauth::{GrantFailure, Granted, SlackApp};
pub use place::PlaceFound;

/// How Slack is reached.
#[derive(Clone, Debug)]
pub struct SlackConfig {
    /// `https://slack.com/api`, or a stand-in's; setting `LEADBELL_SLACK_API_URL`.
    pub api_url: String,
    /// Time for one call, from the first byte of the connection to the last of the answer. Slack wants answers of
    /// its own webhooks within 3 s and normally takes a few tenths; 10 s is far beyond a slow moment.
    pub call_timeout: Duration,
}

impl SlackConfig {
    /// The defaults for this address.
    pub fn new(api_url: impl Into<String>) -> Self {
        Self {
            api_url: api_url.into(),
            call_timeout: Duration::from_secs(10),
        }
    }
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SlackSetupError {
    /// The address is none.
    #[error("LEADBELL_SLACK_API_URL must be an http:// or https:// address, such as https://slack.com/api")]
    Address,
    /// TLS or the resolver could not be set up.
    #[error("the HTTP client could not be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// Calls Slack. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct SlackClient {
    http: Client,
    /// Ends with `/`.
    base: Url,
    call_timeout: Duration,
}

/// What chat.postMessage posts.
#[derive(Clone, Copy)]
pub(crate) struct Post<'a> {
    pub channel: &'a str,
    /// With blocks it is what notifications and screen readers say.
    pub text: &'a str,
    pub blocks: Option<&'a Blocks>,
    pub client_msg_id: &'a str,
    /// The message it replies to.
    pub thread_ts: Option<&'a str>,
}

/// A call without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallError {
    /// Whether the request certainly never left: no connection could be made.
    pub never_sent: bool,
    /// Our code: `connect_failed`, `timeout`, `connection_lost`.
    pub code: &'static str,
}

/// A call's answer, or why there is none.
pub(crate) type Called = Result<Answer, CallError>;

impl SlackClient {
    /// A client for this Slack.
    ///
    /// # Errors
    /// When the address is none, or TLS could not be set up.
    pub fn new(config: &SlackConfig) -> Result<Self, SlackSetupError> {
        let address = format!("{}/", config.api_url.trim().trim_end_matches('/'));
        let base = Url::parse(&address).map_err(|_| SlackSetupError::Address)?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(SlackSetupError::Address);
        }
        let mut http = Client::builder()
            .user_agent(concat!("leadbell/", env!("CARGO_PKG_VERSION")))
            // Well below the whole: then whatever runs into the whole has a connection, and only a failure to
            // connect proves that nothing was sent.
            .connect_timeout(config.call_timeout.mul_f64(0.3))
            .timeout(config.call_timeout)
            // A redirected POST would be sent twice, and the token to a stranger.
            .redirect(reqwest::redirect::Policy::none())
            // What may be repeated is decided in `outcome`, nowhere else.
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(30))
            // Shorter than what load balancers allow (60 s and more): a connection closed by the other side under
            // a request would make a message ambiguous that was never read.
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(128);
        if is_this_machine(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(SlackSetupError::Client)?;
        Ok(Self {
            http,
            base,
            call_timeout: config.call_timeout,
        })
    }

    /// Whether this is Slack itself and not a stand-in.
    #[must_use]
    pub fn is_real_slack(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        ["slack.com", "slack-gov.com"]
            .iter()
            .any(|real| host == *real || host.strip_suffix(real).is_some_and(|front| front.ends_with('.')))
    }

    /// Time one call may take.
    pub(crate) fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    /// Posts. `client_msg_id` is the delivery's own id: where Slack honours it, a repetition is suppressed. Slack
    /// documents errors about it but not the argument itself, so this is a help and no guarantee.
    pub(crate) async fn chat_post_message(
        &self,
        token: &SlackToken,
        post: &Post<'_>,
        within: Duration,
    ) -> Called {
        let mut arguments = json!({
            "channel": post.channel,
            "text": post.text,
            "mrkdwn": true,
            // An alert is read at a glance; previews of its links would bury it.
            "unfurl_links": false,
            "unfurl_media": false,
            "client_msg_id": post.client_msg_id,
        });
        if let Some(blocks) = post.blocks {
            arguments["blocks"] = json!(blocks);
        }
        if let Some(thread_ts) = post.thread_ts {
            arguments["thread_ts"] = json!(thread_ts);
        }
        self.call("chat.postMessage", token, &arguments, within).await
    }

    /// Changes a message of the app's own. It says the same however often it is called.
    pub(crate) async fn chat_update(
        &self,
        token: &SlackToken,
        (channel, ts): (&str, &str),
        (text, blocks): (&str, Option<&Blocks>),
        within: Duration,
    ) -> Called {
        let mut arguments = json!({ "channel": channel, "ts": ts, "text": text });
        if let Some(blocks) = blocks {
            arguments["blocks"] = json!(blocks);
        }
        self.call("chat.update", token, &arguments, within).await
    }

    /// Opens the direct conversation with a member, or finds the open one.
    pub(crate) async fn conversations_open(
        &self,
        token: &SlackToken,
        member: &str,
        within: Duration,
    ) -> Called {
        self.call("conversations.open", token, &json!({ "users": member }), within)
            .await
    }

    /// Joins a public channel; harmless when inside already.
    pub(crate) async fn conversations_join(
        &self,
        token: &SlackToken,
        channel: &str,
        within: Duration,
    ) -> Called {
        self.call(
            "conversations.join",
            token,
            &json!({ "channel": channel }),
            within,
        )
        .await
    }

    async fn call(
        &self,
        method: &'static str,
        token: &SlackToken,
        arguments: &Value,
        within: Duration,
    ) -> Called {
        let Ok(address) = self.base.join(method) else {
            // The methods are ours and simple; this keeps the impossible case from panicking.
            return Err(CallError {
                never_sent: true,
                code: "bad_address",
            });
        };
        let request = self
            .http
            .post(address)
            .timeout(within.min(self.call_timeout))
            .bearer_auth(token.reveal())
            .header("content-type", "application/json; charset=utf-8")
            .body(arguments.to_string());
        let answer = match request.send().await {
            Ok(response) => Answer::read(response).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| call_error(method, &error))
    }
}

impl fmt::Debug for SlackClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlackClient")
            .field("host", &self.base.host_str())
            .finish_non_exhaustive()
    }
}

fn call_error(method: &str, error: &reqwest::Error) -> CallError {
    let never_sent = error.is_connect() || error.is_builder();
    let code = if never_sent {
        "connect_failed"
    } else if error.is_timeout() {
        "timeout"
    } else {
        "connection_lost"
    };
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    // Neither the token (a sensitive header) nor the text (the body) is part of these errors.
    tracing::debug!(
        method,
        code,
        cause = cause.map(tracing::field::display),
        "no answer from Slack"
    );
    CallError { never_sent, code }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str) -> Result<SlackClient, SlackSetupError> {
        SlackClient::new(&SlackConfig::new(url))
    }

    #[test]
    fn an_address_that_is_none_names_the_setting() {
        for wrong in ["", "slack.com/api", "ftp://slack.com", "https://"] {
            let error = client(wrong).unwrap_err();
            assert!(error.to_string().contains("LEADBELL_SLACK_API_URL"), "{wrong}");
        }
    }

    #[test]
    fn slack_itself_is_told_from_a_stand_in() {
        for (url, real) in [
            ("https://slack.com/api", true),
            ("https://acme.slack.com/api/", true),
            ("http://127.0.0.1:4000/api", false),
            ("https://notslack.com/api", false),
        ] {
            assert_eq!(client(url).unwrap().is_real_slack(), real, "{url}");
        }
    }
}
