//! The loop: claims what is due, has it sent, and sleeps until there is more.

use std::sync::Arc;
use std::time::Duration;

use leadbell_domain::Timestamp;
use leadbell_store::{Claim, Store, StoreError};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::DispatchConfig;
use crate::consequence;
use crate::guard::{Admission, ConnectionGuard};
use crate::job::Job;
use crate::recorder::{Done, Recorder};
use crate::slack::SlackClient;

/// First and longest wait when the database refuses to be asked.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Sleep when something seems due and yet could not be claimed, as while another server is claiming it.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);

/// Wakes the dispatcher: call it after a commit that added deliveries. Cheap to clone and to call; calls made while
/// the dispatcher is busy count as one.
#[derive(Clone, Debug, Default)]
pub struct WakeHandle(Arc<Notify>);

impl WakeHandle {
    /// Makes the dispatcher look for work now. A call between its look and its sleep is not lost: the
    /// notification is kept for it.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Sends deliveries until told to stop.
pub struct Dispatcher {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    config: Arc<DispatchConfig>,
    slack: SlackClient,
    guard: Arc<ConnectionGuard>,
    in_flight: Arc<Semaphore>,
    wake: WakeHandle,
    /// Names this dispatcher in leases.
    worker: Arc<str>,
}

/// What the loop remembers from turn to turn.
struct Turn {
    /// Claim without asking first when the next delivery is due: somebody said there is work.
    claim_first: bool,
    rescued_at: Option<Timestamp>,
    failure_wait: Duration,
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
            wake: WakeHandle::default(),
            worker: uuid::Uuid::new_v4().to_string().into(),
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

    /// Sends until cancelled; then waits, no longer than the grace, for calls under way, and records them. Dropping
    /// the future instead is like a crash: what was under way becomes ambiguous when its lease runs out.
    pub async fn run(self, cancel: CancellationToken) {
        let (results, recorded) = unbounded_channel();
        let recorder = Recorder {
            store: self.store.clone(),
            wake: self.wake.clone(),
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
        let mut tasks = JoinSet::new();
        tokio::select! {
            () = cancel.cancelled() => return,
            () = self.end_old_leases() => {}
        }
        self.turns(&cancel, &mut tasks, &results).await;
        let calls_end = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.config.shutdown_grace, calls_end)
            .await
            .is_err()
        {
            tracing::error!(
                calls = tasks.len(),
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

    async fn turns(
        &self,
        cancel: &CancellationToken,
        tasks: &mut JoinSet<()>,
        results: &UnboundedSender<Done>,
    ) {
        let mut turn = Turn {
            claim_first: true,
            rescued_at: None,
            failure_wait: FIRST_WAIT,
        };
        while !cancel.is_cancelled() {
            // Never cut off in the middle: deliveries claimed and forgotten would show as ambiguous, unsent.
            let sleep = match self.look(&mut turn, tasks, results).await {
                Ok(sleep) => {
                    turn.failure_wait = FIRST_WAIT;
                    sleep
                }
                Err(error) => {
                    tracing::warn!(%error, "deliveries could not be claimed");
                    turn.failure_wait = (turn.failure_wait * 2).min(LONGEST_WAIT);
                    turn.failure_wait
                }
            };
            while let Some(ended) = tasks.try_join_next() {
                if let Err(error) = ended {
                    tracing::error!(%error, "sending a delivery failed; it becomes ambiguous");
                }
            }
            // A wake-up during the look is kept by `Notify` and ends this sleep at once.
            tokio::select! {
                () = cancel.cancelled() => {}
                () = self.wake.0.notified() => turn.claim_first = true,
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Claims once if anything can be due, and says how long to sleep.
    async fn look(
        &self,
        turn: &mut Turn,
        tasks: &mut JoinSet<()>,
        results: &UnboundedSender<Done>,
    ) -> Result<Duration, StoreError> {
        let now = self.clock.now_ms();
        if turn
            .rescued_at
            .is_none_or(|at| now - at >= self.config.rescue_every_ms)
        {
            let rescued = self.store.rescue_expired(now).await?;
            turn.rescued_at = Some(now);
            if rescued > 0 {
                tracing::warn!(
                    deliveries = rescued,
                    "leases ran out; whether Slack got these is unknown"
                );
                metrics::counter!("leadbell_deliveries_total", "outcome" => "lease_expired")
                    .increment(rescued);
            }
        }
        // A quiet database is asked with a read; only when something is due does a claim write.
        if !std::mem::take(&mut turn.claim_first) {
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
        // Counted from before the claim, as the lease is.
        let deadline = Instant::now() + self.config.send_deadline;
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX);
        let (lease_ms, pace) = (self.config.lease_ms, self.config.pace);
        let claims = self
            .store
            .claim_due(&self.worker, now, lease_ms, pace, wanted)
            .await?;
        turn.claim_first = claims.len() >= limit;
        for claim in claims {
            // There are places enough: nobody else takes any.
            let Ok(place) = self.in_flight.clone().acquire_owned().await else {
                break;
            };
            self.start(claim, place, deadline, now, tasks, results);
        }
        if turn.claim_first {
            return Ok(Duration::ZERO);
        }
        Ok(self.until_due(self.clock.now_ms()).await?.max(SHORTEST_SLEEP))
    }

    /// How long nothing is due, at most until the next poll.
    async fn until_due(&self, now: Timestamp) -> Result<Duration, StoreError> {
        let Some(due) = self.store.next_due().await? else {
            return Ok(self.config.poll);
        };
        let wait = u64::try_from(due.saturating_sub(now)).unwrap_or(0);
        Ok(Duration::from_millis(wait).min(self.config.poll))
    }

    fn start(
        &self,
        claim: Claim,
        place: OwnedSemaphorePermit,
        deadline: Instant,
        now: Timestamp,
        tasks: &mut JoinSet<()>,
        results: &UnboundedSender<Done>,
    ) {
        if let Admission::NotBefore(until) = self.guard.admit(&claim.connection, &claim.delivery, now) {
            let finish = consequence::held_back(&claim, &self.worker, now, until);
            // Fails only when the recorder is gone, and then so are we.
            let _ = results.send(Done {
                finish,
                connection: claim.connection,
                connection_fault: None,
                place,
            });
            return;
        }
        let job = Job {
            claim,
            deadline,
            worker: self.worker.clone(),
            slack: self.slack.clone(),
            clock: self.clock.clone(),
            config: self.config.clone(),
            guard: self.guard.clone(),
        };
        let results = results.clone();
        tasks.spawn(async move {
            let done = job.run(place).await;
            let _ = results.send(done);
        });
    }
}
