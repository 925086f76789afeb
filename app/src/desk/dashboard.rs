//! `/`: what happened in the last 24 hours, what has to be mended, and the ways from there.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{Civil, DELAY_MORE, DELAY_STEPS, delay_within};
use leptos::prelude::*;

use super::chart::{Bar, Chart, chart, lying_bar, number, tile};
use super::log::span;
use super::{Visit, moment};
use crate::http::Pages;
use crate::parts::view::{Erase, nothing};
use crate::views::figures::{BusyRow, DashboardView, FirstStep, SpanFigures};
use crate::views::health::{BrokenRow, DestinationRow};

/// The chart of delays reaches so far at least, milliseconds.
const SHOWN_MS: i64 = 5_000;

/// The address.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/", get(open))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.dashboard().await {
        Ok(view) => visit.page("Dashboard", || page(&view)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(view: &DashboardView) -> AnyView {
    let figures = view.reads_log.then(|| figures(view));
    view! {
        <header class="head">
            <div class="head__line"><h1 class="head__title">"Dashboard"</h1></div>
            <p class="hint">"The last 24 hours, until " {moment(view.now)} "."</p>
        </header>
        {steps(&view.steps)}
        {find(view)}
        {figures}
        <div class="columns">{noisiest(view)} {sending(view)}</div>
    }
    .erase()
}

/// The first thing people come for: why did nothing come?
fn find(view: &DashboardView) -> AnyView {
    if !view.reads_log {
        return view! {
            <section class="card">
                <h2 class="card__title">"Try rules"</h2>
                <p>"Your role tries rules with made-up events; what has really happened is not shown to it."</p>
                <p class="row-actions"><a class="button" href="/log/test-runs">"Test runs"</a></p>
            </section>
        }
        .erase();
    }
    view! {
        <form class="dash-find" method="get" action="/log" role="search">
            <label class="dash-find__field">
                <span>"Why was I (not) told? ID of an event, lead or call"</span>
                <input class="input" type="search" name="q" autocomplete="off" maxlength="200"/>
            </label>
            <button type="submit" class="button button--primary">"Find"</button>
            <a class="button button--quiet" href="/log?status=none&within=day">"Events without a message"</a>
        </form>
    }
    .erase()
}

fn steps(steps: &[FirstStep]) -> AnyView {
    if steps.is_empty() {
        return nothing();
    }
    let items = steps.iter().map(|step| {
        let done = step
            .done
            .then(|| view! { <span class="tag">"done"</span> }.erase());
        let way = (!step.done).then(|| {
            view! { <p><a class="button button--small" href=step.href.clone()>{step.link}</a></p> }.erase()
        });
        view! {
            <li class="first-steps__step">
                <p class="first-steps__what">{step.what} " " {done}</p>
                <p class="hint">{step.why}</p>
                {way}
            </li>
        }
        .erase()
    });
    view! {
        <section class="card first-steps">
            <h2 class="card__title">"First steps"</h2>
            <ol class="first-steps__list">{items.collect_view()}</ol>
        </section>
    }
    .erase()
}

/// A number with what it was the day before.
fn count(name: &'static str, count: String, beside: String, href: Option<&'static str>) -> AnyView {
    let value = match href {
        Some(href) => view! { <a href=href>{count}</a> }.erase(),
        None => count.erase(),
    };
    tile(name, value, beside.erase())
}

fn before(now: i64, before: i64) -> String {
    match before {
        0 if now == 0 => "none the day before either".to_owned(),
        0 => "none the day before".to_owned(),
        _ => format!("{} the day before", number(before)),
    }
}

/// "within 0.5 s", as the upper end of a step.
fn within(steps: &[(i64, i64)], percent: i64) -> String {
    match delay_within(steps, percent) {
        None => "–".to_owned(),
        Some(DELAY_MORE) => "over a day".to_owned(),
        Some(ms) => format!("≤ {}", step(ms)),
    }
}

/// Ends of steps are round.
fn step(ms: i64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 if ms % 1_000 == 0 => format!("{} s", ms / 1_000),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min", ms / 60_000),
        3_600_000.. => format!("{} h", ms / 3_600_000),
        _ => span(ms),
    }
}

