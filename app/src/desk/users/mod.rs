//! People who can log in, for those whose duty they are: the list, the form of one, and API keys.

mod edit;
mod elevation;
mod handover;
mod keys;
mod list;
mod person_form;

use axum::Router;
use axum::routing::get;
use leptos::prelude::*;

use crate::http::Pages;
use crate::parts::view::Erase;

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/users", get(list::open))
        .route("/users/new", get(edit::new).post(edit::add))
        .route("/users/keys", get(keys::open).post(keys::post))
        .route("/users/{id}", get(edit::open).post(edit::post))
}

/// The head of both lists; `keys` says which is open.
fn head(keys: bool, action: Option<AnyView>) -> AnyView {
    let tab = |href: &'static str, label: &'static str, here: bool| {
        view! { <a class="tabs__tab" href=href aria-current=here.then_some("page")>{label}</a> }.erase()
    };
    view! {
        <header class="head">
            <div class="head__line head__line--apart">
                <h1 class="head__title">{if keys { "API keys" } else { "Users" }}</h1>
                {action}
            </div>
            <nav class="tabs" aria-label="Users and keys">
                {tab("/users", "Users", !keys)}
                {tab("/users/keys", "API keys", keys)}
            </nav>
        </header>
    }
    .erase()
}
