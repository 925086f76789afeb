//! Threads: which message replies to which, and what the first one's line has to tell.
//!
//! A thread is of one destination, so it is never seen by anybody who does not see its messages. What is told of it is
//! written in the transaction that records a message, while its destination is held: so nothing is counted twice, and a
//! crash after that loses no update of the line.

use std::collections::HashMap;

use leadbell_domain::{DeliveryId, Outcome, THREAD_DAYS, Timestamp, Trigger};

use super::fields::Fields;
use super::{Connection, Result, Sql, push_in};
use crate::text::clean;
use crate::{Claim, Finish, ThreadTurn};

/// How long a thread takes replies, milliseconds.
const LIFE: i64 = THREAD_DAYS * 24 * 3_600_000;
/// How long a line waits for more to tell, milliseconds: what comes together is told together.
const SETTLE: i64 = 3_000;
/// Between two updates of one line, milliseconds: Slack allows an app about fifty updates a minute in all.
pub(super) const LINE_EVERY: i64 = 30_000;
/// The note of a message that opens a thread because nobody knows whether one before it did.
const PARENT_IN_DOUBT: &str = "parent_in_doubt";
/// The note of a message that opens a thread because the one before takes no more; Slack's code follows.
const THREAD_GONE: &str = "thread_gone:";

/// A delivery that Slack took, as far as its thread matters.
pub(super) struct Told<'a> {
    pub(super) finish: &'a Finish,
    pub(super) key: Option<&'a str>,
    /// It stood for others, too.
    pub(super) summary: bool,
    /// The answer came from whoever holds the lease.
    pub(super) leased: bool,
}

/// Tells these claims, whose messages belong to threads, whom they reply to.
pub(super) async fn find(db: &mut Connection, claims: &mut [Claim], now: Timestamp) -> Result<()> {
    let ids: Vec<&str> = claims
        .iter()
        .filter(|claim| claim.thread.is_some())
        .map(|claim| claim.delivery.as_str())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let since = now.saturating_sub(LIFE);
    let mut sql = Sql::new(format!(
        "SELECT q.id, t.channel, t.ts, t.ended_code, CASE WHEN t.ts IS NULL THEN (SELECT MAX(a.id) FROM deliveries a \
         WHERE a.destination_id = q.destination_id AND a.thread_key = q.thread_key AND a.id <> q.id \
         AND a.status IN ('ambiguous', 'sent') AND a.slack_ts IS NULL AND a.created_at > {since}) END AS doubt \
         FROM deliveries q LEFT JOIN threads t ON t.destination_id = q.destination_id \
         AND t.thread_key = q.thread_key AND t.started_at > {since} WHERE "
    ));
    push_in(&mut sql, "q.id", ids);
    let mut turns = HashMap::new();
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "deliveries", "id")?;
        let place: Option<String> = fields.get("channel")?;
        let ts: Option<String> = fields.get("ts")?;
        let ended: Option<String> = fields.get("ended_code")?;
        let turn = match (place.zip(ts), ended) {
            (Some(_), Some(code)) => ThreadTurn::Opens {
                note: Some(format!("{THREAD_GONE}{code}")),
            },
            (Some((channel, ts)), None) => ThreadTurn::Replies { channel, ts },
            (None, _) => ThreadTurn::Opens {
                note: fields
                    .get::<Option<String>>("doubt")?
                    .map(|_| PARENT_IN_DOUBT.to_owned()),
            },
        };
        turns.insert(fields.id::<DeliveryId>("id")?, turn);
    }
    for claim in claims.iter_mut().filter(|claim| claim.thread.is_some()) {
        claim.thread = turns.remove(&claim.delivery);
    }
    Ok(())
}

/// Writes what a message that Slack took means for its thread, or for those of the messages it told.
pub(super) async fn told(db: &mut Connection, told: &Told<'_>) -> Result<()> {
    if told.summary {
        return told_in_summary(db, told.finish).await;
    }
    // Without a receipt there is nothing to reply to, and nobody knows in which thread it is.
    let (Some(key), Outcome::Sent { channel, ts }) = (told.key, &told.finish.outcome) else {
        return Ok(());
    };
    let finish = told.finish;
    let news = news(db, &finish.delivery).await?;
    let (channel, ts) = (clean(channel), clean(ts));
    let thread = match &finish.thread_ts {
        Some(parent) => {
            let parent = clean(parent);
            bump(db, finish, key, Some(&parent), &news).await?;
            parent
        }
        None => {
            open(db, told, key, (&channel, &ts), &news).await?;
            ts
        }
    };
    sqlx::query("UPDATE deliveries SET thread_ts = $2 WHERE id = $1")
        .bind(finish.delivery.as_str())
        .bind(thread)
        .execute(db)
        .await?;
    Ok(())
}

/// What messages tell of a lead or call.
struct News {
    messages: i64,
    trigger: Trigger,
    at: Timestamp,
}

