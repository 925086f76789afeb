//! The log of deliveries as its pages show it.

use std::collections::HashMap;

use leadbell_app::error::AppError;
use leadbell_app::views::deliveries::{
    CallRow, DeliveryList, DeliveryRow, DeliverySearch, DeliveryView, ResendLook, ResendRow, ThreadPlace,
};
use leadbell_domain::{
    ConnectionId, DeliveryId, DeliveryStatus, EntityId, Level, PlaceholderGroup, Verb, Viewer, explain,
    may_read_log, may_see_money, may_show_personal_data, placeholders,
};
use leadbell_store::{
    Attempt, DeliveryFilter, DeliveryLogQuery, LOOK_AT, LogPlace, LoggedDelivery, LoggedThread, Walk,
};

use super::addresses;
use super::event_log::TEST_RUNS_ONLY;
use super::rules::destination;
use crate::access::connection_scope;
use crate::actor::Caller;
use crate::delivery_log::{filter, levels, scopes};
use crate::http::backend::{PAGE, rule_error, store_error};
use crate::resend;
use crate::state::AppState;

/// A page of the log.
pub async fn deliveries(
    state: &AppState,
    viewer: &Viewer,
    search: &DeliverySearch,
) -> Result<DeliveryList, AppError> {
    let names = connection_names(state, viewer).await?;
    let mut list = DeliveryList {
        rows: Vec::new(),
        next: None,
        levels: levels(viewer),
        connection: names
            .iter()
            .find(|(id, _)| id.as_str() == search.connection)
            .map(|(_, name)| name.clone()),
        searched: None,
        can_resend: !scopes(viewer, Verb::Manage).is_empty(),
        unusable: Vec::new(),
    };
    if !may_read_log(viewer.role) {
        list.unusable = vec![TEST_RUNS_ONLY.to_owned()];
        return Ok(list);
    }
    let before = search.before.trim();
    let before = (!before.is_empty()).then(|| before.parse::<LogPlace>());
    let filter = match (
        filter(viewer, Verb::View, search, state.clock.now_ms()),
        before.transpose(),
    ) {
        (Ok(filter), Ok(before)) => (filter, before),
        (Err(errors), _) => {
            list.unusable = errors.0.into_iter().map(|error| error.message).collect();
            return Ok(list);
        }
        (Ok(_), Err(())) => return Err(AppError::NotFound),
    };
    let query = DeliveryLogQuery {
        filter: filter.0,
        walk: Walk::Older(filter.1),
        limit: PAGE,
        look_at: LOOK_AT,
    };
    let found = state.store.delivery_log(&query).await.map_err(store_error)?;
    list.next = found.next.map(|place| place.to_string());
    list.searched = found.searched;
    list.rows = found
        .rows
        .iter()
        .map(|logged| row(viewer, logged, &names))
        .collect();
    Ok(list)
}

/// One delivery, and with which connection it is sent.
pub async fn delivery(
    state: &AppState,
    viewer: &Viewer,
    id: &DeliveryId,
) -> Result<(DeliveryView, ConnectionId), AppError> {
    let found = state
        .store
        .logged_delivery(id, &scopes(viewer, Verb::View))
        .await
        .map_err(store_error)?
        .ok_or(AppError::NotFound)?;
    let manages = state
        .store
        .logged_delivery(id, &scopes(viewer, Verb::Manage))
        .await
        .map_err(store_error)?
        .is_some();
    let names = connection_names(state, viewer).await?;
    let delivery = &found.delivery;
    let visible = may_read(state, viewer, &found).await?;
    let resendable = matches!(
        delivery.status,
        DeliveryStatus::Failed | DeliveryStatus::Ambiguous | DeliveryStatus::Suppressed
    );
    let view = DeliveryView {
        row: row(viewer, &found, &names),
        event: delivery.event_id.to_string(),
        receipt: delivery.slack_channel.clone().zip(delivery.slack_ts.clone()),
        updated_at: delivery.updated_at,
        text: visible.then(|| delivery.text.clone()),
        blocks: delivery.blocks.clone().filter(|_| visible),
        rule_changed: found.rule_version_now != delivery.rule_version,
        resends: found.resends,
        thread: thread(state, viewer, found.thread.as_ref()).await?,
        calls: delivery.attempts.iter().map(call).collect(),
        can_resend: manages && resendable,
    };
    Ok((view, found.connection))
}

