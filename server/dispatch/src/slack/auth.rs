//! `auth.test`: whom a token speaks for, and whether Slack still honours it.

use leadbell_domain::{SlackToken, Timestamp};
use leadbell_store::{ConnectionCheck, ConnectionStatus};
use serde_json::json;

use super::{SlackClient, answer::Answer};
use crate::outcome::{Verdict, judge};

/// Whom a token speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthInfo {
    /// Workspace name.
    pub team: Option<String>,
    /// Workspace id.
    pub team_id: Option<String>,
    /// Name the messages appear under.
    pub user: Option<String>,
    /// Id of that user.
    pub user_id: Option<String>,
    /// The app's bot id; none for a user token.
    pub bot_id: Option<String>,
    /// Scopes granted, from `x-oauth-scopes`.
    pub scopes: Vec<String>,
}

/// Why a token could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthFailure {
    /// Slack refuses the token.
    #[error("Slack refuses the token: {0}")]
    Refused(String),
    /// Slack could not be asked now: no connection, a limit, or trouble of its own.
    #[error("Slack could not be asked: {0}")]
    Unreachable(String),
}

impl SlackClient {
    /// Asks Slack whom a token speaks for.
    ///
    /// # Errors
    /// [`AuthFailure::Refused`] with Slack's code, or [`AuthFailure::Unreachable`] when that is not known.
    pub async fn auth_test(&self, token: &SlackToken) -> Result<AuthInfo, AuthFailure> {
        let called = self
            .call("auth.test", token, &json!({}), self.call_timeout())
            .await;
        match judge(&called) {
            Verdict::Yes(answer) => Ok(info(answer)),
            Verdict::Permanent(code) => Err(AuthFailure::Refused(code)),
            Verdict::RateLimited(_) => Err(AuthFailure::Unreachable("rate_limited".into())),
            Verdict::Transient(code) | Verdict::Ambiguous(code) | Verdict::Repeated(code) => {
                Err(AuthFailure::Unreachable(code))
            }
        }
    }

    /// The same in the form the store keeps: a refused token is broken, an unreachable Slack leaves it unchecked.
    pub async fn check_connection(&self, token: &SlackToken, now: Timestamp) -> ConnectionCheck {
        let (status, error, info) = match self.auth_test(token).await {
            Ok(info) => (ConnectionStatus::Ok, None, info),
            Err(AuthFailure::Refused(code)) => (ConnectionStatus::Broken, Some(code), AuthInfo::default()),
            Err(AuthFailure::Unreachable(code)) => {
                (ConnectionStatus::Unchecked, Some(code), AuthInfo::default())
            }
        };
        ConnectionCheck {
            status,
            error,
            team: info.team,
            team_id: info.team_id,
            user_name: info.user,
            scopes: info.scopes,
            checked_at: now,
        }
    }
}

fn info(answer: &Answer) -> AuthInfo {
    let text = |name: &str| answer.said.text(&[name]).map(str::to_owned);
    AuthInfo {
        team: text("team"),
        team_id: text("team_id"),
        user: text("user"),
        user_id: text("user_id"),
        bot_id: text("bot_id"),
        scopes: answer.scopes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use leadbell_sandbox::{Fault, Limits, Sandbox, demo};

    use super::*;
    use crate::slack::SlackConfig;

    #[tokio::test]
    async fn a_token_is_checked_with_its_scopes() {
        let sandbox = Sandbox::builder()
            .demo_workspace()
            .limits(Limits::off())
            .build()
            .spawn()
            .await
            .unwrap();
        let slack = SlackClient::new(&SlackConfig::new(sandbox.api_url())).unwrap();
        let token = SlackToken::parse(demo::BOT_TOKEN).unwrap();
        let check = slack.check_connection(&token, 9).await;
        assert_eq!(check.status, ConnectionStatus::Ok);
        assert_eq!(check.team.as_deref(), Some("Leadbell Demo"));
        assert_eq!(check.team_id.as_deref(), Some(demo::TEAM));
        assert_eq!(check.user_name.as_deref(), Some("leadbell"));
        assert_eq!(check.scopes, demo::BOT_SCOPES);
        assert_eq!(check.checked_at, 9);

        let revoked = SlackToken::parse(demo::REVOKED_TOKEN).unwrap();
        let check = slack.check_connection(&revoked, 9).await;
        assert_eq!(check.status, ConnectionStatus::Broken);
        assert_eq!(check.error.as_deref(), Some("token_revoked"));

        sandbox.handle().fail_next("auth.test", 1, Fault::status(502));
        let check = slack.check_connection(&token, 9).await;
        assert_eq!(check.status, ConnectionStatus::Unchecked);
        assert_eq!(check.error.as_deref(), Some("http_502"));
    }
}
