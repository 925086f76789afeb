//! Reading what was counted.

use std::collections::BTreeMap;

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleId, Scope};

use super::super::fields::Fields;
use super::super::store::{read, write};
use super::super::{Connection, DbStore, Result, Row, Sql, push_in};
use crate::{
    BusyRule, DelayStep, Figures, FiguresQuery, HourFigures, LastMessage, MessageCounts, RuleScopes,
    StoreError,
};

/// Whose counts the reader may see, as a condition; `false` when none.
#[must_use]
fn push_scope(sql: &mut Sql, scopes: &RuleScopes) -> bool {
    let at = |level: Level| {
        scopes
            .iter()
            .find(|(known, _)| *known == level)
            .map(|(_, scope)| scope)
    };
    // Who sees products sees everything of the platforms that he sees.
    let wide = match (at(Level::Product), at(Level::Publisher)) {
        (Some(scope @ (Scope::All | Scope::Platform(_))), _) => Some(("all", scope)),
        (_, Some(scope @ (Scope::All | Scope::Platform(_)))) => Some(("publishers", scope)),
        _ => None,
    };
    if let Some((name, scope)) = wide {
        sql.push(format!(" AND scope = '{name}'"));
        match scope {
            Scope::Platform(platform) => sql.push(" AND scope_id = ").push_bind(platform.key()),
            _ => sql.push(" AND scope_id IN ('lms', 'call_logic')"),
        };
        return true;
    }
    match (at(Level::Publisher), at(Level::Campaign)) {
        (Some(Scope::Publishers(ids)), None) if !ids.is_empty() => {
            sql.push(" AND scope = 'publisher' AND ");
            push_in(sql, "scope_id", ids.iter().map(EntityId::as_str));
            true
        }
        (None, Some(Scope::Buyers(ids))) if !ids.is_empty() => {
            sql.push(
                " AND scope = 'campaign' AND scope_id IN (SELECT c.id FROM entities c WHERE c.kind = 'campaign' AND ",
            );
            push_in(sql, "c.buyer_id", ids.iter().map(EntityId::as_str));
            sql.push(")");
            true
        }
        _ => false,
    }
}

fn push_hours(sql: &mut Sql, query: &FiguresQuery) {
    sql.push(" AND hour >= ")
        .push_bind(query.from)
        .push(" AND hour < ")
        .push_bind(query.until);
}

/// Sums come as decimals from PostgreSQL.
fn sum(column: &str) -> String {
    format!("CAST(SUM({column}) AS BIGINT) AS {column}")
}

fn sums() -> String {
    ["fired", "sent", "failed", "doubtful"].map(sum).join(", ")
}

fn counts(fields: &Fields<'_>) -> Result<MessageCounts> {
    Ok(MessageCounts {
        fired: fields.get("fired")?,
        sent: fields.get("sent")?,
        failed: fields.get("failed")?,
        doubtful: fields.get("doubtful")?,
    })
}

async fn hours(db: &mut Connection, query: &FiguresQuery) -> Result<Vec<HourFigures>> {
    let mut found: BTreeMap<i64, HourFigures> = BTreeMap::new();
    let mut sql = Sql::new(format!(
        "SELECT hour, {} FROM event_hours WHERE 1 = 1",
        sum("events")
    ));
    if !push_scope(&mut sql, &query.scopes) {
        return Ok(Vec::new());
    }
    push_hours(&mut sql, query);
    sql.push(" GROUP BY hour");
    let rows: Vec<(i64, i64)> = sql.build_query_as().fetch_all(&mut *db).await?;
    for (hour, events) in rows {
        found.entry(hour).or_default().events = events;
    }
    let mut sql = Sql::new(format!(
        "SELECT CAST(hour AS TEXT) AS key, hour, {} FROM message_hours WHERE 1 = 1",
        sums()
    ));
    if push_scope(&mut sql, &query.scopes) {
        push_hours(&mut sql, query);
        sql.push(" GROUP BY hour");
        for row in &sql.build().fetch_all(&mut *db).await? {
            let fields = Fields::of(row, "message_hours", "key")?;
            found.entry(fields.get("hour")?).or_default().messages = counts(&fields)?;
        }
    }
    Ok(found
        .into_iter()
        .map(|(hour, figures)| HourFigures { hour, ..figures })
        .collect())
}

