//! What became of messages.

use async_trait::async_trait;
use axum::body::Body;

use super::ExportFormat;
use crate::error::AppError;
use crate::views::deliveries::{DeliveryList, DeliverySearch, DeliveryView, ResendChoice, ResendLook};

/// The log of deliveries, of those rules that the viewer may see. Ids come from addresses: what is no id is not found.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// A page of them, newest first.
    async fn deliveries(&self, search: &DeliverySearch) -> Result<DeliveryList, AppError>;
    /// All of a search as a file, as it is read; `name` as in [`super::Events::export_events`].
    async fn export_deliveries(
        &self,
        search: &DeliverySearch,
        format: ExportFormat,
        name: &str,
    ) -> Result<Body, AppError>;
    /// One of them.
    async fn delivery(&self, id: &str) -> Result<DeliveryView, AppError>;
    /// What sending these again would do; only those of rules that the viewer may change.
    async fn resend_look(&self, choice: &ResendChoice) -> Result<ResendLook, AppError>;
    /// Sends them again; answers what happened.
    async fn resend(&self, choice: &ResendChoice) -> Result<String, AppError>;
    /// Settles an uncertain one by whether it had arrived; answers what happened.
    async fn settle_delivery(&self, id: &str, arrived: bool) -> Result<String, AppError>;
}
