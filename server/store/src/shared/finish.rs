//! Recording what came of calls of Slack.

use std::collections::{BTreeSet, HashMap};

use leadbell_domain::{DeliveryStatus, Outcome, Timestamp};

use super::destinations::Held;
use super::fields::Fields;
use super::figures::{Counting, RulePlace, Settled};
use super::{
    CHUNK, Connection, Result, Sql, connection_faults, destination_faults, destinations, expect_one, push_in,
    set_back, threads,
};
use crate::text::{clean, clean_opt};
use crate::verdict::{next_put_back, next_status, outcome_parts, pause};
use crate::{Finish, Finished, StoreError};

/// Where a delivery stands while its destination is held.
struct Standing {
    destination: String,
    status: DeliveryStatus,
    attempts: i64,
    /// Rather twice than never.
    resends: bool,
    /// Calls so far, those that do not count included.
    calls: i64,
    /// Its thread, if it has one.
    thread: Option<String>,
    /// It stands for others, too.
    summary: bool,
    /// Whose counts it belongs to.
    place: RulePlace,
    fired_at: Timestamp,
    forced: bool,
}

pub(super) async fn finish(db: &mut Connection, finishes: &[Finish]) -> Result<Vec<Finished>> {
    if finishes.is_empty() {
        return Ok(Vec::new());
    }
    let places: BTreeSet<_> = finishes.iter().map(|finish| &finish.destination).collect();
    let mut held = destinations::hold(db, places.into_iter()).await?;
    put_right(db, &held, finishes).await?;
    let mut standings = standings(db, finishes).await?;
    let mut answers = Vec::with_capacity(finishes.len());
    let mut released = Vec::new();
    let mut mended = Vec::new();
    let mut calls = Vec::with_capacity(finishes.len());
    let mut counting = Counting::default();
    for finish in finishes {
        let place = held
            .get_mut(finish.destination.as_str())
            .ok_or(StoreError::NotFound)?;
        let standing = standings
            .get_mut(finish.delivery.as_str())
            .ok_or(StoreError::NotFound)?;
        if standing.destination != place.id {
            return Err(StoreError::NotFound);
        }
        let leased = place.lease_owner.as_deref() == Some(&finish.worker)
            && place.lease_delivery.as_deref() == Some(finish.delivery.as_str());
        standing.calls += 1;
        // Only whoever holds the lease can put a delivery back.
        let place_refused = destination_faults::refusal(finish).filter(|_| leased);
        let put_back = finish.refused.is_some() || place_refused.is_some();
        let counts = !matches!(finish.outcome, Outcome::RateLimited { .. }) && !put_back;
        standing.attempts += i64::from(counts);
        calls.push((finish, standing.calls));
        // Perhaps twice is only for rules that would rather have that.
        let in_doubt = matches!(finish.outcome, Outcome::Ambiguous { .. });
        let retry_at = finish.retry_at.filter(|_| standing.resends || !in_doubt);
        let next = if put_back {
            next_put_back(standing.status, leased, &finish.outcome)
        } else {
            next_status(standing.status, leased, &finish.outcome, retry_at.is_some())
        };
        answers.push(match next {
            Some(next) => {
                settle(db, finish, standing, next).await?;
                standing.status = next;
                counting.settled(&Settled {
                    place: standing.place.clone(),
                    status: next,
                    fired_at: standing.fired_at,
                    at: finish.finished_at,
                    forced: standing.forced,
                });
                if next == DeliveryStatus::Sent {
                    let told = threads::Told {
                        finish,
                        key: standing.thread.as_deref(),
                        summary: standing.summary,
                        leased,
                    };
                    threads::told(db, &told).await?;
                }
                Finished::Now(next)
            }
            None => {
                count_only(db, finish, standing.attempts).await?;
                Finished::TooLate(standing.status)
            }
        });
        mark_place(db, finish, retry_at, leased).await?;
        if let Some(code) = place_refused {
            destination_faults::mark(db, finish, code).await?;
            place.refused = true;
        } else if place.refused && matches!(finish.outcome, Outcome::Sent { .. }) {
            mended.push(place.id.clone());
            place.refused = false;
        }
        if leased {
            place.lease_owner = None;
            released.push(place.id.clone());
        }
    }
    insert_attempts(db, &calls).await?;
    connection_faults::mark(db, finishes).await?;
    destination_faults::clear(db, &mended).await?;
    if !released.is_empty() {
        destinations::release(db, released).await?;
    }
    counting.write(db).await?;
    Ok(answers)
}

/// Moves the times of those that were written before the clock was set back: what is written now must not hide it.
async fn put_right(db: &mut Connection, held: &HashMap<String, Held>, finishes: &[Finish]) -> Result<()> {
    let Some(now) = finishes.iter().map(|finish| finish.finished_at).max() else {
        return Ok(());
    };
    let ahead: Vec<String> = held
        .values()
        .filter(|place| place.written_at > now.saturating_add(set_back::TOLERANCE))
        .map(|place| place.id.clone())
        .collect();
    set_back::held(db, &ahead, now).await?;
    Ok(())
}

