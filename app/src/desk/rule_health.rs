//! `…/tracking/{rule}/health`: whether a rule does what it was made for, and if it never fires, what keeps events out.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{Civil, Timestamp};
use leptos::prelude::*;

use super::chart::{Bar, Chart, chart, lying_bar, number, tile};
use super::log::{event_address, lead_or_call, log_of_rule, span};
use super::rule_place::{rule_of, under_tracking};
use super::{Visit, moment};
use crate::address::Place;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::{Erase, nothing};
use crate::views::figures::{FilterLook, NearMiss, RuleHealthView, ToldHealth};

/// The pages of all levels and of the publisher's own profile.
pub(super) fn router() -> Router<Pages> {
    let mut router = Router::new();
    for path in under_tracking("{rule}/health") {
        router = router.route(&path, get(open));
    }
    router
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/health") else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.rule_health(on.level, &on.entity, &rule).await {
        Ok(health) => {
            let title = format!("Health of rule {}", health.number);
            visit.page(&title, || shown(&health, &on.place)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(health: &RuleHealthView, place: &Place) -> AnyView {
    let name = (!health.name.is_empty()).then(|| format!(" · {}", health.name));
    let address = place.rule(&health.rule);
    let off = (!health.active).then(|| {
        view! { <p class="remark">"The rule is disabled: nothing fires it until it is enabled."</p> }.erase()
    });
    let edit = health
        .view
        .can_manage
        .then(|| view! { <a href=address.clone() rel="external">"Edit this rule"</a> }.erase());
    let log = health
        .told
        .is_some()
        .then(|| view! { <a href=log_of_rule(health.number)>"What it did"</a> }.erase());
    let told = match &health.told {
        Some(told) => told_health(health, told, &address),
        None => view! {
            <section class="empty">
                <p class="empty__title">"Not told to your role"</p>
                <p>"How a rule does is told from events that have really happened. Your role tries rules with made-up ones."</p>
                <p><a class="button" href=format!("{address}/test")>"Test Run"</a></p>
            </section>
        }
        .erase(),
    };
    view! {
        {entity_head(&health.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{format!("Health of rule {}", health.number)} {name}</h2>
            <p>{health.sentence.clone()}</p>
            {off}
            <p class="page-part__links">
                <a href=place.tracking() rel="external">"Back to the rules"</a> " "
                {log} " "
                <a href=format!("{address}/test")>"Test Run"</a> " "
                <a href=format!("{address}/backtest")>"Backtest"</a> " "
                {edit}
            </p>
        </section>
        {told}
    }
    .erase()
}

fn told_health(health: &RuleHealthView, told: &ToldHealth, address: &str) -> AnyView {
    view! {
        <dl class="tiles">{fired(health, told)} {failing(told)} {delay(told)}</dl>
        <div class="columns">
            <section class="card">{chart(&days(told))}</section>
            {filters(health, &told.filters, address)}
        </div>
    }
    .erase()
}

fn fired(health: &RuleHealthView, told: &ToldHealth) -> AnyView {
    let week: i64 = told.days.iter().rev().take(7).map(|day| day.fired).sum();
    match told.last_fired {
        Some(at) => tile(
            "Last fired",
            moment(at),
            format!("{} in seven days", times(week)).erase(),
        ),
        None => tile(
            "Last fired",
            "Never".erase(),
            view! { "It has never fired since it was made, " {moment(health.created_at)} }.erase(),
        ),
    }
}

fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        many => format!("{} times", number(many)),
    }
}

fn failing(told: &ToldHealth) -> AnyView {
    let count = match (told.streak, told.streak_goes_on) {
        (0, _) => "None".to_owned(),
        (streak, false) => number(i64::try_from(streak).unwrap_or(i64::MAX)),
        (streak, true) => format!("{streak} or more"),
    };
    let beside = match told.reason {
        Some((means, advice)) => view! { {means} " " {advice} }.erase(),
        None if told.streak > 0 => "messages that went wrong one after the other".erase(),
        None => "The last message that came to an end was sent.".erase(),
    };
    let beside = match (told.streak, told.last_fired) {
        (0, None) => "Nothing was to be sent so far.".erase(),
        _ => beside,
    };
    tile("Failures in a row", count.erase(), beside)
}

fn delay(told: &ToldHealth) -> AnyView {
    let Some(median) = told.median_ms else {
        return tile("Median delay", "–".erase(), "Nothing was sent so far.".erase());
    };
    let most = told.most_ms.map(|ms| format!("95 % within {}; ", span(ms)));
    let of = match told.measured {
        1 => "of the last message".to_owned(),
        many => format!("of the last {many} messages"),
    };
    tile(
        "Median delay",
        span(median).erase(),
        view! { {most} {of} }.erase(),
    )
}

fn day(at: Timestamp) -> String {
    Civil::of(at).date()
}

fn days(told: &ToldHealth) -> Chart {
    let fired: i64 = told.days.iter().map(|one| one.fired).sum();
    let failed: i64 = told.days.iter().map(|one| one.failed).sum();
    Chart {
        id: "chart-days",
        title: "Matches each day",
        about: format!(
            "The rule fired {} in {} days; {} of its messages failed or are not certain.",
            times(fired),
            told.days.len(),
            number(failed)
        ),
        of: "Day (UTC)",
        series: vec!["matches"],
        bars: told
            .days
            .iter()
            .map(|one| Bar {
                label: day(one.at),
                values: vec![one.fired],
            })
            .collect(),
        ends: (
            told.days.first().map(|one| day(one.at)).unwrap_or_default(),
            "today".to_owned(),
        ),
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn filters(health: &RuleHealthView, look: &FilterLook, address: &str) -> AnyView {
    if look.events == 0 {
        return view! {
            <section class="card">
                <h2 class="card__title">"What its filters let pass"</h2>
                <p>"No event of its trigger has arrived here so far, so nothing could fire it."</p>
            </section>
        }
        .erase();
    }
    let of = match look.more {
        true => format!(
            "Of the latest {} events of its trigger",
            number(count(look.events))
        ),
        false => format!(
            "Of all {} events of its trigger that are kept",
            number(count(look.events))
        ),
    };
    let since = look.since.map(|at| view! { ", back to " {moment(at)} }.erase());
    let passed = match look.matched {
        0 => "none passes its filters as they are now.".to_owned(),
        1 => "1 passes its filters as they are now.".to_owned(),
        many => format!("{} pass its filters as they are now.", number(count(many))),
    };
    let blocked = look.blocked.iter().map(|(said, kept)| {
        view! {
            <li class="ranked__row">
                <p class="ranked__name">{said.clone()}</p>
                <p class="ranked__count">{number(count(*kept))} <span class="visually-hidden">" kept out"</span></p>
                {lying_bar(count(*kept), count(look.events))}
            </li>
        }
        .erase()
    });
    let list = (!look.blocked.is_empty()).then(|| {
        view! {
            <h3 class="card__subtitle">"What kept events out; one may be kept out by several"</h3>
            <ol class="ranked">{blocked.collect_view()}</ol>
        }
        .erase()
    });
    let change = health.view.can_manage.then(|| {
        view! { <a class="button" href=address.to_owned() rel="external">"Change the filters"</a> }.erase()
    });
    view! {
        <section class="card">
            <h2 class="card__title">"What its filters let pass"</h2>
            <p>{of} {since} ", " {passed}</p>
            {list}
            {look.nearest.as_ref().map_or_else(nothing, nearest)}
            <p class="row-actions">
                <a class="button" href=format!("{address}/backtest")>"Backtest"</a>
                {change}
            </p>
        </section>
    }
    .erase()
}

fn nearest(near: &NearMiss) -> AnyView {
    let why = near
        .why
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> }.erase())
        .collect_view();
    let href = event_address(&near.event, near.platform);
    view! {
        <h3 class="card__subtitle">"The nearest miss"</h3>
        <p><a href=href>{lead_or_call(near.platform, &near.lead)}</a> ", " {moment(near.at)} "; it was kept out by:"</p>
        <ul class="plain-list">{why}</ul>
    }
    .erase()
}
