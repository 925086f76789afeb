//! What the database holds, as the page of settings shows it.

use leadbell_domain::Timestamp;

use super::health::ToldRow;

/// How much there is of something.
#[derive(Clone, Debug)]
pub struct StoredRow {
    /// What.
    pub name: String,
    /// About how many.
    pub rows: String,
    /// On disk, where the database tells.
    pub size: Option<String>,
}

/// What was removed because it was old.
#[derive(Clone, Debug)]
pub struct RemovedRow {
    /// What.
    pub name: &'static str,
    /// When a round last ended.
    pub last_at: Option<Timestamp>,
    /// What that round removed.
    pub last_removed: String,
    /// What was removed in all.
    pub removed: String,
}

/// The weekly report.
#[derive(Clone, Debug, Default)]
pub struct ReportView {
    /// Connections it can be sent with, as (id, name).
    pub connections: Vec<(String, String)>,
    /// The one it is sent with; empty when none is sent.
    pub connection: String,
    /// The channel or member.
    pub target: String,
    /// 0 is Monday.
    pub weekday: String,
    /// 0–23.
    pub hour: String,
    /// Whose clock.
    pub zone: String,
    /// The last ones.
    pub told: Vec<ToldRow>,
}

/// What there is, and what was removed.
#[derive(Clone, Debug)]
pub struct StorageView {
    /// The tables.
    pub stored: Vec<StoredRow>,
    /// The database as a whole, in words.
    pub size: String,
    /// When the oldest event arrived.
    pub oldest_event: Option<Timestamp>,
    /// What was removed.
    pub removed: Vec<RemovedRow>,
}
