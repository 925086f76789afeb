//! The log of deliveries, as far as its reader may look.

use async_trait::async_trait;
use leadbell_domain::{DeliveryId, DeliveryStatus, Timestamp};

use crate::{DeliveryFilter, DeliveryLogQuery, LogPage, LoggedDelivery, ResendPlace, RuleScopes, StoreError};

/// What became of messages.
#[async_trait]
pub trait DeliveryLog {
    /// A page of deliveries, newest first.
    async fn delivery_log(&self, query: &DeliveryLogQuery) -> Result<LogPage<LoggedDelivery>, StoreError>;
    /// One of them, if its rule is in scope.
    async fn logged_delivery(
        &self,
        id: &DeliveryId,
        scopes: &RuleScopes,
    ) -> Result<Option<LoggedDelivery>, StoreError>;
    /// What sending these again would do, destination by destination, most first. Only failed, ambiguous and
    /// suppressed ones count.
    async fn resend_plan(&self, filter: &DeliveryFilter) -> Result<Vec<ResendPlace>, StoreError>;
    /// Queues them again, some at a time, oldest first; answers how many.
    async fn resend(&self, filter: &DeliveryFilter, now: Timestamp) -> Result<u64, StoreError>;
    /// Settles an ambiguous delivery by what a person saw: `Sent` or `Failed`. `Conflict` when it is not ambiguous any
    /// more.
    async fn settle_delivery(
        &self,
        id: &DeliveryId,
        scopes: &RuleScopes,
        to: DeliveryStatus,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
