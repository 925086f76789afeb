//! What Slack calls the places that are sent to.

use std::collections::HashMap;

use async_trait::async_trait;
use leadbell_domain::{ConnectionId, Target};

use crate::StoreError;

/// Names of channels, as somebody's check found them.
#[async_trait]
pub trait Places {
    /// Keeps what Slack calls a place.
    async fn name_place(
        &self,
        connection: &ConnectionId,
        target: &Target,
        name: &str,
    ) -> Result<(), StoreError>;
    /// The names known of these places.
    async fn place_names(
        &self,
        places: &[(ConnectionId, Target)],
    ) -> Result<HashMap<(ConnectionId, Target), String>, StoreError>;
}
