//! The health of a rule, as far as one viewer may see.

use std::collections::BTreeMap;

use leadbell_app::error::AppError;
use leadbell_app::views::figures::{FilterLook, NearMiss, RuleHealthView, ToldHealth};
use leadbell_domain::{
    DeliveryStatus, EntityId, Event, Level, Rule, RuleId, RuleStatus, Verb, Viewer, explain, parse_event,
};
use leadbell_store::{FiguresQuery, LastMessage, RuleScopes, StoredEvent, hour_of};

use super::entity;
use super::figures::{DAY, span};
use crate::delivery_log::scopes;
use crate::http::backend::{rule_error, store_error};
use crate::names::filter_names;
use crate::rules;
use crate::sentences::sentences;
use crate::state::AppState;
use crate::test_run::events_of;
use crate::verdicts::{Outcome, checks, judge};

/// Days of a rule.
const DAYS: i64 = 14;
/// Messages of a rule that its streak and its delays are told from.
const LAST: i64 = 200;
/// Events of a rule that are judged again: some milliseconds.
const EVENTS: i64 = 300;

/// How a rule does.
pub async fn rule_health(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity_id: &EntityId,
    id: &RuleId,
) -> Result<RuleHealthView, AppError> {
    let view = entity(state, viewer, level, entity_id).await?;
    let stored = rules::permitted_rule(state, viewer, level, id, Verb::View)
        .await
        .map_err(rule_error)?;
    if stored.rule.entity != *entity_id {
        return Err(AppError::NotFound);
    }
    let said = sentences(&*state.store, viewer, std::iter::once(&stored))
        .await
        .map_err(store_error)?;
    let scopes = scopes(viewer, Verb::View);
    let told = match scopes.is_empty() {
        true => None,
        false => Some(told(state, viewer, id, &stored.rule, scopes).await?),
    };
    Ok(RuleHealthView {
        view,
        rule: id.clone(),
        number: stored.number,
        name: stored.rule.name.clone(),
        sentence: said.into_iter().next().unwrap_or_default(),
        active: stored.rule.status == RuleStatus::Active,
        created_at: stored.created_at,
        told,
    })
}

async fn told(
    state: &AppState,
    viewer: &Viewer,
    id: &RuleId,
    rule: &Rule,
    scopes: RuleScopes,
) -> Result<ToldHealth, AppError> {
    let today = hour_of(state.clock.now_ms()).div_euclid(DAY);
    let query = FiguresQuery {
        scopes: scopes.clone(),
        from: (today + 1 - DAYS) * DAY,
        until: (today + 1) * DAY,
    };
    let of = events_of(rule, i64::MIN, i64::MAX);
    let (counted, last, events) = tokio::try_join!(
        state.store.rule_hours(id, &query),
        state.store.last_messages(id, &scopes, LAST),
        state.store.last_events(&of, EVENTS + 1),
    )
    .map_err(store_error)?;
    let days = (today + 1 - DAYS..=today)
        .map(|day| span(&counted, day * DAY, (day + 1) * DAY))
        .collect();
    let (streak, code) = streak(&last);
    let mut delays: Vec<i64> = last
        .iter()
        .filter(|message| message.status == DeliveryStatus::Sent && !message.forced)
        .map(|message| (message.at - message.fired_at).max(0))
        .collect();
    delays.sort_unstable();
    Ok(ToldHealth {
        days,
        last_fired: last.first().map(|message| message.fired_at),
        streak,
        streak_goes_on: i64::try_from(streak).unwrap_or(i64::MAX) >= LAST,
        reason: code.map(|code| {
            let said = explain(&code);
            (said.means, said.advice)
        }),
        median_ms: percentile(&delays, 50),
        most_ms: percentile(&delays, 95),
        measured: delays.len(),
        filters: look(state, viewer, rule, &events).await?,
    })
}

/// How many of the last messages went wrong one after the other, and the code of the last of them. What still waits or was
/// held back on purpose is passed over.
fn streak(last: &[LastMessage]) -> (usize, Option<String>) {
    let ended = last.iter().filter(|message| {
        matches!(
            message.status,
            DeliveryStatus::Sent | DeliveryStatus::Failed | DeliveryStatus::Ambiguous
        )
    });
    let wrong: Vec<&LastMessage> = ended
        .take_while(|message| message.status != DeliveryStatus::Sent)
        .collect();
    (
        wrong.len(),
        wrong.first().and_then(|message| message.code.clone()),
    )
}

