//! Fills the views of the pages for one viewer: nothing in them that this viewer may not see.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leadbell_app::error::AppError;
use leadbell_app::views::{
    Choice, ChoiceQuery, ConnectionChoice, EntityRow, EntitySearch, EntityView, Listing, RuleFormData,
    RuleRow, RuleSearch,
};
use leadbell_domain::{
    Entity, EntityId, EntityKind, EntityStatus, FieldErrors, FilterKey, Level, Method, Role, RuleDraft,
    RuleId, RuleStatus, Scope, StoredRule, Target, Trigger, Verb, Viewer, filter_lines,
};
use leadbell_store::{Connection, ConnectionScope, ConnectionStatus, EntityQuery, RuleListing, RuleQuery};

use super::backend::{PAGE, store_error};
use crate::access::{connection_scope, filter_kind, filter_scope};
use crate::state::AppState;

/// Choices shown at a time.
const CHOICES: i64 = 50;

fn offset(page: u32) -> i64 {
    i64::from(page.max(1) - 1) * PAGE
}

async fn entity_row(state: &AppState, viewer: &Viewer, entity: Entity) -> Result<EntityRow, AppError> {
    let mut rules = 0;
    if let Some(level) = entity.kind.level() {
        let query = RuleQuery {
            limit: 0,
            ..RuleQuery::of(viewer.scope(level, Verb::View), level, entity.id.clone())
        };
        rules = state.store.list_rules(&query).await.map_err(store_error)?.total;
    }
    let owner = match entity.kind {
        EntityKind::Campaign => entity.buyer.as_ref().map(|id| (EntityKind::Buyer, id)),
        EntityKind::Channel | EntityKind::Source => {
            entity.publisher.as_ref().map(|id| (EntityKind::Publisher, id))
        }
        _ => None,
    };
    let belongs_to = match owner {
        Some((kind, id)) => {
            let found = state
                .store
                .find_entity(kind, id, &viewer.catalog_scope(kind))
                .await
                .map_err(store_error)?;
            found.map(|owner| owner.name)
        }
        None => None,
    };
    Ok(EntityRow {
        kind: entity.kind,
        id: entity.id,
        name: entity.name,
        platform: entity.platform,
        status: entity.status,
        discovered: entity.discovered,
        belongs_to,
        rules,
    })
}

/// A page of entities.
pub async fn entities(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    search: &EntitySearch,
) -> Result<Listing<EntityRow>, AppError> {
    let scope = viewer.catalog_scope(kind);
    if scope == Scope::Nothing {
        return Err(AppError::NotFound);
    }
    let query = EntityQuery {
        search: search.q.trim().to_owned(),
        offset: offset(search.page),
        limit: PAGE,
        ..EntityQuery::of(kind, scope)
    };
    let page = state.store.list_entities(&query).await.map_err(store_error)?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for entity in page.rows {
        rows.push(entity_row(state, viewer, entity).await?);
    }
    Ok(Listing {
        rows,
        total: page.total,
        offset: query.offset,
        limit: PAGE,
    })
}

/// The head of an entity's pages.
pub async fn entity(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &EntityId,
) -> Result<EntityView, AppError> {
    let kind = EntityKind::from(level);
    let entity = state
        .store
        .find_entity(kind, id, &viewer.scope(level, Verb::View))
        .await
        .map_err(store_error)?
        .ok_or(AppError::NotFound)?;
    let manage = viewer.scope(level, Verb::Manage);
    let can_manage = state
        .store
        .find_entity(kind, id, &manage)
        .await
        .map_err(store_error)?
        .is_some();
    let platform = match viewer.scope(level, Verb::Manage) {
        Scope::Platform(platform) => Some(platform),
        _ => entity.platform,
    };
    let triggers = Trigger::of_level(level, platform).collect();
    let entity = entity_row(state, viewer, entity).await?;
    Ok(EntityView {
        entity,
        level,
        can_manage,
        shows_author: viewer.role != Role::Publisher,
        triggers,
    })
}

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
        offset: offset(search.page),
        limit: PAGE,
        ..RuleQuery::of(viewer.scope(level, Verb::View), level, entity_id.clone())
    };
    let page = state.store.list_rules(&query).await.map_err(store_error)?;
    let names = names(state, viewer, level, entity_id, &page.rows).await?;
    let connections = connections(state, viewer).await?;
    let rows = page
        .rows
        .into_iter()
        .map(|row| rule_row(viewer, row, &names, &connections))
        .collect();
    Ok(Listing {
        rows,
        total: page.total,
        offset: query.offset,
        limit: PAGE,
    })
}

