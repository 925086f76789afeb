//! How sending goes.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::health::{AlertsView, DestinationRow, HealthView};

/// How sending goes, of those connections and rules that the viewer may see.
#[async_trait]
pub trait Health: Send + Sync {
    /// Everything that waits or is refused.
    async fn health(&self) -> Result<HealthView, AppError>;
    /// One destination that the viewer may change.
    async fn destination(&self, id: &str) -> Result<DestinationRow, AppError>;
    /// Lets what waits there try at once; answers what happened.
    async fn retry_destination(&self, id: &str) -> Result<String, AppError>;
    /// Gives up what waits there; answers what happened.
    async fn give_up_destination(&self, id: &str) -> Result<String, AppError>;
    /// Where the viewer's side is told of trouble; `Forbidden` for who answers for no connections.
    async fn alerts(&self) -> Result<AlertsView, AppError>;
    /// Has trouble told there, after a first message has arrived; answers what happened. Complaints are at
    /// `connection_id` and `target`.
    async fn set_alerts(&self, connection: &str, target: &str) -> Result<String, AppError>;
    /// Has nothing told any more; answers what happened.
    async fn stop_alerts(&self) -> Result<String, AppError>;
}
