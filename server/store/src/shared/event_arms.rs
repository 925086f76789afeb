//! Along which indexes a list of events or deliveries is read, and which conditions each row is then held against.
//!
//! The arms only make it quick: every condition, the reader's scope first of all, stands in the query all the same.

use leadbell_domain::{EntityId, Level, Scope, Trigger};

use super::log_arms::{Arm, Equal, MAX_ARMS};
use super::{Connection, Result, Sql, push_in, scope};
use crate::text::clean;
use crate::{DeliveryFilter, EventFilter, RuleScopes};

use leadbell_domain::DeliveryStatus as Status;

fn column(level: Level) -> &'static str {
    match level {
        Level::Product => "product_id",
        Level::Campaign => "campaign_id",
        Level::Publisher => "publisher_id",
    }
}

/// The triggers that the reader can see events of and asks for.
fn triggers(filter: &EventFilter) -> Vec<Trigger> {
    let seen = |trigger: &Trigger| {
        filter.scopes.iter().any(|(level, scope)| {
            let platform = match scope {
                Scope::Platform(platform) => Some(*platform),
                _ => None,
            };
            !scope.is_nothing()
                && trigger.levels().contains(level)
                && platform.is_none_or(|platform| trigger.platform() == platform)
        })
    };
    Trigger::ALL
        .into_iter()
        .filter(seen)
        .filter(|trigger| filter.trigger.is_none_or(|wanted| wanted == *trigger))
        .filter(|trigger| {
            filter
                .platform
                .is_none_or(|platform| trigger.platform() == platform)
        })
        .collect()
}

/// The stretches of events that hold everything the filter asks for.
pub(super) async fn of_events(db: &mut Connection, filter: &EventFilter) -> Result<Vec<Arm>> {
    let triggers = triggers(filter);
    let by = |column: &'static str, ids: Vec<String>| -> Vec<Arm> {
        let arm = |id: &String, trigger: &Trigger| {
            vec![
                Equal::Is(column, id.clone()),
                Equal::Is("trigger_key", trigger.key().to_owned()),
            ]
        };
        ids.iter()
            .flat_map(|id| triggers.iter().map(move |trigger| arm(id, trigger)))
            .collect()
    };
    // Of several, the one that leads to fewest.
    for level in [Level::Campaign, Level::Publisher, Level::Product] {
        if let Some((_, id)) = filter.of.iter().find(|(known, _)| *known == level) {
            return Ok(by(column(level), vec![id.to_string()]));
        }
    }
    if let Some((column, ids)) = own(db, &filter.scopes).await?
        && ids.len() * triggers.len() <= MAX_ARMS
    {
        return Ok(by(column, ids));
    }
    if triggers.len() == Trigger::ALL.len() {
        return Ok(vec![Vec::new()]);
    }
    Ok(triggers
        .into_iter()
        .map(|trigger| vec![Equal::Is("trigger_key", trigger.key().to_owned())])
        .collect())
}

/// What a reader is confined to who sees only some publishers, or the campaigns of some buyers.
async fn own(db: &mut Connection, scopes: &RuleScopes) -> Result<Option<(&'static str, Vec<String>)>> {
    let mut reached = scopes.iter().filter(|(_, scope)| !scope.is_nothing());
    let (Some((level, scope)), None) = (reached.next(), reached.next()) else {
        return Ok(None);
    };
    Ok(match (level, scope) {
        (Level::Publisher, Scope::Publishers(ids)) => {
            Some((column(*level), ids.iter().map(EntityId::to_string).collect()))
        }
        (Level::Campaign, Scope::Buyers(ids)) => {
            let mut sql = Sql::new("SELECT c.id FROM entities c WHERE c.kind = 'campaign' AND ");
            push_in(&mut sql, "c.buyer_id", ids.iter().map(EntityId::as_str));
            Some((column(*level), some(db, sql).await?))
        }
        _ => None,
    })
}

/// The first ids that a query finds: one more than can be merged tells that there are too many.
async fn some(db: &mut Connection, mut sql: Sql) -> Result<Vec<String>> {
    sql.push(" LIMIT ")
        .push_bind(i64::try_from(MAX_ARMS + 1).unwrap_or(i64::MAX));
    Ok(sql.build_query_scalar().fetch_all(db).await?)
}

