//! What goes when it is old, and what has to be settled after a backup came back.

use async_trait::async_trait;
use leadbell_domain::{Kept, Timestamp};

use crate::{PruneStep, Pruned, StorageFigures, StoreError};

/// What is removed because it is old.
#[async_trait]
pub trait Keeping {
    /// Takes the lease of removing what is old of this kind; `false` when another server has it.
    async fn begin_pruning(
        &self,
        kind: Kept,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<bool, StoreError>;
    /// Removes some of what is old, in one short transaction. What still waits, is held or is not certain stays, and an
    /// event as long as one of its deliveries does. `Conflict` without the lease.
    async fn prune(&self, step: &PruneStep<'_>) -> Result<Pruned, StoreError>;
    /// Gives the lease back, and remembers what the round removed.
    async fn end_pruning(
        &self,
        kind: Kept,
        owner: &str,
        now: Timestamp,
        removed: u64,
    ) -> Result<(), StoreError>;
    /// For a database that came back from a backup: what waited there may have been sent since, so it becomes ambiguous,
    /// and is sent again by itself only where its rule would rather send twice than never; what was held stays
    /// suppressed. Every lease ends. Answers how many became ambiguous.
    async fn doubt_what_waits(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// How much there is of everything; never counts rows.
    async fn storage(&self) -> Result<StorageFigures, StoreError>;
}
