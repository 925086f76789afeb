//! Claiming deliveries. A claim costs what it takes: it reads destinations in the order of `ready_at` and no others.

use leadbell_domain::Timestamp;

use super::fields::Fields;
use super::{
    Connection, LOCK_FREE_ONES, Result, Row, Sql, connection_faults, destinations, expect_one, push_in,
};
use crate::vault::TokenVault;
use crate::verdict::WAITING;
use crate::{Claim, ConnectionStatus, Pace, StoreError};

/// How long a destination rests whose token can't be decrypted, milliseconds: the others must not wait behind it.
const REST_WITHOUT_KEY: i64 = 60_000;

/// What a claim found.
pub(super) struct Claimed {
    pub(super) claims: Vec<Claim>,
    /// Destinations that were due but whose token could not be decrypted.
    pub(super) unreadable: usize,
}

pub(super) async fn claim(
    db: &mut Connection,
    vault: &TokenVault,
    worker: &str,
    now: Timestamp,
    lease_ms: i64,
    pace: Pace,
    limit: i64,
) -> Result<Claimed> {
    let due = hold_due(db, now, limit).await?;
    let mut claimed = Claimed {
        claims: Vec::new(),
        unreadable: 0,
    };
    if due.is_empty() {
        return Ok(claimed);
    }
    let mut unreadable = Vec::new();
    let mut broken = Vec::new();
    let rows = oldest_waiting(db, &due).await?;
    for row in &rows {
        let fields = Fields::of(row, "deliveries", "id")?;
        if fields.get::<&str>("connection_status")? == ConnectionStatus::Broken.key() {
            broken.push(fields.get("destination_id")?);
            continue;
        }
        match read(row, vault) {
            Ok(claim) => claimed.claims.push(claim),
            Err(StoreError::WrongKey) => unreadable.push(fields.get("destination_id")?),
            Err(error) => return Err(error),
        }
    }
    connection_faults::put_off(db, &broken, now).await?;
    claimed.unreadable = unreadable.len();
    rest(db, &unreadable, now + REST_WITHOUT_KEY).await?;
    if rows.len() < due.len() {
        tracing::error!(
            due = due.len(),
            waiting = rows.len(),
            "destinations were due where nothing waits"
        );
        forget_idle(db, &due).await?;
    }
    if !claimed.claims.is_empty() {
        lease(db, &claimed.claims, worker, now, lease_ms, pace).await?;
    }
    Ok(claimed)
}

/// Locks the destinations whose turn it is. What another worker is claiming right now is passed over.
async fn hold_due(db: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<String>> {
    let text = format!(
        "SELECT id FROM destinations WHERE ready_at <= $1 ORDER BY ready_at, id LIMIT $2{LOCK_FREE_ONES}"
    );
    Ok(sqlx::query_scalar(&text)
        .bind(now)
        .bind(limit.max(0))
        .fetch_all(db)
        .await?)
}

/// The oldest waiting delivery of each: in a statement of its own, which sees what was committed before the lock.
async fn oldest_waiting(db: &mut Connection, due: &[String]) -> Result<Vec<Row>> {
    let oldest = destinations::oldest_waiting("d");
    let mut sql = Sql::new(format!(
        "SELECT q.id, q.destination_id, q.text, q.attempts, q.created_at, d.connection_id, d.target_kind, \
         d.target_id, d.resolved_channel, c.token_sealed, c.token_version, c.status AS connection_status \
         FROM destinations d \
         JOIN connections c ON c.id = d.connection_id \
         JOIN deliveries q ON q.id = {oldest} WHERE "
    ));
    push_in(&mut sql, "d.id", due);
    sql.push(" ORDER BY d.ready_at, d.id");
    Ok(sql.build().fetch_all(db).await?)
}

fn read(row: &Row, vault: &TokenVault) -> Result<Claim> {
    let fields = Fields::of(row, "deliveries", "id")?;
    let connection = fields.id("connection_id")?;
    Ok(Claim {
        delivery: fields.id("id")?,
        destination: fields.id("destination_id")?,
        token: vault.open(&connection, fields.get("token_sealed")?)?,
        token_version: fields.get("token_version")?,
        connection,
        target: fields.target()?,
        resolved_channel: fields.get("resolved_channel")?,
        text: fields.get("text")?,
        attempts: u32::try_from(fields.get::<i64>("attempts")?).unwrap_or(u32::MAX),
        created_at: fields.get("created_at")?,
    })
}

/// Writes the lease and the pace into the destinations, and `sending` into the deliveries.
async fn lease(
    db: &mut Connection,
    claims: &[Claim],
    worker: &str,
    now: Timestamp,
    lease_ms: i64,
    pace: Pace,
) -> Result<()> {
    let count = claims.len() as u64;
    // Generic cell rate: this message's arrival moves the theoretical time of the next one by one interval; the next
    // may come earlier than that by `burst - 1` intervals.
    let interval = pace.interval_ms.max(0);
    let ahead = interval.saturating_mul(pace.burst.max(1) - 1);
    let mut sql = Sql::new("UPDATE destinations SET lease_owner = ");
    sql.push_bind(worker.to_owned())
        .push(", lease_until = ")
        .push_bind(now.saturating_add(lease_ms));
    sql.push(", lease_delivery_id = ")
        .push(destinations::oldest_waiting("destinations"));
    sql.push(", ready_at = NULL");
    // Numbers, not parameters: PostgreSQL could not tell their type inside CASE.
    let tat = format!("(CASE WHEN tat > {now} THEN tat ELSE {now} END + {interval})");
    sql.push(format!(", tat = {tat}, next_at = {tat} - {ahead} WHERE "));
    push_in(
        &mut sql,
        "id",
        claims.iter().map(|claim| claim.destination.as_str()),
    );
    let leased = sql.build().execute(&mut *db).await?.rows_affected();

    let mut sql = Sql::new("UPDATE deliveries SET status = 'sending', updated_at = ");
    sql.push_bind(now).push(" WHERE ");
    push_in(&mut sql, "id", claims.iter().map(|claim| claim.delivery.as_str()));
    // Inside CASE, so that no planner reads the index of the whole queue for it: the ids are enough.
    sql.push(format!(" AND CASE WHEN {WAITING} THEN 1 ELSE 0 END = 1"));
    let sending = sql.build().execute(db).await?.rows_affected();
    expect_one(
        u64::from(leased == count && sending == count),
        StoreError::Conflict,
    )
}

/// Puts destinations off.
async fn rest(db: &mut Connection, ids: &[String], until: Timestamp) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("UPDATE destinations SET blocked_until = ");
    sql.push_bind(until)
        .push(", ready_at = ")
        .push_bind(until)
        .push(" WHERE ");
    push_in(&mut sql, "id", ids);
    sql.build().execute(db).await?;
    Ok(())
}

/// Restores the invariant of `ready_at`, should it ever be broken: such rows would be read by every claim.
async fn forget_idle(db: &mut Connection, due: &[String]) -> Result<()> {
    let mut sql = Sql::new("UPDATE destinations SET ready_at = NULL WHERE ");
    push_in(&mut sql, "id", due);
    sql.push(format!(
        " AND {} IS NULL",
        destinations::oldest_waiting("destinations")
    ));
    sql.build().execute(db).await?;
    Ok(())
}

pub(super) async fn next_due(db: &mut Connection) -> Result<Option<Timestamp>> {
    Ok(
        sqlx::query_scalar("SELECT MIN(ready_at) FROM destinations WHERE ready_at IS NOT NULL")
            .fetch_one(db)
            .await?,
    )
}
