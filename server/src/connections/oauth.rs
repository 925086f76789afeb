//! "Add to Slack": somebody goes to Slack, allows the app, and comes back with a code for a token.
//!
//! What he takes along (`state`) is random, worth something for ten minutes, once, and only in the login that went.

use leadbell_dispatch::{GrantFailure, Granted};
use leadbell_domain::{AuditAction, SessionId, Timestamp, explain};
use leadbell_store::{Connection, ConnectionOwner, ConnectionStatus};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use super::{for_sending, keep, owner_of_new};
use crate::access::connections_within;
use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::rules::RuleError;
use crate::state::AppState;

/// Where people come back to, below the public address.
pub const RETURN: &str = "/connections/oauth";
/// How long somebody may take, milliseconds.
const PATIENCE_MS: i64 = 10 * 60 * 1_000;

/// Why nothing was added.
#[derive(Debug)]
pub enum NotAdded {
    /// In a sentence or two.
    Because(String),
    /// As everywhere.
    Error(RuleError),
}

impl<E: Into<RuleError>> From<E> for NotAdded {
    fn from(error: E) -> Self {
        NotAdded::Error(error.into())
    }
}

fn because<T>(text: impl Into<String>) -> Result<T, NotAdded> {
    Err(NotAdded::Because(text.into()))
}

/// The address that Slack sends people back to; it has to be among the app's redirect URLs.
#[must_use]
pub fn return_address(state: &AppState) -> String {
    format!("{}{RETURN}", state.public_url)
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// The address of Slack's that somebody is to go to.
pub async fn begin(state: &AppState, caller: &Caller, login: &SessionId) -> Result<String, RuleError> {
    let app = state.slack_app.as_ref().ok_or(RuleError::NotFound)?;
    owner_of_new(caller).ok_or(RuleError::Forbidden)?;
    let mut random = [0_u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut random);
    let taken: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let now = state.clock.now_ms();
    state
        .store
        .add_oauth_state(&hash(&taken), login, now.saturating_add(PATIENCE_MS), now)
        .await?;
    Ok(state.slack.authorize_address(app, &return_address(state), &taken))
}

/// What somebody brought back.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// What he took along.
    pub state: String,
    /// For a token.
    pub code: String,
    /// Slack's code when he did not allow it.
    pub error: String,
}

/// Adds the connection, or gives the one of the same app and workspace its next token. True when that was known.
pub async fn finish(
    state: &AppState,
    caller: &Caller,
    login: &SessionId,
    brought: &Brought,
) -> Result<(Connection, bool), NotAdded> {
    let app = state.slack_app.as_ref().ok_or(RuleError::NotFound)?;
    let owner = owner_of_new(caller).ok_or(RuleError::Forbidden)?;
    let now = state.clock.now_ms();
    if !state
        .store
        .take_oauth_state(&hash(&brought.state), login, now)
        .await?
    {
        return because(
            "This way back from Slack was not begun here, was used before, or took longer than ten minutes. Nothing was added: \
             begin again with “Add to Slack”.",
        );
    }
    if !brought.error.is_empty() {
        return because(denied(&brought.error));
    }
    let back = return_address(state);
    let granted = match state.slack.exchange_code(app, &brought.code, &back).await {
        Ok(granted) => granted,
        Err(GrantFailure::Refused(code)) => return because(refused(&code, &back)),
        Err(GrantFailure::NotReached(code)) => {
            tracing::warn!(code, "Slack could not be asked for a token");
            return because(
                "Slack could not be reached to finish this. Nothing was added: begin again in a moment.",
            );
        }
    };
    let (connection, known) = kept(state, caller, owner, &granted).await?;
    let ends = rotation(&granted, now);
    state
        .store
        .keep_app(&connection.id, granted.app_id.as_deref(), ends)
        .await?;
    tracing::info!(connection = %connection.id, by = %caller.actor, known, "a connection came by Add to Slack");
    Ok((connection, known))
}

/// What the next token is fetched with, and when this one ends.
pub(super) fn rotation(granted: &Granted, now: Timestamp) -> Option<(&secrecy::SecretString, Timestamp)> {
    let (refresh, seconds) = granted.rotation.as_ref()?;
    Some((refresh, now.saturating_add(seconds.saturating_mul(1_000))))
}

async fn kept(
    state: &AppState,
    caller: &Caller,
    owner: ConnectionOwner,
    granted: &Granted,
) -> Result<(Connection, bool), NotAdded> {
    let found = match (&granted.team_id, &granted.app_id) {
        (Some(team), Some(app)) => state.store.find_app_connection(&owner, team, app).await?,
        _ => None,
    };
    let Some(found) = found else {
        let new = keep(state, &caller.actor, owner, &granted.token, None, "auth_token").await;
        return match new {
            Ok(kept) => Ok((kept.connection, kept.known)),
            Err(RuleError::Fields(errors)) => because(
                errors
                    .0
                    .first()
                    .map_or_else(String::new, |error| error.message.clone()),
            ),
            Err(error) => Err(NotAdded::Error(error)),
        };
    };
    let now = state.clock.now_ms();
    let check = for_sending(state.slack.check_connection(&granted.token, now).await);
    if check.status == ConnectionStatus::Broken {
        return because(format!(
            "Slack gave a token that it does not accept itself: {}",
            explain(check.error.as_deref().unwrap_or_default()).means
        ));
    }
    let scope = connections_within(caller, leadbell_domain::Verb::Manage);
    state
        .store
        .replace_token(&found.id, &scope, &granted.token, &check)
        .await?;
    state.wake.wake();
    let detail = audit::changed("Token", &found.hint, &granted.token.hint()).unwrap_or_default();
    let line = Line::connection(AuditAction::ConnectionChanged, &found).detail(detail);
    audit::record(&*state.store, &caller.actor, now, line).await;
    Ok((found, true))
}

fn denied(code: &str) -> String {
    match code {
        "access_denied" => "You chose not to allow the app in Slack, so nothing was added.".to_owned(),
        _ => "Slack did not let the app be added, so nothing was. Ask an admin of the workspace to allow it, then begin again."
            .to_owned(),
    }
}

fn refused(code: &str, back: &str) -> String {
    let what = match code {
        "invalid_code" | "code_already_used" | "code_expired" => {
            "What Slack sent along was used before or is too old: begin again with “Add to Slack”.".to_owned()
        }
        "bad_redirect_uri" => format!(
            "At api.slack.com/apps, open the app → OAuth & Permissions → Redirect URLs, and add {back}."
        ),
        "invalid_client_id" | "bad_client_secret" => {
            "LEADBELL_SLACK_CLIENT_ID and LEADBELL_SLACK_CLIENT_SECRET are not those of the Slack app (Basic Information → App \
             Credentials). Tell whoever runs Leadbell."
                .to_owned()
        }
        _ => "Begin again; if that does not help, tell whoever runs Leadbell this code.".to_owned(),
    };
    format!("Slack gave no token ({code}). {what}")
}
