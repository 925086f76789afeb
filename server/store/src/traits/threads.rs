//! The lines of state below the first messages of threads.

use async_trait::async_trait;
use leadbell_domain::Timestamp;

use crate::{LineEnd, LineUpdate, StoreError};

/// What updates lines and clears threads away.
#[async_trait]
pub trait ThreadLines {
    /// When the next line becomes due, UTC milliseconds; may be in the past; `None` when all are up to date.
    async fn next_line_due(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Takes up to `limit` lines that are due until `now + lease_ms`, longest due first, whose destination has nothing to
    /// send now and takes messages. `owner` is a name of its own for every claim.
    async fn claim_lines(
        &self,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
        limit: i64,
    ) -> Result<Vec<LineUpdate>, StoreError>;
    /// Records what came of one; an answer that comes after its time is over changes nothing, and `false` says so.
    async fn finish_line(
        &self,
        update: &LineUpdate,
        end: &LineEnd,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Clears threads away that take no more messages, some at a time; answers how many.
    async fn forget_threads(&self, now: Timestamp) -> Result<u64, StoreError>;
}
