//! Records results, many in one transaction, and keeps them while the database is away.

use std::sync::Arc;
use std::time::Duration;

use leadbell_domain::ConnectionId;
use leadbell_store::{
    ConnectionCheck, ConnectionScope, ConnectionStatus, Finish, Finished, Store, StoreError,
};
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
    pub connection: ConnectionId,
    /// Slack's code when it says that the token is of no use any more.
    pub connection_fault: Option<String>,
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
        let mut faults = Vec::new();
        for Done {
            finish,
            connection,
            connection_fault,
            place,
        } in batch
        {
            drop(place);
            faults.extend(connection_fault.map(|code| (connection, code, finish.finished_at)));
        }
        // The places are free and the queue has moved on: what follows may take its time.
        self.wake.wake();
        for (connection, code, at) in faults {
            self.mark_broken(&connection, code, at).await;
        }
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

    /// Shows a broken token on the pages. A failure here loses nothing but that: the delivery itself is recorded.
    async fn mark_broken(&self, id: &ConnectionId, code: String, at: i64) {
        let found = match self.store.find_connection(id, &ConnectionScope::All).await {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(connection = %id, %error, "a broken connection could not be marked");
                return;
            }
        };
        if found.status == ConnectionStatus::Broken && found.last_error.as_deref() == Some(code.as_str()) {
            return;
        }
        tracing::warn!(connection = %id, code, "Slack refuses this connection");
        let check = ConnectionCheck {
            status: ConnectionStatus::Broken,
            error: Some(code),
            team: found.team,
            team_id: found.team_id,
            user_name: found.user_name,
            scopes: found.scopes,
            checked_at: at,
        };
        if let Err(error) = self.store.record_connection_check(id, &check).await {
            tracing::warn!(connection = %id, %error, "a broken connection could not be marked");
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
