//! Connections for pages.

use async_trait::async_trait;
use leadbell_app::backend::Connections;
use leadbell_app::error::AppError;
use leadbell_app::views::{Alert, ConnectionChange, ConnectionList, ConnectionSearch, ConnectionView};
use leadbell_domain::{ConnectionId, FieldErrors, SecretText, SlackToken, Verb, Viewer, explain};

use super::{RequestBackend, rule_error, store_error};
use crate::access::connections_within;
use crate::access::rule_scopes;
use crate::connections::{self, Change, Checked, Kept};
use crate::destinations;
use crate::http::views;

fn id_of(text: &str) -> Result<ConnectionId, AppError> {
    ConnectionId::new(text).map_err(|_| AppError::NotFound)
}

/// Broken connections looked at for the alert: one is named, more are counted.
const ALERTED: i64 = 20;

impl RequestBackend {
    /// Whether messages of rules that the viewer may see wait for a channel or member that Slack refuses.
    async fn refused_destinations(&self, viewer: &Viewer) -> Option<Alert> {
        let scopes = rule_scopes(viewer);
        let refused = match self.state.store.refused_destinations(&scopes, ALERTED).await {
            Ok(refused) => refused,
            Err(error) => {
                let _ = store_error(error);
                return None;
            }
        };
        let first = refused.first()?;
        let name = destinations::name(&first.target);
        let text = if refused.len() == 1 {
            let why = explain(first.fault_code.as_deref().unwrap_or_default()).means;
            format!("Messages to {name} wait: {why}")
        } else {
            format!(
                "Messages to {} channels and members wait: Slack refuses them.",
                refused.len()
            )
        };
        // Whoever looks after none of these connections sees at least which messages wait.
        let within = connections_within(viewer, Verb::View);
        let own = self.state.store.destination_state(&first.id, &within).await;
        let href = match own {
            Ok(Some(_)) => "/health".to_owned(),
            _ => format!("/log/deliveries?status=retrying&to={}", first.target.id()),
        };
        Some(Alert { text, href })
    }
}

#[async_trait]
impl Connections for RequestBackend {
    async fn list_connections(&self, search: &ConnectionSearch) -> Result<ConnectionList, AppError> {
        views::connections(&self.state, &self.viewer()?, search).await
    }

    async fn connection(&self, id: &str) -> Result<ConnectionView, AppError> {
        views::connection(&self.state, &self.viewer()?, &id_of(id)?).await
    }

    async fn add_connection(&self, name: &str, token: &SecretText) -> Result<(String, String), AppError> {
        let kept = connections::add(&self.state, &self.caller()?, name, &token.0)
            .await
            .map_err(rule_error)?;
        let Kept {
            connection,
            known,
            note,
        } = kept;
        let done = if known {
            format!("This token was saved already, as “{}”.", connection.name)
        } else {
            format!("“{}” is saved. Rules can use it now.", connection.name)
        };
        let said = note.map_or_else(|| done.clone(), |note| format!("{done} {note}"));
        Ok((connection.id.to_string(), said))
    }

    async fn change_connection(&self, id: &str, change: &ConnectionChange) -> Result<String, AppError> {
        let caller = self.caller()?;
        let id = id_of(id)?;
        // Before the token is looked at: who may not change this connection learns nothing about a token either.
        connections::permitted(&self.state, &caller, &id, Verb::Manage)
            .await
            .map_err(rule_error)?;
        let token = match &change.token {
            None => None,
            Some(token) => Some(
                SlackToken::parse(&token.0)
                    .map_err(|message| AppError::Fields(FieldErrors::one("auth_token", message)))?,
            ),
        };
        let replaced = token.is_some();
        let wanted = Change {
            name: change.name.clone(),
            token,
            other_workspace: change.other_workspace,
        };
        let changed = connections::change(&self.state, &caller, &id, &wanted)
            .await
            .map_err(rule_error)?;
        let name = changed.name;
        Ok(if replaced {
            format!(
                "“{name}” has its new token. All its rules use it from now on, and what waited is being sent."
            )
        } else {
            format!("The connection is called “{name}” now.")
        })
    }

    async fn check_connection(&self, id: &str) -> Result<String, AppError> {
        let checked = connections::check(&self.state, &self.caller()?, &id_of(id)?)
            .await
            .map_err(rule_error)?;
        Ok(match checked {
            Checked::Fine => "Slack knows the token. Messages go out.".to_owned(),
            Checked::Refused(code) => {
                let said = explain(&code);
                format!("Slack refuses the token: {} {}", said.means, said.advice)
            }
            Checked::NotReached => {
                "Slack could not be reached; what was known before still stands. Try again in a moment."
                    .to_owned()
            }
        })
    }

    async fn remove_connection(&self, id: &str) -> Result<String, AppError> {
        let caller = self.caller()?;
        let id = id_of(id)?;
        let found = connections::permitted(&self.state, &caller, &id, Verb::Manage)
            .await
            .map_err(rule_error)?;
        connections::remove(&self.state, &caller, &id)
            .await
            .map_err(rule_error)?;
        Ok(format!("“{}” is removed and its token forgotten.", found.name))
    }

    async fn alert(&self) -> Option<Alert> {
        let viewer = self.viewer().ok()?;
        let scope = connections_within(&viewer, Verb::View);
        let broken = match self.state.store.broken_connections(&scope, ALERTED).await {
            Ok(broken) => broken,
            Err(error) => {
                // No page fails for it: its own data tells enough when the database is away.
                let _ = store_error(error);
                return None;
            }
        };
        let Some(first) = broken.first() else {
            return self.refused_destinations(&viewer).await;
        };
        Some(if broken.len() == 1 {
            let why = connections::trouble(first).unwrap_or("Slack refuses the token.");
            Alert {
                text: format!("Messages through “{}” wait: {why}", first.name),
                href: format!("/connections/{}", first.id),
            }
        } else {
            Alert {
                text: format!(
                    "Messages through {} connections wait: Slack refuses their tokens.",
                    broken.len()
                ),
                href: "/connections?show=broken".to_owned(),
            }
        })
    }
}
