//! Imports: first a plan, then just what the plan showed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use leadbell_domain::{EntityId, Timestamp, UserId};
use sha2::{Digest, Sha256};

use super::upsert::{Key, fresh, known, merged, upsert};
use super::{CHUNK, Connection, LOCK, Result};
use crate::text::clean;
use crate::{CatalogEntry, CatalogPlan, EntityUpsert, EntryChange, StoreError, UpsertCounts};

pub(super) async fn plan(db: &mut Connection, told: &[EntityUpsert], now: Timestamp) -> Result<CatalogPlan> {
    let present = present(db, told, "").await?;
    let stamp = stamp(told, &present);
    let changes = told
        .iter()
        .map(|told| match present.get(&(told.kind, told.id.clone())) {
            Some(before) => EntryChange {
                after: merged(before, told, now),
                before: Some(before.clone()),
            },
            None => EntryChange {
                before: None,
                after: fresh(told, now),
            },
        })
        .collect();
    Ok(CatalogPlan { changes, stamp })
}

pub(super) async fn import(
    db: &mut Connection,
    told: &[EntityUpsert],
    expected: &str,
    now: Timestamp,
) -> Result<UpsertCounts> {
    let present = present(db, told, LOCK).await?;
    if stamp(told, &present) != expected {
        return Err(StoreError::Conflict);
    }
    let counts = upsert(db, told, now).await?;
    // An entry that somebody added since the look at it is no new one.
    if counts.created as usize + present.len() == told.len() {
        Ok(counts)
    } else {
        Err(StoreError::Conflict)
    }
}

/// Those of them that are there.
async fn present(
    db: &mut Connection,
    told: &[EntityUpsert],
    lock: &'static str,
) -> Result<HashMap<Key, CatalogEntry>> {
    // In the order of their keys, as everybody locks them.
    let mut sorted: Vec<&EntityUpsert> = told.iter().collect();
    sorted.sort_by_key(|told| (told.kind.key(), &told.id));
    let mut found = HashMap::new();
    for chunk in sorted.chunks(CHUNK) {
        found.extend(known(db, chunk, lock).await?);
    }
    Ok(found)
}

/// Differs whenever one of the entries is another, came or went.
fn stamp(told: &[EntityUpsert], present: &HashMap<Key, CatalogEntry>) -> String {
    let states: BTreeMap<(&str, &EntityId), Option<Timestamp>> = told
        .iter()
        .map(|told| {
            let found = present.get(&(told.kind, told.id.clone()));
            (
                (told.kind.key(), &told.id),
                found.map(|entry| entry.entity.updated_at),
            )
        })
        .collect();
    let mut hash = Sha256::new();
    for ((kind, id), changed) in states {
        hash.update(format!("{kind}\n{id}\n{changed:?}\n"));
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) async fn keep(
    db: &mut Connection,
    id: &str,
    user: &UserId,
    data: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO catalog_imports (id, user_id, data, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, data = excluded.data, created_at = excluded.created_at",
    )
    .bind(id)
    .bind(user.as_str())
    .bind(clean(data))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn kept(db: &mut Connection, id: &str, user: &UserId) -> Result<Option<String>> {
    let data = sqlx::query_scalar("SELECT data FROM catalog_imports WHERE id = $1 AND user_id = $2")
        .bind(id)
        .bind(user.as_str())
        .fetch_optional(db)
        .await?;
    Ok(data)
}

pub(super) async fn forget(db: &mut Connection, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM catalog_imports WHERE id = $1")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}
