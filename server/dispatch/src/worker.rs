//! The loop: claims what is due, has it sent, and sleeps until there is more.

use std::sync::Arc;
use std::time::Duration;

use leadbell_domain::Timestamp;
use leadbell_store::{Claim, Store, StoreError};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::DispatchConfig;
use crate::consequence;
use crate::guard::{Admission, ConnectionGuard};
use crate::job::Job;
use crate::lines::{AT_ONCE, LineBudget, LineJob, REST_MS};
use crate::recorder::{Done, Recorder};
use crate::rounds::{Round, Rounds};
use crate::signals::{Progress, Reporter, WakeHandle};
use crate::slack::SlackClient;

/// First and longest wait when the database refuses to be asked.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Sleep when something seems due and yet could not be claimed, as while another server is claiming it.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);

/// How often threads that take no more messages are cleared away, milliseconds.
const FORGET_EVERY_MS: i64 = 3_600_000;

/// Sends deliveries until told to stop.
pub struct Dispatcher {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    config: Arc<DispatchConfig>,
    slack: SlackClient,
    guard: Arc<ConnectionGuard>,
    in_flight: Arc<Semaphore>,
    line_budget: Arc<LineBudget>,
    lines_in_flight: Arc<Semaphore>,
    wake: WakeHandle,
    reporter: Reporter,
    /// Names this dispatcher in leases.
    name: String,
}

/// What the loop remembers from turn to turn.
struct Turns {
    /// Claim without asking first when the next delivery is due: somebody said there is work.
    claim_first: bool,
    rounds: Rounds,
    forgot_at: Option<Timestamp>,
    /// No line of a thread is looked for before.
    lines_rest_until: Timestamp,
    failure_wait: Duration,
    claims: u64,
    /// Calls of Slack under way.
    tasks: JoinSet<()>,
    /// To the recorder.
    results: UnboundedSender<Done>,
}

/// What all deliveries of one claim have in common.
struct Lease {
    /// A name of its own for every claim: a result that is recorded late (the database was away) can then never be
    /// taken for the result of a later claim of the same delivery, whose call may be under way.
    owner: Arc<str>,
    at: Timestamp,
    /// When the calls have to be over.
    deadline: Instant,
}

impl Dispatcher {
    /// A dispatcher; [`run`](Self::run) sets it going.
    pub fn new(
        store: Arc<dyn Store>,
        slack: SlackClient,
        clock: Arc<dyn Clock>,
        config: DispatchConfig,
    ) -> Self {
        Self {
            guard: Arc::new(ConnectionGuard::new(config.per_connection_per_minute)),
            in_flight: Arc::new(Semaphore::new(config.max_in_flight.max(1))),
            line_budget: Arc::default(),
            lines_in_flight: Arc::new(Semaphore::new(AT_ONCE)),
            wake: WakeHandle::default(),
            reporter: Reporter::new(),
            name: uuid::Uuid::new_v4().to_string(),
            store,
            clock,
            slack,
            config: Arc::new(config),
        }
    }

    /// The handle to wake it with.
    #[must_use]
    pub fn wake_handle(&self) -> WakeHandle {
        self.wake.clone()
    }

