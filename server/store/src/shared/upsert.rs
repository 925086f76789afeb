//! Adding and updating entities: from the catalog interface, and as events mention them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use leadbell_domain::{Entity, EntityId, EntityKind, EntityStatus, Timestamp};

use super::{CHUNK, Connection, LOCK, Result, Sql, catalog, pingtrees};
use crate::text::{clean, search_text};
use crate::{CatalogEntry, EntityUpsert, UpsertCounts};

pub(super) type Key = (EntityKind, EntityId);

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
        rows.extend(known(db, chunk, LOCK).await?);
    }

    let mut counts = UpsertCounts {
        created: created.len() as u64,
        ..UpsertCounts::default()
    };
    let mut changed: BTreeMap<(&str, EntityId), CatalogEntry> = BTreeMap::new();
    for upsert in told {
        let key: Key = (upsert.kind, upsert.id.clone());
        let Some(entry) = rows.get_mut(&key) else {
            continue;
        };
        let mut next = merged(entry, upsert, now);
        if created.remove(&key) {
            // Written by `insert_new` just now, but for its campaigns; further mentions come on top.
            if next.campaigns != entry.campaigns {
                next.entity.updated_at = entry.entity.updated_at;
                *entry = next.clone();
                changed.insert((upsert.kind.key(), key.1), next);
            }
        } else if next == *entry {
            counts.unchanged += 1;
        } else {
            counts.updated += 1;
            *entry = next.clone();
            changed.insert((upsert.kind.key(), key.1), next);
        }
    }
    let changed: Vec<&CatalogEntry> = changed.values().collect();
    for chunk in changed.chunks(CHUNK) {
        write_all(db, chunk).await?;
    }
    Ok(counts)
}

/// What the entity is after being told of.
pub(super) fn merged(known: &CatalogEntry, told: &EntityUpsert, now: Timestamp) -> CatalogEntry {
    let mut entry = known.clone();
    let (known_entity, next) = (&known.entity, &mut entry.entity);
    if let Some(name) = &told.name {
        next.name = clean(name);
    }
    if told.discovered {
        // An event knows less than whoever entered it: it only fills in what is unknown.
        next.platform = known_entity.platform.or(told.platform);
        next.product = known_entity.product.clone().or_else(|| told.product.clone());
        next.publisher = known_entity.publisher.clone().or_else(|| told.publisher.clone());
        next.buyer = known_entity.buyer.clone().or_else(|| told.buyer.clone());
        entry.campaigns.extend(told.campaigns.iter().flatten().cloned());
    } else {
        next.platform = told.platform.or(known_entity.platform);
        next.product = told.product.clone().or_else(|| known_entity.product.clone());
        next.publisher = told.publisher.clone().or_else(|| known_entity.publisher.clone());
        next.buyer = told.buyer.clone().or_else(|| known_entity.buyer.clone());
        next.status = told.status.unwrap_or(known_entity.status);
        next.discovered = false;
        if let Some(campaigns) = &told.campaigns {
            entry.campaigns = campaigns.iter().cloned().collect();
        }
    }
    if entry != *known {
        // Never the same twice: editors recognise by it whether they saw the latest.
        entry.entity.updated_at = now.max(known.entity.updated_at + 1);
    }
    entry
}

/// A new entity as it is told of.
pub(super) fn fresh(told: &EntityUpsert, now: Timestamp) -> CatalogEntry {
    CatalogEntry {
        entity: Entity {
            kind: told.kind,
            id: told.id.clone(),
            name: clean(told.name.as_deref().unwrap_or(told.id.as_str())),
            platform: told.platform,
            status: told.status.unwrap_or(EntityStatus::Active),
            product: told.product.clone(),
            publisher: told.publisher.clone(),
            buyer: told.buyer.clone(),
            discovered: told.discovered,
            created_at: now,
            updated_at: now,
        },
        campaigns: told.campaigns.iter().flatten().cloned().collect(),
    }
}