/// So many of a hundred are not larger; `sorted` begins with the smallest.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

/// What the filters make of these events, newest first, with the words this viewer may read.
async fn look(
    state: &AppState,
    viewer: &Viewer,
    rule: &Rule,
    events: &[StoredEvent],
) -> Result<FilterLook, AppError> {
    // A disabled rule is judged as if it were active: that is what one wants to know.
    let rule = Rule {
        status: RuleStatus::Active,
        ..rule.clone()
    };
    let names = filter_names(
        &*state.store,
        viewer,
        rule.level,
        &rule.entity,
        std::iter::once(&rule),
    )
    .await
    .map_err(store_error)?;
    let most = usize::try_from(EVENTS).unwrap_or(usize::MAX);
    let (seen, more) = (&events[..events.len().min(most)], events.len() > most);
    let mut look = FilterLook {
        events: seen.len(),
        more,
        since: seen.last().map(|event| event.received_at),
        ..FilterLook::default()
    };
    let mut blocked: BTreeMap<String, usize> = BTreeMap::new();
    let mut nearest: Option<(usize, NearMiss)> = None;
    for stored in seen {
        let body = serde_json::from_str(&stored.body).unwrap_or_default();
        let Ok(event) = parse_event(&body, stored.received_at) else {
            continue;
        };
        let name = |key, id: &str| names.get(&(key, id.to_owned())).cloned();
        let outcome = judge(&rule, &event);
        let left_out = match outcome {
            Outcome::Matched => {
                look.matched += 1;
                continue;
            }
            Outcome::TestEvent => Some("Test leads are left out"),
            Outcome::DuplicatePingBack => Some("Repeated ping backs are left out"),
            _ => None,
        };
        let failed: Vec<_> = checks(viewer, &rule, &event, name)
            .into_iter()
            .filter(|check| !check.passed)
            .collect();
        let why = left_out.map(str::to_owned).into_iter().chain(
            failed
                .iter()
                .map(|check| leadbell_domain::filter_label(check.filter).to_owned()),
        );
        for label in why {
            *blocked.entry(label).or_default() += 1;
        }
        let misses = failed.len() + usize::from(left_out.is_some());
        if nearest.as_ref().is_none_or(|(best, _)| misses < *best) {
            nearest = Some((
                misses,
                near(
                    stored,
                    &event,
                    left_out,
                    failed.into_iter().map(|check| check.said),
                ),
            ));
        }
    }
    look.blocked = blocked.into_iter().collect();
    look.blocked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    look.nearest = nearest.map(|(_, near)| near).filter(|_| look.matched == 0);
    Ok(look)
}

fn near(
    stored: &StoredEvent,
    event: &Event,
    left_out: Option<&str>,
    said: impl Iterator<Item = String>,
) -> NearMiss {
    NearMiss {
        event: stored.event_id.to_string(),
        platform: stored.source,
        lead: event.lead.id.to_string(),
        at: stored.received_at,
        why: left_out.map(str::to_owned).into_iter().chain(said).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(status: DeliveryStatus) -> LastMessage {
        LastMessage {
            status,
            code: Some(status.key().to_owned()),
            fired_at: 0,
            at: 0,
            forced: false,
        }
    }

    #[test]
    fn a_streak_ends_at_the_last_message_that_was_sent() {
        use DeliveryStatus::{Ambiguous, Failed, Queued, Sent, Suppressed};
        let all = [Queued, Ambiguous, Suppressed, Failed, Sent, Failed].map(message);
        assert_eq!(streak(&all), (2, Some("ambiguous".to_owned())));
        assert_eq!(streak(&all[4..]), (0, None));
        assert_eq!(streak(&[]), (0, None));
    }

    #[test]
    fn a_median_is_one_of_the_delays() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 95), Some(7));
        assert_eq!(percentile(&[1, 2, 3, 4], 50), Some(2));
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 95), Some(95));
    }
}
