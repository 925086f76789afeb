//! How destinations stand, and what waits there.

use async_trait::async_trait;
use leadbell_domain::{DestinationId, Timestamp};

use super::delivery_log::{FROM, push_scopes};
use super::fields::Fields;
use super::store::{read, write};
use super::{Connection, DbStore, Result, Row, Sql, destination_faults, scope};
use crate::verdict::WAITING;
use crate::{
    ConnectionScope, ConnectionStatus, DestinationQuery, DestinationState, RuleScopes, SendingHealth,
    StoreError, Troubles,
};

/// Counts what waits from the index of the queue alone, destination by destination.
fn select(refused_only: bool) -> String {
    let backlog = if refused_only { "AND 1 = 0" } else { "" };
    format!(
        "WITH backlog AS (SELECT w.destination_id, COUNT(*) AS waiting, MIN(w.created_at) AS oldest \
         FROM deliveries w WHERE w.{WAITING} GROUP BY w.destination_id) \
         SELECT d.id, d.connection_id, c.name AS connection_name, c.status AS connection_status, d.target_kind, \
         d.target_id, d.fault_code, d.fault_since, d.fault_at, d.next_at, d.blocked_until, d.rest_until, \
         COALESCE(b.waiting, 0) AS waiting, b.oldest AS oldest \
         FROM destinations d LEFT JOIN backlog b ON b.destination_id = d.id \
         JOIN connections c ON c.id = d.connection_id \
         WHERE d.id IN (SELECT f.id FROM destinations f WHERE f.fault_since IS NOT NULL \
         UNION SELECT o.destination_id FROM backlog o WHERE 1 = 1 {backlog})"
    )
}

fn state(row: &Row) -> Result<DestinationState> {
    let fields = Fields::of(row, "destinations", "id")?;
    let status = fields.key("connection_status", ConnectionStatus::from_key)?;
    let (next, blocked): (Timestamp, Timestamp) = (fields.get("next_at")?, fields.get("blocked_until")?);
    Ok(DestinationState {
        id: fields.id("id")?,
        connection: fields.id("connection_id")?,
        connection_name: fields.get("connection_name")?,
        connection_broken: status == ConnectionStatus::Broken,
        target: fields.target()?,
        fault_code: fields.get("fault_code")?,
        fault_since: fields.get("fault_since")?,
        fault_at: fields.get("fault_at")?,
        waiting: fields.get("waiting")?,
        oldest: fields.get("oldest")?,
        paused_until: next.max(blocked).max(fields.get("rest_until")?),
    })
}

async fn states(db: &mut Connection, query: &DestinationQuery) -> Result<Vec<DestinationState>> {
    let mut sql = Sql::new(select(query.only_refused));
    if !scope::push_connections(&mut sql, &query.scope) {
        return Ok(Vec::new());
    }
    sql.push(
        " ORDER BY CASE WHEN d.fault_since IS NULL THEN 1 ELSE 0 END, COALESCE(b.waiting, 0) DESC, d.id LIMIT ",
    )
    .push_bind(query.limit.max(0));
    sql.build().fetch_all(db).await?.iter().map(state).collect()
}

async fn one(
    db: &mut Connection,
    id: &DestinationId,
    within: &ConnectionScope,
) -> Result<Option<DestinationState>> {
    let mut sql = Sql::new(format!(
        "WITH backlog AS (SELECT w.destination_id, COUNT(*) AS waiting, MIN(w.created_at) AS oldest \
         FROM deliveries w WHERE w.{WAITING} AND w.destination_id = "
    ));
    sql.push_bind(id.to_string()).push(
        " GROUP BY w.destination_id) \
         SELECT d.id, d.connection_id, c.name AS connection_name, c.status AS connection_status, d.target_kind, \
         d.target_id, d.fault_code, d.fault_since, d.fault_at, d.next_at, d.blocked_until, d.rest_until, \
         COALESCE(b.waiting, 0) AS waiting, b.oldest AS oldest \
         FROM destinations d LEFT JOIN backlog b ON b.destination_id = d.id \
         JOIN connections c ON c.id = d.connection_id WHERE d.id = ",
    );
    sql.push_bind(id.to_string());
    if !scope::push_connections(&mut sql, within) {
        return Ok(None);
    }
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(state)
        .transpose()
}

async fn refused(db: &mut Connection, scopes: &RuleScopes, limit: i64) -> Result<Vec<DestinationState>> {
    let mut sql = Sql::new(select(true));
    sql.push(format!(
        " AND EXISTS (SELECT 1 FROM deliveries q JOIN rules r ON r.id = q.rule_id \
         WHERE q.destination_id = d.id AND q.{WAITING}"
    ));
    if !push_scopes(&mut sql, scopes) {
        return Ok(Vec::new());
    }
    sql.push(") ORDER BY d.fault_since, d.id LIMIT ")
        .push_bind(limit.max(0));
    sql.build().fetch_all(db).await?.iter().map(state).collect()
}

async fn count_refused(db: &mut Connection) -> Result<i64> {
    Ok(
        sqlx::query_scalar("SELECT COUNT(*) FROM destinations WHERE fault_since IS NOT NULL")
            .fetch_one(db)
            .await?,
    )
}

async fn troubles(db: &mut Connection, scopes: &RuleScopes, since: Timestamp) -> Result<Troubles> {
    let mut failed = Sql::new(format!("SELECT COUNT(*){FROM}"));
    if !push_scopes(&mut failed, scopes) {
        return Ok(Troubles::default());
    }
    failed
        .push(" AND q.status = 'failed' AND q.status <> 'sent' AND q.updated_at >= ")
        .push_bind(since);
    let mut ambiguous = Sql::new(format!("SELECT COUNT(*){FROM}"));
    if !push_scopes(&mut ambiguous, scopes) {
        return Ok(Troubles::default());
    }
    ambiguous.push(" AND q.status = 'ambiguous' AND q.status <> 'sent'");
    Ok(Troubles {
        failed: failed.build_query_scalar().fetch_one(&mut *db).await?,
        ambiguous: ambiguous.build_query_scalar().fetch_one(db).await?,
    })
}

#[async_trait]
impl SendingHealth for DbStore {
    async fn destination_states(
        &self,
        query: &DestinationQuery,
    ) -> Result<Vec<DestinationState>, StoreError> {
        read!(self, states, query)
    }

    async fn destination_state(
        &self,
        id: &DestinationId,
        scope: &ConnectionScope,
    ) -> Result<Option<DestinationState>, StoreError> {
        read!(self, one, id, scope)
    }

    async fn refused_destinations(
        &self,
        scopes: &RuleScopes,
        limit: i64,
    ) -> Result<Vec<DestinationState>, StoreError> {
        // Asked with every page: the usual answer costs one look into a small index.
        let none: i64 = read!(self, count_refused)?;
        if none == 0 {
            return Ok(Vec::new());
        }
        read!(self, refused, scopes, limit)
    }

    async fn retry_destination(&self, id: &DestinationId) -> Result<(), StoreError> {
        write!(self, destination_faults::retry, id)
    }

    async fn give_up_destination(&self, id: &DestinationId, now: Timestamp) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let step: Result<(u64, bool)> = write!(self, destination_faults::give_up, id, now);
            let (failed, more) = step?;
            all += failed;
            if !more {
                return Ok(all);
            }
        }
    }

    async fn troubles(&self, scopes: &RuleScopes, since: Timestamp) -> Result<Troubles, StoreError> {
        read!(self, troubles, scopes, since)
    }

    async fn count_refused_destinations(&self) -> Result<i64, StoreError> {
        read!(self, count_refused)
    }
}