type Names = HashMap<(FilterKey, String), String>;

/// The names of everything these rules filter by, a query per kind.
async fn names(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    rows: &[RuleListing],
) -> Result<Names, AppError> {
    let mut wanted: BTreeMap<FilterKey, BTreeSet<EntityId>> = BTreeMap::new();
    for row in rows {
        for (key, filter) in &row.stored.rule.filters.lists {
            let ids = filter
                .values()
                .iter()
                .filter_map(|id| EntityId::new(id.clone()).ok());
            wanted.entry(*key).or_default().extend(ids);
        }
    }
    let mut names = Names::new();
    for (key, ids) in wanted {
        for found in by_ids(state, viewer, level, entity, key, ids.into_iter().collect()).await? {
            names.insert((key, found.id.to_string()), found.name);
        }
    }
    Ok(names)
}

async fn by_ids(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    key: FilterKey,
    ids: Vec<EntityId>,
) -> Result<Vec<Entity>, AppError> {
    let Some(kind) = filter_kind(key) else {
        return Ok(Vec::new());
    };
    let query = EntityQuery {
        limit: i64::try_from(ids.len()).unwrap_or(i64::MAX),
        ids: Some(ids),
        hide_deleted: false,
        ..EntityQuery::of(kind, filter_scope(viewer, kind, level, entity))
    };
    Ok(state.store.list_entities(&query).await.map_err(store_error)?.rows)
}

async fn connections(state: &AppState, viewer: &Viewer) -> Result<Vec<Connection>, AppError> {
    state
        .store
        .list_connections(&connection_scope(viewer))
        .await
        .map_err(store_error)
}

/// What a viewer reads of a connection that is not his to use.
const HIDDEN_CONNECTION: &str = "Your manager's connection";

fn rule_row(viewer: &Viewer, row: RuleListing, names: &Names, connections: &[Connection]) -> RuleRow {
    let RuleListing { stored, author_name } = row;
    let rule = stored.rule;
    let settings = filter_lines(&rule.filters, |key, id| names.get(&(key, id.to_owned())).cloned());
    let sign = if matches!(rule.action.target, Target::Channel(_)) {
        '#'
    } else {
        '@'
    };
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
        trigger: rule.trigger,
        settings,
        destination: format!("{sign} {}", rule.action.target.id()),
        connection,
        text: rule.action.template.text().to_owned(),
        status: rule.status,
        created_at: stored.created_at,
        author: author_name.filter(|_| viewer.role != Role::Publisher),
    }
}

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
            let query = choice_query(level, entity_id, *key);
            let ids: Vec<String> = filter.values().iter().cloned().collect();
            chosen.insert(*key, self::choices(state, viewer, &query, Some(&ids)).await?);
        }
    }
    Ok(RuleFormData {
        view,
        draft: stored.as_ref().map(RuleDraft::of).unwrap_or_default(),
        editing: stored.map(|stored| (stored.id, stored.number, stored.version)),
        connections: choices,
        chosen,
        errors: FieldErrors::new(),
    })
}

fn connection_choice(connection: &Connection) -> ConnectionChoice {
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
        let found = by_ids(state, viewer, query.level, &query.entity, query.filter, parsed).await?;
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
    let search = EntityQuery {
        search: query.q.trim().to_owned(),
        platform: view.entity.platform,
        publishers: id_list(&query.publishers),
        buyers: id_list(&query.buyers),
        limit: CHOICES,
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
