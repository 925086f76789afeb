//! Removing what is old, a little at a time.
//!
//! Who removes walks along the ids, which are in the order of arrival, beside the writer; only what is to go is looked at
//! again and deleted in a transaction, which is as short as the caller makes it. How far the walk has come is kept; once
//! a day it begins anew, for what could not go yet.

use std::time::Instant;

use leadbell_domain::{Kept, Timestamp};

use super::fields::Fields;
use super::{Connection, DbStore, LOCK_FREE_ONES, Result, Sql, push_in, seen_events};
use crate::{PruneStep, Pruned, StoreError};

/// Deliveries that nothing will happen to by itself any more.
const SETTLED: &str = "q.status IN ('sent', 'failed', 'suppressed') AND q.hold_until IS NULL";

/// Tables whose rows go with their delivery, by `delivery_id`.
const OF_DELIVERIES: [&str; 2] = ["attempts", "summaries"];

/// A table that is simply emptied from its old end.
struct Aged {
    table: &'static str,
    key: &'static str,
    /// Has an index.
    at: &'static str,
}

/// How a kind goes.
enum Way {
    Deliveries,
    Events { matched: bool },
    Aged(Aged),
}

fn way(kind: Kept) -> Way {
    let aged = |table, key, at| Way::Aged(Aged { table, key, at });
    match kind {
        Kept::Deliveries => Way::Deliveries,
        Kept::EventsWithMatch => Way::Events { matched: true },
        Kept::EventsWithoutMatch => Way::Events { matched: false },
        Kept::EventIds => aged("seen_events", "hash", "received_at"),
        Kept::TestRuns => aged("test_runs", "id", "made_at"),
    }
}

/// What a walk found on its next stretch.
struct Stretch {
    /// The last id that was looked at.
    reached: String,
    /// What may go.
    ids: Vec<String>,
    /// Nothing old lies beyond.
    done: bool,
}

impl DbStore {
    /// One step.
    pub(super) async fn prune_step(&self, step: &PruneStep<'_>) -> Result<Pruned> {
        let way = way(step.kind);
        let stretch = match &way {
            Way::Aged(_) => None,
            way => {
                let mut db = self.reader.acquire().await?;
                Some(walk(&mut db, way, step).await?)
            }
        };
        // The queue for the writer is no time of ours.
        let mut tx = self.begin().await?;
        let start = Instant::now();
        let (rows, done) = match (&way, &stretch) {
            (Way::Aged(aged), _) => {
                let rows = empty(&mut tx, aged, step).await?;
                (rows, rows < step.limit.unsigned_abs())
            }
            (Way::Deliveries, Some(stretch)) => (
                deliveries(&mut tx, &stretch.ids, step.before).await?,
                stretch.done,
            ),
            (Way::Events { matched }, Some(stretch)) => (
                events(&mut tx, &stretch.ids, *matched, step.before).await?,
                stretch.done,
            ),
            (_, None) => (0, true),
        };
        let reached = stretch.map(|stretch| stretch.reached).unwrap_or_default();
        advance(&mut tx, step, &reached, rows).await?;
        tx.commit().await?;
        Ok(Pruned {
            rows,
            took: start.elapsed(),
            done,
        })
    }
}

/// Looks at the next ids after those of the step before.
async fn walk(db: &mut Connection, way: &Way, step: &PruneStep<'_>) -> Result<Stretch> {
    let from: String = sqlx::query_scalar("SELECT reached FROM pruning WHERE kind = $1")
        .bind(step.kind.key())
        .fetch_one(&mut *db)
        .await?;
    let text = match way {
        Way::Deliveries => format!(
            "SELECT q.id AS id, q.created_at AS at, CASE WHEN {SETTLED} THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END \
             AS goes FROM deliveries q WHERE q.id > $1 ORDER BY q.id LIMIT $2"
        ),
        _ => {
            "SELECT key AS id, received_at AS at, CAST(matched AS BIGINT) AS goes FROM events WHERE key > $1 \
              ORDER BY key LIMIT $2"
                .to_owned()
        }
    };
    let wanted = i64::from(!matches!(way, Way::Events { matched: false }));
    let rows = sqlx::query(&text)
        .bind(&from)
        .bind(step.limit)
        .fetch_all(db)
        .await?;
    let mut stretch = Stretch {
        reached: from,
        ids: Vec::new(),
        done: i64::try_from(rows.len()).unwrap_or(i64::MAX) < step.limit,
    };
    for row in &rows {
        let fields = Fields::of(row, "pruning", "id")?;
        if fields.get::<Timestamp>("at")? >= step.before {
            stretch.done = true;
            break;
        }
        stretch.reached = fields.get("id")?;
        if fields.get::<i64>("goes")? == wanted {
            stretch.ids.push(stretch.reached.clone());
        }
    }
    Ok(stretch)
}