/// Whether the words of a message tell nothing that this viewer may not know: personal data, amounts, or the publisher
/// of a buyer's lead. What they hold is in the version of the rule that wrote them.
async fn may_read(state: &AppState, viewer: &Viewer, found: &LoggedDelivery) -> Result<bool, AppError> {
    if found.shows_personal_data && !may_show_personal_data(viewer.role) {
        return Ok(false);
    }
    let buyers = viewer.role.is_of_buyers();
    if may_see_money(viewer.role) && !buyers {
        return Ok(true);
    }
    let (rule, level) = (&found.delivery.rule, found.level);
    let scope = viewer.scope(level, Verb::View);
    let version = found.delivery.rule_version;
    let version = state
        .store
        .rule_version(rule, level, &scope, version)
        .await
        .map_err(store_error)?;
    // Nobody knows what such an old rule said.
    let Some(version) = version else { return Ok(false) };
    let known = placeholders(found.trigger, level);
    let hidden: Vec<&str> = known
        .filter(|known| match known.group {
            PlaceholderGroup::Money | PlaceholderGroup::Earning => !may_see_money(viewer.role),
            PlaceholderGroup::Pingback => known.name == "pingback_amount" && !may_see_money(viewer.role),
            PlaceholderGroup::Source => buyers,
            _ => buyers && matches!(known.name, "host" | "sub_id" | "publisher_earning"),
        })
        .map(|known| known.name)
        .collect();
    Ok(!version
        .rule
        .action
        .placeholder_names()
        .any(|name| hidden.contains(&name)))
}

/// How it stands in a thread. The first message may be of a rule that this viewer may not see; then there is no more to
/// say than that there is one.
async fn thread(
    state: &AppState,
    viewer: &Viewer,
    thread: Option<&LoggedThread>,
) -> Result<Option<ThreadPlace>, AppError> {
    let first = match thread {
        None => return Ok(None),
        Some(LoggedThread::First { line_code }) => {
            let line = line_code.clone().map(|code| {
                let means = explain(&code).means;
                (code, means)
            });
            return Ok(Some(ThreadPlace::First { line }));
        }
        Some(LoggedThread::Reply { parent }) => parent,
    };
    let seen = match first {
        Some(id) => state
            .store
            .logged_delivery(id, &scopes(viewer, Verb::View))
            .await
            .map_err(store_error)?,
        None => None,
    };
    Ok(Some(ThreadPlace::Reply {
        first: seen.map(|seen| seen.delivery.id.to_string()),
    }))
}

/// What sending these again would do.
pub async fn resend_look(
    state: &AppState,
    caller: &Caller,
    filter: &DeliveryFilter,
) -> Result<ResendLook, AppError> {
    let places = resend::look(state, caller, filter).await.map_err(rule_error)?;
    let names = connection_names(state, caller).await?;
    let rows: Vec<ResendRow> = places
        .iter()
        .map(|place| ResendRow {
            destination: destination(&place.target),
            connection: names.get(&place.connection).cloned(),
            count: place.count,
            takes_ms: resend::takes_ms(place),
            maybe_twice: place.ambiguous,
            rule_off: place.rule_off,
            rule_changed: place.rule_changed,
            refused: place.refused,
            impossible: place.connection_removed,
        })
        .collect();
    Ok(ResendLook {
        count: rows
            .iter()
            .filter(|row| !row.impossible)
            .map(|row| row.count)
            .sum(),
        rows,
        looked_at: state.clock.now_ms(),
    })
}

/// The connections a viewer may know of, by name.
/// The connections that the viewer may see, by name.
pub async fn connection_names(
    state: &AppState,
    viewer: &Viewer,
) -> Result<HashMap<ConnectionId, String>, AppError> {
    let connections = state
        .store
        .list_connections(&connection_scope(viewer))
        .await
        .map_err(store_error)?;
    Ok(connections
        .into_iter()
        .map(|connection| (connection.id, connection.name))
        .collect())
}

