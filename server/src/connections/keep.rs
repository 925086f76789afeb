//! Keeping a pasted token: as a connection of its own, or as the one it is already.

use leadbell_domain::{AuditAction, ConnectionId, FieldErrors, SlackToken};
use leadbell_store::{Connection, ConnectionCheck, ConnectionOwner, ConnectionStatus, NewConnection};

use super::refusal;
use crate::actor::Actor;
use crate::audit::{self, Line};
use crate::ids::Fresh;
use crate::rules::RuleError;
use crate::state::AppState;

/// A token that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The connection.
    pub connection: Connection,
    /// Whether it had been kept before.
    pub known: bool,
    /// Something worth knowing about it.
    pub note: Option<String>,
}

/// Asks Slack about a token pasted into a rule and keeps it. A token that Slack refuses is a complaint at its field;
/// when Slack can't be asked, the token is kept unchecked and the note says so.
pub async fn keep_token(
    state: &AppState,
    by: &Actor,
    owner: ConnectionOwner,
    token: &SlackToken,
) -> Result<(Connection, Option<String>), RuleError> {
    let kept = keep(state, by, owner, token, None, "action.auth_token").await?;
    Ok((kept.connection, kept.note))
}

/// The same under a name of one's own; complaints are at this field.
pub async fn keep(
    state: &AppState,
    by: &Actor,
    owner: ConnectionOwner,
    token: &SlackToken,
    name: Option<&str>,
    field: &'static str,
) -> Result<Kept, RuleError> {
    let now = state.clock.now_ms();
    let check = state.slack.check_connection(token, now).await;
    if check.status == ConnectionStatus::Broken {
        let message = refusal(check.error.as_deref().unwrap_or("unknown"), token.kind());
        return Err(RuleError::Fields(FieldErrors::one(field, message)));
    }
    let note = (check.status == ConnectionStatus::Unchecked)
        .then(|| "Slack could not be reached, so the token is not checked yet.".to_owned());
    let name = match name {
        Some(name) => name.to_owned(),
        None => free_name(&state.store.connection_names(&owner, None).await?, &check, token),
    };
    let id = ConnectionId::fresh();
    let new = NewConnection {
        connection: Connection {
            id: id.clone(),
            name,
            owner,
            kind: token.kind(),
            hint: token.hint(),
            team: check.team.clone(),
            team_id: check.team_id.clone(),
            user_name: check.user_name.clone(),
            scopes: check.scopes.clone(),
            status: check.status,
            last_error: check.error.clone(),
            broken_since: None,
            created_at: now,
            checked_at: Some(now),
        },
        token: token.clone(),
    };
    let mut connection = state.store.insert_connection(&new).await?;
    // The same token may have been stored long ago; what Slack says now counts.
    if check.status == ConnectionStatus::Ok {
        state
            .store
            .record_connection_check(&connection.id, &check)
            .await?;
        state.wake.wake();
        connection.scopes.clone_from(&check.scopes);
        connection.status = check.status;
        connection.broken_since = None;
    }
    tracing::info!(connection = %connection.id, %by, "a Slack token is kept");
    let known = connection.id != id;
    if !known {
        let line = Line::connection(AuditAction::ConnectionAdded, &connection);
        audit::record(&*state.store, by, now, line).await;
    }
    Ok(Kept {
        known,
        connection,
        note,
    })
}

/// What a connection is called that nobody names: workspace and sender, and if there is one of that name, the end of
/// the token as well.
fn free_name(names: &[String], check: &ConnectionCheck, token: &SlackToken) -> String {
    let name = match (&check.team, &check.user_name) {
        (Some(team), Some(user)) => format!("{team} · {user}"),
        (Some(team), None) => team.clone(),
        _ => format!("Slack {} {}", token.kind().key(), token.hint()),
    };
    if names.contains(&name) {
        let hint = token.hint();
        format!(
            "{name} ({})",
            hint.split_once('-').map_or(hint.as_str(), |(_, tail)| tail)
        )
    } else {
        name
    }
}
