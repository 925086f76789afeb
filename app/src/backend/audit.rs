//! What the audit log's page can ask of the server.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::Listing;
use crate::views::audit::{AuditRow, AuditSearch};

/// Who did what, for those whose duty it is to look; `NotFound` for everybody else.
#[async_trait]
pub trait AuditPages: Send + Sync {
    /// A page of the audit log, newest first.
    async fn audit(&self, search: &AuditSearch) -> Result<Listing<AuditRow>, AppError>;
}
