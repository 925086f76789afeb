//! The trait for what goes when it is old; and how much there is.

use async_trait::async_trait;
use leadbell_domain::{Kept, Timestamp};

use super::store::{read, write};
use super::{Connection, DbStore, Result, STORAGE, STORAGE_TABLES, prune, restored};
use crate::{
    Keeping, PruneStep, Pruned, PrunedFigures, StorageFigures, Store as _, StoreError, TableFigures,
};

async fn storage(db: &mut Connection) -> Result<StorageFigures> {
    let tables: Vec<(String, Option<i64>, Option<i64>)> =
        sqlx::query_as(STORAGE_TABLES).fetch_all(&mut *db).await?;
    let (bytes, free): (i64, i64) = sqlx::query_as(STORAGE).fetch_one(&mut *db).await?;
    let oldest_event = sqlx::query_scalar("SELECT received_at FROM events ORDER BY key LIMIT 1")
        .fetch_optional(&mut *db)
        .await?;
    let noted: Vec<(String, Option<i64>, i64, i64)> =
        sqlx::query_as("SELECT kind, last_at, last_removed, removed FROM pruning")
            .fetch_all(db)
            .await?;
    let pruned = Kept::ALL.into_iter().filter_map(|kind| {
        let (_, last_at, last_removed, removed) = noted.iter().find(|(key, ..)| key == kind.key())?;
        Some(PrunedFigures {
            kind,
            last_at: *last_at,
            last_removed: *last_removed,
            removed: *removed,
        })
    });
    Ok(StorageFigures {
        tables: tables
            .into_iter()
            .map(|(table, rows, bytes)| TableFigures { table, rows, bytes })
            .collect(),
        bytes,
        free,
        oldest_event,
        pruned: pruned.collect(),
    })
}

#[async_trait]
impl Keeping for DbStore {
    async fn begin_pruning(
        &self,
        kind: Kept,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<bool, StoreError> {
        write!(self, prune::begin, kind, owner, now, lease_ms)
    }

    async fn prune(&self, step: &PruneStep<'_>) -> Result<Pruned, StoreError> {
        self.prune_step(step).await
    }

    async fn end_pruning(
        &self,
        kind: Kept,
        owner: &str,
        now: Timestamp,
        removed: u64,
    ) -> Result<(), StoreError> {
        write!(self, prune::end, kind, owner, now, removed)
    }

    async fn doubt_what_waits(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.expire_all_leases(now).await?;
        let mut doubtful = self.rescue_expired(now + 1).await?;
        let released: Result<()> = write!(self, restored::release_nothing, now);
        released?;
        loop {
            let step: Result<(u64, bool)> = write!(self, restored::doubt, now);
            let (count, more) = step?;
            doubtful += count;
            if !more {
                return Ok(doubtful);
            }
        }
    }

    async fn storage(&self) -> Result<StorageFigures, StoreError> {
        read!(self, storage)
    }
}
