//! "Add to Slack": sending somebody to Slack, and exchanging what he brings back for a token; and exchanging tokens
//! that end for others.

use std::fmt;

use leadbell_domain::{SlackToken, TokenKind, needed_scopes};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{Answer, Called, SlackClient, call_error};
use crate::outcome::{Verdict, judge};

/// Longest token or code that is believed.
const MAX_SECRET: usize = 512;

/// The Slack app that people add. `Debug` shows its id only.
pub struct SlackApp {
    /// Public.
    pub client_id: String,
    /// Proves that it is us who ask.
    pub client_secret: SecretString,
}

impl fmt::Debug for SlackApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlackApp")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A token as Slack gave it.
#[derive(Debug)]
pub struct Granted {
    /// The token.
    pub token: SlackToken,
    /// The workspace's id.
    pub team_id: Option<String>,
    /// The app's id.
    pub app_id: Option<String>,
    /// What the next token is fetched with, and the seconds this one lives; `None` for a token that stays.
    pub rotation: Option<(SecretString, i64)>,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantFailure {
    /// Slack says no: its code.
    #[error("Slack gives no token: {0}")]
    Refused(String),
    /// Slack could not be asked, or its answer could not be read.
    #[error("Slack could not be asked: {0}")]
    NotReached(String),
}

impl SlackClient {
    /// The page of Slack's where somebody allows the app; he comes back to `redirect` with `state`.
    #[must_use]
    pub fn authorize_address(&self, app: &SlackApp, redirect: &str, state: &str) -> String {
        let scopes: Vec<&str> = needed_scopes(TokenKind::Bot)
            .iter()
            .map(|need| need.scope)
            .collect();
        // The page stands beside the interface: slack.com/oauth beside slack.com/api.
        let mut address = self
            .base
            .join("../oauth/v2/authorize")
            .unwrap_or_else(|_| self.base.clone());
        address
            .query_pairs_mut()
            .append_pair("client_id", &app.client_id)
            .append_pair("scope", &scopes.join(","))
            .append_pair("redirect_uri", redirect)
            .append_pair("state", state);
        address.to_string()
    }

    /// Exchanges the code that somebody brought back for a token.
    ///
    /// # Errors
    /// When Slack gives none.
    pub async fn exchange_code(
        &self,
        app: &SlackApp,
        code: &str,
        redirect: &str,
    ) -> Result<Granted, GrantFailure> {
        self.grant(app, &[("code", code), ("redirect_uri", redirect)])
            .await
    }

    /// Exchanges a token that ends for the next one. What it is fetched with works once.
    ///
    /// # Errors
    /// When Slack gives none.
    pub async fn refresh(&self, app: &SlackApp, refresh: &SecretString) -> Result<Granted, GrantFailure> {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose_secret()),
        ];
        self.grant(app, &pairs).await
    }

    async fn grant(&self, app: &SlackApp, pairs: &[(&str, &str)]) -> Result<Granted, GrantFailure> {
        let called = self.call_as_app(app, pairs).await;
        match judge(&called) {
            Verdict::Yes(answer) => {
                granted(answer).ok_or_else(|| GrantFailure::NotReached("unreadable_answer".to_owned()))
            }
            Verdict::Permanent(code) | Verdict::Repeated(code) => Err(GrantFailure::Refused(code)),
            Verdict::RateLimited(_) => Err(GrantFailure::NotReached("rate_limited".to_owned())),
            Verdict::Transient(code) | Verdict::Ambiguous(code) => Err(GrantFailure::NotReached(code)),
        }
    }

    async fn call_as_app(&self, app: &SlackApp, pairs: &[(&str, &str)]) -> Called {
        const METHOD: &str = "oauth.v2.access";
        let address = self.base.join(METHOD).unwrap_or_else(|_| self.base.clone());
        // The form's text is what a query's would be.
        let mut form: Url = self.base.clone();
        form.query_pairs_mut().clear().extend_pairs(pairs);
        let request = self
            .http
            .post(address)
            .timeout(self.call_timeout)
            .basic_auth(&app.client_id, Some(app.client_secret.expose_secret()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        let answer = match request.send().await {
            Ok(response) => Answer::read(response).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| call_error(METHOD, &error))
    }
}

fn granted(answer: &Answer) -> Option<Granted> {
    let said = &answer.said;
    let token = SlackToken::parse(said.long_text("access_token", MAX_SECRET)?).ok()?;
    let rotation = said
        .long_text("refresh_token", MAX_SECRET)
        .zip(
            said.number("expires_in")
                .filter(|seconds| (60..=31_536_000).contains(seconds)),
        )
        .map(|(refresh, seconds)| (SecretString::from(refresh.to_owned()), seconds));
    Some(Granted {
        token,
        team_id: said.text(&["team", "id"]).map(str::to_owned),
        app_id: said.text(&["app_id"]).map(str::to_owned),
        rotation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::SlackConfig;

    #[test]
    fn people_are_sent_to_slack_and_nowhere_else() {
        let app = SlackApp {
            client_id: "1.2".to_owned(),
            client_secret: SecretString::from("hidden-secret".to_owned()),
        };
        for (api, page) in [
            (
                "https://slack.com/api",
                "https://slack.com/oauth/v2/authorize?client_id=1.2&scope=chat%3Awrite%2C",
            ),
            (
                "http://127.0.0.1:3001/api",
                "http://127.0.0.1:3001/oauth/v2/authorize?",
            ),
        ] {
            let slack = SlackClient::new(&SlackConfig::new(api)).unwrap();
            let address = slack.authorize_address(&app, "https://bell.example.com/connections/oauth", "abc");
            assert!(address.starts_with(page), "{address}");
            assert!(
                address.ends_with("&state=abc") && !address.contains("hidden"),
                "{address}"
            );
        }
        assert!(!format!("{app:?}").contains("hidden"));
    }
}
