//! How sending goes, as its page shows it.

use leadbell_app::error::AppError;
use leadbell_app::views::health::{AlertsView, BrokenRow, DestinationRow, HealthView, ToldRow};
use leadbell_domain::{Verb, Viewer, explain};
use leadbell_store::{
    Connection, ConnectionOwner, ConnectionScope, DestinationQuery, DestinationState, ToldAlert,
};

use crate::access::{connections_within, rule_scopes};
use crate::alerts::scope;
use crate::destinations::{expected_delay, name};
use crate::http::backend::store_error;
use crate::state::AppState;

/// Destinations shown at most.
const MOST: i64 = 100;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// How sending goes, as far as the viewer may see.
pub async fn health(state: &AppState, viewer: &Viewer) -> Result<HealthView, AppError> {
    let scope = connections_within(viewer, Verb::View);
    if scope == ConnectionScope::Nothing {
        return Err(AppError::NotFound);
    }
    let now = state.clock.now_ms();
    let broken = state
        .store
        .broken_connections(&scope, MOST)
        .await
        .map_err(store_error)?;
    let query = DestinationQuery {
        scope,
        only_refused: false,
        limit: MOST + 1,
    };
    let mut found = state
        .store
        .destination_states(&query)
        .await
        .map_err(store_error)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let troubles = state
        .store
        .troubles(&rule_scopes(viewer), now - HOUR_MS)
        .await
        .map_err(store_error)?;
    let can_manage = connections_within(viewer, Verb::Manage) != ConnectionScope::Nothing;
    Ok(HealthView {
        broken: broken.into_iter().map(broken_row).collect(),
        destinations: found
            .into_iter()
            .map(|state| row(state, now, can_manage))
            .collect(),
        more,
        failed: troubles.failed,
        ambiguous: troubles.ambiguous,
        can_set_alerts: viewer.may_move_connections(),
        now,
    })
}

/// A refused connection as pages show it.
pub fn broken_row(connection: Connection) -> BrokenRow {
    let said = explain(connection.last_error.as_deref().unwrap_or("invalid_auth"));
    BrokenRow {
        name: connection.name,
        href: format!("/connections/{}", connection.id),
        reason: (said.means, said.advice),
        since: connection.broken_since,
    }
}

/// A destination as the page shows it.
pub fn row(state: DestinationState, now: i64, can_manage: bool) -> DestinationRow {
    let reason = state.fault_code.as_deref().map(|code| {
        let said = explain(code);
        (said.means, said.advice)
    });
    DestinationRow {
        name: name(&state.target),
        log_href: format!(
            "/log/deliveries?to={}&connection={}",
            state.target.id(),
            state.connection
        ),
        next_try: reason
            .and(Some(state.paused_until))
            .filter(|at| *at > now && state.waiting > 0),
        delay_ms: expected_delay(&state, now),
        id: state.id.to_string(),
        connection: state.connection_name,
        reason,
        since: state.fault_since,
        connection_broken: state.connection_broken,
        waiting: state.waiting,
        oldest: state.oldest,
        can_manage,
    }
}

/// Alerts shown at most.
const TOLD: i64 = 20;

/// Where an owner is told of trouble, and what was told.
pub async fn alerts(state: &AppState, owner: &ConnectionOwner) -> Result<AlertsView, AppError> {
    let connections = state
        .store
        .list_connections(&scope(owner))
        .await
        .map_err(store_error)?;
    let route = state.store.alert_route(owner).await.map_err(store_error)?;
    let told = state.store.told_alerts(owner, TOLD).await.map_err(store_error)?;
    Ok(AlertsView {
        connections: connections
            .into_iter()
            .map(|connection| (connection.id.to_string(), connection.name))
            .collect(),
        connection: route
            .as_ref()
            .map(|route| route.connection.to_string())
            .unwrap_or_default(),
        target: route
            .map(|route| route.target.id().to_owned())
            .unwrap_or_default(),
        told: told_rows(told),
    })
}

/// What was told, as pages show it.
pub fn told_rows(told: Vec<ToldAlert>) -> Vec<ToldRow> {
    told.into_iter()
        .map(|alert| ToldRow {
            at: alert.created_at,
            text: alert.text,
            status: match alert.status.as_str() {
                "sent" => "Sent",
                "failed" => "Could not be sent",
                "sending" => "Not certain",
                _ => "Waiting",
            },
            reason: alert.code.as_deref().map(|code| {
                let said = explain(code);
                (said.means, said.advice)
            }),
        })
        .collect()
}
