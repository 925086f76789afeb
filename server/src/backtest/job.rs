//! The task that reads and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use leadbell_domain::{Event, Forecast, RenderContext, Tally, parse_event};
use leadbell_store::{Arrival, Backtest, BacktestResult, BacktestStatus, Reached, StoreError};
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio_util::sync::CancellationToken;

use crate::ingest::fill_names;
use crate::state::AppState;
use crate::test_run::events_of;

/// Events of one part: some milliseconds of reading and judging.
const PART: i64 = 2_000;
/// How long saving a rule waits for a forecast at most; most are there in some milliseconds.
const PATIENCE_MS: u64 = 1_000;
/// How often it says how far it is: a write each.
const TELLS_EVERY: Duration = Duration::from_secs(1);

/// The backtests of this server.
#[derive(Clone)]
pub struct Jobs {
    turn: Arc<Mutex<()>>,
    running: Arc<watch::Sender<usize>>,
    patience_ms: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Jobs {
    /// None yet; they end when `stop` is cancelled.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Jobs {
        Jobs {
            turn: Arc::default(),
            running: Arc::new(watch::Sender::new(0)),
            patience_ms: Arc::new(AtomicU64::new(PATIENCE_MS)),
            stop,
        }
    }

    /// The turn to read and judge one part. While somebody else holds it, no backtest of this server goes on.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// How long saving a rule waits for a forecast.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_millis(self.patience_ms.load(Ordering::Relaxed))
    }

    /// Changes that, on a machine where speed means nothing.
    pub fn be_patient(&self, ms: u64) {
        self.patience_ms.store(ms, Ordering::Relaxed);
    }

    /// Returns once none runs.
    pub async fn idle(&self) {
        // The sender lives as long as this.
        let _ = self.running.subscribe().wait_for(|running| *running == 0).await;
    }
}

/// Counts a task as running for as long as it lives, however it ends.
struct Running(Arc<watch::Sender<usize>>);

impl Running {
    fn one(of: &Jobs) -> Running {
        of.running.send_modify(|running| *running += 1);
        Running(Arc::clone(&of.running))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

/// Begins a backtest that is in the store.
pub(super) fn spawn(state: AppState, backtest: Backtest) {
    let running = Running::one(&state.backtests);
    tokio::spawn(async move {
        let _running = running;
        let (status, result) = match read(&state, &backtest).await {
            Ok(End::Done(tally)) => match result(&state, &backtest, &tally).await {
                Ok(result) => (BacktestStatus::Done, Some(result)),
                Err(error) => failed(&error),
            },
            Ok(End::Cancelled) => return,
            Ok(End::Stopped) => (BacktestStatus::Failed, None),
            Err(error) => failed(&error),
        };
        let now = state.clock.now_ms();
        // `false`: cancelled at the last moment, and that is what it stays.
        if let Err(error) = state
            .store
            .end_backtest(&backtest.id, status, result.as_ref(), now)
            .await
        {
            tracing::error!(%error, "the end of a backtest can't be kept");
        }
    });
}

fn failed(error: &StoreError) -> (BacktestStatus, Option<BacktestResult>) {
    tracing::error!(%error, "a backtest ended badly");
    (BacktestStatus::Failed, None)
}

enum End {
    Done(Box<Tally>),
    Cancelled,
    Stopped,
}

async fn read(state: &AppState, backtest: &Backtest) -> Result<End, StoreError> {
    let jobs = &state.backtests;
    let mut of = events_of(&backtest.rule, backtest.from, backtest.until);
    let mut tally = Box::new(Tally::new(&backtest.rule));
    let mut told = Instant::now();
    loop {
        if jobs.stop.is_cancelled() {
            return Ok(End::Stopped);
        }
        if !state.store.backtest_runs(&backtest.id).await? {
            return Ok(End::Cancelled);
        }
        let next = {
            let _turn = jobs.turn().await;
            let part = state.store.arrivals(&of, PART).await?;
            tally = judged(tally, part.events).await;
            part.next
        };
        let Some(next) = next else {
            return Ok(End::Done(tally));
        };
        of.from = next;
        if told.elapsed() >= TELLS_EVERY {
            told = Instant::now();
            let reached = Reached {
                at: next,
                judged: i64::try_from(tally.judged()).unwrap_or(i64::MAX),
                matched: i64::try_from(tally.matched()).unwrap_or(i64::MAX),
            };
            let now = state.clock.now_ms();
            state.store.backtest_reached(&backtest.id, reached, now).await?;
        }
        // Others first.
        tokio::task::yield_now().await;
    }
}

/// Judging is work for a processor: it must not keep requests waiting.
async fn judged(mut tally: Box<Tally>, events: Vec<Arrival>) -> Box<Tally> {
    let work = tokio::task::spawn_blocking(move || {
        for arrival in &events {
            match event_of(arrival) {
                Some(event) => tally.judge(&event, arrival.at),
                None => tally.pass_by(),
            }
        }
        tally
    });
    match work.await {
        Ok(tally) => tally,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The event as the engine judged it when it came.
pub(super) fn event_of(arrival: &Arrival) -> Option<Event> {
    let json = serde_json::from_str(&arrival.body).ok()?;
    parse_event(&json, arrival.at).ok()
}

async fn result(state: &AppState, backtest: &Backtest, tally: &Tally) -> Result<BacktestResult, StoreError> {
    let rule = &backtest.rule;
    let context = RenderContext {
        level: rule.level,
        rule_number: backtest.rule_number,
        rule_name: &rule.name,
        public_url: &state.public_url,
        shows_personal_data: rule.action.shows_personal_data,
    };
    let mut samples = Vec::new();
    for event in tally.samples() {
        let mut event = event.clone();
        fill_names(&mut event, &*state.store).await?;
        samples.push(rule.action.template.render(&event, &context));
    }
    let forecast = Forecast::of(tally, &rule.action.sending, backtest.from, backtest.until);
    Ok(BacktestResult { forecast, samples })
}
