//! Slack connections.

use async_trait::async_trait;
use leadbell_domain::SecretText;

use crate::error::AppError;
use crate::views::{Alert, ConnectionChange, ConnectionList, ConnectionSearch, ConnectionView};

/// Looking after connections. Ids come from addresses: what is no id is not found.
#[async_trait]
pub trait Connections: Send + Sync {
    /// A page of the viewer's connections, broken ones first.
    async fn list_connections(&self, search: &ConnectionSearch) -> Result<ConnectionList, AppError>;
    /// One of them.
    async fn connection(&self, id: &str) -> Result<ConnectionView, AppError>;
    /// Checks a pasted token with Slack and keeps it under this name, or one made of what Slack says. Answers its id
    /// and what happened. Complaints are at `auth_token` and `name`.
    async fn add_connection(&self, name: &str, token: &SecretText) -> Result<(String, String), AppError>;
    /// Changes one; answers what happened. Complaints are at `name`, `auth_token` and `other_workspace`.
    async fn change_connection(&self, id: &str, change: &ConnectionChange) -> Result<String, AppError>;
    /// Asks Slack about one; answers what it said.
    async fn check_connection(&self, id: &str) -> Result<String, AppError>;
    /// Removes one that nobody uses; answers what happened. `Conflict` when somebody does.
    async fn remove_connection(&self, id: &str) -> Result<String, AppError>;
    /// Whether messages that concern the viewer wait for a broken connection; `None` also when nobody is logged in.
    async fn alert(&self) -> Option<Alert>;
}
