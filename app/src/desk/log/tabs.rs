//! The head of the log's lists, and the ways to them from what they are about.

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use leadbell_domain::{EntityKind, Level};
use leptos::prelude::*;

use super::{EVENTS, LIST, test_runs};
use crate::address;
use crate::http::Pages;
use crate::logic::query::{decode, with_query};
use crate::parts::view::Erase;

/// The lists of the log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Events,
    Deliveries,
    TestRuns,
}

/// Every tab with its label and address.
const TABS: [(Tab, &str, &str); 3] = [
    (Tab::Events, "All Events", EVENTS),
    (Tab::Deliveries, "Deliveries", LIST),
    (Tab::TestRuns, "Test Runs", test_runs::LIST),
];

/// The head of a list.
pub(super) fn head(here: Tab, hint: &'static str) -> AnyView {
    let title = TABS
        .iter()
        .find(|(tab, ..)| *tab == here)
        .map_or("", |(_, label, _)| label);
    let tabs = TABS
        .map(|(tab, label, href)| {
            view! { <a class="tabs__tab" href=href aria-current=(tab == here).then_some("page")>{label}</a> }
                .erase()
        })
        .collect_view();
    view! {
        <header class="head">
            <p class="head__way">"Tracking Log"</p>
            <div class="head__line"><h1 class="head__title">{title}</h1></div>
            <nav class="tabs" aria-label="Lists of the log">{tabs}</nav>
            <p class="hint">{hint}</p>
        </header>
    }
    .erase()
}

/// The address of the log of a product, campaign or publisher.
pub(in crate::desk) fn log_of(level: Level, id: &str) -> String {
    with_query(EVENTS, &[(level.key(), id)])
}

/// The address of the log of a rule.
pub(in crate::desk) fn log_of_rule(number: i64) -> String {
    with_query(EVENTS, &[("rule", &number.to_string())])
}

/// `/products/{id}/log` and the like: the log, narrowed to it.
pub(super) fn router() -> Router<Pages> {
    Level::ALL.into_iter().fold(Router::new(), |router, level| {
        let path = format!("{}/{{id}}/log", address::list(EntityKind::from(level)));
        router.route(&path, get(move |request: Request| narrowed(level, request)))
    })
}

async fn narrowed(level: Level, request: Request) -> Response {
    let path = request.uri().path().trim_end_matches("/log");
    let id = decode(path.rsplit('/').next().unwrap_or_default());
    Redirect::to(&log_of(level, &id)).into_response()
}
