//! Events as rows of the log.

use std::collections::{BTreeSet, HashMap};

use leadbell_app::error::AppError;
use leadbell_app::views::event_log::{EventList, EventRow, EventSearch, FiredRow, LeadView, LogChoices};
use leadbell_domain::{EntityId, EntityKind, Level, Verb, Viewer, explain, may_read_log};
use leadbell_store::{EventFilter, Fired, LogPage, LoggedEvent, Match, PresetQuery, Walk};
use serde::Deserialize;

use super::addresses;
use super::deliveries::rule_href;
use super::entities::named;
use super::rules::destination;
use crate::delivery_log::{levels, scopes};
use crate::event_log;
use crate::http::backend::{PAGE, store_error};
use crate::state::AppState;

/// What a reader is told who has no part in the log.
pub const TEST_RUNS_ONLY: &str = "Your role reads test runs only.";
/// Presets that are offered by name.
const PRESETS: i64 = 50;
/// Events of one lead on one page.
const OF_A_LEAD: i64 = 200;

/// A page of the log.
pub async fn events(state: &AppState, viewer: &Viewer, search: &EventSearch) -> Result<EventList, AppError> {
    if !may_read_log(viewer.role) {
        return Ok(EventList {
            unusable: vec![TEST_RUNS_ONLY.to_owned()],
            ..EventList::default()
        });
    }
    let mut list = EventList {
        choices: choices(state, viewer).await?,
        ..EventList::default()
    };
    let walk = event_log::walk(search).ok_or(AppError::NotFound)?;
    let filter = match event_log::filter(viewer, search, state.clock.now_ms()) {
        Ok(filter) => filter,
        Err(errors) => {
            list.unusable = errors.0.into_iter().map(|error| error.message).collect();
            return Ok(list);
        }
    };
    let newer = matches!(walk, Walk::Newer(_));
    let query = event_log::query(filter, walk, PAGE);
    let mut page = state.store.event_log(&query).await.map_err(store_error)?;
    if newer {
        page.rows.reverse();
    }
    list.newest = match page.rows.first() {
        Some(first) => Some(first.place().to_string()),
        None if !search.after.is_empty() => Some(search.after.clone()),
        None => None,
    };
    if newer {
        // Behind what is new there is what was on the page before.
        list.older = page.rows.last().map(|last| last.place().to_string());
    } else {
        list.older = page.next.as_ref().map(ToString::to_string);
        list.searched = page.searched;
    }
    list.rows = rows(state, viewer, &page.rows).await?;
    Ok(list)
}

/// Everything that happened to a lead or a call, oldest first.
pub async fn lead(state: &AppState, viewer: &Viewer, id: &str, after: &str) -> Result<LeadView, AppError> {
    let search = EventSearch {
        after: after.to_owned(),
        ..EventSearch::default()
    };
    let from = match event_log::walk(&search).ok_or(AppError::NotFound)? {
        Walk::Newer(place) | Walk::Older(place) => place,
    };
    let filter = EventFilter {
        scopes: scopes(viewer, Verb::View),
        about: Some((id.to_owned(), Match::Whole)),
        ..EventFilter::default()
    };
    let query = event_log::query(filter, Walk::Newer(from), OF_A_LEAD);
    let page: LogPage<LoggedEvent> = state.store.event_log(&query).await.map_err(store_error)?;
    // A lead that is not his to see is no lead.
    if page.rows.is_empty() && after.is_empty() {
        return Err(AppError::NotFound);
    }
    Ok(LeadView {
        rows: rows(state, viewer, &page.rows).await?,
        later: page.next.map(|place| place.to_string()),
        hosts: event_log::knows_hosts(viewer),
    })
}

async fn choices(state: &AppState, viewer: &Viewer) -> Result<LogChoices, AppError> {
    let mut presets = Vec::new();
    if event_log::knows_presets(viewer) {
        let query = PresetQuery {
            scope: viewer.scope(Level::Product, Verb::View),
            product: None,
            search: String::new(),
            offset: 0,
            limit: PRESETS,
        };
        let found = state.store.list_presets(&query).await.map_err(store_error)?;
        presets = found
            .rows
            .into_iter()
            .map(|row| (row.preset.id.to_string(), row.preset.draft.name))
            .collect();
    }
    Ok(LogChoices {
        levels: levels(viewer),
        triggers: event_log::triggers(viewer),
        presets,
        hosts: event_log::knows_hosts(viewer),
    })
}

/// The rows of these events for this viewer: with names as far as he may know them.
pub async fn rows(
    state: &AppState,
    viewer: &Viewer,
    events: &[LoggedEvent],
) -> Result<Vec<EventRow>, AppError> {
    let mut names: HashMap<(Level, EntityId), String> = HashMap::new();
    for level in levels(viewer) {
        let ids: BTreeSet<EntityId> = events
            .iter()
            .filter_map(|event| part(event, level).cloned())
            .collect();
        for (id, entity) in named(state, viewer, EntityKind::from(level), ids).await? {
            names.insert((level, id), entity.name);
        }
    }
    Ok(events.iter().map(|event| row(viewer, event, &names)).collect())
}

/// What of this level an event belongs to.
fn part(event: &LoggedEvent, level: Level) -> Option<&EntityId> {
    match level {
        Level::Product => Some(&event.product),
        Level::Campaign => event.campaign.as_ref(),
        Level::Publisher => event.publisher.as_ref(),
    }
}

/// What lists tell of the event's text; all else of it is skipped.
#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    host: Option<String>,
}

/// The host of an event, for who may know it.
pub fn host(viewer: &Viewer, event: &LoggedEvent) -> Option<String> {
    if !event_log::knows_hosts(viewer) {
        return None;
    }
    serde_json::from_str::<Told>(&event.body).unwrap_or_default().host
}

fn row(viewer: &Viewer, event: &LoggedEvent, names: &HashMap<(Level, EntityId), String>) -> EventRow {
    let levels = levels(viewer);
    let place = |level: Level| {
        let id = part(event, level)?;
        if let Some(name) = names.get(&(level, id.clone())) {
            let href = addresses::entity(level, id);
            return Some((name.clone(), Some(href)));
        }
        // The product's id is everybody's to know who sees the event.
        let known = levels.contains(&level) || level == Level::Product;
        known.then(|| (format!("{} {id}", level.label()), None))
    };
    EventRow {
        id: event.event_id.to_string(),
        at: event.received_at,
        platform: event.source,
        trigger: event.trigger,
        lead: event.lead_id.clone(),
        call: event.call_id.clone(),
        host: host(viewer, event),
        places: Level::ALL.into_iter().filter_map(place).collect(),
        fired: event.fired.iter().map(|fired| told(viewer, fired)).collect(),
    }
}

fn told(viewer: &Viewer, fired: &Fired) -> FiredRow {
    FiredRow {
        delivery: fired.delivery.to_string(),
        rule_number: fired.rule_number,
        rule_name: fired.rule_name.clone(),
        rule_href: (!fired.rule_deleted)
            .then(|| rule_href(viewer, fired.level, &fired.entity, fired.rule_number)),
        preset: event_log::knows_presets(viewer)
            .then(|| fired.preset.as_ref().map(|(_, name)| name.clone()))
            .flatten(),
        destination: destination(&fired.target),
        status: fired.status,
        reason: fired.code.as_deref().map(|code| explain(code).means),
        delay_ms: fired.delay_ms(),
    }
}
