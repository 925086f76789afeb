//! The weekly report of the whole house, to a channel that an administrator chose. It is made once for each moment at which
//! it is due, late if no server was up, and then goes the way of an alert: taken before it is sent, so never twice; one
//! that does not get through is tried again for a day, and whatever came of it stands on its page.

use std::time::Duration;

use leadbell_domain::{
    AuditAction, DELAY_MORE, Duty, FieldErrors, Level, Scope, Target, Timestamp, Verb, Weekly, delay_within,
    escape_slack,
};
use leadbell_store::{BusyRule, ConnectionScope, FiguresQuery, HourFigures, NewReport, StoreError, hour_of};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::destinations::name;
use crate::rules::RuleError;
use crate::state::AppState;
use crate::told;

/// Where the plan stands among the settings; empty when there is none.
const KEY: &str = "weekly_report";
/// How often is looked whether one is due.
const EVERY: Duration = Duration::from_secs(30);
/// How long one that does not get through is tried again, milliseconds.
const TRIED_FOR_MS: i64 = 24 * 60 * 60_000;
/// Hours of a week.
const WEEK: i64 = 7 * 24;
/// Rules that are named.
const NAMED: i64 = 5;

/// Where the report goes, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// With which connection.
    pub connection: leadbell_domain::ConnectionId,
    /// `channel` or `member`.
    target_kind: String,
    /// Slack's id.
    target_id: String,
    /// When.
    pub weekly: Weekly,
    /// Since when: what was due before is not reported.
    since: Timestamp,
}

impl Plan {
    /// Where to.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        Target::from_parts(&self.target_kind, &self.target_id).ok()
    }
}

/// The plan; `None` when nobody wants a report.
pub async fn plan(state: &AppState) -> Result<Option<Plan>, StoreError> {
    let settings = state.store.settings().await?;
    let kept = settings.into_iter().find(|(key, _)| key == KEY);
    Ok(kept.and_then(|(_, text)| serde_json::from_str(&text).ok()))
}

/// What somebody chose in the form.
pub struct Wish<'a> {
    /// The connection's id.
    pub connection: &'a str,
    /// A channel or member.
    pub target: &'a str,
    /// 0 is Monday.
    pub weekday: &'a str,
    /// 0–23.
    pub hour: &'a str,
    /// Its name.
    pub zone: &'a str,
}

/// Has reports sent from now on, once a first message has arrived there.
pub async fn set(state: &AppState, caller: &Caller, wish: &Wish<'_>) -> Result<Plan, RuleError> {
    permit(caller)?;
    let mut errors = FieldErrors::new();
    let house = ConnectionScope::House(Vec::new());
    let place = told::place(state, &house, (wish.connection, wish.target), &mut errors).await?;
    let weekly = match Weekly::parse(wish.weekday, wish.hour, wish.zone) {
        Ok(weekly) => Some(weekly),
        Err(wrong) => {
            for error in wrong.0 {
                errors.add(error.field, error.message);
            }
            None
        }
    };
    let (Some((found, target)), Some(weekly)) = (place, weekly) else {
        return Err(RuleError::Fields(errors));
    };
    let said = "Leadbell will report here once a week: messages, delays, failures, and which rules were noisy or silent.";
    told::first_message(state, &found.id, &target, said).await?;
    let now = state.clock.now_ms();
    let plan = Plan {
        connection: found.id,
        target_kind: target.kind_key().to_owned(),
        target_id: target.id().to_owned(),
        weekly,
        since: now,
    };
    keep(
        state,
        caller,
        Some(&plan),
        &format!("Weekly report to {}", name(&target)),
    )
    .await?;
    Ok(plan)
}

/// Has no more reports sent.
pub async fn stop(state: &AppState, caller: &Caller) -> Result<(), RuleError> {
    permit(caller)?;
    keep(state, caller, None, "No weekly report").await
}

fn permit(caller: &Caller) -> Result<(), RuleError> {
    match caller.duty(Duty::Settings, Verb::Manage) {
        Scope::All => Ok(()),
        _ => Err(RuleError::NotFound),
    }
}

