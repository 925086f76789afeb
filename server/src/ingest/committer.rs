//! Group commit: requests that arrive while a commit is under way share the next one.
//!
//! One disk flush serves them all, so the cost of durability is spread over the load instead of limiting it.

use std::collections::VecDeque;
use std::sync::Arc;

use leadbell_dispatch::WakeHandle;
use leadbell_store::{NewEvent, Recorded, Store, StoreError};
use tokio::sync::{mpsc, oneshot, watch};

/// Requests that may wait for a commit; more are told to come back later.
const QUEUE: usize = 1_024;
/// Events of one transaction at most.
const GROUP: usize = 1_000;
/// Events of one request in one transaction at most. A larger request is written in several, and others are written
/// between them: ten thousand events at once must not make one event wait (`make bench` measures it).
const SLICE: usize = 100;

type Answer = Result<Vec<Recorded>, CommitError>;

/// Why events were not written. Nothing was acknowledged; of a large request a part may be there, and is then told to be
/// known when the request is repeated.
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
    events: VecDeque<NewEvent>,
    /// What became of the events that are written already.
    recorded: Vec<Recorded>,
    answer: oneshot::Sender<Answer>,
}

impl Job {
    fn tell(self, error: CommitError) {
        // The request may have gone away.
        let _ = self.answer.send(Err(error));
    }

    /// Takes over what became of some more of its events; answers when these were the last.
    fn go_on(mut self, recorded: impl Iterator<Item = Recorded>) -> Option<Job> {
        self.recorded.extend(recorded);
        if !self.events.is_empty() {
            return Some(self);
        }
        // The request may have gone away; what is written stays.
        let _ = self.answer.send(Ok(self.recorded));
        None
    }
}

/// Events of one request that are written in one transaction.
struct Part {
    events: Vec<NewEvent>,
    job: Job,
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
            .try_send(Job {
                events: events.into(),
                recorded: Vec::new(),
                answer,
            })
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
    // Requests of which a part is written. Others pass them, but they do not pass each other.
    let mut begun = VecDeque::new();
    loop {
        let mut waiting = VecDeque::new();
        if begun.is_empty() {
            match queue.recv().await {
                Some(job) => waiting.push_back(job),
                None => return,
            }
        }
        let mut count = 0;
        while count < GROUP
            && let Ok(job) = queue.try_recv()
        {
            count += job.events.len().min(SLICE);
            waiting.push_back(job);
        }
        let rest = write(&*store, &wake, group(&mut begun, waiting)).await;
        for job in rest.into_iter().rev() {
            begun.push_front(job);
        }
        written.send_modify(|count| *count += 1);
    }
}

/// What is written next: a slice of the large request that has waited longest, and whatever is small.
fn group(begun: &mut VecDeque<Job>, waiting: VecDeque<Job>) -> Vec<Part> {
    let mut parts = Vec::new();
    for mut job in waiting {
        if job.events.len() > SLICE {
            begun.push_back(job);
        } else {
            let events = std::mem::take(&mut job.events).into();
            parts.push(Part { events, job });
        }
    }
    if let Some(mut job) = begun.pop_front() {
        let size = job.events.len().min(SLICE);
        let events = job.events.drain(..size).collect();
        parts.push(Part { events, job });
    }
    parts
}

