//! Deliveries with their event, rule and destination, narrowed to what the reader may see.

use async_trait::async_trait;
use leadbell_domain::{DeliveryId, DeliveryStatus, EntityId, Level, RuleId, Scope, Timestamp, Trigger};

use super::event_arms::of_deliveries;
use super::fields::Fields;
use super::log_arms::{Along, Arm, DELIVERIES, push_row};
use super::store::{look, read, write};
use super::{
    Connection, DbStore, EXPLAIN, KEEPS_ORDER, Result, Row, Sql, deliveries, explained, gather, push_in,
    resend, scope,
};
use crate::text::clean;
use crate::{
    DeliveryFilter, DeliveryLog, DeliveryLogQuery, LogPage, LoggedDelivery, LoggedThread, ResendPlace,
    RuleScopes, StoreError,
};

/// The tables of the log, under the names that [`push_filter`] uses.
pub(super) const FROM: &str = " FROM deliveries q JOIN events e ON e.key = q.event_key \
                               JOIN rules r ON r.id = q.rule_id JOIN destinations d ON d.id = q.destination_id \
                               JOIN connections c ON c.id = d.connection_id WHERE 1 = 1";

const SELECT: &str = "SELECT q.id, e.event_id, e.source, q.rule_id, r.number, q.rule_version, d.target_kind, \
                      d.target_id, q.text, q.blocks, q.status, q.last_code, q.slack_channel, q.slack_ts, q.created_at, \
                      q.updated_at, e.trigger_key, e.lead_id, r.level, r.entity_id, r.name AS rule_name, \
                      r.deleted_at, r.version AS version_now, r.shows_personal_data, q.destination_id, \
                      d.connection_id, c.name AS connection_name, q.resends, q.maybe_twice, q.thread_ts";

/// The rule's version of that time as JSON said that its messages show personal data.
const SHOWED: &str = ", CASE WHEN EXISTS (SELECT 1 FROM rule_versions v WHERE v.rule_id = q.rule_id \
                      AND v.version = q.rule_version AND (v.snapshot LIKE '%\"personal_data\":\"shown\"%' \
                      OR v.snapshot LIKE '%\"personal_data\": \"shown\"%')) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS showed";

/// Adds the rules that the asker reaches; answers `false` when there can be none.
pub(super) fn push_scopes(sql: &mut Sql, scopes: &RuleScopes) -> bool {
    if scopes.iter().all(|(_, scope)| scope.is_nothing()) {
        return false;
    }
    let everything = Level::ALL.into_iter().all(|level| {
        scopes
            .iter()
            .any(|(known, scope)| *known == level && *scope == Scope::All)
    });
    if everything {
        return true;
    }
    sql.push(" AND (1 = 0");
    for (level, scope) in scopes {
        sql.push(" OR (r.level = ").push_bind(level.key());
        if !scope::push_rules(sql, scope, *level) {
            sql.push(" AND 1 = 0");
        }
        sql.push(")");
    }
    sql.push(")");
    true
}

fn event_column(level: Level) -> &'static str {
    match level {
        Level::Product => "e.product_id",
        Level::Campaign => "e.campaign_id",
        Level::Publisher => "e.publisher_id",
    }
}