async fn keep(state: &AppState, caller: &Caller, plan: Option<&Plan>, said: &str) -> Result<(), RuleError> {
    let text = plan
        .and_then(|plan| serde_json::to_string(plan).ok())
        .unwrap_or_default();
    let now = state.clock.now_ms();
    state.store.put_settings(&[(KEY.to_owned(), text)], now).await?;
    let line = Line::of(AuditAction::SettingsChanged, "settings", None, "Settings").detail(said.to_owned());
    audit::record(&*state.store, &caller.actor, now, line).await;
    Ok(())
}

/// Looks whether a report is due until told to stop.
pub async fn watch(state: AppState, stop: CancellationToken) {
    told::watch(EVERY, stop, "the weekly report can't be made", || look(&state)).await;
}

/// Makes the report that is due, unless it was made, and sends what waits.
pub async fn look(state: &AppState) -> Result<(), StoreError> {
    let now = state.clock.now_ms();
    if let Some(plan) = plan(state).await? {
        let due_at = plan.weekly.last_due(now);
        if due_at > plan.since
            && let Some(target) = plan.target()
            && !state.store.report_is_noted(due_at).await?
        {
            let report = NewReport {
                due_at,
                connection: plan.connection,
                target,
                text: text(state, due_at).await?,
            };
            state.store.note_report(&report, now).await?;
        }
    }
    if let Some(taken) = state.store.take_report(now).await? {
        let young = now - taken.created_at < TRIED_FOR_MS;
        let NewReport {
            connection,
            target,
            text,
            due_at,
        } = &taken.report;
        let end = told::send(state, connection, target, text, young).await;
        let now = state.clock.now_ms();
        state.store.finish_report(*due_at, &end, now).await?;
    }
    Ok(())
}

fn rules(found: &[BusyRule], count: impl Fn(&BusyRule) -> String) -> String {
    let told = found.iter().map(|rule| {
        let name = match rule.name.is_empty() {
            true => String::new(),
            false => format!(" {}", escape_slack(&rule.name)),
        };
        format!("{}{name}{}", rule.number, count(rule))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What happened in the week before.
async fn text(state: &AppState, due: Timestamp) -> Result<String, StoreError> {
    let until = hour_of(due);
    let query = |from| FiguresQuery {
        scopes: Level::ALL.map(|level| (level, Scope::All)).to_vec(),
        from,
        until,
    };
    let (week, two) = (query(until - WEEK), query(until - 2 * WEEK));
    let hours = state.store.hours(&two).await?;
    let steps = state.store.delays(&week).await?;
    let steps: Vec<(i64, i64)> = steps.iter().map(|step| (step.up_to, step.messages)).collect();
    let noisy = state.store.noisiest_rules(&week, NAMED).await?;
    let silent = state.store.silent_rules(&week, NAMED + 1).await?;
    let (now, before) = (
        HourFigures::sum(&hours, until - WEEK, until),
        HourFigures::sum(&hours, until - 2 * WEEK, until - WEEK),
    );
    let delay = match delay_within(&steps, 50) {
        None => "–".to_owned(),
        Some(DELAY_MORE) => "more than a day".to_owned(),
        Some(ms) if ms < 1_000 => format!("at most {ms} ms"),
        Some(ms) => format!("at most {} s", ms / 1_000),
    };
    let mut lines = vec![
        "*Leadbell: the last week*".to_owned(),
        format!("Events: {} (the week before: {})", now.events, before.events),
        format!(
            "Messages sent: {} (the week before: {})",
            now.messages.sent, before.messages.sent
        ),
        format!("Median delay: {delay}"),
        format!(
            "Failed or not certain: {} (the week before: {})",
            now.messages.wrong(),
            before.messages.wrong()
        ),
    ];
    if !noisy.is_empty() {
        let told = rules(&noisy, |rule| format!(" ({})", rule.messages.fired));
        lines.push(format!("Rules that fired most: {told}"));
    }
    if !silent.is_empty() {
        let most = usize::try_from(NAMED).unwrap_or(usize::MAX);
        let more = if silent.len() > most { " and more" } else { "" };
        let told = rules(&silent[..silent.len().min(most)], |_| String::new());
        lines.push(format!("Active rules that did not fire: {told}{more}"));
    }
    lines.push(format!("{}/", state.public_url));
    Ok(lines.join("\n"))
}
