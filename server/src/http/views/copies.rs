//! The form that copies rules, and what was made by it.

use leadbell_app::error::AppError;
use leadbell_app::views::{CopiedRule, CopyPage, CopyPlace, CopySearch, Misfit, RuleBrief};
use leadbell_domain::{
    Entity, EntityId, EntityKind, Level, RuleId, RuleStatus, StoredRule, Verb, Viewer, filter_lines,
};
use leadbell_store::{EntityQuery, StoreError};

use super::entity;
use super::rules::destination;
use crate::actor::Caller;
use crate::http::backend::{rule_error, store_error};
use crate::names::filter_names;
use crate::state::AppState;
use crate::{adjacent, bulk, copies};

/// Places shown at a time.
const PLACES: i64 = 20;
/// Rules whose fit is tried on every place shown; with more, it is tried when they are copied.
const TRIED: usize = 10;

/// The form that copies these rules.
pub async fn copy_page(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity_id: &EntityId,
    rules: &[RuleId],
    search: &CopySearch,
) -> Result<CopyPage, AppError> {
    let view = entity(state, viewer, level, entity_id).await?;
    let sources = bulk::permitted_rules(state, viewer, level, entity_id, rules, Verb::View)
        .await
        .map_err(rule_error)?;
    let levels: Vec<Level> = Level::ALL
        .into_iter()
        .filter(|level| !viewer.scope(*level, Verb::Manage).is_nothing())
        .collect();
    if sources.is_empty() {
        return Err(AppError::NotFound);
    }
    // Who may add rules nowhere has nothing to copy.
    let Some(first) = levels.first() else {
        return Err(AppError::Forbidden);
    };
    let wanted = search.level.unwrap_or(level);
    let wanted = if levels.contains(&wanted) { wanted } else { *first };
    let (found, more) = found(state, viewer, wanted, search).await.map_err(store_error)?;
    let mut places = Vec::new();
    for (level, entity) in found {
        places.push(place(state, viewer, &sources, level, entity, search).await?);
    }
    Ok(CopyPage {
        rules: briefs(state, viewer, level, entity_id, &sources).await?,
        view,
        levels,
        level: wanted,
        q: search.q.clone(),
        places,
        more,
    })
}

/// What is chosen, then what fits the search.
async fn found(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    search: &CopySearch,
) -> Result<(Vec<(Level, Entity)>, bool), StoreError> {
    let mut places: Vec<(Level, Entity)> = Vec::new();
    for (level, id) in search.chosen.iter().take(copies::MOST) {
        let scope = viewer.scope(*level, Verb::Manage);
        let known = places
            .iter()
            .any(|(other, entity)| other == level && entity.id == *id);
        if known {
            continue;
        }
        if let Some(entity) = state
            .store
            .find_entity(EntityKind::from(*level), id, &scope)
            .await?
        {
            places.push((*level, entity));
        }
    }
    let query = EntityQuery {
        search: search.q.trim().to_owned(),
        limit: PLACES,
        ..EntityQuery::of(EntityKind::from(level), viewer.scope(level, Verb::Manage))
    };
    let page = state.store.list_entities(&query).await?;
    let more = page.total > PLACES;
    for entity in page.rows {
        if !places
            .iter()
            .any(|(other, known)| *other == level && known.id == entity.id)
        {
            places.push((level, entity));
        }
    }
    Ok((places, more))
}

async fn place(
    state: &AppState,
    viewer: &Caller,
    sources: &[StoredRule],
    level: Level,
    entity: Entity,
    search: &CopySearch,
) -> Result<CopyPlace, AppError> {
    let mut misfits = Vec::new();
    for source in sources.iter().take(TRIED) {
        let wrong = copies::misfits(state, viewer, source, level, &entity)
            .await
            .map_err(rule_error)?;
        misfits.extend(wrong.into_iter().map(|error| Misfit {
            number: source.number,
            field: error.field,
            message: error.message,
        }));
    }
    let is_home = sources
        .iter()
        .all(|source| source.rule.level == level && source.rule.entity == entity.id);
    Ok(CopyPlace {
        level,
        chosen: search.chosen.contains(&(level, entity.id.clone())),
        entity: entity.id,
        name: entity.name,
        status: entity.status,
        is_home,
        misfits,
    })
}

async fn briefs(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    sources: &[StoredRule],
) -> Result<Vec<RuleBrief>, AppError> {
    let rules = sources.iter().map(|stored| &stored.rule);
    let names = filter_names(&*state.store, viewer, level, entity, rules)
        .await
        .map_err(store_error)?;
    Ok(sources
        .iter()
        .map(|stored| {
            let rule = &stored.rule;
            RuleBrief {
                id: stored.id.clone(),
                number: stored.number,
                name: rule.name.clone(),
                trigger: rule.trigger,
                settings: filter_lines(&rule.filters, |key, id| names.get(&(key, id.to_owned())).cloned()),
                destination: destination(&rule.action.target),
                follows_preset: rule.preset.is_some(),
            }
        })
        .collect())
}

/// These rules, as far as the viewer may see them.
pub async fn copied_rules(
    state: &AppState,
    viewer: &Viewer,
    rules: &[RuleId],
) -> Result<Vec<CopiedRule>, AppError> {
    let mut copied = Vec::new();
    for id in rules.iter().take(copies::MOST) {
        if let Some(rule) = copied_rule(state, viewer, id).await.map_err(store_error)? {
            copied.push(rule);
        }
    }
    Ok(copied)
}

async fn copied_rule(
    state: &AppState,
    viewer: &Viewer,
    id: &RuleId,
) -> Result<Option<CopiedRule>, StoreError> {
    let Some(level) = state.store.rule_level(id).await? else {
        return Ok(None);
    };
    let scope = viewer.scope(level, Verb::View);
    let Some(stored) = state.store.find_rule(id, level, &scope).await? else {
        return Ok(None);
    };
    let kind = EntityKind::from(level);
    let entity = state.store.find_entity(kind, &stored.rule.entity, &scope).await?;
    let name = entity.map_or_else(|| stored.rule.entity.to_string(), |entity| entity.name);
    let remark = match stored.rule.status {
        RuleStatus::Active => adjacent::remark(state, viewer, &stored).await?,
        RuleStatus::Disabled => None,
    };
    Ok(Some(CopiedRule {
        id: stored.id,
        number: stored.number,
        name: stored.rule.name,
        level,
        entity: stored.rule.entity,
        place: format!("{} {name}", level.label()),
        status: stored.rule.status,
        remark,
    }))
}
