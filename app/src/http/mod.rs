//! The server's side of the pages: which addresses there are, who may open them, and the posts of plain forms.
//!
//! Every page works without a script: links and forms are plain HTML, and what a form post could not do is drawn
//! again by the same components, with what was typed.

mod form;
mod login;
mod page;
mod path;
pub(crate) mod rule_form;
mod rules;

use axum::Router;
use axum::routing::{get, post};
use leptos::prelude::LeptosOptions;

pub(crate) use crate::api::told::status;
pub(crate) use form::{Form, log_in_first, read_form};
pub(crate) use login::log_in as login_posted;
pub(crate) use page::{Pages, backend_of, login_address};
pub(crate) use rules::PostedRule;

/// The pages, their server functions (`/fn/…`) and the posts of their forms. Everything else is answered with a page
/// that says there is nothing here, status 404.
///
/// Expects `Arc<dyn Backend>` in every request's extensions. The caller serves the static files and checks the
/// origin of mutations. Pages bring their own `Content-Security-Policy`, because it names a nonce of theirs.
pub fn router(options: LeptosOptions) -> Router {
    // What components wait for runs on the server's own runtime. An error says that it is set already.
    let _ = any_spawner::Executor::init_tokio();
    let pages = Pages::new(options);
    let mut router = Router::new()
        .route("/logout", post(login::log_out))
        .route("/profile/tracking", get(page::open))
        .route("/profile/tracking/{rule}", get(page::open).post(rules::post))
        .route("/fn/{name}", post(leptos_axum::handle_server_fns));
    for kind in ["products", "campaigns", "publishers"] {
        router = router
            .route(&format!("/{kind}/{{id}}/tracking"), get(page::open))
            .route(
                &format!("/{kind}/{{id}}/tracking/{{rule}}"),
                get(page::open).post(rules::post),
            );
    }
    router
        .merge(crate::desk::router())
        .fallback(crate::desk::missing)
        .with_state(pages)
}