    /// What it has done so far, to wait for changes.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.reporter.subscribe()
    }

    /// Sends until cancelled; then waits, no longer than the grace, for calls under way, and records them. Dropping
    /// the future instead is like a crash: what was under way becomes ambiguous when its lease runs out.
    pub async fn run(self, cancel: CancellationToken) {
        let (results, recorded) = unbounded_channel();
        let recorder = Recorder {
            store: self.store.clone(),
            wake: self.wake.clone(),
            reporter: self.reporter.clone(),
        };
        let recording = recorder.run(recorded);
        tokio::pin!(recording);
        tokio::select! {
            () = self.send_until(cancel, results) => {}
            // Does not happen: recording ends after `send_until` has dropped its channel.
            () = &mut recording => return,
        }
        if tokio::time::timeout(self.config.shutdown_grace, recording)
            .await
            .is_err()
        {
            tracing::error!("stopped before all results were recorded; their deliveries become ambiguous");
        }
    }

    async fn send_until(&self, cancel: CancellationToken, results: UnboundedSender<Done>) {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = self.end_old_leases() => {}
        }
        let mut turns = Turns {
            claim_first: true,
            rounds: Rounds::default(),
            forgot_at: None,
            lines_rest_until: 0,
            failure_wait: FIRST_WAIT,
            claims: 0,
            tasks: JoinSet::new(),
            results,
        };
        while !cancel.is_cancelled() {
            let sleep = self.turn(&mut turns).await;
            // A wake-up during the turn is kept and ends this sleep at once.
            tokio::select! {
                () = cancel.cancelled() => {}
                () = self.wake.woken() => turns.claim_first = true,
                () = tokio::time::sleep(sleep) => {}
            }
        }
        let calls_end = async { while turns.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.config.shutdown_grace, calls_end)
            .await
            .is_err()
        {
            let calls = turns.tasks.len();
            tracing::error!(
                calls,
                "calls of Slack were cut off; their deliveries become ambiguous"
            );
        }
    }

    /// Alone on its database, a server that starts knows that nobody holds a lease any more.
    async fn end_old_leases(&self) {
        if !self.store.is_single_server() {
            return;
        }
        let mut wait = FIRST_WAIT;
        while let Err(error) = self.store.expire_all_leases(self.clock.now_ms()).await {
            tracing::warn!(%error, "old leases could not be ended");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Looks for work once and says how long to sleep. Never cut off in the middle: deliveries claimed and forgotten
    /// would show as ambiguous although they were never sent.
    async fn turn(&self, turns: &mut Turns) -> Duration {
        let looked = match self.look(turns).await {
            // Lines are for when nothing is due.
            Ok(sleep) if !sleep.is_zero() => self.look_at_lines(turns).await.map(|lines| sleep.min(lines)),
            looked => looked,
        };
        while let Some(ended) = turns.tasks.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "sending a delivery failed; it becomes ambiguous");
            }
        }
        self.reporter.change(|progress| progress.looks += 1);
        match looked {
            Ok(sleep) => {
                turns.failure_wait = FIRST_WAIT;
                sleep
            }
            Err(error) => {
                tracing::warn!(%error, "deliveries could not be claimed");
                self.reporter.change(|progress| progress.failures += 1);
                turns.failure_wait = (turns.failure_wait * 2).min(LONGEST_WAIT);
                turns.failure_wait
            }
        }
    }

    async fn look(&self, turns: &mut Turns) -> Result<Duration, StoreError> {
        let now = self.clock.now_ms();
        if let Some(round) = turns.rounds.due(now, self.config.rescue_every_ms) {
            if round.set_back {
                (turns.forgot_at, turns.lines_rest_until) = (None, 0);
            }
            let made = self.look_after(round, now).await;
            made.inspect_err(|_| turns.rounds.failed())?;
        }
        if turns.forgot_at.is_none_or(|at| now - at >= FORGET_EVERY_MS) {
            while self.store.forget_threads(now).await? > 0 {}
            turns.forgot_at = Some(now);
        }
        // A quiet database is asked with a read; only when something is due does a claim write.
        if !std::mem::take(&mut turns.claim_first) {
            let sleep = self.until_due(now).await?;
            if !sleep.is_zero() {
                return Ok(sleep);
            }
        }
        let limit = self.in_flight.available_permits().min(self.config.claim_limit);
        if limit == 0 {
            // The recorder wakes us as soon as there is a place again.
            return Ok(self.config.poll);
        }
        if self.claim(turns, now, limit).await? >= limit {
            turns.claim_first = true;
            return Ok(Duration::ZERO);
        }
        Ok(self.until_due(self.clock.now_ms()).await?.max(SHORTEST_SLEEP))
    }

    /// Has lines of threads updated that are due; answers how long none is.
    async fn look_at_lines(&self, turns: &mut Turns) -> Result<Duration, StoreError> {
        let now = self.clock.now_ms();
        let Some(due) = self.store.next_line_due().await? else {
            return Ok(self.config.poll);
        };
        let wait = due.max(turns.lines_rest_until) - now;
        if wait > 0 {
            return Ok(Duration::from_millis(wait.unsigned_abs()).min(self.config.poll));
        }
        let places = self.lines_in_flight.available_permits();
        if places == 0 {
            // Whoever ends wakes us.
            return Ok(self.config.poll);
        }
        turns.claims += 1;
        let owner = format!("{}/{}", self.name, turns.claims);
        let limit = i64::try_from(places).unwrap_or(i64::MAX);
        let updates = self
            .store
            .claim_lines(&owner, now, self.config.lease_ms, limit)
            .await?;
        if updates.is_empty() {
            turns.lines_rest_until = now + REST_MS;
        }
        for update in updates {
            let Ok(place) = self.lines_in_flight.clone().acquire_owned().await else {
                break;
            };
            let job = LineJob {
                update,
                store: self.store.clone(),
                slack: self.slack.clone(),
                clock: self.clock.clone(),
                guard: self.guard.clone(),
                budget: self.line_budget.clone(),
                wake: self.wake.clone(),
                reporter: self.reporter.clone(),
            };
            turns.tasks.spawn(job.run(place));
        }
        Ok(SHORTEST_SLEEP)
    }

    async fn look_after(&self, round: Round, now: Timestamp) -> Result<(), StoreError> {
        if round.set_back {
            let waits = self.store.clock_was_set_back(now).await?;
            if waits > 0 {
                tracing::warn!(waits, "the clock was set back: what waits begins its wait anew");
            }
        }
        self.store.release_held(now).await?;
        let rescued = self.store.rescue_expired(now).await?;
        if rescued > 0 {
            tracing::warn!(
                deliveries = rescued,
                "leases ran out; whether Slack got these is unknown"
            );
            metrics::counter!("leadbell_deliveries_total", "outcome" => "lease_expired").increment(rescued);
            self.reporter.change(|progress| progress.rescued += rescued);
        }
        Ok(())
    }

    /// Claims up to `limit` deliveries, sets them going, and answers how many there were.
    async fn claim(&self, turns: &mut Turns, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        turns.claims += 1;
        let lease = Lease {
            owner: format!("{}/{}", self.name, turns.claims).into(),
            at: now,
            // Counted from before the claim, as the lease is.
            deadline: Instant::now() + self.config.send_deadline,
        };
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX);
        let (lease_ms, pace) = (self.config.lease_ms, self.config.pace);
        let claims = self
            .store
            .claim_due(&lease.owner, now, lease_ms, pace, wanted)
            .await?;
        let count = claims.len();
        for claim in claims {
            // There are places enough: nobody else takes any.
            let Ok(place) = self.in_flight.clone().acquire_owned().await else {
                break;
            };
            self.start(claim, &lease, place, turns);
        }
        Ok(count)
    }

    /// How long nothing is due, at most until the next poll.
    async fn until_due(&self, now: Timestamp) -> Result<Duration, StoreError> {
        let Some(due) = self.store.next_due().await? else {
            return Ok(self.config.poll);
        };
        let wait = u64::try_from(due.saturating_sub(now)).unwrap_or(0);
        Ok(Duration::from_millis(wait).min(self.config.poll))
    }

    fn start(&self, claim: Claim, lease: &Lease, place: OwnedSemaphorePermit, turns: &mut Turns) {
        let admission = self.guard.admit(&claim.connection, &claim.delivery, lease.at);
        if let Admission::NotBefore(until) = admission {
            let finish = consequence::held_back(&claim, &lease.owner, lease.at, until);
            // Fails only when the recorder is gone, and then so are we.
            let _ = turns.results.send(Done { finish, place });
            return;
        }
        let job = Job {
            claim,
            deadline: lease.deadline,
            worker: lease.owner.clone(),
            slack: self.slack.clone(),
            clock: self.clock.clone(),
            config: self.config.clone(),
            guard: self.guard.clone(),
        };
        let results = turns.results.clone();
        turns.tasks.spawn(async move {
            let done = job.run(place).await;
            let _ = results.send(done);
        });
    }
}
