//! Connections as pages show them.

use std::collections::HashMap;

use leadbell_app::error::AppError;
use leadbell_app::views::{
    ConnectionList, ConnectionRow, ConnectionRule, ConnectionSearch, ConnectionState, ConnectionView,
    Listing, ScopeRow,
};
use leadbell_domain::{
    ConnectionId, EntityId, EntityKind, RuleStatus, Scope, StoredRule, Target, Verb, Viewer, explain,
    needed_scopes,
};
use leadbell_store::{
    Connection, ConnectionListing, ConnectionOwner, ConnectionQuery, ConnectionScope, ConnectionStatus,
    EntityQuery, MOST_RULES,
};

use super::offset;
use super::rules::{named_place, place_names};
use crate::access::{connections_within, rule_scopes};
use crate::connections::permitted;
use crate::http::backend::{PAGE, rule_error, store_error};
use crate::rules::RuleError;
use crate::state::AppState;

/// Rules of each level that a connection's page names.
const NAMED_RULES: i64 = 50;

/// A page of the viewer's connections.
pub async fn connections(
    state: &AppState,
    viewer: &Viewer,
    search: &ConnectionSearch,
) -> Result<ConnectionList, AppError> {
    let query = ConnectionQuery {
        scope: connections_within(viewer, Verb::View),
        search: search.q.trim().to_owned(),
        status: search.only_broken.then_some(ConnectionStatus::Broken),
        rules: rule_scopes(viewer),
        offset: offset(search.page),
        limit: PAGE,
    };
    let page = state.store.page_connections(&query).await.map_err(store_error)?;
    let owners = owners(state, page.rows.iter().map(|row| &row.connection)).await?;
    Ok(ConnectionList {
        listing: Listing {
            rows: page
                .rows
                .into_iter()
                .map(|listing| row(listing, &owners))
                .collect(),
            total: page.total,
            offset: query.offset,
            limit: PAGE,
        },
        can_manage: connections_within(viewer, Verb::Manage) != ConnectionScope::Nothing,
    })
}

/// Everything about one connection.
pub async fn connection(
    state: &AppState,
    viewer: &Viewer,
    id: &ConnectionId,
) -> Result<ConnectionView, AppError> {
    let can_manage = match permitted(state, viewer, id, Verb::Manage).await {
        Ok(_) => true,
        Err(RuleError::Forbidden) => false,
        Err(error) => return Err(rule_error(error)),
    };
    let scopes = rule_scopes(viewer);
    let listing = state
        .store
        .connection_listing(id, &connections_within(viewer, Verb::View), &scopes)
        .await
        .map_err(store_error)?
        .ok_or(AppError::NotFound)?;
    let rules = state
        .store
        .connection_rules(id, &scopes, NAMED_RULES)
        .await
        .map_err(store_error)?;
    let connection = &listing.connection;
    let places = place_names(state, std::slice::from_ref(connection), rules.iter()).await?;
    let granted = |scope: &str| connection.scopes.iter().any(|granted| granted == scope);
    let needed = needed_scopes(connection.kind);
    Ok(ConnectionView {
        scopes: needed
            .iter()
            .map(|need| ScopeRow {
                scope: need.scope,
                why: need.why,
                granted: (!connection.scopes.is_empty()).then(|| granted(need.scope)),
            })
            .collect(),
        other_scopes: connection
            .scopes
            .iter()
            .filter(|scope| !needed.iter().any(|need| need.scope == *scope))
            .cloned()
            .collect(),
        rules: rules.iter().map(|stored| rule(stored, &places)).collect(),
        can_manage,
        can_move: viewer.may_move_connections(),
        created_at: connection.created_at,
        row: {
            let owners = owners(state, [connection].into_iter()).await?;
            row(listing, &owners)
        },
    })
}

/// The names of the publishers whose connections these are. Whoever sees a connection knows its publisher.
async fn owners(
    state: &AppState,
    connections: impl Iterator<Item = &Connection>,
) -> Result<HashMap<EntityId, String>, AppError> {
    let ids: Vec<EntityId> = connections
        .filter_map(|connection| match &connection.owner {
            ConnectionOwner::Publisher(id) => Some(id.clone()),
            ConnectionOwner::Staff => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = EntityQuery {
        limit: PAGE,
        ids: Some(ids),
        hide_deleted: false,
        ..EntityQuery::of(EntityKind::Publisher, Scope::All)
    };
    let found = state.store.list_entities(&query).await.map_err(store_error)?;
    Ok(found
        .rows
        .into_iter()
        .map(|entity| (entity.id, entity.name))
        .collect())
}

fn row(listing: ConnectionListing, owners: &HashMap<EntityId, String>) -> ConnectionRow {
    let ConnectionListing {
        connection,
        rules,
        waiting,
    } = listing;
    let broken = connection.status == ConnectionStatus::Broken;
    ConnectionRow {
        trouble: broken.then(|| {
            let said = explain(connection.last_error.as_deref().unwrap_or("invalid_auth"));
            (said.means, said.advice)
        }),
        id: connection.id.to_string(),
        name: connection.name,
        team: connection.team,
        sender: connection.user_name,
        kind: connection.kind,
        hint: connection.hint,
        state: match connection.status {
            ConnectionStatus::Ok => ConnectionState::Working,
            ConnectionStatus::Unchecked => ConnectionState::Unchecked,
            ConnectionStatus::Broken => ConnectionState::Broken,
        },
        since: connection.broken_since,
        waiting,
        rules: rules.min(MOST_RULES),
        more_rules: rules > MOST_RULES,
        checked_at: connection.checked_at,
        owner: match &connection.owner {
            ConnectionOwner::Staff => None,
            ConnectionOwner::Publisher(id) => Some(owners.get(id).cloned().unwrap_or_else(|| id.to_string())),
        },
    }
}

fn rule(stored: &StoredRule, places: &HashMap<(ConnectionId, Target), String>) -> ConnectionRule {
    let rule = &stored.rule;
    let place = (rule.action.connection.clone(), rule.action.target.clone());
    ConnectionRule {
        number: stored.number,
        name: rule.name.clone(),
        trigger: rule.trigger.label(),
        destination: named_place(&rule.action.target, places.get(&place).map(String::as_str)),
        active: rule.status == RuleStatus::Active,
        place: (rule.level, rule.entity.clone()),
    }
}
