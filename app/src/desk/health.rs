//! `/health`: what waits, what Slack refuses, and what can be done about it.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leptos::prelude::*;

use super::log::span;
use super::{Visit, moment};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::{decode, encode};
use crate::parts::badge::{Tone, badge};
use crate::parts::view::{Erase, nothing};
use crate::views::health::{BrokenRow, DestinationRow, HealthView};

const HERE: &str = "/health";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route(HERE, get(open))
        .route("/health/destinations/{id}", get(ask).post(post))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.health().await {
        Ok(health) => visit.page("Health", || page(&health)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn id_of(path: &str) -> String {
    decode(path.rsplit('/').next().unwrap_or_default())
}

fn address(id: &str) -> String {
    format!("{HERE}/destinations/{}", encode(id))
}

/// Asks before what waits is given up.
async fn ask(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    match visit.backend.destination(&id).await {
        Ok(row) => visit.page("Give up messages", || question(&row)).await,
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    let done = match form.text("do").as_str() {
        "retry" => visit.backend.retry_destination(&id).await,
        "give_up" => visit.backend.give_up_destination(&id).await,
        _ => match visit.backend.destination(&id).await {
            Ok(_) => Err(AppError::Request("There is no such action.".to_owned())),
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(said) => visit.done(&said, HERE).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn messages(count: i64) -> String {
    match count {
        1 => "1 message".to_owned(),
        many => format!("{many} messages"),
    }
}

fn page(health: &HealthView) -> AnyView {
    view! {
        <header class="head">
            <div class="head__line">
                <h1 class="head__title">"Health"</h1>
                {health.can_set_alerts.then(|| view! { <a class="button" href="/health/alerts">"Alerts"</a> }.erase())}
            </div>
            <p class="hint">"What waits, what Slack refuses, and what is not certain. Nothing of it is lost."</p>
        </header>
        {numbers(health)}
        {broken(health)}
        {destinations(health)}
    }
    .erase()
}

fn numbers(health: &HealthView) -> AnyView {
    let fact = |name: &'static str, count: i64, to: &'static str| {
        view! {
            <div class="facts__fact">
                <dt>{name}</dt>
                <dd><a href=to>{messages(count)}</a></dd>
            </div>
        }
        .erase()
    };
    view! {
        <section class="card">
            <h2 class="card__title">"For a person to look at"</h2>
            <dl class="facts">
                {fact("Failed in the last hour", health.failed, "/log/deliveries?status=failed&within=hour")}
                {fact("Not certain whether sent", health.ambiguous, "/log/deliveries?status=ambiguous")}
            </dl>
        </section>
    }
    .erase()
}

fn broken(health: &HealthView) -> AnyView {
    if health.broken.is_empty() {
        return nothing();
    }
    let items = health.broken.iter().map(connection).collect_view();
    view! {
        <section class="log-part">
            <h2 class="log-part__title">"Connections that Slack refuses"</h2>
            <ul class="plain-list">{items}</ul>
        </section>
    }
    .erase()
}

fn connection(row: &BrokenRow) -> AnyView {
    let (means, advice) = row.reason;
    let since = row.since.map(|at| view! { " Since " {moment(at)} "." }.erase());
    view! { <li><a href=row.href.clone()>{row.name.clone()}</a> ": " {means} " " {advice} {since}</li> }
        .erase()
}

fn destinations(health: &HealthView) -> AnyView {
    if health.destinations.is_empty() {
        return view! {
            <section class="empty">
                <p class="empty__title">"All is well"</p>
                <p>"Nothing waits, and Slack takes messages for every channel and member."</p>
            </section>
        }
        .erase();
    }
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = health
        .destinations
        .iter()
        .map(|row| line(row, health.now))
        .collect_view();
    let more = health.more.then(|| {
        view! { <p class="hint">"There are more; these are the refused ones and those where most waits."</p> }.erase()
    });
    view! {
        <section class="log-part">
            <h2 class="log-part__title">"Channels and members with a queue"</h2>
            <table class="table" role="table" aria-label="Channels and members with a queue">
                <thead role="rowgroup">
                    <tr role="row">
                        {column("Sent to")} {column("State")} {column("Waiting")} {column("Oldest")}
                        {column("A new message waits about")} {column("What to do")}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            {more}
        </section>
    }
    .erase()
}

fn line(row: &DestinationRow, now: i64) -> AnyView {
    let sub = |text: String| view! { <span class="table__sub">{text}</span> }.erase();
    let state = match (row.reason, row.connection_broken) {
        (Some(_), _) => badge(Tone::Warn, "Refused by Slack"),
        (None, true) => badge(Tone::Warn, "Connection refused"),
        (None, false) => badge(Tone::Idle, "Sending"),
    };
    let why = row.reason.map(|(means, advice)| sub(format!("{means} {advice}")));
    let since = row
        .since
        .map(|at| view! { <span class="table__sub">"Since " {moment(at)}</span> }.erase());
    let next = row
        .next_try
        .map(|at| view! { <span class="table__sub">"Tried again at " {moment(at)}</span> }.erase());
    let oldest = row
        .oldest
        .map_or_else(|| "–".to_owned(), |at| format!("{} ago", span((now - at).max(0))));
    let delay = row.delay_ms.map_or_else(|| "until it is mended".to_owned(), span);
    view! {
        <tr role="row">
            <td role="cell" data-label="Sent to" class="table__wide">
                <a class="table__name nowrap" href=row.log_href.clone()>{row.name.clone()}</a>
                <span class="table__sub">{row.connection.clone()}</span>
            </td>
            <td role="cell" data-label="State" class="table__wide">{state} {why} {since} {next}</td>
            <td role="cell" data-label="Waiting">{row.waiting.to_string()}</td>
            <td role="cell" data-label="Oldest" class="nowrap">{oldest}</td>
            <td role="cell" data-label="A new message waits about" class="nowrap">{delay}</td>
            <td role="cell" data-label="What to do" class="table__wide">{actions(row)}</td>
        </tr>
    }
    .erase()
}

fn actions(row: &DestinationRow) -> AnyView {
    if !row.can_manage || row.reason.is_none() {
        return nothing();
    }
    let retry = format!("Try {} again now", row.name);
    let give_up = (row.waiting > 0).then(|| {
        let said = format!("Give up what waits for {}…", row.name);
        view! { <a class="button button--quiet button--small" href=address(&row.id) aria-label=said>"Give up…"</a> }
            .erase()
    });
    view! {
        <form class="row-actions" method="post" action=address(&row.id)>
            <button type="submit" class="button button--small" name="do" value="retry" aria-label=retry>
                "Try again now"
            </button>
            {give_up}
        </form>
    }
    .erase()
}

fn question(row: &DestinationRow) -> AnyView {
    view! {
        <section class="card form">
            <h1 class="head__title">{format!("Give up {} for {}?", messages(row.waiting), row.name)}</h1>
            <p>
                "They are not sent and show as failed in the log, from where they can be sent again. To send them elsewhere from"
                " now on, choose another channel in their rules first."
            </p>
            <form class="row-actions" method="post" action=address(&row.id)>
                <button type="submit" class="button button--danger" name="do" value="give_up">"Give them up"</button>
                <a class="button button--quiet" href=HERE>"Keep them waiting"</a>
            </form>
        </section>
    }
    .erase()
}
