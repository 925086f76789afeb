//! `/connections/new`: pasting a token.

use axum::extract::{Request, State};
use axum::response::Response;
use leadbell_domain::SecretText;
use leptos::prelude::*;

use super::{LIST, address, label, parts, slack};
use crate::desk::Visit;
use crate::desk::form::{Field, Wrong, complaints};
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::ConnectionSearch;

const TITLE: &str = "Add a connection";

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    // Who may not add one is told so before he fills anything in.
    let nothing = ConnectionSearch::default();
    match visit.backend.list_connections(&nothing).await {
        Ok(list) if list.can_manage => {
            let back = visit.backend.slack_return();
            visit
                .page(TITLE, || page("", &Wrong::default(), back.as_deref()))
                .await
        }
        Ok(_) => visit.trouble(AppError::Forbidden).await,
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let name = form.text("name");
    let token = SecretText(form.text("auth_token"));
    match visit.backend.add_connection(&name, &token).await {
        Ok((id, said)) => visit.done(&said, &address(&id)).await,
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            let back = visit.backend.slack_return();
            visit
                .refused(TITLE, || page(&name, &wrong, back.as_deref()))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn page(name: &str, wrong: &Wrong, back: Option<&str>) -> AnyView {
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Connections"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
        </header>
        {back.map(|_| add_to_slack())}
        <div class="columns">
            <form class="card form" method="post" action="/connections/new">
                {complaints(wrong, label)}
                {Field::new("auth_token", "Token", wrong)
                    .hint("From OAuth & Permissions of your Slack app. It begins with xoxb- (messages come from the app) \
                           or xoxp- (messages come from you). It is kept encrypted and never shown again.")
                    .required()
                    .line("password", "")}
                {Field::new("name", "Name", wrong)
                    .hint("By which people choose it in rules. Left empty: the workspace and who messages appear from.")
                    .line("text", name)}
                <p class="row-actions">
                    <button type="submit" class="button button--primary">"Check and save"</button>
                    <a class="button button--quiet" href=LIST>"Cancel"</a>
                </p>
            </form>
            {no_app_yet(back)}
        </div>
    }
    .erase()
}

/// The quickest way, where the house has a Slack app of its own.
fn add_to_slack() -> AnyView {
    view! {
        <section class="card">
            <h2 class="card__title">"Without a token"</h2>
            <p>"Slack asks you which workspace, and whether you allow it. Then the connection stands here."</p>
            <p><a class="button button--primary" href=slack::BEGIN>"Add to Slack"</a></p>
        </section>
    }
    .erase()
}

fn no_app_yet(back: Option<&str>) -> AnyView {
    view! {
        <section class="card">
            <h2 class="card__title">"No Slack app yet?"</h2>
            <p>
                "This opens Slack with a new app filled in: its name, the four scopes it needs, and a Messages tab for messages"
                " to people."
            </p>
            <p>{parts::app_link(back)}</p>
            <ol>
                <li>"Choose your workspace, then “Next” and “Create”."</li>
                <li>"Press “Install to Workspace”, then “Allow”."</li>
                <li>"Open “OAuth & Permissions” and copy the “Bot User OAuth Token”. Paste it here."</li>
            </ol>
            <p class="hint"><a href="/help/slack">"Step by step, also for messages that come from a person"</a></p>
        </section>
    }
    .erase()
}