fn figures(view: &DashboardView) -> AnyView {
    let (day, past) = (&view.day, &view.before);
    let (failed_now, doubtful) = view.troubles;
    let troubles = (failed_now + doubtful > 0).then(|| {
        view! {
            <p class="dash-troubles">
                <a href="/log/deliveries?status=failed&within=hour">{format!("{} failed in the last hour", number(failed_now))}</a>
                " · "
                <a href="/log/deliveries?status=ambiguous">{format!("{} not certain", number(doubtful))}</a>
            </p>
        }
        .erase()
    });
    view! {
        <dl class="tiles">
            {count("Events", number(day.events), before(day.events, past.events), Some("/log?within=day"))}
            {count("Messages sent", number(day.sent), before(day.sent, past.sent), Some("/log/deliveries?within=day"))}
            {count("Failed or not certain", number(day.failed), before(day.failed, past.failed), Some("/log/deliveries?status=failed"))}
            {count(
                "From event to Slack",
                within(&view.delays, 50),
                format!("for half; 95 %: {}; 99 %: {}", within(&view.delays, 95), within(&view.delays, 99)),
                None,
            )}
        </dl>
        {troubles}
        <div class="columns">
            <section class="card">{chart(&events_chart(view))}</section>
            <section class="card">{chart(&messages_chart(view))}</section>
            <section class="card">{chart(&delays_chart(view))}</section>
        </div>
    }
    .erase()
}

fn hour(at: i64) -> String {
    Civil::of(at).time()
}

fn ends(hours: &[SpanFigures]) -> (String, String) {
    let first = hours.first().map(|one| format!("{} UTC", hour(one.at)));
    (first.unwrap_or_default(), "now".to_owned())
}

fn by_hour(view: &DashboardView, values: impl Fn(&SpanFigures) -> Vec<i64>) -> Vec<Bar> {
    view.hours
        .iter()
        .map(|one| Bar {
            label: format!("{} UTC", hour(one.at)),
            values: values(one),
        })
        .collect()
}

fn events_chart(view: &DashboardView) -> Chart {
    let busiest = view
        .hours
        .iter()
        .max_by_key(|one| one.events)
        .filter(|one| one.events > 0);
    let peak = busiest.map(|one| format!(" Most came from {} UTC on: {}.", hour(one.at), number(one.events)));
    Chart {
        id: "chart-events",
        title: "Events each hour",
        about: format!(
            "{} events in 24 hours.{}",
            number(view.day.events),
            peak.unwrap_or_default()
        ),
        of: "From",
        series: vec!["events"],
        bars: by_hour(view, |one| vec![one.events]),
        ends: ends(&view.hours),
    }
}

fn messages_chart(view: &DashboardView) -> Chart {
    let (sent, failed) = (number(view.day.sent), number(view.day.failed));
    Chart {
        id: "chart-messages",
        title: "Messages each hour",
        about: format!("{sent} messages were sent in 24 hours, {failed} failed or are not certain."),
        of: "From",
        series: vec!["sent", "failed or not certain"],
        bars: by_hour(view, |one| vec![one.sent, one.failed]),
        ends: ends(&view.hours),
    }
}

fn delays_chart(view: &DashboardView) -> Chart {
    // Steps in between that nothing took stand there, too: else the picture had another shape than the delays.
    let last = view.delays.last().map_or(0, |(up_to, _)| *up_to).max(SHOWN_MS);
    let steps: Vec<(i64, i64)> = DELAY_STEPS
        .into_iter()
        .chain([DELAY_MORE])
        .filter(|up_to| *up_to <= last && !view.delays.is_empty())
        .map(|up_to| {
            let found = view.delays.iter().find(|(known, _)| *known == up_to);
            (up_to, found.map_or(0, |(_, messages)| *messages))
        })
        .collect();
    let bars = steps.iter().map(|(up_to, messages)| Bar {
        label: match *up_to {
            DELAY_MORE => "longer".to_owned(),
            ms => format!("up to {}", step(ms)),
        },
        values: vec![*messages],
    });
    let edge = |at: Option<&(i64, i64)>| match at {
        None => String::new(),
        Some((DELAY_MORE, _)) => "longer".to_owned(),
        Some((ms, _)) => step(*ms),
    };
    Chart {
        id: "chart-delays",
        title: "How long messages took",
        about: format!(
            "From the event to Slack: half {}, 95 % {}, 99 % {}.",
            within(&view.delays, 50),
            within(&view.delays, 95),
            within(&view.delays, 99)
        ),
        of: "Time",
        series: vec!["messages"],
        bars: bars.collect(),
        ends: (edge(steps.first()), edge(steps.last())),
    }
}

