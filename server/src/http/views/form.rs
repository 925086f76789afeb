//! What the rule form needs: the draft, the tokens and the values to choose from.

use std::collections::BTreeMap;

use leadbell_app::error::AppError;
use leadbell_app::views::{Choice, ChoiceQuery, ConnectionChoice, RuleFormData};
use leadbell_domain::{
    Entity, EntityId, EntityKind, EntityStatus, FieldErrors, FilterKey, Level, Method, RuleDraft, RuleId,
    StoredRule, Verb, Viewer,
};
use leadbell_store::{Connection, ConnectionScope, ConnectionStatus, EntityQuery};

use super::entity;
use super::rules::{HIDDEN_CONNECTION, connections};
use crate::access::{filter_kind, filter_scope, withheld_filters};
use crate::http::backend::store_error;
use crate::names::by_ids;
use crate::state::AppState;

/// Choices shown at a time.
const CHOICES: i64 = 50;

/// Everything the rule form needs.
pub async fn rule_form(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity_id: &EntityId,
    rule: Option<&RuleId>,
) -> Result<RuleFormData, AppError> {
    let view = entity(state, viewer, level, entity_id).await?;
    if !view.can_manage {
        return Err(AppError::Forbidden);
    }
    let stored: Option<StoredRule> = match rule {
        Some(id) => {
            let found = state
                .store
                .find_rule(id, level, &viewer.scope(level, Verb::Manage))
                .await
                .map_err(store_error)?;
            Some(
                found
                    .filter(|found| found.rule.entity == *entity_id)
                    .ok_or(AppError::NotFound)?,
            )
        }
        None => None,
    };
    let mut choices: Vec<ConnectionChoice> = connections(state, viewer)
        .await?
        .iter()
        .map(connection_choice)
        .collect();
    let mut chosen = BTreeMap::new();
    if let Some(stored) = &stored {
        keep_present_connection(state, stored, &mut choices).await?;
        for (key, filter) in &stored.rule.filters.lists {
            if viewer.is_withheld(*key) {
                continue;
            }
            let query = choice_query(level, entity_id, *key);
            let ids: Vec<String> = filter.values().iter().cloned().collect();
            chosen.insert(*key, self::choices(state, viewer, &query, Some(&ids)).await?);
        }
    }
    let withheld: Vec<FilterKey> = stored
        .iter()
        .flat_map(|stored| withheld_filters(viewer, &stored.rule))
        .map(|(key, _)| key)
        .collect();
    let mut draft = stored.as_ref().map(RuleDraft::of).unwrap_or_default();
    draft.filters.retain(|key, _| !withheld.contains(key));
    Ok(RuleFormData {
        view,
        draft,
        withheld,
        editing: stored.map(|stored| (stored.id, stored.number, stored.version)),
        connections: choices,
        chosen,
        errors: FieldErrors::new(),
    })
}

pub(super) fn connection_choice(connection: &Connection) -> ConnectionChoice {
    ConnectionChoice {
        id: connection.id.to_string(),
        name: connection.name.clone(),
        hint: connection.hint.clone(),
        kind: connection.kind.key().to_owned(),
        broken: connection.status == ConnectionStatus::Broken,
    }
}

/// A publisher who edits a rule that staff made may keep their connection without learning what it is.
async fn keep_present_connection(
    state: &AppState,
    stored: &StoredRule,
    choices: &mut Vec<ConnectionChoice>,
) -> Result<(), AppError> {
    let id = &stored.rule.action.connection;
    if choices.iter().any(|choice| choice.id == id.as_str()) {
        return Ok(());
    }
    let found = state
        .store
        .find_connection(id, &ConnectionScope::All)
        .await
        .map_err(store_error)?;
    choices.extend(found.map(|connection| ConnectionChoice {
        name: HIDDEN_CONNECTION.to_owned(),
        hint: String::new(),
        ..connection_choice(&connection)
    }));
    Ok(())
}

fn choice_query(level: Level, entity: &EntityId, filter: FilterKey) -> ChoiceQuery {
    ChoiceQuery {
        level,
        entity: entity.clone(),
        filter,
        q: String::new(),
        publishers: Vec::new(),
        buyers: Vec::new(),
    }
}

/// Values of a filter: those that fit the search, or, with `ids`, just these, unknown ones included.
pub async fn choices(
    state: &AppState,
    viewer: &Viewer,
    query: &ChoiceQuery,
    ids: Option<&[String]>,
) -> Result<Vec<Choice>, AppError> {
    let plain = |text: &str| Choice {
        id: text.to_owned(),
        name: text.to_owned(),
        note: None,
    };
    let Some(kind) = filter_kind(query.filter) else {
        return Ok(if query.filter == FilterKey::Method {
            Method::ALL
                .into_iter()
                .map(|method| plain(method.key()))
                .collect()
        } else {
            Vec::new()
        });
    };
    // Only who may look at the entity's rules is told anything.
    let view = entity(state, viewer, query.level, &query.entity).await?;
    if let Some(ids) = ids {
        let parsed = ids
            .iter()
            .filter_map(|id| EntityId::new(id.clone()).ok())
            .collect();
        let found = by_ids(
            &*state.store,
            viewer,
            query.level,
            &query.entity,
            query.filter,
            parsed,
        )
        .await
        .map_err(store_error)?;
        return Ok(ids
            .iter()
            .map(|id| {
                found
                    .iter()
                    .find(|entity| entity.id.as_str() == id)
                    .map_or_else(|| plain(id), choice)
            })
            .collect());
    }
    let id_list = |ids: &[String]| {
        ids.iter()
            .filter_map(|id| EntityId::new(id.clone()).ok())
            .collect::<Vec<_>>()
    };
    // Only what belongs to a chosen publisher or buyer follows that choice.
    let (publishers, buyers) = match kind {
        EntityKind::Channel | EntityKind::Source => (id_list(&query.publishers), Vec::new()),
        EntityKind::Campaign => (Vec::new(), id_list(&query.buyers)),
        _ => (Vec::new(), Vec::new()),
    };
    let search = EntityQuery {
        search: query.q.trim().to_owned(),
        platform: view.entity.platform,
        publishers,
        buyers,
        limit: CHOICES,
        counted: false,
        ..EntityQuery::of(kind, filter_scope(viewer, kind, query.level, &query.entity))
    };
    Ok(state
        .store
        .list_entities(&search)
        .await
        .map_err(store_error)?
        .rows
        .iter()
        .map(choice)
        .collect())
}

fn choice(entity: &Entity) -> Choice {
    Choice {
        id: entity.id.to_string(),
        name: entity.name.clone(),
        note: (entity.status != EntityStatus::Active).then(|| entity.status.label().to_owned()),
    }
}
