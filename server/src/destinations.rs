//! Channels and members as destinations: how they stand, and what people can do about a queue that does not move.

use leadbell_dispatch::DispatchConfig;
use leadbell_domain::{AuditAction, DestinationId, Target, Timestamp, Verb, Viewer};
use leadbell_store::DestinationState;

use crate::access::connections_within;
use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::rules::RuleError;
use crate::state::AppState;

/// Where to, in short.
#[must_use]
pub fn name(target: &Target) -> String {
    let sign = match target {
        Target::Channel(_) => '#',
        Target::Member(_) => '@',
    };
    format!("{sign} {}", target.id())
}

/// How long a message that arrives now will wait for its turn, milliseconds; `None` while nobody can tell, because
/// Slack refuses the place or its connection.
#[must_use]
pub fn expected_delay(state: &DestinationState, now: Timestamp) -> Option<i64> {
    if state.fault_since.is_some() || state.connection_broken {
        return None;
    }
    let pace = DispatchConfig::default().pace;
    let queue = state.waiting.saturating_mul(pace.interval_ms);
    Some((state.paused_until - now).max(0).saturating_add(queue))
}

/// The destination, if the viewer may do this with its connection.
pub async fn permitted(
    state: &AppState,
    viewer: &Viewer,
    id: &DestinationId,
    verb: Verb,
) -> Result<DestinationState, RuleError> {
    let find = async |verb| {
        let scope = connections_within(viewer, verb);
        state.store.destination_state(id, &scope).await
    };
    if let Some(found) = find(verb).await? {
        return Ok(found);
    }
    // Whoever may look learns that he may not change; anybody else learns nothing.
    if verb == Verb::Manage && find(Verb::View).await?.is_some() {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

fn line(action: AuditAction, found: &DestinationState) -> Line {
    let label = format!("{} · {}", name(&found.target), found.connection_name);
    Line::of(action, "destination", Some(found.id.as_str()), &label)
}

/// Lets what waits at a refused destination try at once.
pub async fn retry(
    state: &AppState,
    caller: &Caller,
    id: &DestinationId,
) -> Result<DestinationState, RuleError> {
    let found = permitted(state, caller, id, Verb::Manage).await?;
    state.store.retry_destination(id).await?;
    state.wake.wake();
    let line = line(AuditAction::DestinationRetried, &found);
    audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
    Ok(found)
}

/// Gives up what waits at a destination; answers how many messages that were.
pub async fn give_up(
    state: &AppState,
    caller: &Caller,
    id: &DestinationId,
) -> Result<(DestinationState, u64), RuleError> {
    let found = permitted(state, caller, id, Verb::Manage).await?;
    let now = state.clock.now_ms();
    let count = state.store.give_up_destination(id, now).await?;
    if count > 0 {
        let line = line(AuditAction::DeliveriesGivenUp, &found).detail(format!("{count} messages"));
        audit::record(&*state.store, &caller.actor, now, line).await;
        tracing::info!(destination = %id, count, by = %caller.actor, "waiting deliveries are given up");
    }
    Ok((found, count))
}
