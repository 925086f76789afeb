//! Adding and updating entities: from the catalog interface, and as events mention them.

use std::collections::{BTreeMap, HashMap, HashSet};

use leadbell_domain::{Entity, EntityId, EntityKind, EntityStatus, Timestamp};

use super::{CHUNK, Connection, LOCK, Result, Sql, catalog};
use crate::text::{clean, search_text};
use crate::{EntityUpsert, UpsertCounts};

type Key = (EntityKind, EntityId);

/// Writes what is told, in the order given; within one call an entity may come several times.
pub(super) async fn upsert(
    db: &mut Connection,
    told: &[EntityUpsert],
    now: Timestamp,
) -> Result<UpsertCounts> {
    // Rows are written and locked in the order of their keys, so that two of these can't wait for each other. The
    // kind's name decides, because the database orders by it.
    let mut firsts: BTreeMap<(&str, &EntityId), &EntityUpsert> = BTreeMap::new();
    for upsert in told {
        firsts.entry((upsert.kind.key(), &upsert.id)).or_insert(upsert);
    }
    let firsts: Vec<&EntityUpsert> = firsts.into_values().collect();
    let (mut created, mut rows) = (HashSet::new(), HashMap::new());
    for chunk in firsts.chunks(CHUNK) {
        created.extend(insert_new(db, chunk, now).await?);
        rows.extend(lock_all(db, chunk).await?);
    }

    let mut counts = UpsertCounts {
        created: created.len() as u64,
        ..UpsertCounts::default()
    };
    let mut changed: BTreeMap<(&str, EntityId), Entity> = BTreeMap::new();
    for upsert in told {
        let key: Key = (upsert.kind, upsert.id.clone());
        if created.remove(&key) {
            continue; // Written by `insert_new` just now; further mentions come on top.
        }
        let Some(entity) = rows.get_mut(&key) else {
            continue;
        };
        let next = merged(entity, upsert, now);
        if next == *entity {
            counts.unchanged += 1;
        } else {
            counts.updated += 1;
            *entity = next.clone();
            changed.insert((upsert.kind.key(), key.1), next);
        }
    }
    for entity in changed.values() {
        update(db, entity).await?;
    }
    Ok(counts)
}

/// What the entity is after being told of.
fn merged(known: &Entity, told: &EntityUpsert, now: Timestamp) -> Entity {
    let mut next = known.clone();
    if let Some(name) = &told.name {
        next.name = clean(name);
    }
    if told.discovered {
        // An event knows less than whoever entered it: it only fills in what is unknown.
        next.platform = known.platform.or(told.platform);
        next.product = known.product.clone().or_else(|| told.product.clone());
        next.publisher = known.publisher.clone().or_else(|| told.publisher.clone());
        next.buyer = known.buyer.clone().or_else(|| told.buyer.clone());
    } else {
        next.platform = told.platform.or(known.platform);
        next.product = told.product.clone().or_else(|| known.product.clone());
        next.publisher = told.publisher.clone().or_else(|| known.publisher.clone());
        next.buyer = told.buyer.clone().or_else(|| known.buyer.clone());
        next.status = told.status.unwrap_or(known.status);
        next.discovered = false;
    }
    if next != *known {
        next.updated_at = now;
    }
    next
}

/// Adds those that are not there, and answers which.
async fn insert_new(db: &mut Connection, firsts: &[&EntityUpsert], now: Timestamp) -> Result<Vec<Key>> {
    let mut sql = Sql::new(
        "INSERT INTO entities (kind, id, name, platform, status, product_id, publisher_id, buyer_id, discovered, \
         created_at, updated_at, search) ",
    );
    sql.push_values(firsts, |mut row, told| {
        let name = clean(told.name.as_deref().unwrap_or(told.id.as_str()));
        let search = search_text(&[&name, told.id.as_str()]);
        row.push_bind(told.kind.key())
            .push_bind(told.id.to_string())
            .push_bind(name)
            .push_bind(told.platform.map(|platform| platform.key()))
            .push_bind(told.status.unwrap_or(EntityStatus::Active).key())
            .push_bind(told.product.as_ref().map(EntityId::to_string))
            .push_bind(told.publisher.as_ref().map(EntityId::to_string))
            .push_bind(told.buyer.as_ref().map(EntityId::to_string))
            .push_bind(i64::from(told.discovered))
            .push_bind(now)
            .push_bind(now)
            .push_bind(search);
    });
    sql.push(" ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id");
    let rows = sql.build().persistent(false).fetch_all(db).await?;
    let mut created = Vec::with_capacity(rows.len());
    for row in &rows {
        let fields = super::fields::Fields::of(row, "entities", "id")?;
        created.push((fields.key("kind", EntityKind::from_key)?, fields.id("id")?));
    }
    Ok(created)
}

/// All of them as they are now, held until the end of the transaction.
async fn lock_all(db: &mut Connection, firsts: &[&EntityUpsert]) -> Result<Vec<(Key, Entity)>> {
    // CROSS JOIN: SQLite keeps this order, hence looks each one up instead of reading the whole catalog.
    let mut sql = Sql::new("WITH wanted (kind, id) AS (");
    sql.push_values(firsts, |mut row, told| {
        row.push_bind(told.kind.key()).push_bind(told.id.to_string());
    });
    sql.push(format!(
        ") SELECT {} FROM wanted w CROSS JOIN entities e WHERE e.kind = w.kind AND e.id = w.id \
         ORDER BY e.kind, e.id{LOCK}",
        catalog::COLUMNS
    ));
    let rows = sql.build().persistent(false).fetch_all(db).await?;
    rows.iter()
        .map(|row| catalog::read(row).map(|entity| ((entity.kind, entity.id.clone()), entity)))
        .collect()
}

async fn update(db: &mut Connection, entity: &Entity) -> Result<()> {
    sqlx::query(
        "UPDATE entities SET name = $3, platform = $4, status = $5, product_id = $6, publisher_id = $7, \
         buyer_id = $8, discovered = $9, updated_at = $10, search = $11 WHERE kind = $1 AND id = $2",
    )
    .bind(entity.kind.key())
    .bind(entity.id.as_str())
    .bind(&entity.name)
    .bind(entity.platform.map(|platform| platform.key()))
    .bind(entity.status.key())
    .bind(entity.product.as_ref().map(EntityId::as_str))
    .bind(entity.publisher.as_ref().map(EntityId::as_str))
    .bind(entity.buyer.as_ref().map(EntityId::as_str))
    .bind(i64::from(entity.discovered))
    .bind(entity.updated_at)
    .bind(search_text(&[&entity.name, entity.id.as_str()]))
    .execute(db)
    .await?;
    Ok(())
}
