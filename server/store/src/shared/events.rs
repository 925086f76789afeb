//! Events and the deliveries they cause: one transaction for a batch.

use std::collections::{BTreeSet, HashSet};

use leadbell_domain::{EntityId, EventId, Money, Platform, Trigger};

use super::fields::Fields;
use super::{CHUNK, Connection, Result, Row, Sql, destinations, figures, seen_events, upsert};
use crate::known::KnownEntities;
use crate::text::{clean, clean_opt};
use crate::{EntityUpsert, NewEvent, PlannedDelivery, Recorded, StoredEvent};

/// Writes the batch. Also answers the mentions that were written, to be remembered after the commit.
pub(super) async fn record(
    db: &mut Connection,
    events: &[NewEvent],
    known: &KnownEntities,
) -> Result<(Vec<Recorded>, Vec<EntityUpsert>)> {
    let accepted = insert_events(db, events).await?;
    let new: Vec<&NewEvent> = accepted.iter().map(|at| &events[*at]).collect();
    insert_deliveries(db, &new).await?;
    let mentions = known.news(new.iter().flat_map(|event| &event.mentions));
    if let Some(first) = new.first().filter(|_| !mentions.is_empty()) {
        upsert::upsert(db, &mentions, first.received_at).await?;
    }
    figures::recorded(db, &new).await?;
    let mut answers = vec![Recorded::Duplicate; events.len()];
    for at in accepted {
        answers[at] = Recorded::Accepted;
    }
    Ok((answers, mentions))
}

/// Adds the events that are new, and answers their positions in the batch.
async fn insert_events(db: &mut Connection, events: &[NewEvent]) -> Result<BTreeSet<usize>> {
    // Sorted, so that two servers that get the same events at once can't wait for each other; of a repeated event
    // the first one counts.
    let mut order: Vec<usize> = (0..events.len()).collect();
    let id = |at: &usize| (events[*at].event_id.as_str(), events[*at].source.key());
    order.sort_by(|a, b| id(a).cmp(&id(b)));
    order.dedup_by(|b, a| id(a) == id(b));

    let mut inserted: HashSet<String> = HashSet::with_capacity(order.len());
    for chunk in order.chunks(CHUNK) {
        let mut sql = Sql::new(
            "INSERT INTO events (key, source, event_id, trigger_key, occurred_at, received_at, product_id, \
             publisher_id, campaign_id, lead_id, call_id, rules_seq, body, matched) ",
        );
        sql.push_values(chunk, |mut row, at| {
            let event = &events[*at];
            row.push_bind(event.key.to_string())
                .push_bind(event.source.key())
                .push_bind(event.event_id.to_string())
                .push_bind(event.trigger.key())
                .push_bind(event.occurred_at)
                .push_bind(event.received_at)
                .push_bind(event.product.to_string())
                .push_bind(event.publisher.as_ref().map(EntityId::to_string))
                .push_bind(event.campaign.as_ref().map(EntityId::to_string))
                .push_bind(clean(&event.lead_id))
                .push_bind(clean_opt(event.call_id.as_deref()))
                .push_bind(event.rules_seq)
                .push_bind(clean(&event.body))
                .push_bind(i64::from(!event.deliveries.is_empty()));
        });
        // Without naming the constraint: a batch written again after a lost answer repeats our own keys, too.
        sql.push(" ON CONFLICT DO NOTHING RETURNING key");
        inserted.extend(
            sql.build_query_scalar::<String>()
                .persistent(false)
                .fetch_all(&mut *db)
                .await?,
        );
    }
    // What was there once and is gone by now is no news either.
    let written: Vec<_> = order
        .iter()
        .map(|at| &events[*at])
        .filter(|event| inserted.contains(event.key.as_str()))
        .map(|event| (event.key.as_str(), event.source.key(), event.event_id.as_str()))
        .collect();
    for key in seen_events::take_out(db, &written).await? {
        inserted.remove(&key);
    }
    Ok(order
        .into_iter()
        .filter(|at| inserted.contains(events[*at].key.as_str()))
        .collect())
}

/// Queues what the accepted events cause, and wakes the destinations.
async fn insert_deliveries(db: &mut Connection, events: &[&NewEvent]) -> Result<()> {
    let planned: Vec<(&NewEvent, &PlannedDelivery)> = events
        .iter()
        .flat_map(|event| event.deliveries.iter().map(move |delivery| (*event, delivery)))
        .collect();
    if planned.is_empty() {
        return Ok(());
    }
    let place = |delivery: &PlannedDelivery| destinations::place(&delivery.connection, &delivery.target);
    let places = planned.iter().map(|(_, delivery)| place(delivery)).collect();
    let ids = destinations::ensure(db, &places).await?;
    for chunk in planned.chunks(CHUNK) {
        let mut sql = Sql::new(
            "INSERT INTO deliveries (id, event_key, rule_id, rule_version, destination_id, text, blocks, status, created_at, \
             updated_at, priority, again_in_doubt, repeat_key, amount, thread_key) ",
        );
        sql.push_values(chunk, |mut row, (event, delivery)| {
            row.push_bind(delivery.id.to_string())
                .push_bind(event.key.to_string())
                .push_bind(delivery.rule.to_string())
                .push_bind(delivery.rule_version)
                .push_bind(ids.get(&place(delivery)).cloned())
                .push_bind(clean(&delivery.text))
                .push_bind(
                    delivery
                        .blocks
                        .as_ref()
                        .and_then(|blocks| serde_json::to_string(blocks).ok()),
                )
                .push_bind("queued")
                .push_bind(event.received_at)
                .push_bind(event.received_at)
                .push_bind(i64::from(delivery.sending.priority))
                .push_bind(i64::from(delivery.sending.resends))
                .push_bind(delivery.sending.repeat_key.clone())
                .push_bind(delivery.sending.amount.map(Money::display))
                .push_bind(delivery.sending.thread_key.as_deref().map(clean));
        });
        // One rule answers one event once, however often it was planned.
        sql.push(" ON CONFLICT (event_key, rule_id) DO NOTHING");
        sql.build().persistent(false).execute(&mut *db).await?;
    }
    destinations::wake(db, ids.values()).await
}

pub(super) async fn find(db: &mut Connection, event_id: &EventId) -> Result<Vec<StoredEvent>> {
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS} FROM events WHERE event_id = $1 ORDER BY source"
    ))
    .bind(event_id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(read).collect()
}

/// What [`read`] reads.
pub(super) const COLUMNS: &str = "key, source, event_id, trigger_key, occurred_at, received_at, body";

pub(super) fn read(row: &Row) -> Result<StoredEvent> {
    let fields = Fields::of(row, "events", "key")?;
    Ok(StoredEvent {
        key: fields.id("key")?,
        source: fields.key("source", Platform::from_key)?,
        event_id: fields.id("event_id")?,
        trigger: fields.key("trigger_key", Trigger::from_key)?,
        occurred_at: fields.get("occurred_at")?,
        received_at: fields.get("received_at")?,
        body: fields.get("body")?,
    })
}
