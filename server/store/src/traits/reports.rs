//! Weekly reports.

use async_trait::async_trait;
use leadbell_domain::Timestamp;

use crate::{AlertEnd, NewReport, StoreError, TakenReport, ToldAlert};

/// Reports: one for each moment at which one was due, sent once at most.
#[async_trait]
pub trait Reports {
    /// Whether the report of this moment was made already.
    async fn report_is_noted(&self, due: Timestamp) -> Result<bool, StoreError>;
    /// Keeps a report to be sent; `false`, and nothing is kept, when there is one of its moment.
    async fn note_report(&self, report: &NewReport, now: Timestamp) -> Result<bool, StoreError>;
    /// Takes the oldest that waits.
    async fn take_report(&self, now: Timestamp) -> Result<Option<TakenReport>, StoreError>;
    /// Notes what came of one that was taken.
    async fn finish_report(&self, due: Timestamp, end: &AlertEnd, now: Timestamp) -> Result<(), StoreError>;
    /// The last ones, newest first.
    async fn reports(&self, limit: i64) -> Result<Vec<ToldAlert>, StoreError>;
}
