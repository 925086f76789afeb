//! The dashboard, as far as one viewer may see: whatever is counted here is counted in his scope.

use leadbell_app::error::AppError;
use leadbell_app::views::figures::{BusyRow, DashboardView, FirstStep, SpanFigures};
use leadbell_app::views::health::{BrokenRow, DestinationRow};
use leadbell_domain::{Duty, EntityKind, Level, Role, Verb, Viewer};
use leadbell_store::{
    BusyRule, ConnectionScope, DestinationQuery, FiguresQuery, HOUR_MS, HourFigures, hour_of,
};

use super::{addresses, broken_row, destination_row};
use crate::access::{connections_within, rule_scopes};
use crate::delivery_log::scopes;
use crate::destinations::name;
use crate::http::backend::store_error;
use crate::state::AppState;

/// Hours of a day.
pub(super) const DAY: i64 = 24;
/// Rules and queues shown.
const BUSY: i64 = 8;

/// What happened from one hour on and before another.
pub(super) fn span(hours: &[HourFigures], from: i64, until: i64) -> SpanFigures {
    let sum = HourFigures::sum(hours, from, until);
    SpanFigures {
        at: from * HOUR_MS,
        events: sum.events,
        fired: sum.messages.fired,
        sent: sum.messages.sent,
        failed: sum.messages.wrong(),
    }
}

/// The first page of this viewer.
pub async fn dashboard(state: &AppState, viewer: &Viewer) -> Result<DashboardView, AppError> {
    let now = state.clock.now_ms();
    let this = hour_of(now) + 1;
    let scopes = scopes(viewer, Verb::View);
    let query = |from| FiguresQuery {
        scopes: scopes.clone(),
        from,
        until: this,
    };
    let (two_days, one_day) = (query(this - 2 * DAY), query(this - DAY));
    let connections = connections_within(viewer, Verb::View);
    let store = &state.store;
    let (counted, delays, noisiest, troubles) = tokio::try_join!(
        store.hours(&two_days),
        store.delays(&one_day),
        store.noisiest_rules(&one_day, BUSY),
        store.troubles(&scopes, now - HOUR_MS),
    )
    .map_err(store_error)?;
    let (broken, queues) = sending(state, &connections, now).await?;
    let hours = (this - DAY..this)
        .map(|hour| span(&counted, hour, hour + 1))
        .collect();
    Ok(DashboardView {
        now,
        hours,
        day: span(&counted, this - DAY, this),
        before: span(&counted, this - 2 * DAY, this - DAY),
        delays: delays.iter().map(|step| (step.up_to, step.messages)).collect(),
        noisiest: noisiest.into_iter().map(|rule| busy(viewer, rule)).collect(),
        broken,
        queues,
        shows_connections: connections != ConnectionScope::Nothing,
        reads_log: !scopes.is_empty(),
        troubles: (troubles.failed, troubles.ambiguous),
        steps: steps(state, viewer, !counted.is_empty()).await?,
    })
}

async fn sending(
    state: &AppState,
    scope: &ConnectionScope,
    now: i64,
) -> Result<(Vec<BrokenRow>, Vec<DestinationRow>), AppError> {
    if *scope == ConnectionScope::Nothing {
        return Ok((Vec::new(), Vec::new()));
    }
    let query = DestinationQuery {
        scope: scope.clone(),
        only_refused: false,
        limit: BUSY,
    };
    let (broken, queues) = tokio::try_join!(
        state.store.broken_connections(scope, BUSY),
        state.store.destination_states(&query)
    )
    .map_err(store_error)?;
    Ok((
        broken.into_iter().map(broken_row).collect(),
        queues
            .into_iter()
            .map(|queue| destination_row(queue, now, false))
            .collect(),
    ))
}

fn busy(viewer: &Viewer, rule: BusyRule) -> BusyRow {
    let tracking = addresses::tracking(viewer, rule.level, &rule.entity);
    BusyRow {
        number: rule.number,
        place: format!("{} {}", rule.level.label(), rule.entity),
        to: name(&rule.target),
        href: (!rule.deleted).then(|| format!("{tracking}/{}/health", rule.id)),
        figures: SpanFigures {
            at: 0,
            events: 0,
            fired: rule.messages.fired,
            sent: rule.messages.sent,
            failed: rule.messages.wrong(),
        },
        name: rule.name,
    }
}

/// What to do first, until there are rules and events.
async fn steps(state: &AppState, viewer: &Viewer, events: bool) -> Result<Vec<FirstStep>, AppError> {
    let rules = state
        .store
        .any_rule(&rule_scopes(viewer))
        .await
        .map_err(store_error)?;
    if rules && events || viewer.role == Role::Qa {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    if viewer.may_move_connections() {
        let scope = connections_within(viewer, Verb::View);
        let known = state.store.list_connections(&scope).await.map_err(store_error)?;
        steps.push(FirstStep {
            what: "Connect Slack",
            why: "A token of your workspace lets Leadbell post there. How to get one is said step by step.",
            href: if known.is_empty() {
                "/connections/new"
            } else {
                "/connections"
            }
            .to_owned(),
            link: if known.is_empty() {
                "Connect a workspace"
            } else {
                "Connections"
            },
            done: !known.is_empty(),
        });
    }
    if !viewer.duty(Duty::Users, Verb::Manage).is_nothing() {
        steps.push(FirstStep {
            what: "Let events in",
            why: "The lead and call platforms post what happens with an API key of yours.",
            href: "/users/keys".to_owned(),
            link: "API keys",
            done: events,
        });
    }
    let first = Level::ALL
        .into_iter()
        .find(|level| !viewer.scope(*level, Verb::View).is_nothing());
    if let Some(level) = first {
        let own = viewer.role == Role::Publisher;
        let kind = EntityKind::from(level);
        steps.push(FirstStep {
            what: "Add a rule",
            why: "A rule says which events are told to which channel, and in which words.",
            href: if own {
                "/profile/tracking".to_owned()
            } else {
                format!("/{}", kind.plural())
            },
            link: if own { "My tracking" } else { kind.plural_label() },
            done: rules,
        });
    }
    Ok(steps)
}
