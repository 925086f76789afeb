//! The page of a rule's adjacent rules.

use std::collections::{BTreeMap, BTreeSet};

use leadbell_app::error::AppError;
use leadbell_app::views::{AdjacentPage, AdjacentRow, AdjacentTo, Listing};
use leadbell_domain::{
    EntityId, EntityKind, FilterKey, Level, ListFilter, Rule, RuleId, RuleStatus, SharedEvents, StoredRule,
    Verb, Viewer, filter_lines,
};
use leadbell_store::EntityQuery;

use super::entity;
use super::rules::destination;
use crate::adjacent::{self, Adjacent};
use crate::http::backend::{PAGE, store_error};
use crate::names::{Names, by_ids};
use crate::state::AppState;

/// A page of the rules that can fire for the same event as this one.
pub async fn adjacent_rules(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity_id: &EntityId,
    rule: &RuleId,
    page: u32,
) -> Result<AdjacentPage, AppError> {
    if !adjacent::is_told(viewer) {
        return Err(AppError::NotFound);
    }
    let scope = viewer.scope(level, Verb::View);
    let view = entity(state, viewer, level, entity_id).await?;
    let stored = state
        .store
        .find_rule(rule, level, &scope)
        .await
        .map_err(store_error)?
        .filter(|found| found.rule.entity == *entity_id)
        .ok_or(AppError::NotFound)?;
    let lives_on = state
        .store
        .find_entity(EntityKind::from(level), entity_id, &scope)
        .await
        .map_err(store_error)?
        .ok_or(AppError::NotFound)?;
    let (found, more) = adjacent::of_rule(state, viewer, &lives_on, &stored)
        .await
        .map_err(store_error)?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let offset = super::offset(page);
    let shown: Vec<Adjacent> = found
        .into_iter()
        .skip(usize::try_from(offset).unwrap_or(usize::MAX))
        .take(usize::try_from(PAGE).unwrap_or(usize::MAX))
        .collect();
    let names = names(state, viewer, &stored, &shown).await?;
    let places = places(state, viewer, &shown).await?;
    Ok(AdjacentPage {
        view,
        rule: adjacent_to(&stored, &names),
        listing: Listing {
            rows: shown
                .into_iter()
                .map(|other| row(viewer, other, &names, &places))
                .collect(),
            total,
            offset,
            limit: PAGE,
        },
        more,
    })
}

fn adjacent_to(stored: &StoredRule, names: &Names) -> AdjacentTo {
    let rule = &stored.rule;
    AdjacentTo {
        id: stored.id.clone(),
        number: stored.number,
        name: rule.name.clone(),
        trigger: rule.trigger,
        settings: settings(rule, names),
        destination: destination(&rule.action.target),
        active: rule.status == RuleStatus::Active,
    }
}

fn settings(rule: &Rule, names: &Names) -> Vec<String> {
    filter_lines(&rule.filters, |key, id| names.get(&(key, id.to_owned())).cloned())
}

type Places = BTreeMap<(Level, EntityId), String>;

fn row(viewer: &Viewer, other: Adjacent, names: &Names, places: &Places) -> AdjacentRow {
    let Adjacent {
        rule: stored,
        shared,
        same_message,
    } = other;
    let rule = stored.rule;
    let name = places.get(&(rule.level, rule.entity.clone()));
    AdjacentRow {
        settings: settings(&rule, names),
        number: stored.number,
        id: stored.id,
        can_manage: !viewer.scope(rule.level, Verb::Manage).is_nothing(),
        place: format!(
            "{} {}",
            rule.level.label(),
            name.map_or(rule.entity.as_str(), String::as_str)
        ),
        name: rule.name,
        level: rule.level,
        entity: rule.entity,
        destination: destination(&rule.action.target),
        shared: shared.lines(|key, id| names.get(&(key, id.to_owned())).cloned()),
        same_message,
    }
}

/// Names of all that the settings and the reasons speak of, as far as the viewer may know them.
async fn names(
    state: &AppState,
    viewer: &Viewer,
    stored: &StoredRule,
    others: &[Adjacent],
) -> Result<Names, AppError> {
    let mut wanted: BTreeMap<FilterKey, BTreeSet<EntityId>> = BTreeMap::new();
    let rules = others
        .iter()
        .map(|other| &other.rule)
        .chain(std::iter::once(stored));
    let lists = rules
        .flat_map(|stored| &stored.rule.filters.lists)
        .chain(others.iter().flat_map(|other| lists(&other.shared)));
    for (key, list) in lists {
        let ids = list
            .values()
            .iter()
            .filter_map(|id| EntityId::new(id.clone()).ok());
        wanted.entry(*key).or_default().extend(ids);
    }
    let mut names = Names::new();
    for (key, ids) in wanted {
        // Judged like a product's filters: by what the viewer may look up at all.
        let found = by_ids(
            &*state.store,
            viewer,
            Level::Product,
            &stored.rule.entity,
            key,
            ids.into_iter().collect(),
        );
        for found in found.await.map_err(store_error)? {
            names.insert((key, found.id.to_string()), found.name);
        }
    }
    Ok(names)
}

fn lists(shared: &SharedEvents) -> impl Iterator<Item = (&FilterKey, &ListFilter)> {
    shared.lists.iter()
}

/// Names of what the rules live on.
async fn places(state: &AppState, viewer: &Viewer, others: &[Adjacent]) -> Result<Places, AppError> {
    let mut wanted: BTreeMap<Level, BTreeSet<EntityId>> = BTreeMap::new();
    for other in others {
        let rule = &other.rule.rule;
        wanted.entry(rule.level).or_default().insert(rule.entity.clone());
    }
    let mut places = Places::new();
    for (level, ids) in wanted {
        let query = EntityQuery {
            limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
            ids: Some(ids.into_iter().collect()),
            hide_deleted: false,
            ..EntityQuery::of(EntityKind::from(level), viewer.scope(level, Verb::View))
        };
        for entity in state.store.list_entities(&query).await.map_err(store_error)?.rows {
            places.insert((level, entity.id), entity.name);
        }
    }
    Ok(places)
}
