//! What became of messages.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::deliveries::{DeliveryList, DeliverySearch, DeliveryView};

/// The log of deliveries, of those rules that the viewer may see. Ids come from addresses: what is no id is not found.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// A page of them, newest first.
    async fn deliveries(&self, search: &DeliverySearch) -> Result<DeliveryList, AppError>;
    /// One of them.
    async fn delivery(&self, id: &str) -> Result<DeliveryView, AppError>;
}