async fn news(db: &mut Connection, delivery: &DeliveryId) -> Result<News> {
    let row = sqlx::query(
        "SELECT q.id, e.trigger_key, e.occurred_at FROM deliveries q JOIN events e ON e.key = q.event_key \
         WHERE q.id = $1",
    )
    .bind(delivery.as_str())
    .fetch_one(db)
    .await?;
    let fields = Fields::of(&row, "deliveries", "id")?;
    Ok(News {
        messages: 1,
        trigger: fields.key("trigger_key", Trigger::from_key)?,
        at: fields.get("occurred_at")?,
    })
}

/// Begins a thread with this message. An answer that comes late does not take the place of a message that came after.
async fn open(
    db: &mut Connection,
    told: &Told<'_>,
    key: &str,
    (channel, ts): (&str, &str),
    news: &News,
) -> Result<()> {
    let otherwise = if told.leased {
        "UPDATE SET parent_id = excluded.parent_id, channel = excluded.channel, ts = excluded.ts, \
         started_at = excluded.started_at, ended_code = NULL, messages = excluded.messages, \
         last_trigger = excluded.last_trigger, last_at = excluded.last_at, version = 0, update_due = NULL, \
         update_owner = NULL, update_tries = 0, updated_at = 0, line_code = NULL, line_closed = 0"
    } else {
        "NOTHING"
    };
    let text = format!(
        "INSERT INTO threads (destination_id, thread_key, parent_id, channel, ts, started_at, messages, last_trigger, \
         last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (destination_id, thread_key) DO {otherwise}"
    );
    sqlx::query(&text)
        .bind(told.finish.destination.as_str())
        .bind(key)
        .bind(told.finish.delivery.as_str())
        .bind(channel)
        .bind(ts)
        .bind(told.finish.finished_at)
        .bind(news.messages)
        .bind(news.trigger.key())
        .bind(news.at)
        .execute(db)
        .await?;
    Ok(())
}

/// Counts news in a thread, if it is there and, where a first message is named, still that one's; and has its line
/// updated. The state of a lead does not go back when an older event is told late.
async fn bump(
    db: &mut Connection,
    finish: &Finish,
    key: &str,
    parent: Option<&str>,
    news: &News,
) -> Result<()> {
    let News { messages, at, .. } = news;
    let now = finish.finished_at;
    // Numbers, not parameters: PostgreSQL could not tell their type inside CASE.
    let soon = now.saturating_add(SETTLE);
    let due = format!(
        "CASE WHEN update_due IS NOT NULL THEN update_due \
         WHEN updated_at + {LINE_EVERY} > {soon} THEN updated_at + {LINE_EVERY} ELSE {soon} END"
    );
    let text = format!(
        "UPDATE threads SET messages = messages + {messages}, version = version + 1, \
         last_trigger = CASE WHEN last_at <= {at} THEN $3 ELSE last_trigger END, \
         last_at = CASE WHEN last_at <= {at} THEN {at} ELSE last_at END, \
         update_due = CASE WHEN line_closed = 1 THEN NULL ELSE {due} END \
         WHERE destination_id = $1 AND thread_key = $2 AND ts = COALESCE($4, ts) AND ended_code IS NULL"
    );
    sqlx::query(&text)
        .bind(finish.destination.as_str())
        .bind(key)
        .bind(news.trigger.key())
        .bind(parent)
        .execute(db)
        .await?;
    Ok(())
}

/// Counts what a summary told in the threads it would have gone into. Where there is none, none begins: a summary is of
/// many leads and stands in the channel.
async fn told_in_summary(db: &mut Connection, finish: &Finish) -> Result<()> {
    let rows = sqlx::query(
        "SELECT q.id, q.thread_key, e.trigger_key, e.occurred_at FROM deliveries q JOIN events e ON e.key = q.event_key \
         JOIN threads t ON t.destination_id = q.destination_id AND t.thread_key = q.thread_key \
         WHERE q.id = $1 OR q.told_in = $1",
    )
    .bind(finish.delivery.as_str())
    .fetch_all(&mut *db)
    .await?;
    let mut all: HashMap<String, News> = HashMap::new();
    for row in &rows {
        let fields = Fields::of(row, "deliveries", "id")?;
        let trigger = fields.key("trigger_key", Trigger::from_key)?;
        let at: Timestamp = fields.get("occurred_at")?;
        let news = all.entry(fields.get("thread_key")?).or_insert(News {
            messages: 0,
            trigger,
            at,
        });
        news.messages += 1;
        if news.at <= at {
            (news.trigger, news.at) = (trigger, at);
        }
    }
    for (key, news) in &all {
        bump(db, finish, key, None, news).await?;
    }
    Ok(())
}

/// Clears the oldest threads away that take no more messages.
pub(super) async fn forget(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let text = format!(
        "DELETE FROM threads WHERE parent_id IN (SELECT parent_id FROM threads WHERE started_at <= {} \
         ORDER BY started_at LIMIT 500)",
        now.saturating_sub(LIFE)
    );
    Ok(sqlx::query(&text).execute(db).await?.rows_affected())
}
