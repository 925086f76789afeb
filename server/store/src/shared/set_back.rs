//! A clock that was set back: times that were near by the old clock are far away by the new one, and whoever waits for
//! them would wait as long as the clock was wrong.
//!
//! Every row of `destinations` says when its times were written. If that lies in the future, the clock was set back by
//! so much at least, and all of the row's times move back by it: every wait begins anew and none gets shorter, so what
//! Slack asked for and the pace of a channel hold.

use leadbell_domain::Timestamp;

use super::{Connection, LOCK, Result, Sql, push_in, threads};

/// Clocks of several servers, and one that is corrected a little, may differ by this, milliseconds.
pub(super) const TOLERANCE: i64 = 5_000;

/// No line of a thread waits longer than this, leases and pauses of a workspace included, milliseconds.
const LONGEST_LINE_WAIT: i64 = 15 * 60_000;

/// Moves the times of all destinations that were written in the future; answers how many there were.
pub(super) async fn destinations(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let text = format!(
        "SELECT id FROM destinations WHERE written_at > $1 ORDER BY connection_id, target_kind, target_id{LOCK}"
    );
    let ids: Vec<String> = sqlx::query_scalar(&text)
        .bind(now.saturating_add(TOLERANCE))
        .fetch_all(&mut *db)
        .await?;
    held(db, &ids, now).await
}

/// The same for these, which are held.
pub(super) async fn held(db: &mut Connection, ids: &[String], now: Timestamp) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    // The right sides are the values of before. Numbers, not parameters: PostgreSQL could not tell their type here.
    let by = format!("(written_at - {now})");
    let mut sql = Sql::new(format!(
        "UPDATE destinations SET tat = tat - {by}, next_at = next_at - {by}, blocked_until = blocked_until - {by}, rest_until = rest_until - {by}, \
         ready_at = ready_at - {by}, lease_until = lease_until - {by}, fault_at = fault_at - {by}, \
         written_at = {now} WHERE written_at > {now} AND "
    ));
    push_in(&mut sql, "id", ids);
    Ok(sql.build().execute(db).await?.rows_affected())
}

/// Lines of threads that were to be updated at a time of the old clock are due when one that is written now would be.
/// Whoever is at it may be so twice: an update says the same however often it is made.
pub(super) async fn lines(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let next = now.saturating_add(threads::LINE_EVERY);
    sqlx::query("UPDATE threads SET updated_at = $1 WHERE updated_at > $2")
        .bind(now)
        .bind(now.saturating_add(TOLERANCE))
        .execute(&mut *db)
        .await?;
    let changed =
        sqlx::query("UPDATE threads SET update_due = $1, update_owner = NULL WHERE update_due > $2")
            .bind(next)
            .bind(next.saturating_add(LONGEST_LINE_WAIT))
            .execute(db)
            .await?;
    Ok(changed.rows_affected())
}

/// What is held back since a time of the future is judged anew, by the clock as it is now.
pub(super) async fn deliveries(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let found: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, destination_id FROM deliveries WHERE hold_until > $1 AND updated_at > $1 ORDER BY id",
    )
    .bind(now.saturating_add(TOLERANCE))
    .fetch_all(&mut *db)
    .await?;
    if found.is_empty() {
        return Ok(0);
    }
    let mut places: Vec<&String> = found.iter().map(|(_, place)| place).collect();
    places.sort_unstable();
    places.dedup();
    let mut sql = Sql::new("SELECT id FROM destinations WHERE ");
    push_in(&mut sql, "id", &places);
    sql.push(format!(" ORDER BY connection_id, target_kind, target_id{LOCK}"));
    sql.build().fetch_all(&mut *db).await?;
    let mut sql = Sql::new(
        "UPDATE deliveries SET status = 'queued', hold_until = NULL, last_code = NULL, updated_at = ",
    );
    sql.push_bind(now).push(" WHERE ");
    push_in(&mut sql, "id", found.iter().map(|(id, _)| id));
    sql.push(" AND status = 'suppressed' AND hold_until IS NOT NULL");
    let queued = sql.build().execute(&mut *db).await?.rows_affected();
    super::destinations::wake(db, places.into_iter()).await?;
    Ok(queued)
}
