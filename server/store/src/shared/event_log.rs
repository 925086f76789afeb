//! Events with what they caused, narrowed to what the reader may see.

use std::collections::HashMap;

use async_trait::async_trait;
use leadbell_domain::{DeliveryStatus, EventId, EventKey, Level, Platform, Trigger};

use super::event_arms::{of_deliveries, of_events, push_event_scopes, push_events};
use super::fields::Fields;
use super::log_arms::{Along, Arm, DELIVERIES, EVENTS, push_row};
use super::store::look;
use super::{
    Connection, DbStore, EXPLAIN, FENCE, KEEPS_ORDER, Result, Row, Sql, delivery_log, event_search,
    explained, gather, push_in, rules_at,
};
use crate::traits::EventLog;
use crate::{
    DeliveryFilter, DeliveryLogQuery, EventFilter, EventLogQuery, Fired, LogPage, LogPlace, LoggedEvent,
    RuleAt, RuleScopes, RulesAtQuery, Walk,
};

const COLUMNS: &str = "e.key, e.source, e.event_id, e.trigger_key, e.occurred_at, e.received_at, e.product_id, \
                       e.publisher_id, e.campaign_id, e.lead_id, e.call_id, e.rules_seq, e.body, e.matched";

/// How a page of events is found.
enum Way {
    /// These very ones.
    Keys(Vec<String>),
    /// Along events.
    Events(Vec<Arm>),
    /// Along what was sent.
    Deliveries(Vec<Arm>),
}

/// What a filter asks of the messages of an event.
fn of_messages(filter: &EventFilter) -> DeliveryFilter {
    DeliveryFilter {
        scopes: filter.scopes.clone(),
        status: filter.status,
        code: filter.code.clone(),
        rule_number: filter.rule_number,
        preset: filter.preset.clone(),
        target: filter.target.clone(),
        ..DeliveryFilter::default()
    }
}

async fn way(db: &mut Connection, filter: &EventFilter) -> Result<Way> {
    if let Some((about, how)) = &filter.about
        && let Some(keys) = event_search::keys(db, about, *how).await?
    {
        return Ok(Way::Keys(keys));
    }
    Ok(if filter.asks_for_messages() {
        Way::Deliveries(of_deliveries(db, &of_messages(filter)).await?)
    } else {
        Way::Events(of_events(db, filter).await?)
    })
}

/// The statement of a page, and what it is read along; `None` when there can be nothing.
fn page<'q>(query: &'q EventLogQuery, way: Way, before: &str) -> Option<(Sql, Option<Along<'q>>)> {
    let EventLogQuery { filter, walk, .. } = query;
    let along = |table, arms| Along {
        table,
        arms,
        from: filter.from,
        until: filter.until,
        walk,
        look_at: query.look_at,
    };
    let (along, keys) = match way {
        Way::Keys(keys) => (None, keys),
        Way::Events(arms) => (Some((along(&EVENTS, arms), false)), Vec::new()),
        Way::Deliveries(arms) => (Some((along(&DELIVERIES, arms), true)), Vec::new()),
    };
    let mut sql = Sql::new(before);
    match &along {
        None => {
            sql.push(format!(
                " SELECT {COLUMNS}, e.received_at AS at, e.key AS id FROM events e WHERE "
            ));
            push_in(&mut sql, "e.key", &keys);
            push_place(&mut sql, walk);
        }
        Some((along, sent)) => {
            if along.arms.is_empty() {
                return None;
            }
            sql.push(format!(" SELECT {COLUMNS}, s.at, s.id FROM "));
            along.push(&mut sql);
            let event = if *sent {
                push_row(&mut sql, "deliveries", "id", "s.id", "q");
                push_row(&mut sql, "rules", "id", "q.rule_id", "r");
                push_row(&mut sql, "destinations", "id", "q.destination_id", "d");
                "q.event_key"
            } else {
                "s.id"
            };
            push_row(&mut sql, "events", "key", event, "e");
            sql.push(" WHERE 1 = 1");
        }
    }
    if !push_events(&mut sql, filter) {
        return None;
    }
    if let Some((about, how)) = &filter.about
        && along.is_some()
    {
        event_search::push(&mut sql, about, *how);
    }
    let sent = matches!(along, Some((_, true)));
    if !push_messages(&mut sql, query, sent) {
        return None;
    }
    match &along {
        Some((along, _)) if !KEEPS_ORDER => {
            sql.push(along.order("s."));
        }
        Some(_) => {}
        None => {
            sql.push(match walk {
                Walk::Older(_) => " ORDER BY e.received_at DESC, e.key DESC",
                Walk::Newer(_) => " ORDER BY e.received_at, e.key",
            });
        }
    }
    sql.push(" LIMIT ").push_bind(query.limit.max(0) + 1);
    Some((sql, along.map(|(along, _)| along)))
}

