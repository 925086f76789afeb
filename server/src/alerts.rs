//! Tells owners of connections of trouble in Slack itself: when a connection or a destination breaks, when it works
//! again, and when messages wait for long. One message for each trouble and one for its end, however many messages it
//! concerns, whichever server notices it.

use std::time::Duration;

use leadbell_domain::{AuditAction, DeliveryId, FieldErrors, Timestamp, Viewer, escape_slack, explain};
use leadbell_store::{
    AlertEnd, AlertRoute, AlertSubject, ConnectionOwner, ConnectionScope, ConnectionStatus, DestinationQuery,
    NewAlert, StoreError,
};
use tokio_util::sync::CancellationToken;

use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::connections::owner_of_new;
use crate::destinations::name;
use crate::ids::Fresh;
use crate::rules::RuleError;
use crate::state::AppState;
use crate::told;

/// How often is looked for trouble.
const EVERY: Duration = Duration::from_secs(15);
/// Messages that wait longer than this are trouble, milliseconds.
const LONG_WAIT_MS: i64 = 10 * 60_000;
/// How long an alert that does not get through is tried again, milliseconds: later it is no news.
const TRIED_FOR_MS: i64 = 60 * 60_000;
/// Troubles looked at for one owner.
const MOST: i64 = 200;
/// Alerts sent in one look: more would flood their channel.
const AT_ONCE: usize = 20;

/// Looks for trouble until told to stop.
pub async fn watch(state: AppState, stop: CancellationToken) {
    told::watch(EVERY, stop, "trouble can't be looked for", || look(&state)).await;
}

/// Looks for trouble once, and tells whom it concerns.
pub async fn look(state: &AppState) -> Result<(), StoreError> {
    for route in state.store.alert_routes().await? {
        let news = news_for(state, &route).await?;
        if !news.is_empty() {
            state.store.note_alerts(&news, state.clock.now_ms()).await?;
        }
    }
    for _ in 0..AT_ONCE {
        let Some(taken) = state.store.take_alert(state.clock.now_ms()).await? else {
            break;
        };
        let young = state.clock.now_ms() - taken.created_at < TRIED_FOR_MS;
        let end = told::send(state, &taken.connection, &taken.target, &taken.text, young).await;
        let again = end == AlertEnd::Again;
        state
            .store
            .finish_alert(&taken.id, &end, state.clock.now_ms())
            .await?;
        if again {
            break;
        }
    }
    Ok(())
}

/// Whose alerts a viewer sets: administrators those of the house, a publisher his own.
#[must_use]
pub fn owner_for(viewer: &Viewer) -> Option<ConnectionOwner> {
    owner_of_new(viewer).filter(|_| viewer.may_move_connections())
}

/// Has an owner told of trouble from now on, once a first message has arrived there.
pub async fn set(
    state: &AppState,
    caller: &Caller,
    connection: &str,
    target: &str,
) -> Result<AlertRoute, RuleError> {
    let owner = owner_for(caller).ok_or(RuleError::Forbidden)?;
    let mut errors = FieldErrors::new();
    let place = told::place(state, &scope(&owner), (connection, target), &mut errors).await?;
    let Some((found, target)) = place else {
        return Err(RuleError::Fields(errors));
    };
    let text = "Leadbell will tell here when Slack refuses a connection, a channel or a member, and when messages wait for long.";
    told::first_message(state, &found.id, &target, text).await?;
    let now = state.clock.now_ms();
    let route = AlertRoute {
        owner,
        connection: found.id.clone(),
        target,
        updated_at: now,
    };
    state.store.set_alert_route(&route).await?;
    let line = Line::of(AuditAction::AlertsChanged, "alerts", None, &name(&route.target)).detail(found.name);
    audit::record(&*state.store, &caller.actor, now, line).await;
    Ok(route)
}

/// Has an owner told no more.
pub async fn stop(state: &AppState, caller: &Caller) -> Result<(), RuleError> {
    let owner = owner_for(caller).ok_or(RuleError::Forbidden)?;
    state.store.remove_alert_route(&owner).await?;
    let line = Line::of(AuditAction::AlertsChanged, "alerts", None, "Off");
    audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
    Ok(())
}

