//! Deliveries as lists show them, with the history of their attempts.

use std::collections::HashMap;

use leadbell_domain::{DeliveryId, DeliveryStatus, EventId, Platform, RuleId};

use super::fields::Fields;
use super::{Connection, Result, Row, Sql, gather, push_in};
use crate::verdict::WAITING;
use crate::{Attempt, Backlog, Delivery, DeliveryQuery};

const SELECT: &str = "SELECT q.id, e.event_id, e.source, q.rule_id, r.number, q.rule_version, d.target_kind, \
                      d.target_id, q.text, q.blocks, q.status, q.last_code, q.slack_channel, q.slack_ts, q.created_at, \
                      q.updated_at, q.thread_ts \
                      FROM deliveries q JOIN events e ON e.key = q.event_key JOIN rules r ON r.id = q.rule_id \
                      JOIN destinations d ON d.id = q.destination_id WHERE ";

pub(super) async fn list(db: &mut Connection, query: &DeliveryQuery) -> Result<Vec<Delivery>> {
    let mut sql = Sql::new(SELECT);
    sql.push("1 = 1");
    if let Some(status) = query.status {
        // Our own words, written out: only then do the databases see that the index of what is not sent applies.
        sql.push(format!(" AND q.status = '{}'", status.key()));
        if status != DeliveryStatus::Sent {
            sql.push(" AND q.status <> 'sent'");
        }
    }
    if let Some(rule) = &query.rule {
        sql.push(" AND q.rule_id = ").push_bind(RuleId::to_string(rule));
    }
    if let Some(event) = &query.event_id {
        sql.push(" AND q.event_key IN (SELECT key FROM events WHERE event_id = ");
        sql.push_bind(EventId::to_string(event)).push(")");
    }
    if let Some(before) = &query.before {
        sql.push(" AND (q.created_at, q.id) < (SELECT b.created_at, b.id FROM deliveries b WHERE b.id = ")
            .push_bind(DeliveryId::to_string(before))
            .push(")");
    }
    sql.push(" ORDER BY q.created_at DESC, q.id DESC LIMIT ")
        .push_bind(query.limit.max(0));
    let rows = sql.build().fetch_all(&mut *db).await?;
    with_attempts(db, &rows).await
}

pub(super) async fn find(db: &mut Connection, id: &DeliveryId) -> Result<Option<Delivery>> {
    let mut sql = Sql::new(SELECT);
    sql.push("q.id = ").push_bind(id.to_string());
    let rows = sql.build().fetch_all(&mut *db).await?;
    Ok(with_attempts(db, &rows).await?.pop())
}

pub(super) async fn with_attempts(db: &mut Connection, rows: &[Row]) -> Result<Vec<Delivery>> {
    let mut deliveries = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    if deliveries.is_empty() {
        return Ok(deliveries);
    }
    let mut sql = Sql::new(
        "SELECT delivery_id, number, outcome, code, http_status, note, retry_after_ms, started_at, finished_at \
         FROM attempts WHERE ",
    );
    push_in(
        &mut sql,
        "delivery_id",
        deliveries.iter().map(|delivery| delivery.id.as_str()),
    );
    let mut histories: HashMap<String, Vec<Attempt>> = HashMap::new();
    let about = i64::try_from(deliveries.len()).unwrap_or(i64::MAX);
    for row in &gather::rows(sql, about, db).await? {
        let fields = Fields::of(row, "attempts", "delivery_id")?;
        histories
            .entry(fields.get("delivery_id")?)
            .or_default()
            .push(Attempt {
                number: fields.get("number")?,
                outcome: fields.get("outcome")?,
                code: fields.get("code")?,
                http_status: fields.get("http_status")?,
                note: fields.get("note")?,
                retry_after_ms: fields.get("retry_after_ms")?,
                started_at: fields.get("started_at")?,
                finished_at: fields.get("finished_at")?,
            });
    }
    for delivery in &mut deliveries {
        delivery.attempts = histories.remove(delivery.id.as_str()).unwrap_or_default();
        delivery.attempts.sort_by_key(|attempt| attempt.number);
    }
    Ok(deliveries)
}

fn read(row: &Row) -> Result<Delivery> {
    let fields = Fields::of(row, "deliveries", "id")?;
    Ok(Delivery {
        id: fields.id("id")?,
        event_id: fields.id("event_id")?,
        source: fields.key("source", Platform::from_key)?,
        rule: fields.id("rule_id")?,
        rule_number: fields.get("number")?,
        rule_version: fields.get("rule_version")?,
        target: fields.target()?,
        text: fields.get("text")?,
        blocks: fields.blocks()?,
        status: fields.key("status", DeliveryStatus::from_key)?,
        last_code: fields.get("last_code")?,
        slack_channel: fields.get("slack_channel")?,
        slack_ts: fields.get("slack_ts")?,
        thread_ts: fields.get("thread_ts")?,
        created_at: fields.get("created_at")?,
        updated_at: fields.get("updated_at")?,
        attempts: Vec::new(),
    })
}

pub(super) async fn backlog(db: &mut Connection) -> Result<Backlog> {
    let text = format!("SELECT COUNT(*), MIN(created_at) FROM deliveries WHERE {WAITING}");
    let (waiting, oldest) = sqlx::query_as(&text).fetch_one(&mut *db).await?;
    // Said twice for the index of what is not sent.
    let sending =
        sqlx::query_scalar("SELECT COUNT(*) FROM deliveries WHERE status = 'sending' AND status <> 'sent'")
            .fetch_one(db)
            .await?;
    Ok(Backlog {
        waiting,
        sending,
        oldest,
    })
}