/// Adds the conditions; answers `false` when nothing can be in scope.
#[must_use]
pub(super) fn push_filter(sql: &mut Sql, filter: &DeliveryFilter) -> bool {
    if !push_scopes(sql, &filter.scopes) {
        return false;
    }
    push_about(sql, filter);
    if let Some(status) = filter.status {
        push_status(sql, status);
    }
    if let Some(code) = &filter.code {
        sql.push(" AND q.last_code = ").push_bind(clean(code));
    }
    if let Some(rule) = &filter.rule {
        sql.push(" AND q.rule_id = ").push_bind(RuleId::to_string(rule));
    }
    if let Some(number) = filter.rule_number {
        sql.push(" AND q.rule_id = (SELECT n.id FROM rules n WHERE n.number = ")
            .push_bind(number)
            .push(")");
    }
    if let Some(preset) = &filter.preset {
        sql.push(" AND r.preset_id = ").push_bind(preset.to_string());
    }
    for (level, entity) in &filter.of {
        sql.push(format!(" AND {} = ", event_column(*level)))
            .push_bind(EntityId::to_string(entity));
    }
    if let Some(connection) = &filter.connection {
        sql.push(" AND d.connection_id = ")
            .push_bind(connection.to_string());
    }
    if let Some(target) = &filter.target {
        sql.push(" AND d.target_id = ").push_bind(clean(target));
    }
    if let Some(from) = filter.from {
        sql.push(" AND q.created_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        sql.push(" AND q.created_at < ").push_bind(until);
    }
    if let Some(at) = filter.settled_by {
        sql.push(" AND q.updated_at <= ").push_bind(at);
    }
    true
}

/// Adds which ones, where those are named by what they are about.
fn push_about(sql: &mut Sql, filter: &DeliveryFilter) {
    if let Some(ids) = &filter.ids {
        sql.push(" AND ");
        push_in(sql, "q.id", ids.iter().map(DeliveryId::as_str));
    }
    if let Some(about) = &filter.about {
        sql.push(" AND (q.event_key IN (SELECT l.key FROM events l WHERE l.lead_id = ")
            .push_bind(clean(about))
            .push(" UNION SELECT i.key FROM events i WHERE i.event_id = ")
            .push_bind(clean(about))
            .push(" UNION SELECT i.key FROM events i WHERE i.call_id = ")
            .push_bind(clean(about))
            .push(")");
        // A summary links to the messages that it tells.
        if DeliveryId::new(about.clone()).is_ok() {
            sql.push(" OR q.told_in = ").push_bind(clean(about));
            sql.push(" OR q.id = ").push_bind(clean(about));
        }
        sql.push(")");
    }
}

/// The same as a table `s`, each way of being meant from an index of its own.
fn push_few(sql: &mut Sql, filter: &DeliveryFilter) {
    let mut ways = vec![];
    if let Some(ids) = &filter.ids {
        ways.push(("q.id", ids.iter().map(DeliveryId::to_string).collect::<Vec<_>>()));
    } else if let Some(about) = &filter.about {
        ways.push(("q.told_in", vec![clean(about)]));
        ways.push(("q.id", vec![clean(about)]));
    }
    sql.push("(");
    if let (None, Some(about)) = (&filter.ids, &filter.about) {
        for column in ["lead_id", "event_id", "call_id"] {
            sql.push(format!(
                "SELECT q.created_at AS at, q.id AS id FROM events e CROSS JOIN deliveries q \
                 WHERE q.event_key = e.key AND e.{column} = "
            ))
            .push_bind(clean(about))
            .push(" UNION ");
        }
    }
    for (index, (column, values)) in ways.iter().enumerate() {
        sql.push(if index > 0 { " UNION " } else { "" })
            .push("SELECT q.created_at AS at, q.id AS id FROM deliveries q WHERE ");
        push_in(sql, column, values);
    }
    sql.push(") s");
}

/// Our own words, written out: only then do the databases see that the index of what is not sent applies.
fn push_status(sql: &mut Sql, status: DeliveryStatus) {
    sql.push(format!(" AND q.status = '{}'", status.key()));
    if status != DeliveryStatus::Sent {
        sql.push(" AND q.status <> 'sent'");
    }
}

/// The statement of a page, and what it is read along; `None` when there can be nothing.
fn page<'q>(query: &'q DeliveryLogQuery, arms: Vec<Arm>, before: &str) -> Option<(Sql, Option<Along<'q>>)> {
    // Few enough are about one thing to be put into order.
    let few = query.filter.ids.is_some() || query.filter.about.is_some();
    let along = Along {
        table: &DELIVERIES,
        arms,
        from: query.filter.from,
        until: query.filter.until,
        walk: &query.walk,
        look_at: if few { i64::MAX } else { query.look_at },
    };
    if along.arms.is_empty() {
        return None;
    }
    // Only the page of one delivery shows its text, so only that one looks up what it may hold.
    let mut sql = Sql::new(format!("{before} {SELECT}, CAST(1 AS BIGINT) AS showed FROM "));
    if few {
        push_few(&mut sql, &query.filter);
    } else {
        along.push(&mut sql);
    }
    for (table, id, wanted, alias) in [
        ("deliveries", "id", "s.id", "q"),
        ("events", "key", "q.event_key", "e"),
        ("rules", "id", "q.rule_id", "r"),
        ("destinations", "id", "q.destination_id", "d"),
        ("connections", "id", "d.connection_id", "c"),
    ] {
        push_row(&mut sql, table, id, wanted, alias);
    }
    sql.push(" WHERE 1 = 1");
    if !push_filter(&mut sql, &query.filter) {
        return None;
    }
    if few {
        along.push_bounds(&mut sql, "s.at", "s.id");
    }
    if few || !KEEPS_ORDER {
        sql.push(along.order("s."));
    }
    sql.push(" LIMIT ").push_bind(query.limit.max(0) + 1);
    Some((sql, (!few).then_some(along)))
}

async fn list(db: &mut Connection, query: &DeliveryLogQuery) -> Result<LogPage<LoggedDelivery>> {
    let arms = of_deliveries(db, &query.filter).await?;
    let mut page_of = LogPage {
        rows: Vec::new(),
        next: None,
        searched: None,
    };
    let Some((sql, along)) = page(query, arms, "") else {
        return Ok(page_of);
    };
    Along::say_order(along.as_ref(), db).await?;
    let rows = gather::rows(sql, query.limit, &mut *db).await?;
    let wanted = usize::try_from(query.limit.max(0)).unwrap_or(usize::MAX);
    page_of.rows = complete(db, &rows[..rows.len().min(wanted)]).await?;
    if rows.len() > wanted {
        page_of.next = page_of.rows.last().map(LoggedDelivery::place);
    } else if let Some(along) = along
        && let Some(edge) = along.edge(db).await?
    {
        page_of.searched = Some(edge.at);
        page_of.next = Some(edge);
    }
    Ok(page_of)
}