/// Whose connections an owner's are, for queries.
#[must_use]
pub fn scope(owner: &ConnectionOwner) -> ConnectionScope {
    match owner {
        ConnectionOwner::Staff => ConnectionScope::House(Vec::new()),
        ConnectionOwner::Publisher(id) => ConnectionScope::Publishers(vec![id.clone()]),
    }
}

async fn news_for(state: &AppState, route: &AlertRoute) -> Result<Vec<NewAlert>, StoreError> {
    let open = state.store.open_alerts(&route.owner).await?;
    let troubles = troubles(state, &route.owner, &open).await?;
    let alert = |subject: &AlertSubject, over: bool, text: String| NewAlert {
        id: DeliveryId::fresh().to_string(),
        owner: route.owner.clone(),
        subject: subject.clone(),
        over,
        text,
    };
    let mut news: Vec<NewAlert> = troubles
        .iter()
        .filter(|(subject, _)| !open.contains(subject))
        .map(|(subject, text)| {
            let text = format!(":warning: {text} {}/health", state.public_url);
            alert(subject, false, text)
        })
        .collect();
    for subject in &open {
        if !troubles.iter().any(|(known, _)| known == subject) {
            let text = format!(":white_check_mark: {}", what_is_over(state, subject).await?);
            news.push(alert(subject, true, text));
        }
    }
    Ok(news)
}

/// What troubles an owner at present, each with a sentence about it.
async fn troubles(
    state: &AppState,
    owner: &ConnectionOwner,
    open: &[AlertSubject],
) -> Result<Vec<(AlertSubject, String)>, StoreError> {
    let now = state.clock.now_ms();
    let scope = scope(owner);
    let subject = |kind: &str, id: &str, since: Timestamp| AlertSubject {
        kind: kind.to_owned(),
        id: id.to_owned(),
        since,
    };
    let mut troubles = Vec::new();
    for connection in state.store.broken_connections(&scope, MOST).await? {
        let said = explain(connection.last_error.as_deref().unwrap_or("invalid_auth"));
        let since = connection.broken_since.unwrap_or_default();
        let name = escape_slack(&connection.name);
        let text = format!("Messages through “{name}” wait: {} {}", said.means, said.advice);
        troubles.push((subject("connection", connection.id.as_str(), since), text));
    }
    let query = DestinationQuery {
        scope,
        only_refused: false,
        limit: MOST,
    };
    for place in state.store.destination_states(&query).await? {
        let (id, name) = (place.id.as_str(), name(&place.target));
        if let (Some(since), Some(code)) = (place.fault_since, &place.fault_code) {
            let said = explain(code);
            let text = format!("Messages to {name} wait: {} {}", said.means, said.advice);
            troubles.push((subject("destination", id, since), text));
        } else if let Some(oldest) = place.oldest.filter(|at| now - at > LONG_WAIT_MS)
            && !place.connection_broken
        {
            // The oldest one changes while the queue moves; the trouble is the same.
            let known = open
                .iter()
                .find(|known| known.kind == "backlog" && known.id == id);
            let since = known.map_or(oldest, |known| known.since);
            let minutes = (now - oldest) / 60_000;
            let text = format!(
                "{} messages wait for {name}, the oldest since {minutes} minutes: more come than Slack takes for one channel.",
                place.waiting
            );
            troubles.push((subject("backlog", id, since), text));
        }
    }
    Ok(troubles)
}

async fn what_is_over(state: &AppState, subject: &AlertSubject) -> Result<String, StoreError> {
    if subject.kind == "connection" {
        let all = state.store.list_connections(&ConnectionScope::All).await?;
        let found = all.iter().find(|connection| connection.id.as_str() == subject.id);
        return Ok(match found {
            Some(found) if found.status != ConnectionStatus::Broken => {
                format!(
                    "“{}” works again; what waited is being sent.",
                    escape_slack(&found.name)
                )
            }
            _ => "Nothing waits any more for a connection that Slack refused.".to_owned(),
        });
    }
    let id = leadbell_domain::DestinationId::new(subject.id.clone()).map_err(|_| StoreError::NotFound)?;
    let found = state.store.destination_state(&id, &ConnectionScope::All).await?;
    let name = found.map_or_else(|| "a channel".to_owned(), |found| name(&found.target));
    Ok(if subject.kind == "backlog" {
        format!("Messages to {name} do not wait for long any more.")
    } else {
        format!("Slack takes messages for {name} again.")
    })
}
