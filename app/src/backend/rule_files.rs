//! All rules as a file.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::{ImportLook, Imported, RuleFileKind};

/// All rules as a file, for those whose duty it is; `NotFound` for everybody else.
#[async_trait]
pub trait RuleFiles: Send + Sync {
    /// Whether the person may export, and import.
    fn rule_file_duties(&self) -> (bool, bool);
    /// Everything the person may see as a file, piece by piece.
    async fn export_rules(&self, kind: RuleFileKind) -> Result<axum::body::Body, AppError>;
    /// What a file, JSON or YAML, would change. A complaint at `text` when it is no file of rules.
    async fn look_at_rules(&self, file: &[u8]) -> Result<ImportLook, AppError>;
    /// Imports a file that was looked at when the set of rules had this version.
    async fn import_rules(&self, file: &[u8], seen: i64) -> Result<Imported, AppError>;
}
