//! The events of one entity and trigger, in the order of their arrival.

use async_trait::async_trait;
use leadbell_domain::{EventId, Level, Platform, Timestamp, Trigger};

use super::fields::Fields;
use super::store::read;
use super::{Connection, DbStore, EXPLAIN, Result, Row, Sql, explained, gather};
use crate::text::clean;
use crate::{Arrival, Arrivals, EventsOf, PastEvents, StoreError, StoredEvent};

const COLUMNS: &str = "key, source, event_id, trigger_key, occurred_at, received_at, body";

fn column(level: Level) -> &'static str {
    match level {
        Level::Product => "product_id",
        Level::Campaign => "campaign_id",
        Level::Publisher => "publisher_id",
    }
}

fn push_of(sql: &mut Sql, of: &EventsOf) {
    sql.push(format!(" WHERE {} = ", column(of.level)))
        .push_bind(of.entity.to_string())
        .push(" AND trigger_key = ")
        .push_bind(of.trigger.key());
}

fn push_time(sql: &mut Sql, of: &EventsOf) {
    sql.push(" AND received_at >= ")
        .push_bind(of.from)
        .push(" AND received_at < ")
        .push_bind(of.until);
}

fn arrivals_sql(begin: &str, of: &EventsOf, limit: i64) -> Sql {
    let mut sql = Sql::new(format!("{begin}SELECT received_at, body FROM events"));
    push_of(&mut sql, of);
    push_time(&mut sql, of);
    sql.push(" ORDER BY received_at LIMIT ").push_bind(limit);
    sql
}

async fn arrivals(db: &mut Connection, of: &EventsOf, limit: i64) -> Result<Arrivals> {
    let mut limit = limit.max(1);
    loop {
        let rows = gather::rows(arrivals_sql("", of, limit), limit, &mut *db).await?;
        let mut events = rows
            .iter()
            .map(|row| {
                use sqlx::Row as _;
                Ok(Arrival {
                    at: row.try_get(0)?,
                    body: row.try_get(1)?,
                })
            })
            .collect::<Result<Vec<Arrival>>>()?;
        if i64::try_from(events.len()).is_ok_and(|count| count < limit) {
            return Ok(Arrivals { events, next: None });
        }
        // The last millisecond may go on behind the limit: it belongs to the next part, as a whole.
        let last = events.last().map(|event| event.at);
        let whole = events.partition_point(|event| Some(event.at) < last);
        if whole > 0 {
            events.truncate(whole);
            return Ok(Arrivals { events, next: last });
        }
        limit = limit.saturating_mul(4);
    }
}

async fn count(db: &mut Connection, of: &EventsOf, most: i64) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM events");
    push_of(&mut sql, of);
    push_time(&mut sql, of);
    sql.push(" LIMIT ").push_bind(most).push(") counted");
    Ok(sql.build_query_scalar::<i64>().fetch_one(db).await?)
}

fn stored(row: &Row) -> Result<StoredEvent> {
    let fields = Fields::of(row, "events", "key")?;
    Ok(StoredEvent {
        key: fields.id("key")?,
        source: fields.key("source", Platform::from_key)?,
        event_id: fields.id("event_id")?,
        trigger: fields.key("trigger_key", Trigger::from_key)?,
        occurred_at: fields.get("occurred_at")?,
        received_at: fields.get::<Timestamp>("received_at")?,
        body: fields.get("body")?,
    })
}

async fn last(db: &mut Connection, of: &EventsOf, limit: i64) -> Result<Vec<StoredEvent>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM events"));
    push_of(&mut sql, of);
    push_time(&mut sql, of);
    sql.push(" ORDER BY received_at DESC LIMIT ").push_bind(limit);
    sql.build().fetch_all(db).await?.iter().map(stored).collect()
}

async fn one(db: &mut Connection, of: &EventsOf, id: &EventId) -> Result<Option<StoredEvent>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM events WHERE event_id = "));
    sql.push_bind(clean(id.as_str()))
        .push(" AND source = ")
        .push_bind(of.trigger.platform().key())
        .push(" AND trigger_key = ")
        .push_bind(of.trigger.key())
        // No column by itself: an id is found at once, an entity's events may be millions.
        .push(format!(" AND COALESCE({}, '') = ", column(of.level)))
        .push_bind(of.entity.to_string());
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(stored)
        .transpose()
}

#[async_trait]
impl PastEvents for DbStore {
    async fn arrivals(&self, of: &EventsOf, limit: i64) -> Result<Arrivals, StoreError> {
        read!(self, arrivals, of, limit)
    }

    async fn count_arrivals(&self, of: &EventsOf, most: i64) -> Result<i64, StoreError> {
        read!(self, count, of, most)
    }

    async fn last_events(&self, of: &EventsOf, limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
        read!(self, last, of, limit)
    }

    async fn event_of(&self, of: &EventsOf, id: &EventId) -> Result<Option<StoredEvent>, StoreError> {
        read!(self, one, of, id)
    }

    async fn explain_arrivals(&self, of: &EventsOf) -> Result<Vec<String>, StoreError> {
        let sql = arrivals_sql(&format!("{EXPLAIN} "), of, 100);
        read!(self, explained, sql)
    }
}
