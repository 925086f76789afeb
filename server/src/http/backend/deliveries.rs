//! The log of deliveries for pages.

use async_trait::async_trait;
use leadbell_app::backend::Deliveries;
use leadbell_app::error::AppError;
use leadbell_app::views::deliveries::{DeliveryList, DeliverySearch, DeliveryView};
use leadbell_domain::DeliveryId;

use super::RequestBackend;
use crate::http::views;

fn id_of(text: &str) -> Result<DeliveryId, AppError> {
    DeliveryId::new(text).map_err(|_| AppError::NotFound)
}

#[async_trait]
impl Deliveries for RequestBackend {
    async fn deliveries(&self, search: &DeliverySearch) -> Result<DeliveryList, AppError> {
        views::deliveries(&self.state, &self.viewer()?, search).await
    }

    async fn delivery(&self, id: &str) -> Result<DeliveryView, AppError> {
        views::delivery(&self.state, &self.viewer()?, &id_of(id)?).await
    }
}
