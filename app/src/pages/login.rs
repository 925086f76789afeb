//! Logging in, by a plain form. Also stands in for a page whose form was posted after the session had ended: then it
//! carries that form along, and posts it again.

use crate::parts::view::Erase;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoginState {
    /// What was typed.
    pub email: String,
    /// Why it was refused.
    pub error: Option<String>,
    /// Where to go afterwards; empty for the first page.
    pub next: String,
    /// The fields of a form that waits for the login. Never holds a token.
    pub resume: Vec<(String, String)>,
}

#[component]
pub(crate) fn LoginPage(state: LoginState) -> impl IntoView {
    let location = use_location();
    let resumes = !state.resume.is_empty();
    let next = if state.next.is_empty() {
        location.query.get_untracked().get("next").unwrap_or_default()
    } else {
        state.next
    };
    // Posting the waiting form again means posting it where it was posted before.
    let action = if resumes {
        let search = location.search.get_untracked();
        format!(
            "{}?{}",
            location.pathname.get_untracked(),
            search.trim_start_matches('?')
        )
    } else {
        "/login".to_owned()
    };
    let carried = state
        .resume
        .into_iter()
        .map(|(name, text)| view! { <input type="hidden" name=name value=text/> }.erase())
        .collect_view();
    let error = state
        .error
        .map(|error| view! { <p class="field__error" id="login-error" role="alert">{error}</p> }.erase());
    let refused = error.is_some();
    let why = resumes.then(|| {
        view! {
            <p class="login__why">
                "Your session has ended. Log in again and your rule is saved as you wrote it."
                " Only a pasted token has to be pasted again."
            </p>
        }
        .erase()
    });
    view! {
        <Title text="Log in"/>
        <section class="login">
            <h1 class="login__title">"Log in"</h1>
            {why}
            <form class="login__form" method="post" action=action>
                {error}
                <div class="field">
                    <label class="field__label" for="email">"E-mail"</label>
                    <input
                        class="input"
                        id="email"
                        name="email"
                        type="email"
                        autocomplete="username"
                        required
                        value=state.email
                        aria-invalid=refused.then_some("true")
                        aria-describedby=refused.then_some("login-error")
                    />
                </div>
                <div class="field">
                    <label class="field__label" for="password">"Password"</label>
                    <input
                        class="input"
                        id="password"
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required
                    />
                </div>
                <input type="hidden" name="next" value=next/>
                {carried}
                <button type="submit" class="button button--primary button--wide">"Log in"</button>
            </form>
        </section>
    }
    .erase()
}
