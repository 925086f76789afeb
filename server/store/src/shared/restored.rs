//! A database that came back from a backup: whoever wrote it may have gone on after the copy was made.

use leadbell_domain::Timestamp;

use super::{Connection, Result, Sql, destinations, push_in};
use crate::verdict::{RESTORED, WAITING};

/// Destinations settled by one transaction at most.
const BATCH: i64 = 200;

/// What waited in the copy may have been sent since: it is claimed by nobody and becomes ambiguous, as after a crash, but
/// for what rules would rather send twice than never. Answers how many became ambiguous, and whether there is more.
pub(super) async fn doubt(db: &mut Connection, now: Timestamp) -> Result<(u64, bool)> {
    let text = format!(
        "SELECT DISTINCT q.destination_id FROM deliveries q WHERE (q.{WAITING} AND (q.again_in_doubt = 0 OR q.maybe_twice = 0)) \
         ORDER BY q.destination_id LIMIT $1"
    );
    let ids: Vec<String> = sqlx::query_scalar(&text).bind(BATCH).fetch_all(&mut *db).await?;
    if ids.is_empty() {
        return Ok((0, false));
    }
    let mut sql = Sql::new(
        "INSERT INTO attempts (delivery_id, number, outcome, code, started_at, finished_at) \
         SELECT q.id, 1 + COALESCE((SELECT MAX(a.number) FROM attempts a WHERE a.delivery_id = q.id), 0), 'ambiguous', ",
    );
    sql.push(format!(
        "'{RESTORED}', q.updated_at, {now} FROM deliveries q WHERE q.{WAITING} AND (q.again_in_doubt = 0 OR q.maybe_twice = 0) AND "
    ));
    push_in(&mut sql, "q.destination_id", &ids);
    sql.build().execute(&mut *db).await?;

    let mut sql = Sql::new(format!(
        "UPDATE deliveries SET maybe_twice = 1, last_code = '{RESTORED}', updated_at = {now} \
         WHERE {WAITING} AND again_in_doubt = 1 AND maybe_twice = 0 AND "
    ));
    push_in(&mut sql, "destination_id", &ids);
    sql.build().execute(&mut *db).await?;

    let mut sql = Sql::new(format!(
        "UPDATE deliveries SET status = 'ambiguous', last_code = '{RESTORED}', attempts = attempts + 1, updated_at = {now} \
         WHERE {WAITING} AND again_in_doubt = 0 AND "
    ));
    push_in(&mut sql, "destination_id", &ids);
    let doubtful = sql.build().execute(&mut *db).await?.rows_affected();
    destinations::release(db, &ids).await?;
    Ok((doubtful, true))
}

/// What was held in the copy may have been told in a summary since: it stays suppressed, for a person to send again.
pub(super) async fn release_nothing(db: &mut Connection, now: Timestamp) -> Result<()> {
    let text = format!(
        "UPDATE deliveries SET hold_until = NULL, last_code = '{RESTORED}', updated_at = $1 WHERE hold_until IS NOT NULL"
    );
    sqlx::query(&text).bind(now).execute(db).await?;
    Ok(())
}
