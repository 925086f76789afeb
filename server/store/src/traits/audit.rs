//! The audit log.

use async_trait::async_trait;
use leadbell_domain::RuleId;

use crate::{AuditEntry, AuditQuery, Page, StoreError};

/// Who did what. Lines are added and read, never changed.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds lines.
    async fn record_audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError>;
    /// A page of lines, newest first.
    async fn list_audit(&self, query: &AuditQuery) -> Result<Page<AuditEntry>, StoreError>;
    /// Which of these rules are there still: lines about others lead nowhere.
    async fn living_rules(&self, ids: &[RuleId]) -> Result<Vec<RuleId>, StoreError>;
}
