//! Logging in, by a plain form. Also stands in for a page whose form was posted after the session had ended: then it
//! carries that form along, and posts it again.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::*;

use super::draw_for;
use crate::http::{Pages, login_posted};
use crate::parts::view::Erase;

/// What the page shows.
#[derive(Clone, Debug, Default)]
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

/// `/login`.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/login", get(open).post(login_posted))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let wanted = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "next")
        .map(|(_, next)| next.into_owned())
        .unwrap_or_default();
    let state = LoginState {
        next: wanted,
        ..LoginState::default()
    };
    login_page(&pages, &parts, StatusCode::OK, state).await
}

/// Asks to log in, at the address of the request.
pub(crate) async fn login_page(
    pages: &Pages,
    parts: &Parts,
    status: StatusCode,
    state: LoginState,
) -> Response {
    let here = parts.uri.path_and_query().map_or("/login", |path| path.as_str());
    draw_for(pages, parts, status, "Log in", || form(here, state)).await
}

/// The form; `here` is where a form that waits was posted.
fn form(here: &str, state: LoginState) -> AnyView {
    let resumes = !state.resume.is_empty();
    // Posting the waiting form again means posting it where it was posted before.
    let action = if resumes {
        here.to_owned()
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
                "Your session has ended. Log in again and what you filled in is sent as it was."
                " Only a pasted token or a password has to be entered again."
            </p>
        }
        .erase()
    });
    view! {
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
                <input type="hidden" name="next" value=state.next/>
                {carried}
                <button type="submit" class="button button--primary button--wide">"Log in"</button>
            </form>
        </section>
    }
    .erase()
}
