//! Lists of rules, their settings in words.

use std::collections::HashMap;

use leadbell_app::error::AppError;
use leadbell_app::views::{Listing, RuleRow, RuleSearch};
use leadbell_domain::{
    ConnectionId, EntityId, EntityKind, Level, Role, RuleId, RuleSort, RuleStatus, StoredRule, Target,
    Trigger, Verb, Viewer, filter_lines,
};
use leadbell_store::{Connection, RuleListing, RuleQuery};

use super::facets::{MORE, author};
use super::{entity, offset};
use crate::access::connection_scope;
use crate::adjacent;
use crate::http::backend::{PAGE, store_error};
use crate::names::{Names, filter_names};
use crate::state::AppState;

/// A page of an entity's rules.
pub async fn rules(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity_id: &EntityId,
    search: &RuleSearch,
) -> Result<Listing<RuleRow>, AppError> {
    entity(state, viewer, level, entity_id).await?;
    let query = RuleQuery {
        search: search.q.trim().to_owned(),
        trigger: Trigger::from_key(&search.trigger),
        status: RuleStatus::from_key(&search.status),
        author: author(viewer, &search.author),
        target: Some(search.to.trim().to_uppercase()).filter(|to| !to.is_empty() && to != MORE),
        sort: RuleSort::from_key(&search.sort).unwrap_or_default(),
        offset: offset(search.page),
        limit: PAGE,
        ..RuleQuery::of(viewer.scope(level, Verb::View), level, entity_id.clone())
    };
    let page = state.store.list_rules(&query).await.map_err(store_error)?;
    let rules = page.rows.iter().map(|row| &row.stored.rule);
    let names = filter_names(&*state.store, viewer, level, entity_id, rules)
        .await
        .map_err(store_error)?;
    let connections = connections(state, viewer).await?;
    let places = place_names(state, &connections, page.rows.iter().map(|row| &row.stored)).await?;
    let adjacent = counts(state, viewer, level, entity_id, &page.rows).await?;
    let rows = page
        .rows
        .into_iter()
        .map(|row| {
            let adjacent = adjacent.get(&row.stored.id).copied();
            let action = &row.stored.rule.action;
            let place = places.get(&(action.connection.clone(), action.target.clone()));
            let destination = named_place(&action.target, place.map(String::as_str));
            RuleRow {
                destination,
                ..rule_row(viewer, row, &names, &connections, adjacent)
            }
        })
        .collect();
    Ok(Listing {
        rows,
        total: page.total,
        offset: query.offset,
        limit: PAGE,
    })
}

pub(super) async fn connections(state: &AppState, viewer: &Viewer) -> Result<Vec<Connection>, AppError> {
    state
        .store
        .list_connections(&connection_scope(viewer))
        .await
        .map_err(store_error)
}

pub(super) use crate::rule_words::HIDDEN_CONNECTION;

/// The adjacent rules of each rule of a page, for who is told of them.
async fn counts(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    rows: &[RuleListing],
) -> Result<HashMap<RuleId, adjacent::Count>, AppError> {
    if rows.is_empty() || !adjacent::is_told(viewer) {
        return Ok(HashMap::new());
    }
    let found = state
        .store
        .find_entity(EntityKind::from(level), entity, &viewer.scope(level, Verb::View))
        .await
        .map_err(store_error)?;
    let entity = found.ok_or(AppError::NotFound)?;
    let rules: Vec<&StoredRule> = rows.iter().map(|row| &row.stored).collect();
    adjacent::counts(state, viewer, &entity, &rules)
        .await
        .map_err(store_error)
}

fn rule_row(
    viewer: &Viewer,
    row: RuleListing,
    names: &Names,
    connections: &[Connection],
    adjacent: Option<adjacent::Count>,
) -> RuleRow {
    let RuleListing { stored, author_name } = row;
    let rule = stored.rule;
    let mut settings = filter_lines(&rule.filters, |key, id| names.get(&(key, id.to_owned())).cloned());
    let mut sending = rule.action.sending.lines();
    sending.extend(rule.action.layout.summary());
    if settings.is_empty() && !sending.is_empty() {
        settings.push("Every event".to_owned());
    }
    settings.extend(sending);
    let connection = connections
        .iter()
        .find(|connection| connection.id == rule.action.connection)
        .map_or_else(
            || HIDDEN_CONNECTION.to_owned(),
            |connection| connection.name.clone(),
        );
    RuleRow {
        id: stored.id,
        number: stored.number,
        version: stored.version,
        name: rule.name,
        note: rule.note,
        trigger: rule.trigger,
        settings,
        destination: destination(&rule.action.target),
        connection,
        text: rule.action.template.text().to_owned(),
        status: rule.status,
        created_at: stored.created_at,
        author: author_name.filter(|_| viewer.role != Role::Publisher),
        adjacent: adjacent.map(|adjacent| (adjacent.count, adjacent.same_message)),
    }
}

/// The names of the places that rules send to, through connections that the viewer may see.
pub(super) async fn place_names<'a>(
    state: &AppState,
    visible: &[Connection],
    rules: impl Iterator<Item = &'a StoredRule>,
) -> Result<HashMap<(ConnectionId, Target), String>, AppError> {
    let places: Vec<(ConnectionId, Target)> = rules
        .map(|stored| &stored.rule.action)
        .filter(|action| {
            visible
                .iter()
                .any(|connection| connection.id == action.connection)
        })
        .map(|action| (action.connection.clone(), action.target.clone()))
        .collect();
    state.store.place_names(&places).await.map_err(store_error)
}

/// Where to: `#sales (C0SALES01)` where the name is known.
pub fn named_place(target: &Target, name: Option<&str>) -> String {
    match (target, name) {
        (Target::Channel(id), Some(name)) => format!("#{name} ({id})"),
        _ => destination(target),
    }
}

/// Where to, in short.
pub fn destination(target: &Target) -> String {
    let sign = match target {
        Target::Channel(_) => '#',
        Target::Member(_) => '@',
    };
    format!("{sign} {}", target.id())
}
