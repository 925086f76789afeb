//! Group commit: requests that arrive while a commit is under way share the next one.
//!
//! One disk flush serves them all, so the cost of durability is spread over the load instead of limiting it.

use std::sync::Arc;

use leadbell_dispatch::WakeHandle;
use leadbell_store::{NewEvent, Recorded, Store, StoreError};
use tokio::sync::{mpsc, oneshot, watch};

/// Requests that may wait for a commit; more are told to come back later.
const QUEUE: usize = 1_024;
/// Events of one transaction at most (a single larger request still goes in one).
const GROUP: usize = 1_000;

type Answer = Result<Vec<Recorded>, CommitError>;

/// Why events were not written. Nothing was acknowledged, nothing is half there.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// More arrives than can be written; try again.
    #[error("too busy")]
    Busy,
    /// The database can't be written to right now; try again.
    #[error("the database is not available")]
    Unavailable,
    /// Our fault; logged.
    #[error("internal error")]
    Internal,
}

struct Job {
    events: Vec<NewEvent>,
    answer: oneshot::Sender<Answer>,
}

/// The door to the committing task.
#[derive(Clone)]
pub struct Committer {
    jobs: mpsc::Sender<Job>,
    written: watch::Receiver<u64>,
}

impl Committer {
    /// Starts the task; it ends when the last `Committer` is dropped.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, wake: WakeHandle) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (count, written) = watch::channel(0);
        tokio::spawn(run(store, wake, queue, count));
        Self { jobs, written }
    }

    /// Changes whenever this server has written events.
    #[must_use]
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.clone()
    }

    /// Writes the events of one request. Answers after the commit, in order.
    pub async fn commit(&self, events: Vec<NewEvent>) -> Answer {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, result) = oneshot::channel();
        self.jobs
            .try_send(Job { events, answer })
            .map_err(|_| CommitError::Busy)?;
        result.await.unwrap_or(Err(CommitError::Internal))
    }
}

async fn run(
    store: Arc<dyn Store>,
    wake: WakeHandle,
    mut queue: mpsc::Receiver<Job>,
    written: watch::Sender<u64>,
) {
    while let Some(first) = queue.recv().await {
        let mut count = first.events.len();
        let mut group = vec![first];
        while count < GROUP
            && let Ok(job) = queue.try_recv()
        {
            count += job.events.len();
            group.push(job);
        }
        write(&*store, &wake, group).await;
        written.send_modify(|count| *count += 1);
    }
}

async fn write(store: &dyn Store, wake: &WakeHandle, group: Vec<Job>) {
    let sizes: Vec<usize> = group.iter().map(|job| job.events.len()).collect();
    let (answers, events): (Vec<_>, Vec<_>) = group.into_iter().map(|job| (job.answer, job.events)).unzip();
    let all: Vec<NewEvent> = events.into_iter().flatten().collect();
    match store.record_events(&all).await {
        Ok(recorded) => {
            if all
                .iter()
                .zip(&recorded)
                .any(|(event, _)| !event.deliveries.is_empty())
            {
                wake.wake();
            }
            let mut rest = recorded.into_iter();
            for (answer, size) in answers.into_iter().zip(sizes) {
                // The request may have gone away; what is written stays.
                let _ = answer.send(Ok(rest.by_ref().take(size).collect()));
            }
        }
        // One request's event may have spoiled it for all: write each request by itself.
        Err(error) if answers.len() > 1 && !matches!(error, StoreError::Unavailable(_)) => {
            let mut rest = all.into_iter();
            for (answer, size) in answers.into_iter().zip(sizes) {
                let events: Vec<NewEvent> = rest.by_ref().take(size).collect();
                let result = store.record_events(&events).await.map_err(|error| told(&error));
                wake.wake();
                let _ = answer.send(result);
            }
        }
        Err(error) => {
            let told = told(&error);
            for answer in answers {
                let _ = answer.send(Err(told.clone()));
            }
        }
    }
}

fn told(error: &StoreError) -> CommitError {
    tracing::error!(error = %error, "events could not be written");
    match error {
        StoreError::Unavailable(_) => CommitError::Unavailable,
        _ => CommitError::Internal,
    }
}
