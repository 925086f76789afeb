//! Removes what is older than the settings say, in steps so short that events never wait for them.

use std::time::Duration;

use leadbell_domain::Kept;
use leadbell_store::{PruneStep, Pruned, StoreError, hour_of};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::state::AppState;

/// How often something is looked for that is old.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// How long a server that stopped in the middle keeps others from going on, milliseconds.
const LEASE_MS: i64 = 2 * 60_000;
/// How long a step should keep others from writing. SQLite has one writer: half of what is allowed.
const WANTED: Duration = Duration::from_millis(8);
/// Rows a step looks at.
const LEAST: i64 = 20;
const MOST: i64 = 1_000;
const FIRST: i64 = 100;
/// After a step the writer is free for so many times as long as it took, and for some time in any case.
const REST: u32 = 4;
const SHORTEST_REST: Duration = Duration::from_millis(5);

/// Counts of hours are kept for 100 days: nothing is drawn from older ones.
const HOURS_KEPT: i64 = 100 * 24;

/// In the order of going: an event goes after its messages.
const ORDER: [Kept; Kept::ALL.len()] = [
    Kept::Deliveries,
    Kept::EventsWithMatch,
    Kept::EventsWithoutMatch,
    Kept::TestRuns,
    Kept::EventIds,
];

/// What a round did.
#[derive(Debug, Default)]
pub struct Removed {
    /// How many rows of which kind.
    pub rows: Vec<(Kept, u64)>,
    /// How long a step kept others from writing, at most.
    pub longest_step: Duration,
}

impl Removed {
    fn count(&mut self, kind: Kept, step: &Pruned) {
        self.longest_step = self.longest_step.max(step.took);
        match self.rows.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, rows)) => *rows += step.rows,
            None if step.rows > 0 => self.rows.push((kind, step.rows)),
            None => {}
        }
    }
}

/// Removes until told to stop.
pub async fn watch(state: AppState, stop: CancellationToken) {
    let owner = Uuid::now_v7().to_string();
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turns.tick() => {}
        }
        let mut removed = Removed::default();
        tokio::select! {
            () = stop.cancelled() => return,
            done = round(&state, &owner, &mut removed) => if let Err(error) = done {
                tracing::error!(%error, "what is old can't be removed");
            }
        }
    }
}

/// Removes everything that is old by now. `removed` is kept up to date meanwhile.
pub async fn round(state: &AppState, owner: &str, removed: &mut Removed) -> Result<(), StoreError> {
    for kind in ORDER {
        let rows = of_kind(state, owner, kind, removed).await?;
        if rows > 0 {
            metrics::counter!("leadbell_removed_rows_total", "kind" => kind.key()).increment(rows);
            tracing::info!(kind = kind.key(), rows, "what was old is removed");
        }
    }
    let before = hour_of(state.clock.now_ms()) - HOURS_KEPT;
    while state.store.forget_hours(before, FIRST).await? > 0 {
        tokio::time::sleep(SHORTEST_REST).await;
    }
    Ok(())
}

async fn of_kind(
    state: &AppState,
    owner: &str,
    kind: Kept,
    removed: &mut Removed,
) -> Result<u64, StoreError> {
    let store = &state.store;
    let now = || state.clock.now_ms();
    if state.settings.now().retention.of(kind).until(now()).is_none()
        || !store.begin_pruning(kind, owner, now(), LEASE_MS).await?
    {
        return Ok(0);
    }
    let (mut rows, mut limit, mut leased_at) = (0, FIRST, now());
    // A change of the settings holds from the next step on.
    while let Some(before) = state.settings.now().retention.of(kind).until(now()) {
        if now() - leased_at > LEASE_MS / 4 {
            if !store.begin_pruning(kind, owner, now(), LEASE_MS).await? {
                break;
            }
            leased_at = now();
        }
        let step = PruneStep {
            kind,
            owner,
            before,
            limit,
            now: now(),
        };
        let done = store.prune(&step).await?;
        rows += done.rows;
        removed.count(kind, &done);
        if done.done {
            break;
        }
        limit = next_limit(limit, done.took);
        tokio::time::sleep((done.took * REST).max(SHORTEST_REST)).await;
    }
    store.end_pruning(kind, owner, now(), rows).await?;
    Ok(rows)
}

/// As many rows as a step of the wanted length takes, doubled at most.
fn next_limit(limit: i64, took: Duration) -> i64 {
    let (took, wanted) = (took.as_micros().max(1), WANTED.as_micros());
    let fitting = i128::from(limit) * i128::try_from(wanted).unwrap_or(1) / i128::try_from(took).unwrap_or(1);
    i64::try_from(fitting)
        .unwrap_or(MOST)
        .min(limit * 2)
        .clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_took_long_is_followed_by_a_shorter_one() {
        assert_eq!(next_limit(100, Duration::from_millis(8)), 100);
        assert_eq!(next_limit(100, Duration::from_millis(16)), 50);
        assert_eq!(next_limit(100, Duration::from_millis(1)), 200);
        assert_eq!(next_limit(100, Duration::from_secs(9)), LEAST);
        assert_eq!(next_limit(900, Duration::ZERO), MOST);
    }
}