/// The stretches of deliveries that hold everything the filter asks for.
pub(super) async fn of_deliveries(db: &mut Connection, filter: &DeliveryFilter) -> Result<Vec<Arm>> {
    let status = |status: Status| {
        let words = format!("status = '{}' AND status <> 'sent'", status.key());
        vec![vec![Equal::Words(words)]]
    };
    if let Some(code) = &filter.code {
        return Ok(vec![vec![
            Equal::Is("last_code", clean(code)),
            Equal::Words("last_code IS NOT NULL".to_owned()),
        ]]);
    }
    // There are few of these at any time.
    if let Some(rare) = filter
        .status
        .filter(|status| !matches!(status, Status::Sent | Status::Suppressed))
    {
        return Ok(status(rare));
    }
    if let Some(rule) = &filter.rule {
        return Ok(vec![vec![Equal::Is("rule_id", rule.to_string())]]);
    }
    let mut lists = Vec::new();
    if let Some(number) = filter.rule_number {
        let mut sql = Sql::new("SELECT n.id FROM rules n WHERE n.number = ");
        sql.push_bind(number);
        lists.push(("rule_id", sql));
    }
    if filter.target.is_some() || filter.connection.is_some() {
        let mut sql = Sql::new("SELECT n.id FROM destinations n WHERE 1 = 1");
        if let Some(target) = &filter.target {
            sql.push(" AND n.target_id = ").push_bind(clean(target));
        }
        if let Some(connection) = &filter.connection {
            sql.push(" AND n.connection_id = ")
                .push_bind(connection.to_string());
        }
        lists.push(("destination_id", sql));
    }
    if let Some(preset) = &filter.preset {
        let mut sql = Sql::new("SELECT n.id FROM rules n WHERE n.preset_id = ");
        sql.push_bind(preset.to_string());
        lists.push(("rule_id", sql));
    }
    let confined = filter
        .scopes
        .iter()
        .filter(|(_, scope)| matches!(scope, Scope::Publishers(_) | Scope::Buyers(_)));
    if let (Some((level, own)), 1) = (confined.clone().next(), filter.scopes.len()) {
        let mut sql = Sql::new("SELECT r.id FROM rules r WHERE r.level = ");
        sql.push_bind(level.key());
        if !scope::push_rules(&mut sql, own, *level) {
            return Ok(Vec::new());
        }
        lists.push(("rule_id", sql));
    }
    for (column, sql) in lists {
        let ids = some(db, sql).await?;
        if ids.len() <= MAX_ARMS {
            return Ok(ids.into_iter().map(|id| vec![Equal::Is(column, id)]).collect());
        }
    }
    Ok(match filter.status {
        Some(Status::Suppressed) => status(Status::Suppressed),
        _ => vec![Vec::new()],
    })
}

/// Our own words, as a list of SQL.
fn words<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    keys.map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ")
}

/// Adds the events that the reader may see: those that a rule he may see could fire for. Answers `false` when there can
/// be none. Not the campaigns of a publisher's lead, for their events are of triggers that no rule of a publisher has.
#[must_use]
pub(super) fn push_event_scopes(sql: &mut Sql, scopes: &RuleScopes) -> bool {
    if scopes.iter().all(|(_, scope)| scope.is_nothing()) {
        return false;
    }
    if scopes
        .iter()
        .any(|(level, scope)| *level == Level::Product && *scope == Scope::All)
    {
        return true;
    }
    sql.push(" AND (1 = 0");
    for (level, scope) in scopes {
        let triggers = words(Trigger::of_level(*level, None).map(Trigger::key));
        sql.push(format!(" OR (e.trigger_key IN ({triggers})"));
        match (scope, level) {
            (Scope::All, _) => {
                sql.push(format!(" AND e.{} IS NOT NULL", column(*level)));
            }
            (Scope::Platform(platform), _) => {
                sql.push(format!(" AND e.{} IS NOT NULL AND e.source = ", column(*level)))
                    .push_bind(platform.key());
            }
            (Scope::Publishers(ids), Level::Publisher) => {
                sql.push(" AND ");
                push_in(sql, "e.publisher_id", ids.iter().map(EntityId::as_str));
            }
            (Scope::Buyers(ids), Level::Campaign) => {
                sql.push(" AND EXISTS (SELECT 1 FROM entities c WHERE c.kind = 'campaign' AND c.id = e.campaign_id AND ");
                push_in(sql, "c.buyer_id", ids.iter().map(EntityId::as_str));
                sql.push(")");
            }
            _ => {
                sql.push(" AND 1 = 0");
            }
        }
        sql.push(")");
    }
    sql.push(")");
    true
}

/// Adds what the filter asks of events themselves, but for their ids; `false` when there can be none.
#[must_use]
pub(super) fn push_events(sql: &mut Sql, filter: &EventFilter) -> bool {
    if !push_event_scopes(sql, &filter.scopes) {
        return false;
    }
    if let Some(platform) = filter.platform {
        sql.push(" AND e.source = ").push_bind(platform.key());
    }
    if let Some(trigger) = filter.trigger {
        sql.push(" AND e.trigger_key = ").push_bind(trigger.key());
    }
    for (level, id) in &filter.of {
        sql.push(format!(" AND e.{} = ", column(*level)))
            .push_bind(id.to_string());
    }
    if let Some(from) = filter.from {
        sql.push(" AND e.received_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        sql.push(" AND e.received_at < ").push_bind(until);
    }
    true
}