/// Writes a group and answers whoever is served by it; returns the requests of which more is to be written.
async fn write(store: &dyn Store, wake: &WakeHandle, group: Vec<Part>) -> Vec<Job> {
    let (jobs, events): (Vec<Job>, Vec<Vec<NewEvent>>) =
        group.into_iter().map(|part| (part.job, part.events)).unzip();
    let sizes: Vec<usize> = events.iter().map(Vec::len).collect();
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
            let mut recorded = recorded.into_iter();
            jobs.into_iter()
                .zip(sizes)
                .filter_map(|(job, size)| job.go_on(recorded.by_ref().take(size)))
                .collect()
        }
        // One request's event may have spoiled it for all: write each request by itself.
        Err(error) if jobs.len() > 1 && !matches!(error, StoreError::Unavailable(_)) => {
            let mut rest = Vec::new();
            let mut all = all.into_iter();
            for (job, size) in jobs.into_iter().zip(sizes) {
                let events: Vec<NewEvent> = all.by_ref().take(size).collect();
                match store.record_events(&events).await {
                    Ok(recorded) => rest.extend(job.go_on(recorded.into_iter())),
                    Err(error) => job.tell(told(&error)),
                }
                wake.wake();
            }
            rest
        }
        Err(error) => {
            let told = told(&error);
            for job in jobs {
                job.tell(told.clone());
            }
            Vec::new()
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

#[cfg(test)]
mod tests {
    use leadbell_domain::{EntityId, EventId, Platform, Trigger};

    use super::*;
    use crate::ids::Fresh as _;

    type Told = oneshot::Receiver<Answer>;

    /// A request of so many events, and where its answer arrives.
    fn request(name: &str, size: usize) -> (Job, Told) {
        let event = |number| NewEvent {
            key: leadbell_domain::EventKey::fresh(),
            source: Platform::Lms,
            event_id: EventId::new(format!("{name}-{number}")).unwrap(),
            trigger: Trigger::ALL[0],
            occurred_at: 0,
            received_at: 0,
            product: EntityId::new("218").unwrap(),
            publisher: None,
            campaign: None,
            lead_id: "1".to_owned(),
            call_id: None,
            rules_seq: None,
            body: "{}".to_owned(),
            deliveries: Vec::new(),
            mentions: Vec::new(),
        };
        let (answer, told) = oneshot::channel();
        let events = (0..size).map(event).collect();
        let recorded = Vec::new();
        (
            Job {
                events,
                recorded,
                answer,
            },
            told,
        )
    }

    fn sizes(parts: &[Part]) -> Vec<usize> {
        parts.iter().map(|part| part.events.len()).collect()
    }

    #[test]
    fn a_single_event_never_waits_for_the_whole_of_a_large_request() {
        let mut begun = VecDeque::new();
        let (large, mut large_told) = request("large", 2 * SLICE + 1);
        let (second, _second_told) = request("second", SLICE + 1);
        let first = group(&mut begun, VecDeque::from([large, second]));
        assert_eq!(sizes(&first), [SLICE], "one slice of one large request");
        for part in first.into_iter().rev() {
            let rest = part.job.go_on(std::iter::repeat_n(Recorded::Accepted, SLICE));
            begun.push_front(rest.expect("more of it is to be written"));
        }
        let (single, mut single_told) = request("single", 1);
        let next = group(&mut begun, VecDeque::from([single]));
        assert_eq!(sizes(&next), [1, SLICE]);
        let names: Vec<&str> = next[1]
            .events
            .iter()
            .map(|event| event.event_id.as_str())
            .collect();
        assert_eq!(
            names[0],
            format!("large-{SLICE}"),
            "in the order in which they came"
        );
        let mut rest = Vec::new();
        for part in next {
            let size = part.events.len();
            rest.extend(part.job.go_on(std::iter::repeat_n(Recorded::Accepted, size)));
        }
        assert_eq!(single_told.try_recv().unwrap().unwrap().len(), 1);
        assert!(large_told.try_recv().is_err(), "not before all of it is on disk");
        begun.push_front(rest.pop().unwrap());
        let last = group(&mut begun, VecDeque::new()).pop().unwrap();
        assert!(last.job.go_on([Recorded::Duplicate].into_iter()).is_none());
        let told = large_told.try_recv().unwrap().unwrap();
        assert_eq!(told.len(), 2 * SLICE + 1, "one answer for all of it");
        assert_eq!(told.last(), Some(&Recorded::Duplicate));
        assert_eq!(begun.len(), 1, "the second large one is next");
    }
}
