//! How sending goes: destinations with what waits there, and what people can do about it.

use async_trait::async_trait;
use leadbell_domain::{DestinationId, Timestamp};

use crate::{ConnectionScope, DestinationQuery, DestinationState, RuleScopes, StoreError, Troubles};

/// What the page of health needs of the store.
#[async_trait]
pub trait SendingHealth {
    /// The destinations where something waits or that Slack refuses: refused ones first, then by how much waits.
    async fn destination_states(&self, query: &DestinationQuery)
    -> Result<Vec<DestinationState>, StoreError>;
    /// One destination, if its connection is in scope.
    async fn destination_state(
        &self,
        id: &DestinationId,
        scope: &ConnectionScope,
    ) -> Result<Option<DestinationState>, StoreError>;
    /// Refused destinations where deliveries of rules in these scopes wait, longest refused first.
    async fn refused_destinations(
        &self,
        scopes: &RuleScopes,
        limit: i64,
    ) -> Result<Vec<DestinationState>, StoreError>;
    /// Lets the first waiting message of a refused destination try at once.
    async fn retry_destination(&self, id: &DestinationId) -> Result<(), StoreError>;
    /// Fails everything that waits at a destination, some at a time; answers how many there were.
    async fn give_up_destination(&self, id: &DestinationId, now: Timestamp) -> Result<u64, StoreError>;
    /// What failed since `since`, and what is uncertain, of the deliveries of rules in these scopes.
    async fn troubles(&self, scopes: &RuleScopes, since: Timestamp) -> Result<Troubles, StoreError>;
    /// How many destinations Slack refuses.
    async fn count_refused_destinations(&self) -> Result<i64, StoreError>;
}
