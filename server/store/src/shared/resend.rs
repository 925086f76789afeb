//! Sending again what did not arrive, and settling what nobody was sure of: only people do that.
//!
//! A delivery keeps its id, so Slack gets the same `client_msg_id` again, and messages of one destination go in the order
//! of their events.

use std::collections::BTreeSet;

use leadbell_domain::{DeliveryId, DeliveryStatus, DestinationId, Timestamp};

use super::delivery_log::{FROM, push_filter};
use super::fields::Fields;
use super::{Connection, Result, Sql, destinations, expect_one, push_in};
use crate::verdict::WAITING;
use crate::{ConnectionStatus, DeliveryFilter, ResendPlace, RuleScopes, StoreError};

/// What a person may have sent again, as SQL.
const RESENDABLE: &str = "status IN ('failed', 'ambiguous', 'suppressed')";

/// Our code for what a person looked for and did not find.
const NOT_ARRIVED: &str = "not_arrived";

/// Deliveries queued again by one transaction at most.
const BATCH: i64 = 500;

pub(super) async fn plan(db: &mut Connection, filter: &DeliveryFilter) -> Result<Vec<ResendPlace>> {
    let mut sql = Sql::new(format!(
        "SELECT q.destination_id AS id, MIN(d.connection_id) AS connection_id, MIN(c.name) AS connection_name, \
         MIN(c.status) AS connection_status, MIN(c.removed_at) AS removed_at, MIN(d.fault_since) AS fault_since, \
         MIN(d.target_kind) AS target_kind, MIN(d.target_id) AS target_id, COUNT(*) AS total, \
         COUNT(CASE WHEN q.status = 'ambiguous' THEN 1 END) AS ambiguous, \
         COUNT(CASE WHEN r.deleted_at IS NOT NULL OR r.status <> 'active' THEN 1 END) AS rule_off, \
         COUNT(CASE WHEN r.version <> q.rule_version THEN 1 END) AS rule_changed, \
         (SELECT COUNT(*) FROM deliveries w WHERE w.destination_id = q.destination_id AND w.{WAITING}) AS waiting\
         {FROM} AND q.{RESENDABLE} AND q.status <> 'sent'"
    ));
    if !push_filter(&mut sql, filter) {
        return Ok(Vec::new());
    }
    sql.push(" GROUP BY q.destination_id ORDER BY COUNT(*) DESC, q.destination_id");
    let rows = sql.build().fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::of(row, "destinations", "id")?;
            let status = fields.key("connection_status", ConnectionStatus::from_key)?;
            let fault: Option<i64> = fields.get("fault_since")?;
            Ok(ResendPlace {
                destination: fields.id("id")?,
                connection: fields.id("connection_id")?,
                connection_name: fields.get("connection_name")?,
                connection_removed: fields.get::<Option<i64>>("removed_at")?.is_some(),
                refused: status == ConnectionStatus::Broken || fault.is_some(),
                target: fields.target()?,
                count: fields.get("total")?,
                ambiguous: fields.get("ambiguous")?,
                rule_off: fields.get("rule_off")?,
                rule_changed: fields.get("rule_changed")?,
                waiting: fields.get("waiting")?,
            })
        })
        .collect()
}

/// Queues the next ones after this id again; answers how many, and the last one looked at if there may be more.
pub(super) async fn step(
    db: &mut Connection,
    filter: &DeliveryFilter,
    after: &str,
    now: Timestamp,
) -> Result<(u64, Option<String>)> {
    // A removed connection has no token: what is queued there would wait for ever.
    let mut sql = Sql::new(format!(
        "SELECT q.id, q.destination_id{FROM} AND q.{RESENDABLE} AND q.status <> 'sent' AND c.removed_at IS NULL"
    ));
    if !push_filter(&mut sql, filter) {
        return Ok((0, None));
    }
    sql.push(" AND q.id > ").push_bind(after.to_owned());
    sql.push(" ORDER BY q.id LIMIT ").push_bind(BATCH);
    let (mut ids, mut places): (Vec<String>, BTreeSet<DestinationId>) = Default::default();
    for row in &sql.build().fetch_all(&mut *db).await? {
        let fields = Fields::of(row, "deliveries", "id")?;
        ids.push(fields.get("id")?);
        places.insert(fields.id("destination_id")?);
    }
    if ids.is_empty() {
        return Ok((0, None));
    }
    let held = destinations::hold(db, places.iter()).await?;
    // What moved before the destinations were held stays where it went.
    let mut sql = Sql::new(
        "UPDATE deliveries SET maybe_twice = CASE WHEN status = 'ambiguous' THEN 1 ELSE maybe_twice END, \
         status = 'queued', attempts = 0, forced = 1, hold_until = NULL, told_in = NULL, resends = resends + 1, \
         resent_at = ",
    );
    sql.push_bind(now)
        .push(", updated_at = ")
        .push_bind(now)
        .push(" WHERE ");
    push_in(&mut sql, "id", &ids);
    sql.push(format!(" AND {RESENDABLE}"));
    let queued = sql.build().execute(&mut *db).await?.rows_affected();
    destinations::wake_waiting(db, held.keys()).await?;
    let full = i64::try_from(ids.len()).is_ok_and(|count| count >= BATCH);
    Ok((queued, ids.pop().filter(|_| full)))
}

/// Moves an ambiguous delivery to where a person says it belongs.
pub(super) async fn settle(
    db: &mut Connection,
    id: &DeliveryId,
    scopes: &RuleScopes,
    to: DeliveryStatus,
    now: Timestamp,
) -> Result<()> {
    let code = match to {
        DeliveryStatus::Sent => None,
        DeliveryStatus::Failed => Some(NOT_ARRIVED),
        _ => return Err(StoreError::Conflict),
    };
    let filter = DeliveryFilter {
        scopes: scopes.clone(),
        ids: Some(vec![id.clone()]),
        ..DeliveryFilter::default()
    };
    let mut sql = Sql::new(format!("SELECT q.id, q.destination_id{FROM}"));
    if !push_filter(&mut sql, &filter) {
        return Err(StoreError::NotFound);
    }
    let row = sql
        .build()
        .fetch_optional(&mut *db)
        .await?
        .ok_or(StoreError::NotFound)?;
    let place: DestinationId = Fields::of(&row, "deliveries", "id")?.id("destination_id")?;
    destinations::hold(db, std::iter::once(&place)).await?;
    let moved = sqlx::query(
        "UPDATE deliveries SET status = $2, last_code = $3, updated_at = $4, \
         maybe_twice = CASE WHEN $2 = 'failed' THEN 0 ELSE maybe_twice END \
         WHERE id = $1 AND status = 'ambiguous'",
    )
    .bind(id.as_str())
    .bind(to.key())
    .bind(code)
    .bind(now)
    .execute(db)
    .await?;
    expect_one(moved.rows_affected(), StoreError::Conflict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_again_in_sql_is_what_may_be_queued() {
        let may: Vec<String> = DeliveryStatus::ALL
            .into_iter()
            .filter(|status| status.may_become(DeliveryStatus::Queued))
            .map(|status| format!("'{}'", status.key()))
            .collect();
        for status in &may {
            assert!(RESENDABLE.contains(status.as_str()), "{status}");
        }
        assert_eq!(RESENDABLE.matches(',').count() + 1, may.len());
        assert!(DeliveryStatus::Ambiguous.may_become(DeliveryStatus::Sent));
        assert!(DeliveryStatus::Ambiguous.may_become(DeliveryStatus::Failed));
    }
}
