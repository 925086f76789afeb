//! What a page shows instead of what it could not load.

use crate::parts::view::Erase;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use crate::error::AppError;
use crate::logic::query::with_query;

/// Says what is wrong and what to do about it.
#[component]
pub(crate) fn Trouble(error: AppError) -> impl IntoView {
    let location = use_location();
    let here = move || {
        let search = location.search.get_untracked();
        let path = location.pathname.get_untracked();
        if search.is_empty() {
            path
        } else {
            format!("{path}?{}", search.trim_start_matches('?'))
        }
    };
    let (title, action) = match &error {
        AppError::LoggedOut => (
            "Your session has ended",
            view! { <a class="button" href=with_query("/login", &[("next", &here())]) rel="external">"Log in"</a> }
                .erase(),
        ),
        AppError::NotFound => (
            "Nothing here",
            view! { <a class="button" href="/" rel="external">"Go to the first page"</a> }.erase(),
        ),
        AppError::Forbidden => (
            "Not for you to change",
            view! { <a class="button" href="/" rel="external">"Go to the first page"</a> }.erase(),
        ),
        _ => (
            "This did not work",
            view! { <a class="button" href=here() rel="external">"Try again"</a> }.erase(),
        ),
    };
    let text = match &error {
        AppError::LoggedOut => "Log in again to go on where you were.".to_owned(),
        other => other.to_string(),
    };
    view! {
        <Title text=title/>
        <section class="trouble" role="alert">
            <h1 class="trouble__title">{title}</h1>
            <p class="trouble__text">{text}</p>
            {action}
        </section>
    }
    .erase()
}