fn row(viewer: &Viewer, logged: &LoggedDelivery, names: &HashMap<ConnectionId, String>) -> DeliveryRow {
    let delivery = &logged.delivery;
    DeliveryRow {
        id: delivery.id.to_string(),
        at: delivery.created_at,
        trigger: logged.trigger,
        platform: delivery.source,
        lead: logged.lead_id.clone(),
        rule_number: delivery.rule_number,
        rule_name: logged.rule_name.clone(),
        rule_href: (!logged.rule_deleted)
            .then(|| rule_href(viewer, logged.level, &logged.entity, delivery.rule_number)),
        place: format!("{} {}", logged.level.label(), logged.entity),
        destination: destination(&delivery.target),
        connection: names.get(&logged.connection).cloned(),
        status: delivery.status,
        reason: delivery.last_code.as_deref().map(said),
        code: delivery.last_code.clone(),
        attempts: delivery.attempts.len(),
        delay_ms: delivery.delay_ms(),
        maybe_twice: maybe_twice(logged),
    }
}

/// The list it stands in, narrowed to it: who may not change a rule has no page of its own for it.
pub(super) fn rule_href(viewer: &Viewer, level: Level, entity: &EntityId, number: i64) -> String {
    format!("{}?q={number}", addresses::tracking(viewer, level, entity))
}

fn said(code: &str) -> (&'static str, &'static str) {
    let said = explain(code);
    (said.means, said.advice)
}

/// Whether readers may have got a message more than once: it was sent again in doubt, and may have arrived again.
fn maybe_twice(logged: &LoggedDelivery) -> bool {
    let arrived = match logged.delivery.status {
        // "Sent" with a code is Slack's word that an earlier call had done it.
        DeliveryStatus::Sent => logged.delivery.last_code.is_none(),
        status => status == DeliveryStatus::Ambiguous,
    };
    logged.maybe_twice && arrived
}

fn call(attempt: &Attempt) -> CallRow {
    CallRow {
        number: attempt.number,
        at: attempt.started_at,
        took_ms: (attempt.finished_at - attempt.started_at).max(0),
        outcome: match (attempt.outcome.as_str(), attempt.note.as_deref()) {
            ("sent", _) => "Posted",
            ("rate_limited", Some("held_back")) => "Kept back",
            ("rate_limited", _) => "Slack asked to wait",
            ("transient", _) => "Did not get through",
            ("ambiguous", _) => "No clear answer",
            _ => "Refused",
        },
        reason: attempt
            .code
            .as_deref()
            .filter(|code| *code != "rate_limited")
            .map(said),
        code: attempt.code.clone(),
        http_status: attempt.http_status,
        note: attempt.note.as_deref().map(notes),
        wait_ms: attempt.retry_after_ms,
    }
}

/// What was mended or noted on the way, in words.
fn notes(keys: &str) -> String {
    keys.split(';').map(note).collect::<Vec<_>>().join(" ")
}

fn note(key: &str) -> String {
    if let Some(code) = key.strip_prefix("join_failed:") {
        return format!("The app could not join the channel ({code}).");
    }
    if let Some(code) = key.strip_prefix("sent_as_text:") {
        return format!("Slack refused the card ({code}), so the text went out alone.");
    }
    if let Some(code) = key.strip_prefix("thread_gone:") {
        return format!(
            "The thread of this lead or call took it no more ({code}), so it begins another one."
        );
    }
    match key {
        "parent_in_doubt" => {
            "Nobody knows whether an earlier message about this lead or call arrived, so this one begins a thread.".to_owned()
        }
        "joined_channel" => "The app joined the channel first.".to_owned(),
        "opened_conversation" => "A conversation with the member was opened first.".to_owned(),
        "waits_for_connection" => "It waits until the connection works again.".to_owned(),
        "waits_for_destination" => "It waits until the channel or member takes messages again.".to_owned(),
        "held_back" => "Leadbell kept it back to stay below Slack's limit for the workspace.".to_owned(),
        code if code.contains(' ') => code.to_owned(),
        code => explain(code).means.to_owned(),
    }
}