async fn delays(db: &mut Connection, query: &FiguresQuery) -> Result<Vec<DelayStep>> {
    let mut sql = Sql::new(format!(
        "SELECT up_to, {} FROM delay_hours WHERE 1 = 1",
        sum("messages")
    ));
    if !push_scope(&mut sql, &query.scopes) {
        return Ok(Vec::new());
    }
    push_hours(&mut sql, query);
    sql.push(" GROUP BY up_to ORDER BY up_to");
    let rows: Vec<(i64, i64)> = sql.build_query_as().fetch_all(db).await?;
    Ok(rows
        .into_iter()
        .map(|(up_to, messages)| DelayStep { up_to, messages })
        .collect())
}

/// The same of the counts of rules.
#[must_use]
fn push_rules(sql: &mut Sql, scopes: &RuleScopes) -> bool {
    let everything = Level::ALL
        .into_iter()
        .all(|level| scopes.contains(&(level, Scope::All)));
    if everything {
        return true;
    }
    sql.push(" AND (1 = 0");
    let mut any = false;
    for (level, scope) in scopes {
        match (scope, level) {
            (Scope::All, _) => {
                sql.push(" OR h.level = ").push_bind(level.key());
            }
            (Scope::Platform(platform), _) => {
                sql.push(" OR (h.level = ").push_bind(level.key());
                sql.push(" AND h.platform = ").push_bind(platform.key()).push(")");
            }
            (Scope::Publishers(ids), Level::Publisher) if !ids.is_empty() => {
                sql.push(" OR (h.level = 'publisher' AND ");
                push_in(sql, "h.entity_id", ids.iter().map(EntityId::as_str));
                sql.push(")");
            }
            (Scope::Buyers(ids), Level::Campaign) if !ids.is_empty() => {
                sql.push(
                    " OR (h.level = 'campaign' AND h.entity_id IN (SELECT c.id FROM entities c \
                     WHERE c.kind = 'campaign' AND ",
                );
                push_in(sql, "c.buyer_id", ids.iter().map(EntityId::as_str));
                sql.push("))");
            }
            _ => continue,
        }
        any = true;
    }
    sql.push(")");
    any
}

async fn noisiest(db: &mut Connection, query: &FiguresQuery, limit: i64) -> Result<Vec<BusyRule>> {
    let mut sql = Sql::new(format!(
        "SELECT r.id, r.number, r.name, r.level, r.entity_id, r.target_kind, r.target_id, r.deleted_at, \
         s.fired, s.sent, s.failed, s.doubtful FROM (SELECT rule_id, {} FROM rule_hours h WHERE 1 = 1",
        sums()
    ));
    if !push_rules(&mut sql, &query.scopes) {
        return Ok(Vec::new());
    }
    push_hours(&mut sql, query);
    sql.push(" GROUP BY rule_id HAVING SUM(fired) > 0 ORDER BY 2 DESC, rule_id LIMIT ")
        .push_bind(limit.max(0))
        .push(") s JOIN rules r ON r.id = s.rule_id ORDER BY s.fired DESC, r.number");
    sql.build().fetch_all(db).await?.iter().map(busy).collect()
}

fn busy(row: &Row) -> Result<BusyRule> {
    let fields = Fields::of(row, "rules", "id")?;
    Ok(BusyRule {
        id: fields.id("id")?,
        number: fields.get("number")?,
        name: fields.get("name")?,
        level: fields.key("level", Level::from_key)?,
        entity: fields.id("entity_id")?,
        target: fields.target()?,
        deleted: fields.get::<Option<i64>>("deleted_at")?.is_some(),
        messages: counts(&fields)?,
    })
}

async fn silent(db: &mut Connection, query: &FiguresQuery, limit: i64) -> Result<Vec<BusyRule>> {
    let mut sql = Sql::new(
        "SELECT r.id, r.number, r.name, r.level, r.entity_id, r.target_kind, r.target_id, r.deleted_at, \
         CAST(0 AS BIGINT) AS fired, CAST(0 AS BIGINT) AS sent, CAST(0 AS BIGINT) AS failed, \
         CAST(0 AS BIGINT) AS doubtful FROM rules r \
         WHERE r.deleted_at IS NULL AND r.status = 'active' AND r.created_at < ",
    );
    sql.push_bind(query.from.saturating_mul(crate::HOUR_MS));
    if !super::super::delivery_log::push_scopes(&mut sql, &query.scopes) {
        return Ok(Vec::new());
    }
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM rule_hours h WHERE h.rule_id = r.id AND h.fired > 0 AND h.hour >= ",
    )
    .push_bind(query.from)
    .push(" AND h.hour < ")
    .push_bind(query.until)
    .push(") ORDER BY r.number LIMIT ")
    .push_bind(limit.max(0));
    sql.build().fetch_all(db).await?.iter().map(busy).collect()
}

