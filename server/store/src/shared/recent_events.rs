//! The newest events, to try messages on.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, Trigger};

use super::{DbStore, Result, events};
use crate::{RecentEvents, StoredEvent};

/// How far back it looks, in events: with a bound no index of its own is needed, which every event would pay for.
const LOOKED_AT: i64 = 2_000;

#[async_trait]
impl RecentEvents for DbStore {
    async fn newest_events(
        &self,
        trigger: Trigger,
        level: Level,
        entity: &EntityId,
        limit: i64,
    ) -> Result<Vec<StoredEvent>> {
        let column = match level {
            Level::Product => "product_id",
            Level::Campaign => "campaign_id",
            Level::Publisher => "publisher_id",
        };
        let columns = events::COLUMNS;
        let text = format!(
            "SELECT {columns} FROM (SELECT {columns}, {column} FROM events ORDER BY key DESC LIMIT {LOOKED_AT}) newest \
             WHERE trigger_key = $1 AND {column} = $2 ORDER BY key DESC LIMIT $3"
        );
        let rows = sqlx::query(&text)
            .bind(trigger.key())
            .bind(entity.as_str())
            .bind(limit.max(0))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(events::read).collect()
    }
}
