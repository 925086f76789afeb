//! A forecast in a moment, for whoever saves a rule: from the number of yesterday's events and a few of each hour.

use leadbell_domain::{Estimate, Rule, RuleStatus, remark_on_flood, would_flood};
use leadbell_store::StoreError;

use super::job::event_of;
use crate::state::AppState;
use crate::test_run::events_of;

const HOUR_MS: i64 = 60 * 60 * 1_000;
/// A day's pieces, of two hours each.
const PIECES: i64 = 12;
/// Events looked at of each.
const LOOKED_AT: i64 = 20;
/// Events counted of each: more do not make the answer another one.
const COUNTED: i64 = 20_000;
/// With fewer events in a day than this no rule floods.
const FEW: i64 = 1_000;

/// What is worth saying about a rule that is saved and would flood; nothing for others, and nothing when it can't be known
/// in time: saving must not wait for it.
pub async fn remark(state: &AppState, rule: &Rule) -> Option<String> {
    remark_on_flood(in_time(state, rule).await?, rule)
}

/// What one that is not saved yet would have done, if it would flood; in time, as in [`remark`].
pub async fn warning(state: &AppState, rule: &Rule) -> Option<String> {
    would_flood(in_time(state, rule).await?, rule)
}

async fn in_time(state: &AppState, rule: &Rule) -> Option<Estimate> {
    match tokio::time::timeout(state.backtests.patience(), estimate(state, rule)).await {
        Ok(Ok(estimate)) => estimate,
        Ok(Err(error)) => {
            tracing::warn!(%error, "no forecast for a rule to be saved");
            None
        }
        Err(_) => None,
    }
}

/// How many of the events of the last 24 hours the rule would have told; `None` for few.
pub async fn estimate(state: &AppState, rule: &Rule) -> Result<Option<Estimate>, StoreError> {
    let now = state.clock.now_ms();
    let store = &state.store;
    let day = events_of(rule, now - 24 * HOUR_MS, now);
    if store.count_arrivals(&day, FEW).await? < FEW {
        return Ok(None);
    }
    let active = Rule {
        status: RuleStatus::Active,
        ..rule.clone()
    };
    let (mut told, mut all_counted) = (0, true);
    for piece in 0..PIECES {
        let from = now - (24 - 2 * piece) * HOUR_MS;
        let of = events_of(rule, from, from + 2 * HOUR_MS);
        let looked_at = store.arrivals(&of, LOOKED_AT).await?.events;
        if looked_at.is_empty() {
            continue;
        }
        let fitting = looked_at
            .iter()
            .filter(|arrival| event_of(arrival).is_some_and(|event| active.fires_for(&event)))
            .count();
        if fitting > 0 {
            let count = store.count_arrivals(&of, COUNTED).await?;
            all_counted &= count < COUNTED;
            told += u64::try_from(count).unwrap_or_default() * fitting as u64 / looked_at.len() as u64;
        }
    }
    Ok(Some(if all_counted {
        Estimate::About(told)
    } else {
        Estimate::MoreThan(told)
    }))
}
