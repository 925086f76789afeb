//! Channels and members that Slack refuses themselves: archived, gone, closed to the app.
//!
//! What waits for one stays in the queue. The refusal pauses the destination for half an hour, in the transaction that
//! records it; then the first waiting message finds out whether it works again, and if it does the others follow in
//! their order. A person who has mended it need not wait ([`retry`]), and may also give up what waits ([`give_up`]).

use leadbell_domain::{
    DeliveryStatus, DestinationId, Outcome, SlackFailure, Timestamp, classify_slack_error, refuses_place,
};

use super::destinations::{self, READY};
use super::{Connection, Result, Sql, figures, push_in};
use crate::text::clean;
use crate::verdict::{GIVEN_UP, WAITING};
use crate::{Finish, StoreError};

/// How long a refused destination rests before its first waiting message tries again, milliseconds.
const LOOK_AGAIN: i64 = 30 * 60_000;

/// Deliveries given up by one transaction at most.
const BATCH: i64 = 500;

/// The code by which Slack refuses the destination of this finish, whatever the message.
pub(super) fn refusal(finish: &Finish) -> Option<&str> {
    let Outcome::Permanent { code } = &finish.outcome else {
        return None;
    };
    // A scope that is missing for opening or joining: the token works, this place does not.
    let of_token = classify_slack_error(code) == SlackFailure::Connection;
    (finish.refused.is_none() && (of_token || refuses_place(code))).then_some(code)
}

/// Marks a held destination as refused, and lets it rest.
pub(super) async fn mark(db: &mut Connection, finish: &Finish, code: &str) -> Result<()> {
    sqlx::query(
        "UPDATE destinations SET fault_code = $2, fault_since = COALESCE(fault_since, $3), fault_at = $3, \
         written_at = $3, rest_until = $4 WHERE id = $1",
    )
    .bind(finish.destination.as_str())
    .bind(clean(code))
    .bind(finish.finished_at)
    .bind(finish.finished_at.saturating_add(LOOK_AGAIN))
    .execute(db)
    .await?;
    Ok(())
}

/// These held destinations took a message: whatever was wrong with them is mended.
pub(super) async fn clear(db: &mut Connection, ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql =
        Sql::new("UPDATE destinations SET fault_code = NULL, fault_since = NULL, fault_at = NULL WHERE ");
    push_in(&mut sql, "id", ids);
    sql.build().execute(db).await?;
    Ok(())
}

/// Lets the first waiting message of a refused destination try at once.
pub(super) async fn retry(db: &mut Connection, id: &DestinationId) -> Result<()> {
    destinations::hold(db, std::iter::once(id)).await?;
    // A pause that Slack asked for is kept.
    sqlx::query("UPDATE destinations SET rest_until = 0 WHERE id = $1")
        .bind(id.as_str())
        .execute(&mut *db)
        .await?;
    let text = format!("UPDATE destinations SET ready_at = {READY} WHERE id = $1 AND ready_at IS NOT NULL");
    sqlx::query(&text).bind(id.as_str()).execute(db).await?;
    Ok(())
}

/// Fails the oldest of what waits at a destination; answers how many, and whether there may be more.
pub(super) async fn give_up(db: &mut Connection, id: &DestinationId, now: Timestamp) -> Result<(u64, bool)> {
    if destinations::hold(db, std::iter::once(id)).await?.is_empty() {
        return Err(StoreError::NotFound);
    }
    let text = format!(
        "UPDATE deliveries SET status = 'failed', last_code = '{GIVEN_UP}', updated_at = $2 WHERE id IN (\
         SELECT w.id FROM deliveries w WHERE w.destination_id = $1 AND w.{WAITING} ORDER BY w.id LIMIT {BATCH}) \
         AND {WAITING} RETURNING id"
    );
    let gone: Vec<String> = sqlx::query_scalar(&text)
        .bind(id.as_str())
        .bind(now)
        .fetch_all(&mut *db)
        .await?;
    let failed = gone.len() as u64;
    let text = format!(
        "UPDATE destinations SET ready_at = CASE WHEN {} IS NOT NULL THEN {READY} END \
         WHERE id = $1 AND lease_owner IS NULL",
        destinations::oldest_waiting("destinations")
    );
    sqlx::query(&text).bind(id.as_str()).execute(&mut *db).await?;
    figures::moved(db, &gone, DeliveryStatus::Failed, now).await?;
    Ok((failed, i64::try_from(failed).is_ok_and(|failed| failed >= BATCH)))
}
