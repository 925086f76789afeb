//! Tokens that end are exchanged for others before they do.
//!
//! What the next token is fetched with works once: Slack forgets it when it answers. So the answer is kept in hand until
//! it is on disk, however long the database is away. Only a server that dies in that moment loses it; then the present
//! token serves until its end, its page says so, and the connection waits, broken, for somebody to add the app again.

use std::time::Duration;

use leadbell_dispatch::{GrantFailure, Granted, SlackApp};
use leadbell_domain::{AuditAction, ConnectionId, Timestamp};
use leadbell_store::{ConnectionScope, Refreshing, StoreError};

use super::oauth::rotation;
use crate::actor::Actor;
use crate::audit::{self, Line};
use crate::rules::RuleError;
use crate::state::AppState;

/// How long before its end a token is exchanged, milliseconds.
const AHEAD_MS: i64 = 2 * 60 * 60 * 1_000;
/// How long the turn to do it lasts, milliseconds: longer than any call of Slack.
const TURN_MS: i64 = 60 * 1_000;
/// First and longest wait while the database is away.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Tries to keep a token: together longer than a database is away when it is restarted.
const TRIES: u32 = 60;

/// Exchanges every token that ends soon, or has ended.
pub async fn refresh_due(state: &AppState) -> Result<(), RuleError> {
    let Some(app) = state.slack_app.as_ref() else {
        return Ok(());
    };
    let now = state.clock.now_ms();
    for id in state
        .store
        .ending_tokens(now.saturating_add(AHEAD_MS), now)
        .await?
    {
        let until = now.saturating_add(TURN_MS);
        if let Some(turn) = state.store.begin_refresh(&id, now, until).await? {
            refresh(state, app, &turn, now).await?;
        }
    }
    Ok(())
}

async fn refresh(
    state: &AppState,
    app: &SlackApp,
    turn: &Refreshing,
    now: Timestamp,
) -> Result<(), RuleError> {
    let id = &turn.id;
    match state.slack.refresh(app, &turn.refresh).await {
        Ok(granted) => {
            let stored = keep(state, turn, &granted, now).await?;
            tracing::info!(connection = %id, stored, "a Slack token is exchanged for the next one");
            if stored {
                tell(state, id, "The token was renewed").await;
            }
            state.wake.wake();
        }
        Err(GrantFailure::Refused(code)) => {
            tracing::error!(connection = %id, code, "Slack gives no next token: the app has to be added again");
            state.store.give_up_refresh(turn).await?;
            let detail = format!(
                "The token could not be renewed ({code}): it serves until its end, and the app has to be added to Slack again"
            );
            tell(state, id, &detail).await;
        }
        // The turn runs out, and it is tried again.
        Err(GrantFailure::NotReached(code)) => {
            tracing::warn!(connection = %id, code, "the next token could not be fetched yet");
        }
    }
    Ok(())
}

/// Puts the next token on disk. False when the connection has another one by now.
async fn keep(
    state: &AppState,
    turn: &Refreshing,
    granted: &Granted,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ends = rotation(granted, now);
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        match state.store.finish_refresh(turn, &granted.token, ends, now).await {
            Err(StoreError::Unavailable(error)) => {
                tracing::warn!(connection = %turn.id, %error, "the next token waits to be kept");
            }
            kept => return kept,
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
    state.store.finish_refresh(turn, &granted.token, ends, now).await
}

/// A line of the audit log, by the name and hint that the connection has now.
async fn tell(state: &AppState, id: &ConnectionId, detail: &str) {
    match state.store.find_connection(id, &ConnectionScope::All).await {
        Ok(Some(connection)) => {
            let line = Line::connection(AuditAction::ConnectionChanged, &connection).detail(detail);
            audit::record(&*state.store, &Actor::System, state.clock.now_ms(), line).await;
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "a line of the audit log can't be written"),
    }
}
