//! The log of deliveries, as far as its reader may look.

use async_trait::async_trait;
use leadbell_domain::DeliveryId;

use crate::{DeliveryLogQuery, LoggedDelivery, RuleScopes, StoreError};

/// What became of messages.
#[async_trait]
pub trait DeliveryLog {
    /// A page of deliveries, newest first.
    async fn delivery_log(&self, query: &DeliveryLogQuery) -> Result<Vec<LoggedDelivery>, StoreError>;
    /// One of them, if its rule is in scope.
    async fn logged_delivery(
        &self,
        id: &DeliveryId,
        scopes: &RuleScopes,
    ) -> Result<Option<LoggedDelivery>, StoreError>;
}