fn noisiest(view: &DashboardView) -> AnyView {
    if !view.reads_log {
        return nothing();
    }
    let most = view.noisiest.first().map_or(1, |row| row.figures.fired);
    let rows = view.noisiest.iter().map(|row| busy(row, most)).collect_view();
    let body = if view.noisiest.is_empty() {
        view! { <p class="hint">"No rule fired in the last 24 hours. Why not, the log says event by event."</p> }.erase()
    } else {
        view! { <ol class="ranked">{rows}</ol> }.erase()
    };
    view! {
        <section class="card">
            <h2 class="card__title">"Rules that fired most"</h2>
            {body}
        </section>
    }
    .erase()
}

fn busy(row: &BusyRow, most: i64) -> AnyView {
    let said = match row.name.is_empty() {
        true => format!("Rule {}", row.number),
        false => format!("{} · {}", row.number, row.name),
    };
    let name = match row.href.clone() {
        Some(href) => view! { <a href=href>{said}</a> }.erase(),
        None => view! { {said} " (deleted)" }.erase(),
    };
    let failed =
        (row.figures.failed > 0).then(|| format!(", {} failed or not certain", number(row.figures.failed)));
    view! {
        <li class="ranked__row">
            <p class="ranked__name">{name}</p>
            <p class="ranked__count">{number(row.figures.fired)} <span class="visually-hidden">" times"</span></p>
            {lying_bar(row.figures.fired, most)}
            <p class="ranked__beside">{row.place.clone()} " → " {row.to.clone()} {failed}</p>
        </li>
    }
    .erase()
}

fn sending(view: &DashboardView) -> AnyView {
    if !view.shows_connections {
        return nothing();
    }
    let broken = view.broken.iter().map(broken_line).collect_view();
    let most = view.queues.iter().map(|row| row.waiting).max().unwrap_or(1);
    let queues = view
        .queues
        .iter()
        .map(|row| queue(row, most, view.now))
        .collect_view();
    let body = if view.broken.is_empty() && view.queues.is_empty() {
        view! { <p class="hint">"Nothing waits, and Slack takes messages for every channel and member."</p> }
            .erase()
    } else {
        view! { <ul class="plain-list">{broken}</ul> <ol class="ranked">{queues}</ol> }.erase()
    };
    view! {
        <section class="card">
            <h2 class="card__title">"Connections and queues"</h2>
            {body}
            <p><a href="/health">"All of it"</a></p>
        </section>
    }
    .erase()
}

fn broken_line(row: &BrokenRow) -> AnyView {
    let (means, advice) = row.reason;
    view! { <li><a href=row.href.clone()>{row.name.clone()}</a> " is refused by Slack: " {means} " " {advice}</li> }.erase()
}

fn queue(row: &DestinationRow, most: i64, now: i64) -> AnyView {
    let state = match (row.reason, row.connection_broken) {
        (Some((means, _)), _) => format!("Refused by Slack: {means}"),
        (None, true) => "Its connection is refused by Slack".to_owned(),
        (None, false) => "Being sent".to_owned(),
    };
    let oldest = row
        .oldest
        .map(|at| format!(", the oldest since {}", span((now - at).max(0))));
    view! {
        <li class="ranked__row">
            <p class="ranked__name"><a href=row.log_href.clone()>{row.name.clone()}</a></p>
            <p class="ranked__count">{number(row.waiting)} <span class="visually-hidden">" waiting"</span></p>
            {lying_bar(row.waiting, most)}
            <p class="ranked__beside">{row.connection.clone()} ". " {state} {oldest}</p>
        </li>
    }
    .erase()
}
