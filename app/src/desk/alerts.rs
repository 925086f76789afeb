//! `/health/alerts`: where trouble with Slack is told, and what was told.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leptos::prelude::*;

use super::form::{Field, Wrong, complaints};
use super::{Visit, moment};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::{Erase, nothing};
use crate::views::health::{AlertsView, ToldRow};

const HERE: &str = "/health/alerts";
const TITLE: &str = "Alerts";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new().route(HERE, get(open).post(post))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.alerts().await {
        Ok(found) => visit.page(TITLE, || page(&found, &Wrong::default())).await,
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let (connection, target) = (form.text("connection_id"), form.text("target"));
    let done = match form.text("do").as_str() {
        "stop" => visit.backend.stop_alerts().await,
        _ => visit.backend.set_alerts(&connection, &target).await,
    };
    match done {
        Ok(said) => visit.done(&said, HERE).await,
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            match visit.backend.alerts().await {
                Ok(found) => {
                    let typed = AlertsView {
                        connection,
                        target,
                        ..found
                    };
                    visit.refused(TITLE, || page(&typed, &wrong)).await
                }
                Err(error) => visit.trouble(error).await,
            }
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn label(field: &str) -> String {
    match field {
        "connection_id" => "Send with",
        "target" => "Channel or member ID",
        other => other,
    }
    .to_owned()
}

fn page(found: &AlertsView, wrong: &Wrong) -> AnyView {
    let options: Vec<(String, String)> = std::iter::once((String::new(), "Choose a connection".to_owned()))
        .chain(found.connections.iter().cloned())
        .collect();
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href="/health">"Health"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
            <p class="hint">
                "One message when Slack begins to refuse a connection, a channel or a member, or when messages wait for more than ten"
                " minutes; and one when it is over."
            </p>
        </header>
        <form class="card form" method="post" action=HERE>
            {complaints(wrong, label)}
            {Field::new("connection_id", "Send with", wrong)
                .hint("Best one that nothing else depends on: a broken connection can't tell that it is broken.")
                .choice(&options, &found.connection)}
            {Field::new("target", "Channel or member ID", wrong)
                .hint("A channel's ID begins with C, a member's with U. A first message is sent there now.")
                .line("text", &found.target)}
            <p class="row-actions log-actions">
                <button type="submit" class="button button--primary" name="do" value="set">"Try and save"</button>
                <button type="submit" class="button button--quiet" name="do" value="stop">"Tell nobody"</button>
            </p>
        </form>
        {told_table("What was told", &found.told)}
    }
    .erase()
}

/// What was told, newest first; nothing at all when nothing was.
pub(super) fn told_table(title: &'static str, told: &[ToldRow]) -> AnyView {
    if told.is_empty() {
        return nothing();
    }
    let rows = told.iter().map(line).collect_view();
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    view! {
        <section class="log-part">
            <h2 class="log-part__title">{title}</h2>
            <table class="table" role="table" aria-label=title>
                <thead role="rowgroup">
                    <tr role="row">{column("Time")} {column("Message")} {column("State")}</tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .erase()
}

fn line(row: &ToldRow) -> AnyView {
    let reason = row.reason.map(|(means, advice)| {
        view! { <span class="table__sub">{format!("{means} {advice}")}</span> }.erase()
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="Time" class="nowrap">{moment(row.at)}</td>
            <td role="cell" data-label="Message" class="table__detail">{row.text.clone()}</td>
            <td role="cell" data-label="State" class="table__wide"><span>{row.status}</span> {reason}</td>
        </tr>
    }
    .erase()
}