fn push_place(sql: &mut Sql, walk: &Walk) {
    let (than, place) = match walk {
        Walk::Older(place) => ("<", place),
        Walk::Newer(place) => (">", place),
    };
    if let Some(place) = place {
        sql.push(format!(" AND (e.received_at, e.key) {than} ("))
            .push_bind(place.at)
            .push(", ")
            .push_bind(place.id.clone())
            .push(")");
    }
}

/// Adds what the filter asks of messages. `sent`: the rows are deliveries, and of several of one event the one that the
/// walk comes upon first stands for it.
fn push_messages(sql: &mut Sql, query: &EventLogQuery, sent: bool) -> bool {
    let filter = &query.filter;
    let messages = of_messages(filter);
    let exists = format!(
        "(SELECT 1 FROM (SELECT * FROM deliveries x WHERE x.event_key = e.key{FENCE}) q \
         JOIN rules r ON r.id = q.rule_id JOIN destinations d ON d.id = q.destination_id WHERE 1 = 1"
    );
    if filter.silent {
        sql.push(" AND NOT EXISTS ").push(&exists);
        // Who sees no rule at all sees no message either.
        let seen = DeliveryFilter {
            scopes: filter.scopes.clone(),
            ..DeliveryFilter::default()
        };
        if !delivery_log::push_filter(sql, &seen) {
            return false;
        }
        sql.push(")");
    }
    if !filter.asks_for_messages() {
        return true;
    }
    if !sent {
        sql.push(" AND EXISTS ").push(&exists);
        let any = delivery_log::push_filter(sql, &messages);
        sql.push(")");
        return any;
    }
    if !delivery_log::push_filter(sql, &messages) {
        return false;
    }
    let than = match query.walk {
        Walk::Older(_) => ">",
        Walk::Newer(_) => "<",
    };
    // In there `q`, `r` and `d` are the other message's.
    sql.push(format!(
        " AND NOT EXISTS {exists} AND (q.created_at, q.id) {than} (s.at, s.id)"
    ));
    let any = delivery_log::push_filter(sql, &messages);
    sql.push(")");
    any
}

async fn list(db: &mut Connection, query: &EventLogQuery) -> Result<LogPage<LoggedEvent>> {
    let nothing = LogPage {
        rows: Vec::new(),
        next: None,
        searched: None,
    };
    let way = way(db, &query.filter).await?;
    let Some((sql, along)) = page(query, way, "") else {
        return Ok(nothing);
    };
    Along::say_order(along.as_ref(), db).await?;
    let rows = gather::rows(sql, query.limit, &mut *db).await?;
    let wanted = usize::try_from(query.limit.max(0)).unwrap_or(usize::MAX);
    let shown = &rows[..rows.len().min(wanted)];
    let mut page = LogPage {
        rows: complete(db, shown, &query.filter.scopes).await?,
        ..nothing
    };
    if rows.len() > wanted {
        page.next = shown.last().map(place).transpose()?;
    } else if let Some(along) = along
        && let Some(edge) = along.edge(db).await?
    {
        page.searched = Some(edge.at);
        page.next = Some(edge);
    }
    Ok(page)
}

fn place(row: &Row) -> Result<LogPlace> {
    let fields = Fields::of(row, "events", "key")?;
    Ok(LogPlace {
        at: fields.get("at")?,
        id: fields.get("id")?,
    })
}

async fn find(db: &mut Connection, event_id: &EventId, scopes: &RuleScopes) -> Result<Vec<LoggedEvent>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM events e WHERE e.event_id = "));
    sql.push_bind(event_id.to_string());
    if !push_event_scopes(&mut sql, scopes) {
        return Ok(Vec::new());
    }
    sql.push(" ORDER BY e.source");
    let rows = sql.build().fetch_all(&mut *db).await?;
    complete(db, &rows, scopes).await
}

