//! What happened, and what rules made of it.

use async_trait::async_trait;
use axum::body::Body;
use serde::Serialize;

use crate::error::AppError;
use crate::views::event_log::{EventList, EventSearch, EventView, LeadView};

/// As what the log is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A table.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

/// How far an export is.
#[derive(Clone, Debug, Serialize)]
pub struct ExportProgress {
    /// In words.
    pub text: String,
    /// How much of it is written; `None` where that is not known.
    pub percent: Option<u8>,
    /// It goes on.
    pub running: bool,
}

/// The log of events, of those that the viewer's rules could watch. Ids come from addresses: what is no id is not found.
#[async_trait]
pub trait Events: Send + Sync {
    /// A page of them, newest first.
    async fn events(&self, search: &EventSearch) -> Result<EventList, AppError>;
    /// One of them, with the verdict of every rule from this place among them on. `reveal` shows what is masked, and
    /// writes into the audit log that it did.
    async fn event(&self, id: &str, platform: &str, rules: &str, reveal: bool)
    -> Result<EventView, AppError>;
    /// Everything that happened to a lead or a call, from after a place of the log on.
    async fn lead(&self, id: &str, after: &str) -> Result<LeadView, AppError>;
    /// All of a search as a file, as it is read. By `name`, which the page makes up, it asks how far that is.
    async fn export_events(
        &self,
        search: &EventSearch,
        format: ExportFormat,
        name: &str,
    ) -> Result<Body, AppError>;
    /// How far an export of the viewer's own is; `None` where this server knows of none.
    async fn export_progress(&self, name: &str) -> Result<Option<ExportProgress>, AppError>;
    /// What is new, as it arrives: server-sent events, each a row of the list as HTML. `resume` is the last one that
    /// the browser got.
    async fn follow_events(&self, search: &EventSearch, resume: &str) -> Result<Body, AppError>;
}
