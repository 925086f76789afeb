//! Records results, many in one transaction, and keeps them while the database is away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use leadbell_domain::Outcome;
use leadbell_store::{Finish, Finished, Store, StoreError};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::consequence::outcome_key;
use crate::signals::{Reporter, WakeHandle};

/// Results per transaction. A commit costs the same for one and for many; far beyond this the lock is held long.
const BATCH: usize = 256;
/// First and longest wait while the database is away.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Tries for one result that the database answers with an error of its own, not with its absence.
const TRIES_FOR_ONE: u32 = 3;

/// A result on its way to the database.
pub(crate) struct Done {
    pub finish: Finish,
    /// The place in flight, free again once this is recorded: what can't be recorded is not piled up endlessly.
    pub place: OwnedSemaphorePermit,
}

/// Writes what arrives. The channel may be unbounded because every entry holds a place.
pub(crate) struct Recorder {
    pub store: Arc<dyn Store>,
    pub wake: WakeHandle,
    pub reporter: Reporter,
}

impl Recorder {
    /// Runs until all senders are gone and everything is recorded.
    pub async fn run(&self, mut results: UnboundedReceiver<Done>) {
        let mut batch = Vec::new();
        // Takes what has come meanwhile and does not wait for more: alone, a result is recorded at once; under
        // load, those that came during one commit share the next.
        while results.recv_many(&mut batch, BATCH).await > 0 {
            self.record(std::mem::take(&mut batch)).await;
        }
    }

    async fn record(&self, batch: Vec<Done>) {
        let finishes: Vec<Finish> = batch.iter().map(|done| done.finish.clone()).collect();
        match self.write(&finishes, 1).await {
            Ok(()) => {}
            Err(_) if finishes.len() > 1 => {
                // One of them is at fault; the others must not suffer for it.
                for finish in &finishes {
                    self.record_alone(finish).await;
                }
            }
            Err(_) => self.record_alone(&finishes[0]).await,
        }
        let recorded = batch.len() as u64;
        tell_refused_tokens(&finishes);
        for Done { place, .. } in batch {
            drop(place);
        }
        self.wake.wake();
        self.reporter.change(|progress| progress.recorded += recorded);
    }

    async fn record_alone(&self, finish: &Finish) {
        if let Err(error) = self.write(std::slice::from_ref(finish), TRIES_FOR_ONE).await {
            // Its lease runs out and it becomes ambiguous, which is the truth as far as the database knows.
            tracing::error!(
                delivery = %finish.delivery, outcome = outcome_key(&finish.outcome), %error,
                "a result could not be recorded"
            );
        }
    }

    /// Writes, waiting as long as it takes while the database is away. Other errors end it after so many tries.
    async fn write(&self, finishes: &[Finish], tries: u32) -> Result<(), StoreError> {
        let mut wait = FIRST_WAIT;
        let mut refused = 0;
        loop {
            let error = match self.store.finish(finishes).await {
                Ok(finished) => {
                    tell_late_ones(finishes, &finished);
                    return Ok(());
                }
                Err(error) => error,
            };
            self.reporter.change(|progress| progress.failures += 1);
            if !matches!(error, StoreError::Unavailable(_)) {
                refused += 1;
                if refused >= tries {
                    return Err(error);
                }
            }
            tracing::warn!(results = finishes.len(), %error, "results wait to be recorded");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// Once for each connection, however many of its deliveries were under way.
fn tell_refused_tokens(finishes: &[Finish]) {
    let mut told = BTreeSet::new();
    for finish in finishes {
        let Some(refused) = &finish.refused else { continue };
        if told.insert(refused.connection.as_str()) {
            let code = match &finish.outcome {
                Outcome::Permanent { code } => code.as_str(),
                other => outcome_key(other),
            };
            tracing::warn!(connection = %refused.connection, code, "Slack refuses this connection; its messages wait");
        }
    }
}

fn tell_late_ones(finishes: &[Finish], finished: &[Finished]) {
    for (finish, became) in finishes.iter().zip(finished) {
        if let Finished::TooLate(status) = became {
            tracing::warn!(
                delivery = %finish.delivery, outcome = outcome_key(&finish.outcome), status = status.key(),
                "the lease had run out before this result was recorded"
            );
        }
    }
}