async fn deliveries(db: &mut Connection, ids: &[String], before: Timestamp) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new("SELECT q.id FROM deliveries q WHERE ");
    push_in(&mut sql, "q.id", ids);
    sql.push(format!(" AND {SETTLED} AND q.created_at < "))
        .push_bind(before)
        // A summary and what it tells go one after the other, and only when both may.
        .push(" AND NOT EXISTS (SELECT 1 FROM deliveries t WHERE t.told_in = q.id AND t.created_at >= ")
        .push_bind(before)
        .push(
            ") AND NOT EXISTS (SELECT 1 FROM deliveries s WHERE s.id = q.told_in AND (s.status NOT IN \
             ('sent', 'failed', 'suppressed') OR s.hold_until IS NOT NULL))",
        )
        // Who sends one again this moment holds it.
        .push(LOCK_FREE_ONES);
    let free: Vec<String> = sql.build_query_scalar().fetch_all(&mut *db).await?;
    if free.is_empty() {
        return Ok(0);
    }
    for table in OF_DELIVERIES {
        let mut sql = Sql::new(format!("DELETE FROM {table} WHERE "));
        push_in(&mut sql, "delivery_id", &free);
        sql.build().execute(&mut *db).await?;
    }
    let mut sql = Sql::new("DELETE FROM deliveries WHERE ");
    push_in(&mut sql, "id", &free);
    Ok(sql.build().execute(db).await?.rows_affected())
}

async fn events(db: &mut Connection, ids: &[String], matched: bool, before: Timestamp) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new("DELETE FROM events WHERE ");
    push_in(&mut sql, "key", ids);
    sql.push(" AND matched = ")
        .push_bind(i64::from(matched))
        .push(" AND received_at < ")
        .push_bind(before)
        .push(
            " AND NOT EXISTS (SELECT 1 FROM deliveries q WHERE q.event_key = events.key) \
             RETURNING source, event_id, received_at",
        );
    let gone: Vec<(String, String, Timestamp)> = sql.build_query_as().fetch_all(&mut *db).await?;
    seen_events::remember(db, &gone).await?;
    Ok(gone.len() as u64)
}

async fn empty(db: &mut Connection, aged: &Aged, step: &PruneStep<'_>) -> Result<u64> {
    let Aged { table, key, at } = aged;
    let text = format!(
        "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {at} < $1 ORDER BY {at} LIMIT $2)"
    );
    let done = sqlx::query(&text)
        .bind(step.before)
        .bind(step.limit)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

/// Notes how far it is, under the lease.
async fn advance(db: &mut Connection, step: &PruneStep<'_>, reached: &str, rows: u64) -> Result<()> {
    let noted = sqlx::query(
        "UPDATE pruning SET reached = $1, removed = removed + $2 WHERE kind = $3 AND lease_owner = $4 AND lease_until > $5",
    )
    .bind(reached)
    .bind(i64::try_from(rows).unwrap_or(i64::MAX))
    .bind(step.kind.key())
    .bind(step.owner)
    .bind(step.now)
    .execute(db)
    .await?;
    super::expect_one(noted.rows_affected(), StoreError::Conflict)
}

/// Takes the lease. A walk begins anew once a day.
pub(super) async fn begin(
    db: &mut Connection,
    kind: Kept,
    owner: &str,
    now: Timestamp,
    lease_ms: i64,
) -> Result<bool> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let taken = sqlx::query(
        "UPDATE pruning SET lease_owner = $1, lease_until = $2, \
         reached = CASE WHEN anew_at <= $3 THEN '' ELSE reached END, \
         anew_at = CASE WHEN anew_at <= $3 THEN $4 ELSE anew_at END \
         WHERE kind = $5 AND (lease_until IS NULL OR lease_until <= $3 OR lease_owner = $1)",
    )
    .bind(owner)
    .bind(now + lease_ms)
    .bind(now)
    .bind(now + DAY_MS)
    .bind(kind.key())
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Gives the lease back.
pub(super) async fn end(
    db: &mut Connection,
    kind: Kept,
    owner: &str,
    now: Timestamp,
    removed: u64,
) -> Result<()> {
    sqlx::query(
        "UPDATE pruning SET lease_owner = NULL, lease_until = NULL, last_at = $1, last_removed = $2 \
         WHERE kind = $3 AND lease_owner = $4",
    )
    .bind(now)
    .bind(i64::try_from(removed).unwrap_or(i64::MAX))
    .bind(kind.key())
    .bind(owner)
    .execute(db)
    .await?;
    Ok(())
}
