//! Connections whose token Slack refuses: marked with the answer that says so, passed over while it lasts, and gone on
//! with afterwards.
//!
//! What waits for a broken connection stays due in the queue: a claim that comes upon it puts its destination off for a
//! while. So nothing has to be undone for the queue to move again; [`resume`] only makes it happen at once.

use std::collections::BTreeMap;

use leadbell_domain::{ConnectionId, Timestamp};

use super::destinations::READY;
use super::{Connection, LOCK, Result, Sql, push_in};
use crate::Finish;
use crate::text::clean_opt;
use crate::verdict::outcome_parts;

/// How long a destination is put off whose connection is broken, milliseconds.
const LOOK_AGAIN: i64 = 30_000;

/// Marks the connections whose token was refused, unless they have another token by now.
pub(super) async fn mark(db: &mut Connection, finishes: &[Finish]) -> Result<()> {
    // In the order of ids, as everybody does: two servers can't wait for each other.
    let refused: BTreeMap<_, _> = finishes
        .iter()
        .filter_map(|finish| {
            let refused = finish.refused.as_ref()?;
            Some(((refused.connection.as_str(), refused.version), finish))
        })
        .collect();
    for ((id, version), finish) in refused {
        sqlx::query(
            "UPDATE connections SET status = 'broken', last_error = $3, broken_since = $4, checked_at = $4 \
             WHERE id = $1 AND token_version = $2 AND status <> 'broken'",
        )
        .bind(id)
        .bind(version)
        .bind(clean_opt(outcome_parts(&finish.outcome).1))
        .bind(finish.finished_at)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Puts these held destinations off: their connection is broken.
pub(super) async fn put_off(db: &mut Connection, ids: &[String], now: Timestamp) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("UPDATE destinations SET ready_at = ");
    sql.push_bind(now.saturating_add(LOOK_AGAIN))
        .push(", written_at = ")
        .push_bind(now)
        .push(" WHERE ");
    push_in(&mut sql, "id", ids);
    sql.build().execute(db).await?;
    Ok(())
}

/// The connection works again: whatever waits for it may go as soon as pace and pauses allow.
pub(super) async fn resume(db: &mut Connection, id: &ConnectionId) -> Result<()> {
    if !LOCK.is_empty() {
        let text = format!(
            "SELECT id FROM destinations WHERE connection_id = $1 ORDER BY connection_id, target_kind, target_id{LOCK}"
        );
        sqlx::query(&text).bind(id.as_str()).fetch_all(&mut *db).await?;
    }
    // Channels and members that refused the old token, or the app as it was then, may take messages now.
    sqlx::query("UPDATE destinations SET rest_until = 0 WHERE connection_id = $1 AND rest_until > 0")
        .bind(id.as_str())
        .execute(&mut *db)
        .await?;
    let text = format!(
        "UPDATE destinations SET ready_at = {READY} \
         WHERE connection_id = $1 AND ready_at IS NOT NULL AND lease_owner IS NULL"
    );
    sqlx::query(&text).bind(id.as_str()).execute(db).await?;
    Ok(())
}

/// Forgets the conversations that an earlier token opened with members.
pub(super) async fn forget_conversations(db: &mut Connection, id: &ConnectionId) -> Result<()> {
    sqlx::query(
        "UPDATE destinations SET resolved_channel = NULL WHERE connection_id = $1 AND resolved_channel IS NOT NULL",
    )
    .bind(id.as_str())
    .execute(db)
    .await?;
    Ok(())
}
