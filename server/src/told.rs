//! What Leadbell tells people in Slack about itself, alerts and reports alike: the place that somebody chose for it, the
//! first message there, and one message that is sent once.

use std::time::Duration;

use leadbell_dispatch::{Trial, send_trial};
use leadbell_domain::{
    ConnectionId, DeliveryId, FieldErrors, Outcome, Target, parse_channel_id, parse_member_id,
};
use leadbell_store::{AlertEnd, Connection, ConnectionScope, StoreError};
use tokio_util::sync::CancellationToken;

use crate::ids::Fresh;
use crate::rules::RuleError;
use crate::state::AppState;
use crate::test_run::in_words;

/// The connection and the channel or member that somebody typed; what is wrong is added to `errors`.
pub(crate) async fn place(
    state: &AppState,
    scope: &ConnectionScope,
    (connection, target): (&str, &str),
    errors: &mut FieldErrors,
) -> Result<Option<(Connection, Target)>, StoreError> {
    let known = state.store.list_connections(scope).await?;
    let found = known
        .into_iter()
        .find(|known| known.id.as_str() == connection.trim());
    if found.is_none() {
        errors.add("connection_id", "Choose one of the connections.");
    }
    let member = target.trim().starts_with(['U', 'W', '@']) || target.contains("/team/");
    let parsed = if member {
        parse_member_id(target).map(Target::Member)
    } else {
        parse_channel_id(target).map(Target::Channel)
    };
    Ok(found.zip(errors.keep("target", parsed)))
}

/// Sends a first message to a place; Slack's refusal is a complaint about the field `target`.
pub(crate) async fn first_message(
    state: &AppState,
    connection: &ConnectionId,
    target: &Target,
    text: &str,
) -> Result<(), RuleError> {
    match trial(state, connection, target, text).await?.outcome {
        Outcome::Sent { .. } | Outcome::Repeated { .. } => Ok(()),
        refused => Err(RuleError::Fields(FieldErrors::one("target", in_words(&refused)))),
    }
}

async fn trial(
    state: &AppState,
    connection: &ConnectionId,
    target: &Target,
    text: &str,
) -> Result<Trial, StoreError> {
    let token = state.store.connection_token(connection).await?;
    let to = (&token, target);
    Ok(send_trial(
        &state.slack,
        &*state.clock,
        to,
        (text, None),
        &DeliveryId::fresh(),
    )
    .await)
}

/// Sends a message that was taken to be sent. `may_wait`: it is tried again when it did not get through. One in doubt is
/// not: rather never than twice.
pub(crate) async fn send(
    state: &AppState,
    connection: &ConnectionId,
    target: &Target,
    text: &str,
    may_wait: bool,
) -> AlertEnd {
    let outcome = match trial(state, connection, target, text).await {
        Ok(trial) => trial.outcome,
        // Nothing has left yet.
        Err(StoreError::Unavailable(_)) => return AlertEnd::Again,
        Err(error) => {
            tracing::warn!(%error, "what Leadbell has to tell can't be sent");
            return AlertEnd::Failed("token_revoked".to_owned());
        }
    };
    match outcome {
        Outcome::Sent { .. } | Outcome::Repeated { .. } => AlertEnd::Sent,
        Outcome::RateLimited { .. } | Outcome::Transient { .. } if may_wait => AlertEnd::Again,
        Outcome::RateLimited { .. } => AlertEnd::Failed("rate_limited".to_owned()),
        Outcome::Transient { code } | Outcome::Ambiguous { code } | Outcome::Permanent { code } => {
            tracing::warn!(code, "what Leadbell had to tell was not sent");
            AlertEnd::Failed(code)
        }
    }
}

/// Looks every so often until told to stop. `trouble` is what the log says of a look that failed.
pub(crate) async fn watch<Look: Future<Output = Result<(), StoreError>>>(
    every: Duration,
    stop: CancellationToken,
    trouble: &'static str,
    look: impl Fn() -> Look,
) {
    let mut turns = tokio::time::interval(every);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turns.tick() => {}
        }
        if let Err(error) = look().await {
            tracing::error!(%error, "{trouble}");
        }
    }
}
