//! `/settings/report`: the weekly report, where it goes, and what came of the last ones.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{TimeZone, WEEKDAYS};
use leptos::prelude::*;

use super::Visit;
use super::alerts::told_table;
use super::form::{Field, Wrong, complaints};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::settings::ReportView;

const HERE: &str = "/settings/report";
const TITLE: &str = "Weekly report";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new().route(HERE, get(open).post(post))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.report().await {
        Ok(found) => visit.page(TITLE, || page(&found, &Wrong::default())).await,
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let typed = ReportView {
        connection: form.text("connection_id"),
        target: form.text("target"),
        weekday: form.text("weekday"),
        hour: form.text("hour"),
        zone: form.text("zone"),
        ..ReportView::default()
    };
    let done = match form.text("do").as_str() {
        "stop" => visit.backend.stop_report().await,
        _ => visit.backend.set_report(&typed).await,
    };
    match done {
        Ok(said) => visit.done(&said, HERE).await,
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            match visit.backend.report().await {
                Ok(found) => {
                    let again = ReportView {
                        connections: found.connections,
                        told: found.told,
                        ..typed
                    };
                    visit.refused(TITLE, || page(&again, &wrong)).await
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
        "weekday" => "Day",
        "hour" => "Hour",
        "zone" => "Time zone",
        other => other,
    }
    .to_owned()
}

fn page(found: &ReportView, wrong: &Wrong) -> AnyView {
    let connections: Vec<(String, String)> =
        std::iter::once((String::new(), "Choose a connection".to_owned()))
            .chain(found.connections.iter().cloned())
            .collect();
    let days: Vec<(String, String)> = WEEKDAYS
        .iter()
        .enumerate()
        .map(|(number, day)| (number.to_string(), (*day).to_owned()))
        .collect();
    let hours: Vec<(String, String)> = (0..24)
        .map(|hour| (hour.to_string(), format!("{hour:02}:00")))
        .collect();
    let zones: Vec<(String, String)> = TimeZone::all()
        .map(|zone| (zone.name().to_owned(), zone.name().to_owned()))
        .collect();
    let off = if found.connection.is_empty() {
        "No report is sent."
    } else {
        "A report is sent every week."
    };
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href="/settings">"Settings"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
            <p class="hint">
                "Messages, median delay, failures, and which rules were noisy or silent: of the whole house, once a week. " {off}
            </p>
        </header>
        <form class="card form" method="post" action=HERE>
            {complaints(wrong, label)}
            {Field::new("connection_id", "Send with", wrong).choice(&connections, &found.connection)}
            {Field::new("target", "Channel or member ID", wrong)
                .hint("A channel's ID begins with C, a member's with U. A first message is sent there now.")
                .line("text", &found.target)}
            {Field::new("weekday", "Day", wrong).choice(&days, &found.weekday)}
            {Field::new("hour", "Hour", wrong).choice(&hours, &found.hour)}
            {Field::new("zone", "Time zone", wrong).choice(&zones, &found.zone)}
            <p class="row-actions log-actions">
                <button type="submit" class="button button--primary" name="do" value="set">"Try and save"</button>
                <button type="submit" class="button button--quiet" name="do" value="stop">"Send no report"</button>
            </p>
        </form>
        {told_table("The last reports", &found.told)}
    }
    .erase()
}
