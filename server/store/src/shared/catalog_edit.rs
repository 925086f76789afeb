//! Entries added and changed by hand, one at a time.

use leadbell_domain::{EntityId, EntityKind, EntityStatus, Scope, Timestamp};

use super::{Connection, LOCK, Result, Sql, catalog, pingtrees, scope, upsert};
use crate::{CatalogEntry, EntityUpsert, StoreError};

pub(super) async fn add(db: &mut Connection, entry: &CatalogEntry, now: Timestamp) -> Result<CatalogEntry> {
    let entity = &entry.entity;
    let told = EntityUpsert {
        kind: entity.kind,
        id: entity.id.clone(),
        name: Some(entity.name.clone()),
        platform: entity.platform,
        status: Some(entity.status),
        product: entity.product.clone(),
        publisher: entity.publisher.clone(),
        buyer: entity.buyer.clone(),
        campaigns: Some(entry.campaigns.iter().cloned().collect()),
        discovered: false,
    };
    let counts = upsert::upsert(db, &[told], now).await?;
    if counts.created != 1 {
        // What the upsert changed is taken back with the transaction.
        return Err(StoreError::Taken("id"));
    }
    find(db, entity.kind, &entity.id, &Scope::All)
        .await?
        .ok_or(StoreError::NotFound)
}

pub(super) async fn find(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
) -> Result<Option<CatalogEntry>> {
    find_with(db, kind, id, scope, "").await
}

async fn find_with(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
    lock: &'static str,
) -> Result<Option<CatalogEntry>> {
    let mut sql = Sql::new(format!(
        "SELECT {} FROM entities e WHERE e.kind = ",
        catalog::COLUMNS
    ));
    sql.push_bind(kind.key())
        .push(" AND e.id = ")
        .push_bind(id.to_string());
    if !scope::push_entities(&mut sql, scope, kind) {
        return Ok(None);
    }
    let row = sql.push(lock).build().fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(None) };
    let entity = catalog::read(&row)?;
    let campaigns = match kind {
        EntityKind::Pingtree => pingtrees::campaigns_of(db, [id].into_iter()).await?.remove(id),
        _ => None,
    };
    Ok(Some(CatalogEntry {
        entity,
        campaigns: campaigns.unwrap_or_default(),
    }))
}

/// The entry as its editor saw it, held.
async fn hold(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
    expected: Timestamp,
) -> Result<CatalogEntry> {
    let found = find_with(db, kind, id, scope, LOCK).await?;
    let found = found.ok_or(StoreError::NotFound)?;
    if found.entity.updated_at == expected {
        Ok(found)
    } else {
        Err(StoreError::Conflict)
    }
}

pub(super) async fn replace(
    db: &mut Connection,
    entry: &CatalogEntry,
    scope: &Scope,
    expected: Timestamp,
    now: Timestamp,
) -> Result<CatalogEntry> {
    let old = hold(db, entry.entity.kind, &entry.entity.id, scope, expected).await?;
    let mut next = entry.clone();
    next.entity.discovered = false;
    next.entity.created_at = old.entity.created_at;
    next.entity.updated_at = old.entity.updated_at;
    if next == old {
        return Ok(old);
    }
    next.entity.updated_at = now.max(old.entity.updated_at + 1);
    upsert::write_all(db, &[&next]).await?;
    Ok(next)
}

pub(super) async fn set_status(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    status: EntityStatus,
    scope: &Scope,
    expected: Timestamp,
    now: Timestamp,
) -> Result<CatalogEntry> {
    let mut next = hold(db, kind, id, scope, expected).await?;
    if next.entity.status != status {
        next.entity.status = status;
        next.entity.updated_at = now.max(next.entity.updated_at + 1);
        upsert::write_all(db, &[&next]).await?;
    }
    Ok(next)
}