async fn complete(db: &mut Connection, rows: &[Row], scopes: &RuleScopes) -> Result<Vec<LoggedEvent>> {
    let (mut events, mut matched) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let fields = Fields::of(row, "events", "key")?;
        let event = event(&fields)?;
        if fields.flag("matched")? {
            matched.push(event.key.to_string());
        }
        events.push(event);
    }
    let mut fired = fired(db, &matched, scopes).await?;
    for event in &mut events {
        event.fired = fired.remove(event.key.as_str()).unwrap_or_default();
    }
    Ok(events)
}

fn event(fields: &Fields<'_>) -> Result<LoggedEvent> {
    Ok(LoggedEvent {
        key: fields.id::<EventKey>("key")?,
        source: fields.key("source", Platform::from_key)?,
        event_id: fields.id("event_id")?,
        trigger: fields.key("trigger_key", Trigger::from_key)?,
        occurred_at: fields.get("occurred_at")?,
        received_at: fields.get("received_at")?,
        product: fields.id("product_id")?,
        publisher: fields.opt_id("publisher_id")?,
        campaign: fields.opt_id("campaign_id")?,
        lead_id: fields.get("lead_id")?,
        call_id: fields.get("call_id")?,
        rules_seq: fields.get("rules_seq")?,
        body: fields.get("body")?,
        fired: Vec::new(),
    })
}

/// What these events caused, by their keys.
async fn fired(
    db: &mut Connection,
    keys: &[String],
    scopes: &RuleScopes,
) -> Result<HashMap<String, Vec<Fired>>> {
    let mut all: HashMap<String, Vec<Fired>> = HashMap::new();
    if keys.is_empty() {
        return Ok(all);
    }
    let mut sql = Sql::new(
        "SELECT q.id, q.event_key, q.status, q.last_code, q.created_at, q.updated_at, q.rule_id, r.number, \
         r.name AS rule_name, r.deleted_at, r.level, r.entity_id, r.preset_id, p.name AS preset_name, d.target_kind, \
         d.target_id FROM deliveries q JOIN rules r ON r.id = q.rule_id JOIN destinations d ON d.id = q.destination_id \
         LEFT JOIN presets p ON p.id = r.preset_id WHERE ",
    );
    push_in(&mut sql, "q.event_key", keys);
    if !delivery_log::push_scopes(&mut sql, scopes) {
        return Ok(all);
    }
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "deliveries", "id")?;
        let preset = fields.opt_id("preset_id")?;
        let name: Option<String> = fields.get("preset_name")?;
        all.entry(fields.get("event_key")?).or_default().push(Fired {
            delivery: fields.id("id")?,
            status: fields.key("status", DeliveryStatus::from_key)?,
            code: fields.get("last_code")?,
            created_at: fields.get("created_at")?,
            updated_at: fields.get("updated_at")?,
            rule: fields.id("rule_id")?,
            rule_number: fields.get("number")?,
            rule_name: fields.get("rule_name")?,
            rule_deleted: fields.get::<Option<i64>>("deleted_at")?.is_some(),
            level: fields.key("level", Level::from_key)?,
            entity: fields.id("entity_id")?,
            preset: preset.zip(name),
            target: fields.target()?,
        });
    }
    // In the order of sending.
    for fired in all.values_mut() {
        fired.sort_by(|one, other| one.delivery.cmp(&other.delivery));
    }
    Ok(all)
}

async fn explain(db: &mut Connection, query: &EventLogQuery) -> Result<Vec<String>> {
    let way = way(db, &query.filter).await?;
    match page(query, way, EXPLAIN) {
        Some((sql, along)) => {
            Along::say_order(along.as_ref(), db).await?;
            explained(db, sql).await
        }
        None => Ok(Vec::new()),
    }
}

#[async_trait]
impl EventLog for DbStore {
    async fn event_log(&self, query: &EventLogQuery) -> Result<LogPage<LoggedEvent>> {
        look!(self, list, query)
    }

    async fn logged_events(&self, event_id: &EventId, scopes: &RuleScopes) -> Result<Vec<LoggedEvent>> {
        look!(self, find, event_id, scopes)
    }

    async fn rules_at(&self, query: &RulesAtQuery) -> Result<(Vec<RuleAt>, Option<i64>)> {
        look!(self, rules_at::list, query)
    }

    async fn explain_events(&self, query: &EventLogQuery) -> Result<Vec<String>> {
        look!(self, explain, query)
    }

    async fn explain_deliveries(&self, query: &DeliveryLogQuery) -> Result<Vec<String>> {
        look!(self, delivery_log::explain, query)
    }
}