fn insert_into<'a>(entities: impl IntoIterator<Item = &'a Entity>) -> Sql {
    let mut sql = Sql::new(
        "INSERT INTO entities (kind, id, name, platform, status, product_id, publisher_id, buyer_id, discovered, \
         created_at, updated_at, search) ",
    );
    sql.push_values(entities, |mut row, entity| {
        let search = search_text(&[&entity.name, entity.id.as_str()]);
        row.push_bind(entity.kind.key())
            .push_bind(entity.id.to_string())
            .push_bind(clean(&entity.name))
            .push_bind(entity.platform.map(|platform| platform.key()))
            .push_bind(entity.status.key())
            .push_bind(entity.product.as_ref().map(EntityId::to_string))
            .push_bind(entity.publisher.as_ref().map(EntityId::to_string))
            .push_bind(entity.buyer.as_ref().map(EntityId::to_string))
            .push_bind(i64::from(entity.discovered))
            .push_bind(entity.created_at)
            .push_bind(entity.updated_at)
            .push_bind(search);
    });
    sql
}

/// Adds those that are not there, without their campaigns, and answers which.
async fn insert_new(db: &mut Connection, firsts: &[&EntityUpsert], now: Timestamp) -> Result<Vec<Key>> {
    let entities: Vec<Entity> = firsts.iter().map(|told| fresh(told, now).entity).collect();
    let mut sql = insert_into(&entities);
    sql.push(" ON CONFLICT (kind, id) DO NOTHING RETURNING kind, id");
    let rows = sql.build().persistent(false).fetch_all(db).await?;
    let mut created = Vec::with_capacity(rows.len());
    for row in &rows {
        let fields = super::fields::Fields::of(row, "entities", "id")?;
        created.push((fields.key("kind", EntityKind::from_key)?, fields.id("id")?));
    }
    Ok(created)
}

/// All of them as they are now; with [`LOCK`], held until the end of the transaction.
pub(super) async fn known(
    db: &mut Connection,
    firsts: &[&EntityUpsert],
    lock: &'static str,
) -> Result<Vec<(Key, CatalogEntry)>> {
    // CROSS JOIN: SQLite keeps this order, hence looks each one up instead of reading the whole catalog.
    let mut sql = Sql::new("WITH wanted (kind, id) AS (");
    sql.push_values(firsts, |mut row, told| {
        row.push_bind(told.kind.key()).push_bind(told.id.to_string());
    });
    sql.push(format!(
        ") SELECT {} FROM wanted w CROSS JOIN entities e WHERE e.kind = w.kind AND e.id = w.id \
         ORDER BY e.kind, e.id{lock}",
        catalog::COLUMNS
    ));
    let rows = sql.build().persistent(false).fetch_all(&mut *db).await?;
    let mut entities = rows.iter().map(catalog::read).collect::<Result<Vec<_>>>()?;
    with_campaigns(db, &mut entities).await
}

async fn with_campaigns(db: &mut Connection, entities: &mut Vec<Entity>) -> Result<Vec<(Key, CatalogEntry)>> {
    let trees: Vec<&EntityId> = entities
        .iter()
        .filter(|entity| entity.kind == EntityKind::Pingtree)
        .map(|entity| &entity.id)
        .collect();
    let mut campaigns = HashMap::new();
    if !trees.is_empty() {
        campaigns = pingtrees::campaigns_of(db, trees.into_iter()).await?;
    }
    Ok(entities
        .drain(..)
        .map(|entity| {
            let campaigns = match entity.kind {
                EntityKind::Pingtree => campaigns.remove(&entity.id).unwrap_or_default(),
                _ => BTreeSet::new(),
            };
            (
                (entity.kind, entity.id.clone()),
                CatalogEntry { entity, campaigns },
            )
        })
        .collect())
}

/// Writes entries whose rows are there and held.
pub(super) async fn write_all(db: &mut Connection, entries: &[&CatalogEntry]) -> Result<()> {
    let mut sql = insert_into(entries.iter().map(|entry| &entry.entity));
    sql.push(
        " ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, platform = excluded.platform, \
         status = excluded.status, product_id = excluded.product_id, publisher_id = excluded.publisher_id, \
         buyer_id = excluded.buyer_id, discovered = excluded.discovered, updated_at = excluded.updated_at, \
         search = excluded.search",
    );
    sql.build().persistent(false).execute(&mut *db).await?;
    for entry in entries
        .iter()
        .filter(|entry| entry.entity.kind == EntityKind::Pingtree)
    {
        pingtrees::write(db, &entry.entity.id, &entry.campaigns).await?;
    }
    Ok(())
}
