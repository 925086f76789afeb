//! Weekly reports. A row is unique for the moment it was due, and is taken before it is sent: it goes out once at most, by
//! whichever server, and one that was cut off in the middle shows as such.

use async_trait::async_trait;
use leadbell_domain::Timestamp;

use super::alerts::{ending, shown};
use super::fields::Fields;
use super::store::{read, write};
use super::{Connection, DbStore, LOCK_FREE_ONES, Result};
use crate::text::clean;
use crate::{AlertEnd, NewReport, Reports, StoreError, TakenReport, ToldAlert};

async fn is_noted(db: &mut Connection, due: Timestamp) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("SELECT due_at FROM reports WHERE due_at = $1")
        .bind(due)
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}

async fn note(db: &mut Connection, report: &NewReport, now: Timestamp) -> Result<bool> {
    let written = sqlx::query(
        "INSERT INTO reports (due_at, connection_id, target_kind, target_id, text, status, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, 'new', $6, $6) ON CONFLICT (due_at) DO NOTHING",
    )
    .bind(report.due_at)
    .bind(report.connection.as_str())
    .bind(report.target.kind_key())
    .bind(report.target.id())
    .bind(clean(&report.text))
    .bind(now)
    .execute(db)
    .await?;
    Ok(written.rows_affected() == 1)
}

async fn take(db: &mut Connection, now: Timestamp) -> Result<Option<TakenReport>> {
    let text = format!(
        "SELECT CAST(due_at AS TEXT) AS key, due_at, text, connection_id, target_kind, target_id, created_at \
         FROM reports WHERE status = 'new' ORDER BY due_at LIMIT 1{LOCK_FREE_ONES}"
    );
    let Some(row) = sqlx::query(&text).fetch_optional(&mut *db).await? else {
        return Ok(None);
    };
    let fields = Fields::of(&row, "reports", "key")?;
    let taken = TakenReport {
        report: NewReport {
            due_at: fields.get("due_at")?,
            connection: fields.id("connection_id")?,
            target: fields.target()?,
            text: fields.get("text")?,
        },
        created_at: fields.get("created_at")?,
    };
    let moved = sqlx::query(
        "UPDATE reports SET status = 'sending', updated_at = $2 WHERE due_at = $1 AND status = 'new'",
    )
    .bind(taken.report.due_at)
    .bind(now)
    .execute(db)
    .await?;
    Ok((moved.rows_affected() == 1).then_some(taken))
}

async fn finish(db: &mut Connection, due: Timestamp, end: &AlertEnd, now: Timestamp) -> Result<()> {
    let (status, code) = ending(end);
    sqlx::query(
        "UPDATE reports SET status = $2, code = $3, updated_at = $4 WHERE due_at = $1 AND status = 'sending'",
    )
    .bind(due)
    .bind(status)
    .bind(code)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

async fn made(db: &mut Connection, limit: i64) -> Result<Vec<ToldAlert>> {
    let rows = sqlx::query(
        "SELECT CAST(due_at AS TEXT) AS key, due_at AS created_at, text, status, code FROM reports ORDER BY due_at DESC LIMIT $1",
    )
    .bind(limit.max(0))
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| shown(&Fields::of(row, "reports", "key")?))
        .collect()
}

#[async_trait]
impl Reports for DbStore {
    async fn report_is_noted(&self, due: Timestamp) -> Result<bool, StoreError> {
        read!(self, is_noted, due)
    }

    async fn note_report(&self, report: &NewReport, now: Timestamp) -> Result<bool, StoreError> {
        write!(self, note, report, now)
    }

    async fn take_report(&self, now: Timestamp) -> Result<Option<TakenReport>, StoreError> {
        write!(self, take, now)
    }

    async fn finish_report(&self, due: Timestamp, end: &AlertEnd, now: Timestamp) -> Result<(), StoreError> {
        write!(self, finish, due, end, now)
    }

    async fn reports(&self, limit: i64) -> Result<Vec<ToldAlert>, StoreError> {
        read!(self, made, limit)
    }
}
