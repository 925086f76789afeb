//! `/connections/check`: whether messages arrive in a channel or at a member, and a test message there.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::LIST;
use crate::desk::Visit;
use crate::desk::form::{Field, Wrong, complaints};
use crate::desk::rule_place::rule_of;
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::badge::{Tone, badge};
use crate::parts::view::Erase;
use crate::views::{PlaceForm, PlaceView};

const TITLE: &str = "Check a channel or person";
/// Where it is.
pub(super) const ADDRESS: &str = "/connections/check";

/// What is in the fields.
#[derive(Default)]
struct Typed {
    connection: String,
    target: String,
}

/// The way to this page with these fields filled in.
pub(super) fn address(connection: &str) -> String {
    with_query(ADDRESS, &[("connection", connection)])
}

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let typed = Typed {
        connection: visit.query("connection"),
        target: visit.query("target"),
    };
    match visit.backend.place_form().await {
        Ok(form) => {
            visit
                .page(TITLE, || page(&form, &typed, None, &Wrong::default()))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// `…/tracking/{rule}/check`: the same, with what the rule says.
pub(super) async fn of_rule(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/check") else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.place_of_rule(on.level, &on.entity, &rule).await {
        Ok((connection, target)) => {
            let to = with_query(ADDRESS, &[("connection", &connection), ("target", &target)]);
            visit.go(&to)
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let typed = Typed {
        connection: form.text("connection"),
        target: form.text("target"),
    };
    let offered = match visit.backend.place_form().await {
        Ok(offered) => offered,
        Err(error) => return visit.trouble(error).await,
    };
    let send = form.text("do") == "send";
    let looked = visit
        .backend
        .look_at_place(&typed.connection, &typed.target, send)
        .await;
    match looked {
        Ok(found) => {
            visit
                .page(TITLE, || page(&offered, &typed, Some(&found), &Wrong::default()))
                .await
        }
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            visit
                .refused(TITLE, || page(&offered, &typed, None, &wrong))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn label(field: &str) -> String {
    match field {
        "connection" => "Connection",
        "target" => "Channel or person",
        other => other,
    }
    .to_owned()
}

fn page(form: &PlaceForm, typed: &Typed, found: Option<&PlaceView>, wrong: &Wrong) -> AnyView {
    let content = if form.connections.is_empty() {
        view! {
            <section class="empty">
                <p class="empty__title">"No connection to look with"</p>
                <p>"A channel is looked at with a Slack token that works."</p>
                <p><a class="button" href="/connections/new">"Add a connection"</a></p>
            </section>
        }
        .erase()
    } else {
        view! { <div class="columns">{fields(form, typed, wrong)} {found.map(result)}</div> }.erase()
    };
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=LIST>"Connections"</a></nav>
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
        </header>
        {content}
    }
    .erase()
}

fn fields(form: &PlaceForm, typed: &Typed, wrong: &Wrong) -> AnyView {
    view! {
        <form class="card form" method="post" action=ADDRESS>
            {complaints(wrong, label)}
            {Field::new("connection", "Connection", wrong).required().choice(&form.connections, &typed.connection)}
            {Field::new("target", "Channel or person", wrong)
                .hint("A channel's ID (C…) or a member's (U…), or the link that Slack copies for either. Looking lets the app \
                       join a public channel; nobody gets a message.")
                .required()
                .line("text", &typed.target)}
            <p class="row-actions">
                <button type="submit" class="button button--primary" name="do" value="look">"Check"</button>
                <button type="submit" class="button" name="do" value="send">"Check and send a test message"</button>
            </p>
            <p class="hint">"A test message begins with TEST and goes out at once."</p>
        </form>
    }
    .erase()
}

fn result(found: &PlaceView) -> AnyView {
    let state = match found.open {
        Some(true) => badge(Tone::Good, "Messages arrive"),
        Some(false) => badge(Tone::Warn, "Messages do not arrive"),
        None => badge(Tone::Idle, "Not known yet"),
    };
    let advice =
        (!found.advice.is_empty()).then(|| view! { <p class="remark">{found.advice.clone()}</p> }.erase());
    let sent = found.sent.as_ref().map(|(posted, said)| {
        let badge = if *posted {
            badge(Tone::Good, "Test message sent")
        } else {
            badge(Tone::Warn, "Test message not sent")
        };
        view! { <p>{badge} " " {said.clone()}</p> }.erase()
    });
    view! {
        <section class="card" role="status" aria-labelledby="place-title">
            <h2 class="card__title" id="place-title">{found.place.clone()}</h2>
            <p>{state} " " {found.means.clone()}</p>
            {advice}
            {sent}
        </section>
    }
    .erase()
}
