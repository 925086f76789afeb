//! `/connections/slack` sends somebody to Slack to add the app; he comes back to `/connections/oauth`.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::{LIST, address};
use crate::desk::Visit;
use crate::desk::form::{Wrong, complaints};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::FromSlack;

const TITLE: &str = "Nothing was added";
/// Where the way to Slack begins.
pub(super) const BEGIN: &str = "/connections/slack";
/// Where it ends.
pub(super) const RETURN: &str = "/connections/oauth";

pub(super) async fn begin(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.go_to_slack().await {
        Ok(to) => visit.go(&to),
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn back(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let brought = FromSlack {
        state: visit.query("state"),
        code: visit.query("code"),
        error: visit.query("error"),
    };
    match visit.backend.come_from_slack(&brought).await {
        Ok((id, said)) => visit.done(&said, &address(&id)).await,
        Err(AppError::Request(why)) => visit.refused(TITLE, || page(&why)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(why: &str) -> AnyView {
    let wrong = Wrong {
        message: Some(why.to_owned()),
        ..Wrong::default()
    };
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Connections"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
        </header>
        {complaints(&wrong, str::to_owned)}
        <p class="row-actions">
            <a class="button button--primary" href=BEGIN>"Add to Slack"</a>
            <a class="button" href="/connections/new">"Paste a token instead"</a>
        </p>
    }
    .erase()
}