pub(super) async fn explain(db: &mut Connection, query: &DeliveryLogQuery) -> Result<Vec<String>> {
    let arms = of_deliveries(db, &query.filter).await?;
    match page(query, arms, EXPLAIN) {
        Some((sql, along)) => {
            Along::say_order(along.as_ref(), db).await?;
            explained(db, sql).await
        }
        None => Ok(Vec::new()),
    }
}

async fn find(db: &mut Connection, id: &DeliveryId, scopes: &RuleScopes) -> Result<Option<LoggedDelivery>> {
    let mut sql = Sql::new(format!("{SELECT}{SHOWED}{FROM}"));
    let filter = DeliveryFilter {
        scopes: scopes.clone(),
        ids: Some(vec![id.clone()]),
        ..DeliveryFilter::default()
    };
    if !push_filter(&mut sql, &filter) {
        return Ok(None);
    }
    let rows = sql.build().fetch_all(&mut *db).await?;
    let mut found = complete(db, &rows).await?.pop();
    if let Some(thread) = found.as_mut().and_then(|found| found.thread.as_mut()) {
        *thread = in_thread(db, id, thread).await?;
    }
    Ok(found)
}

/// The rest of what there is to tell of a message in a thread.
async fn in_thread(db: &mut Connection, id: &DeliveryId, thread: &LoggedThread) -> Result<LoggedThread> {
    Ok(match thread {
        LoggedThread::First { .. } => LoggedThread::First {
            line_code: sqlx::query_scalar("SELECT line_code FROM threads WHERE parent_id = $1")
                .bind(id.as_str())
                .fetch_optional(db)
                .await?
                .flatten(),
        },
        LoggedThread::Reply { .. } => {
            let row = sqlx::query(
                "SELECT p.id FROM deliveries q JOIN deliveries p ON p.destination_id = q.destination_id \
                 AND p.thread_key = q.thread_key AND p.slack_ts = q.thread_ts WHERE q.id = $1 AND p.id <> q.id LIMIT 1",
            )
            .bind(id.as_str())
            .fetch_optional(db)
            .await?;
            let parent = row.map(|row| Fields::of(&row, "deliveries", "id")?.id("id"));
            LoggedThread::Reply {
                parent: parent.transpose()?,
            }
        }
    })
}

async fn complete(db: &mut Connection, rows: &[Row]) -> Result<Vec<LoggedDelivery>> {
    let known = deliveries::with_attempts(db, rows).await?;
    rows.iter()
        .zip(known)
        .map(|(row, delivery)| {
            let fields = Fields::of(row, "deliveries", "id")?;
            Ok(LoggedDelivery {
                delivery,
                trigger: fields.key("trigger_key", Trigger::from_key)?,
                lead_id: fields.get("lead_id")?,
                level: fields.key("level", Level::from_key)?,
                entity: fields.id("entity_id")?,
                rule_name: fields.get("rule_name")?,
                rule_deleted: fields.get::<Option<i64>>("deleted_at")?.is_some(),
                rule_version_now: fields.get("version_now")?,
                shows_personal_data: fields.flag("shows_personal_data")? || fields.flag("showed")?,
                destination: fields.id("destination_id")?,
                connection: fields.id("connection_id")?,
                connection_name: fields.get("connection_name")?,
                resends: fields.get("resends")?,
                thread: thread(&fields)?,
                maybe_twice: fields.flag("maybe_twice")?,
            })
        })
        .collect()
}

/// A thread's first message has its own id as the thread's, as Slack writes it.
fn thread(fields: &Fields<'_>) -> Result<Option<LoggedThread>> {
    let own: Option<&str> = fields.get("slack_ts")?;
    Ok(match fields.get::<Option<&str>>("thread_ts")? {
        None => None,
        thread if thread == own => Some(LoggedThread::First { line_code: None }),
        Some(_) => Some(LoggedThread::Reply { parent: None }),
    })
}

#[async_trait]
impl DeliveryLog for DbStore {
    async fn delivery_log(&self, query: &DeliveryLogQuery) -> Result<LogPage<LoggedDelivery>, StoreError> {
        look!(self, list, query)
    }

    async fn logged_delivery(
        &self,
        id: &DeliveryId,
        scopes: &RuleScopes,
    ) -> Result<Option<LoggedDelivery>, StoreError> {
        read!(self, find, id, scopes)
    }

    async fn resend_plan(&self, filter: &DeliveryFilter) -> Result<Vec<ResendPlace>, StoreError> {
        read!(self, resend::plan, filter)
    }

    async fn resend(&self, filter: &DeliveryFilter, now: Timestamp) -> Result<u64, StoreError> {
        let (mut all, mut after) = (0, String::new());
        loop {
            let step: Result<(u64, Option<String>)> = write!(self, resend::step, filter, &after, now);
            let (sent, last) = step?;
            all += sent;
            match last {
                Some(last) => after = last,
                None => return Ok(all),
            }
        }
    }

    async fn settle_delivery(
        &self,
        id: &DeliveryId,
        scopes: &RuleScopes,
        to: DeliveryStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        write!(self, resend::settle, id, scopes, to, now)
    }
}
