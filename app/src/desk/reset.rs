//! Choosing a password by a one-time link: open to everybody who has one. A link that is unknown, used or too old
//! looks the same in all three cases.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::*;

use super::account::new_password_fields;
use super::draw_for;
use super::form::{Wrong, complaints};
use crate::error::AppError;
use crate::http::{Pages, backend_of, read_form, status};
use crate::parts::view::Erase;

const TITLE: &str = "Choose a password";

/// `/reset/{token}`.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/reset/{token}", get(open).post(post))
}

async fn open(State(pages): State<Pages>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    shown(&pages, &parts, &token, Wrong::default()).await
}

/// The form, or why there is none.
async fn shown(pages: &Pages, parts: &Parts, token: &str, wrong: Wrong) -> Response {
    let owner = match backend_of(parts) {
        Some(backend) => backend.link_owner(token).await,
        None => Err(AppError::NotFound),
    };
    match owner {
        Ok(name) => {
            let status = if wrong.errors.is_empty() && wrong.message.is_none() {
                StatusCode::OK
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            draw_for(pages, parts, status, TITLE, || form(&name, &wrong)).await
        }
        Err(error) => unusable(pages, parts, error).await,
    }
}

async fn post(State(pages): State<Pages>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, posted) = match read_form(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let Some(backend) = backend_of(&parts) else {
        return unusable(&pages, &parts, AppError::NotFound).await;
    };
    let text = |name: &str| posted.first(name).unwrap_or_default();
    match backend
        .use_link(&token, text("new_password"), text("new_password_again"))
        .await
    {
        Ok(()) => {
            // A lost notice is no reason to call a done thing failed.
            let _ = backend.set_notice("Your password is set. Log in with it.").await;
            Redirect::to("/login").into_response()
        }
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            shown(&pages, &parts, &token, wrong).await
        }
        Err(error) => unusable(&pages, &parts, error).await,
    }
}

async fn unusable(pages: &Pages, parts: &Parts, error: AppError) -> Response {
    let said = match &error {
        AppError::NotFound => {
            "It was used already, is older than a day, or was not copied whole. Ask your administrator for a new one."
                .to_owned()
        }
        other => other.to_string(),
    };
    let title = "This link can't be used";
    draw_for(pages, parts, status(&error), title, || {
        view! {
            <section class="trouble">
                <h1 class="trouble__title">{title}</h1>
                <p class="trouble__text">{said}</p>
                <a class="button" href="/login">"Log in"</a>
            </section>
        }
        .erase()
    })
    .await
}

fn label(field: &str) -> String {
    if field == "new_password_again" {
        "New password again"
    } else {
        "New password"
    }
    .to_owned()
}

/// Posts to its own address, so that the token stands in the page no more often than in the address.
fn form(name: &str, wrong: &Wrong) -> AnyView {
    view! {
        <section class="login">
            <h1 class="login__title">{TITLE}</h1>
            <p class="login__why">{format!("For {name}. You log in with it afterwards.")}</p>
            <form class="login__form" method="post" novalidate>
                {complaints(wrong, label)}
                {new_password_fields(wrong)}
                <button type="submit" class="button button--primary button--wide">"Set Password"</button>
            </form>
        </section>
    }
    .erase()
}