async fn standings(db: &mut Connection, finishes: &[Finish]) -> Result<HashMap<String, Standing>> {
    let mut sql = Sql::new(
        "SELECT q.id, q.destination_id, q.status, q.attempts, q.again_in_doubt, q.thread_key, \
         q.rule_id, q.created_at, q.forced, r.level, r.platform, r.entity_id, \
         s.delivery_id AS summary, (SELECT COALESCE(MAX(a.number), 0) FROM attempts a WHERE a.delivery_id = q.id) AS calls \
         FROM deliveries q JOIN rules r ON r.id = q.rule_id LEFT JOIN summaries s ON s.delivery_id = q.id WHERE ",
    );
    push_in(
        &mut sql,
        "q.id",
        finishes.iter().map(|finish| finish.delivery.as_str()),
    );
    let mut standings = HashMap::new();
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "deliveries", "id")?;
        let standing = Standing {
            destination: fields.get("destination_id")?,
            status: fields.key("status", DeliveryStatus::from_key)?,
            attempts: fields.get("attempts")?,
            resends: fields.flag("again_in_doubt")?,
            calls: fields.get("calls")?,
            thread: fields.get("thread_key")?,
            summary: fields.get::<Option<&str>>("summary")?.is_some(),
            place: RulePlace::of(&fields)?,
            fired_at: fields.get("created_at")?,
            forced: fields.flag("forced")?,
        };
        standings.insert(fields.get("id")?, standing);
    }
    Ok(standings)
}

/// Moves the delivery.
async fn settle(db: &mut Connection, finish: &Finish, from: &Standing, to: DeliveryStatus) -> Result<()> {
    let again_in_doubt =
        to == DeliveryStatus::Retrying && matches!(finish.outcome, Outcome::Ambiguous { .. });
    let (channel, ts) = match &finish.outcome {
        Outcome::Sent { channel, ts } => (Some(clean(channel)), Some(clean(ts))),
        _ => (None, None),
    };
    let written = sqlx::query(
        "UPDATE deliveries SET status = $3, attempts = $4, last_code = $5, slack_channel = $6, slack_ts = $7, \
         updated_at = $8, maybe_twice = CASE WHEN $9 = 1 THEN 1 ELSE maybe_twice END WHERE id = $1 AND status = $2",
    )
    .bind(finish.delivery.as_str())
    .bind(from.status.key())
    .bind(to.key())
    .bind(from.attempts)
    .bind(clean_opt(outcome_parts(&finish.outcome).1))
    .bind(channel)
    .bind(ts)
    .bind(finish.finished_at)
    .bind(i64::from(again_in_doubt))
    .execute(db)
    .await?;
    expect_one(written.rows_affected(), StoreError::Conflict)
}

/// Too late to matter, but it was a call all the same.
async fn count_only(db: &mut Connection, finish: &Finish, attempts: i64) -> Result<()> {
    sqlx::query("UPDATE deliveries SET attempts = $2 WHERE id = $1")
        .bind(finish.delivery.as_str())
        .bind(attempts)
        .execute(db)
        .await?;
    Ok(())
}

/// Writes what the call says about the place itself: a pause, the conversation with a member.
async fn mark_place(
    db: &mut Connection,
    finish: &Finish,
    retry_at: Option<Timestamp>,
    leased: bool,
) -> Result<()> {
    let until = pause(&finish.outcome, retry_at, finish.finished_at, leased);
    if until.is_none() && finish.resolved_channel.is_none() {
        return Ok(());
    }
    // A comparison with NULL is not true, so each CASE leaves the value when there is no pause or nothing waits.
    sqlx::query(
        "UPDATE destinations SET blocked_until = CASE WHEN blocked_until < $2 THEN $2 ELSE blocked_until END, \
         ready_at = CASE WHEN ready_at < $2 THEN $2 ELSE ready_at END, \
         resolved_channel = COALESCE($3, resolved_channel), written_at = $4 WHERE id = $1",
    )
    .bind(finish.destination.as_str())
    .bind(until)
    .bind(clean_opt(finish.resolved_channel.as_deref()))
    .bind(finish.finished_at)
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_attempts(db: &mut Connection, calls: &[(&Finish, i64)]) -> Result<()> {
    for chunk in calls.chunks(CHUNK) {
        let mut sql = Sql::new(
            "INSERT INTO attempts (delivery_id, number, outcome, code, http_status, note, retry_after_ms, \
             started_at, finished_at) ",
        );
        sql.push_values(chunk, |mut row, (finish, number)| {
            let (outcome, code) = outcome_parts(&finish.outcome);
            let retry_after = match finish.outcome {
                Outcome::RateLimited { retry_after_ms } => Some(retry_after_ms),
                _ => None,
            };
            row.push_bind(finish.delivery.to_string())
                .push_bind(*number)
                .push_bind(outcome)
                .push_bind(clean_opt(code))
                .push_bind(finish.http_status.map(i64::from))
                .push_bind(clean_opt(finish.note.as_deref()))
                .push_bind(retry_after)
                .push_bind(finish.started_at)
                .push_bind(finish.finished_at);
        });
        sql.build().persistent(false).execute(&mut *db).await?;
    }
    Ok(())
}
