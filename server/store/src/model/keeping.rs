//! What is kept for how long, and how much there is of it.

use std::time::Duration;

use leadbell_domain::{Kept, Timestamp};

/// A step of removing what is old.
#[derive(Clone, Debug)]
pub struct PruneStep<'a> {
    /// What.
    pub kind: Kept,
    /// Who does it; must hold the lease.
    pub owner: &'a str,
    /// What arrived before, UTC milliseconds.
    pub before: Timestamp,
    /// Rows looked at, at most.
    pub limit: i64,
    /// Now, UTC milliseconds.
    pub now: Timestamp,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Rows of the kind that are gone.
    pub rows: u64,
    /// How long others could not write.
    pub took: Duration,
    /// Nothing older is left to look at.
    pub done: bool,
}

/// How much there is of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFigures {
    /// The table.
    pub table: String,
    /// About how many rows; `None` where nothing tells without counting.
    pub rows: Option<i64>,
    /// Bytes with its indexes; `None` where the database does not tell.
    pub bytes: Option<i64>,
}

/// When and how much was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrunedFigures {
    /// What.
    pub kind: Kept,
    /// When a round last ended, UTC milliseconds.
    pub last_at: Option<Timestamp>,
    /// What that round removed.
    pub last_removed: i64,
    /// What was removed in all.
    pub removed: i64,
}

/// How much the database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFigures {
    /// The large tables.
    pub tables: Vec<TableFigures>,
    /// Bytes of the whole database.
    pub bytes: i64,
    /// Bytes of it that are free for new rows.
    pub free: i64,
    /// When the oldest event arrived, UTC milliseconds.
    pub oldest_event: Option<Timestamp>,
    /// What was removed.
    pub pruned: Vec<PrunedFigures>,
}
