//! What the house settles for itself, as pages see it.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::settings::{ReportView, StorageView};

/// The settings page; `NotFound` for everybody whose duty it is not.
#[async_trait]
pub trait SettingsPages: Send + Sync {
    /// Every setting, as key and text.
    async fn settings(&self) -> Result<Vec<(String, String)>, AppError>;
    /// How much the database holds, and what was removed because it was old.
    async fn storage(&self) -> Result<StorageView, AppError>;
    /// The weekly report.
    async fn report(&self) -> Result<ReportView, AppError>;
    /// Has it sent from now on, once a first message has arrived; answers what happened.
    async fn set_report(&self, wish: &ReportView) -> Result<String, AppError>;
    /// Has it sent no more; answers what happened.
    async fn stop_report(&self) -> Result<String, AppError>;
    /// Changes settings, given as key and text; answers what happened. Complaints are at the keys.
    async fn change_settings(&self, texts: &[(String, String)]) -> Result<String, AppError>;
}
