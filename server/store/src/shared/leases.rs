//! Leases that ran out: their deliveries become ambiguous, because Slack may have been reached.

use leadbell_domain::{DeliveryStatus, RetryPolicy, Timestamp};

use super::{Connection, LOCK_FREE_ONES, Result, Sql, destinations, figures, push_in};
use crate::verdict::LEASE_EXPIRED;

/// Leases ended by one transaction at most.
pub(super) const BATCH: usize = 500;

/// Ends up to [`BATCH`] leases that ran out; answers how many there were, and how many deliveries became ambiguous.
pub(super) async fn rescue(db: &mut Connection, now: Timestamp) -> Result<(usize, u64)> {
    debug_assert!(DeliveryStatus::Sending.may_become(DeliveryStatus::Ambiguous));
    // Those held by others are being finished or rescued right now.
    let text = format!(
        "SELECT id FROM destinations WHERE lease_until <= $1 ORDER BY lease_until LIMIT $2{LOCK_FREE_ONES}"
    );
    let ids: Vec<String> = sqlx::query_scalar(&text)
        .bind(now)
        .bind(BATCH as i64)
        .fetch_all(&mut *db)
        .await?;
    if ids.is_empty() {
        return Ok((0, 0));
    }

    let mut sql = Sql::new(
        "INSERT INTO attempts (delivery_id, number, outcome, code, started_at, finished_at) \
         SELECT q.id, 1 + COALESCE((SELECT MAX(a.number) FROM attempts a WHERE a.delivery_id = q.id), 0), \
         'ambiguous', ",
    );
    sql.push(format!("'{LEASE_EXPIRED}', q.updated_at, {now} "));
    sql.push(
        "FROM destinations d JOIN deliveries q ON q.id = d.lease_delivery_id WHERE q.status = 'sending' AND ",
    );
    push_in(&mut sql, "d.id", &ids);
    sql.build().execute(&mut *db).await?;

    let mut sql = Sql::new("UPDATE deliveries SET attempts = attempts + 1, last_code = ");
    // Some rules would rather have it twice than never, as often as anything is tried.
    let again = format!(
        "again_in_doubt = 1 AND attempts + 1 < {}",
        RetryPolicy::DEFAULT.attempts
    );
    sql.push(format!(
        "'{LEASE_EXPIRED}', updated_at = {now}, \
         status = CASE WHEN {again} THEN 'retrying' ELSE 'ambiguous' END, \
         maybe_twice = CASE WHEN {again} THEN 1 ELSE maybe_twice END "
    ));
    sql.push("WHERE status = 'sending' AND id IN (SELECT d.lease_delivery_id FROM destinations d WHERE ");
    push_in(&mut sql, "d.id", &ids);
    sql.push(") RETURNING id, status");
    let moved: Vec<(String, String)> = sql.build_query_as().fetch_all(&mut *db).await?;

    destinations::release(db, &ids).await?;
    let doubtful: Vec<String> = moved
        .iter()
        .filter(|(_, status)| status == DeliveryStatus::Ambiguous.key())
        .map(|(id, _)| id.clone())
        .collect();
    figures::moved(db, &doubtful, DeliveryStatus::Ambiguous, now).await?;
    Ok((ids.len(), moved.len() as u64))
}

/// Lets every lease run out now.
pub(super) async fn expire_all(db: &mut Connection, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE destinations SET lease_until = $1 WHERE lease_until > $1")
        .bind(now)
        .execute(&mut *db)
        .await?;
    sqlx::query("UPDATE threads SET update_due = $1 WHERE update_owner IS NOT NULL AND update_due > $1")
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}
