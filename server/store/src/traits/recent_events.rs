//! The newest events, to try messages on.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, Trigger};

use crate::{StoreError, StoredEvent};

/// The newest events.
#[async_trait]
pub trait RecentEvents {
    /// The newest events of this trigger and entity among the last few thousand of all, newest first.
    async fn newest_events(
        &self,
        trigger: Trigger,
        level: Level,
        entity: &EntityId,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError>;
}
