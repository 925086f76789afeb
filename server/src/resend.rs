//! Sending again what did not arrive: the one way for pages and REST alike.

use leadbell_dispatch::DispatchConfig;
use leadbell_domain::{AuditAction, DeliveryId, DeliveryStatus, Verb};
use leadbell_store::{DeliveryFilter, ResendPlace, StoreError};

use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::delivery_log::scopes;
use crate::rules::RuleError;
use crate::state::AppState;

/// The filter with nothing in it but what this caller may send again.
fn confined(caller: &Caller, filter: &DeliveryFilter) -> DeliveryFilter {
    DeliveryFilter {
        scopes: scopes(caller, Verb::Manage),
        ..filter.clone()
    }
}

/// Who may change no rule at all sends nothing again.
fn permitted(caller: &Caller) -> Result<(), RuleError> {
    if scopes(caller, Verb::Manage).is_empty() {
        return Err(RuleError::Forbidden);
    }
    Ok(())
}

/// What sending these again would do.
pub async fn look(
    state: &AppState,
    caller: &Caller,
    filter: &DeliveryFilter,
) -> Result<Vec<ResendPlace>, RuleError> {
    permitted(caller)?;
    Ok(state.store.resend_plan(&confined(caller, filter)).await?)
}

/// How long a destination takes for these messages and for what waits there already, milliseconds.
#[must_use]
pub fn takes_ms(place: &ResendPlace) -> i64 {
    let pace = DispatchConfig::default().pace;
    let behind_burst = (place.count + place.waiting - pace.burst).max(0);
    behind_burst.saturating_mul(pace.interval_ms)
}

/// Queues them again; answers how many.
pub async fn resend(state: &AppState, caller: &Caller, filter: &DeliveryFilter) -> Result<u64, RuleError> {
    permitted(caller)?;
    let now = state.clock.now_ms();
    let filter = confined(caller, filter);
    let filter = DeliveryFilter {
        // What fails anew while this goes on is not sent a second time.
        settled_by: Some(filter.settled_by.map_or(now, |at| at.min(now))),
        ..filter
    };
    let count = state.store.resend(&filter, now).await?;
    if let (0, Some(first)) = (count, filter.ids.as_deref().and_then(<[DeliveryId]>::first)) {
        // What is not there, and what is somebody else's, are told alike.
        let seen = state
            .store
            .logged_delivery(first, &scopes(caller, Verb::View))
            .await?;
        seen.ok_or(RuleError::NotFound)?;
    }
    if count > 0 {
        state.wake.wake();
        let label = if count == 1 {
            "1 message".to_owned()
        } else {
            format!("{count} messages")
        };
        let one = filter.ids.as_deref().and_then(|ids| match ids {
            [only] => Some(only.as_str()),
            _ => None,
        });
        let line = Line::of(AuditAction::DeliveriesResent, "delivery", one, &label);
        audit::record(&*state.store, &caller.actor, now, line).await;
        tracing::info!(count, by = %caller.actor, "deliveries are sent again");
    }
    Ok(count)
}

/// Settles an uncertain one by what the caller saw in the channel.
pub async fn settle(
    state: &AppState,
    caller: &Caller,
    id: &DeliveryId,
    arrived: bool,
) -> Result<(), RuleError> {
    let now = state.clock.now_ms();
    let to = if arrived {
        DeliveryStatus::Sent
    } else {
        DeliveryStatus::Failed
    };
    let settled = state
        .store
        .settle_delivery(id, &scopes(caller, Verb::Manage), to, now)
        .await;
    if matches!(settled, Err(StoreError::NotFound)) {
        // Whoever may look learns that he may not settle; anybody else learns nothing.
        let seen = state
            .store
            .logged_delivery(id, &scopes(caller, Verb::View))
            .await?;
        return Err(seen.map_or(RuleError::NotFound, |_| RuleError::Forbidden));
    }
    settled?;
    let said = if arrived {
        "It had arrived"
    } else {
        "It had not arrived"
    };
    let line = Line::of(
        AuditAction::DeliverySettled,
        "delivery",
        Some(id.as_str()),
        "1 message",
    )
    .detail(said);
    audit::record(&*state.store, &caller.actor, now, line).await;
    Ok(())
}
