//! One event with everything that became of it, for one viewer.

use std::collections::HashMap;

use leadbell_app::error::AppError;
use leadbell_app::views::event_log::{EventView, MessageView, VerdictRow};
use leadbell_domain::{
    AuditAction, ConnectionId, EventId, Level, Platform, Verb, Viewer, event_facts, may_show_personal_data,
    parse_event,
};
use leadbell_store::LoggedEvent;

use super::deliveries::{delivery, rule_href};
use super::event_log::rows;
use crate::access::connection_scope;
use crate::actor::Caller;
use crate::audit::{Line, record};
use crate::delivery_log::scopes;
use crate::http::backend::store_error;
use crate::state::AppState;
use crate::verdicts::{More, Outcome, RuleVerdict, verdicts};

/// Messages of one event that its page tells; rules that fire for it have one each.
const MESSAGES: usize = 50;

/// One event. `reveal` shows what is masked, if the caller may see it, and is written into the audit log.
pub async fn event(
    state: &AppState,
    caller: &Caller,
    id: &str,
    platform: &str,
    rules: &str,
    reveal: bool,
) -> Result<EventView, AppError> {
    let viewer: &Viewer = caller;
    let id = EventId::new(id).map_err(|_| AppError::NotFound)?;
    let from = after(rules)?;
    let mut all = state
        .store
        .logged_events(&id, &scopes(viewer, Verb::View))
        .await
        .map_err(store_error)?;
    let wanted = all.iter().position(|event| event.source.key() == platform);
    let at = match (wanted, platform) {
        (Some(at), _) => at,
        (None, "") if !all.is_empty() => 0,
        _ => return Err(AppError::NotFound),
    };
    let logged = all.remove(at);
    let twin = all.first().map(|other| other.source);
    let may_reveal = may_show_personal_data(viewer.role);
    if reveal && !may_reveal {
        return Err(AppError::Forbidden);
    }
    if reveal {
        let line = Line::of(
            AuditAction::EventRevealed,
            "event",
            Some(id.as_str()),
            id.as_str(),
        )
        .platform(Some(logged.source))
        .detail(format!("Lead {}, {}", logged.lead_id, logged.trigger.label()));
        record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
    }
    view(state, viewer, &logged, from, reveal, twin).await
}

/// From which rule on; the address says it as `product:412`.
fn after(text: &str) -> Result<Option<More>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    let more = text.split_once(':').and_then(|(level, number)| {
        let level = Level::from_key(level)?;
        Some((level, number.parse().ok()?))
    });
    more.map(Some).ok_or(AppError::NotFound)
}

async fn view(
    state: &AppState,
    viewer: &Viewer,
    logged: &LoggedEvent,
    from: Option<More>,
    revealed: bool,
    twin: Option<Platform>,
) -> Result<EventView, AppError> {
    let row = rows(state, viewer, std::slice::from_ref(logged))
        .await?
        .pop()
        .ok_or(AppError::NotFound)?;
    let body = serde_json::from_str(&logged.body).unwrap_or_default();
    let mut view = EventView {
        row,
        occurred_at: logged.occurred_at,
        facts: Vec::new(),
        can_reveal: false,
        revealed,
        verdicts: Vec::new(),
        more_rules: None,
        messages: messages(state, viewer, logged).await?,
        twin,
    };
    // What was taken could be read; a later Leadbell that could not would still show what became of it.
    let Ok(event) = parse_event(&body, logged.received_at) else {
        return Ok(view);
    };
    let (judged, more) = verdicts(state, viewer, &event, logged, from)
        .await
        .map_err(store_error)?;
    view.facts = event_facts(&event, viewer.role, revealed);
    let hides = view
        .facts
        .iter()
        .any(|fact| fact.masked && fact.group == "Personal data");
    view.can_reveal = hides && !revealed && may_show_personal_data(viewer.role);
    view.verdicts = judged
        .iter()
        .map(|verdict| verdict_row(viewer, verdict))
        .collect();
    view.more_rules = more.map(|(level, number)| format!("{}:{number}", level.key()));
    Ok(view)
}

fn verdict_row(viewer: &Viewer, verdict: &RuleVerdict) -> VerdictRow {
    let rule = &verdict.rule.rule;
    VerdictRow {
        number: verdict.rule.number,
        name: rule.name.clone(),
        href: (!verdict.rule.deleted_now)
            .then(|| rule_href(viewer, rule.level, &rule.entity, verdict.rule.number)),
        place: format!("{} {}", rule.level.label(), rule.entity),
        version: verdict.rule.version,
        changed: verdict.rule.changed_since,
        fired: verdict.outcome == Outcome::Matched,
        said: match verdict.outcome {
            Outcome::Matched if verdict.checks.is_empty() => {
                "It has no filters: it fires for every such event."
            }
            Outcome::Matched => "Every filter let it pass.",
            Outcome::TestEvent => "It is a test lead, and the rule leaves those out.",
            Outcome::DuplicatePingBack => "The ping back is a duplicate, and the rule leaves those out.",
            Outcome::Disabled => "The rule was disabled.",
            Outcome::Filtered => "A filter did not let it pass.",
        },
        checks: verdict
            .checks
            .iter()
            .map(|check| (check.said.clone(), check.passed))
            .collect(),
    }
}

async fn messages(
    state: &AppState,
    viewer: &Viewer,
    logged: &LoggedEvent,
) -> Result<Vec<MessageView>, AppError> {
    let mut all = Vec::new();
    if logged.fired.is_empty() {
        return Ok(all);
    }
    let connections = state
        .store
        .list_connections(&connection_scope(viewer))
        .await
        .map_err(store_error)?;
    let teams: HashMap<ConnectionId, String> = connections
        .into_iter()
        .filter_map(|connection| Some((connection.id, connection.team_id?)))
        .collect();
    for fired in logged.fired.iter().take(MESSAGES) {
        let (delivery, connection) = delivery(state, viewer, &fired.delivery).await?;
        let permalink = teams
            .get(&connection)
            .zip(delivery.receipt.as_ref())
            .map(|(team, (channel, ts))| permalink(team, channel, ts));
        all.push(MessageView { delivery, permalink });
    }
    Ok(all)
}

/// Where Slack opens a message, whichever of its addresses the workspace has.
fn permalink(team: &str, channel: &str, ts: &str) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("team", team)
        .append_pair("channel", channel)
        .append_pair("message_ts", ts)
        .finish();
    format!("https://slack.com/app_redirect?{query}")
}