async fn of_rule(db: &mut Connection, rule: &RuleId, query: &FiguresQuery) -> Result<Vec<HourFigures>> {
    let mut sql = Sql::new(
        "SELECT h.hour, h.fired, h.sent, h.failed, h.doubtful, h.rule_id FROM rule_hours h WHERE h.rule_id = ",
    );
    sql.push_bind(rule.to_string());
    if !push_rules(&mut sql, &query.scopes) {
        return Ok(Vec::new());
    }
    push_hours(&mut sql, query);
    sql.push(" ORDER BY h.hour");
    let rows = sql.build().fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::of(row, "rule_hours", "rule_id")?;
            Ok(HourFigures {
                hour: fields.get("hour")?,
                events: 0,
                messages: counts(&fields)?,
            })
        })
        .collect()
}

async fn last(
    db: &mut Connection,
    rule: &RuleId,
    scopes: &RuleScopes,
    limit: i64,
) -> Result<Vec<LastMessage>> {
    let mut sql = Sql::new(
        "SELECT q.id, q.status, q.last_code, q.created_at, q.updated_at, q.forced FROM deliveries q \
         WHERE q.rule_id = (SELECT r.id FROM rules r WHERE r.id = ",
    );
    sql.push_bind(rule.to_string());
    if !super::super::delivery_log::push_scopes(&mut sql, scopes) {
        return Ok(Vec::new());
    }
    sql.push(") ORDER BY q.created_at DESC, q.id DESC LIMIT ")
        .push_bind(limit.max(0));
    let rows = sql.build().fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::of(row, "deliveries", "id")?;
            Ok(LastMessage {
                status: fields.key("status", leadbell_domain::DeliveryStatus::from_key)?,
                code: fields.get("last_code")?,
                fired_at: fields.get("created_at")?,
                at: fields.get("updated_at")?,
                forced: fields.flag("forced")?,
            })
        })
        .collect()
}

async fn any(db: &mut Connection, scopes: &RuleScopes) -> Result<bool> {
    let mut sql = Sql::new("SELECT r.number FROM rules r WHERE r.deleted_at IS NULL");
    if !super::super::delivery_log::push_scopes(&mut sql, scopes) {
        return Ok(false);
    }
    sql.push(" LIMIT 1");
    let found: Option<i64> = sql.build_query_scalar().fetch_optional(db).await?;
    Ok(found.is_some())
}

/// Tables with the columns that their rows are told apart by.
const KEYS: [(&str, &str); 4] = [
    ("event_hours", "scope, scope_id, hour, shard"),
    ("message_hours", "scope, scope_id, hour, shard"),
    ("delay_hours", "scope, scope_id, hour, up_to, shard"),
    ("rule_hours", "rule_id, hour"),
];

async fn forget(db: &mut Connection, before: i64, limit: i64) -> Result<u64> {
    let mut gone = 0;
    for (table, key) in KEYS {
        let text = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE hour < $1 ORDER BY hour LIMIT $2)"
        );
        gone += sqlx::query(&text)
            .bind(before)
            .bind(limit)
            .execute(&mut *db)
            .await?
            .rows_affected();
    }
    Ok(gone)
}

#[async_trait]
impl Figures for DbStore {
    async fn hours(&self, query: &FiguresQuery) -> Result<Vec<HourFigures>, StoreError> {
        read!(self, hours, query)
    }

    async fn delays(&self, query: &FiguresQuery) -> Result<Vec<DelayStep>, StoreError> {
        read!(self, delays, query)
    }

    async fn noisiest_rules(&self, query: &FiguresQuery, limit: i64) -> Result<Vec<BusyRule>, StoreError> {
        read!(self, noisiest, query, limit)
    }

    async fn silent_rules(&self, query: &FiguresQuery, limit: i64) -> Result<Vec<BusyRule>, StoreError> {
        read!(self, silent, query, limit)
    }

    async fn rule_hours(&self, rule: &RuleId, query: &FiguresQuery) -> Result<Vec<HourFigures>, StoreError> {
        read!(self, of_rule, rule, query)
    }

    async fn last_messages(
        &self,
        rule: &RuleId,
        scopes: &RuleScopes,
        limit: i64,
    ) -> Result<Vec<LastMessage>, StoreError> {
        read!(self, last, rule, scopes, limit)
    }

    async fn any_rule(&self, scopes: &RuleScopes) -> Result<bool, StoreError> {
        read!(self, any, scopes)
    }

    async fn forget_hours(&self, before: i64, limit: i64) -> Result<u64, StoreError> {
        write!(self, forget, before, limit)
    }
}
