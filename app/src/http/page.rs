//! Draws pages: whole, on the server, so that they work before and without any script.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::App;
use crate::address::{Address, Page};
use crate::backend::Backend;
use crate::logic::query::with_query;

/// What drawing needs.
#[derive(Clone)]
pub(crate) struct Pages {
    options: LeptosOptions,
}

impl Pages {
    pub(super) fn new(options: LeptosOptions) -> Pages {
        Pages { options }
    }

    /// Where the site's files are and what they are called.
    pub(crate) fn options(&self) -> LeptosOptions {
        self.options.clone()
    }

    /// Draws the page of the request's address; `context` provides what only this request knows.
    pub(super) async fn draw(
        &self,
        request: Request,
        context: impl Fn() + Clone + Send + Sync + 'static,
    ) -> Response {
        let options = self.options.clone();
        let draw = leptos_axum::render_app_async_with_context(context, move || shell(options.clone()));
        draw(request).await
    }
}

/// The backend of a request; `None` only when the server forgot to mount it.
pub(crate) fn backend_of(request: &http::request::Parts) -> Option<Arc<dyn Backend>> {
    request.extensions.get::<Arc<dyn Backend>>().cloned()
}

/// A page. Who is not logged in is sent to log in first, and comes back.
pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let address = Address::parse(request.uri().path());
    let known = request
        .extensions()
        .get::<Arc<dyn Backend>>()
        .is_some_and(|backend| backend.person().is_some());
    if !known {
        return Redirect::to(&login_address(request.uri())).into_response();
    }
    // The router knows shapes of addresses only; `Address` knows which of them name something.
    if address.page == Page::Missing {
        return crate::desk::missing(State(pages), request).await;
    }
    pages.draw(request, || {}).await
}

/// The address of the login page that leads back to where somebody wanted to go.
pub(crate) fn login_address(uri: &http::Uri) -> String {
    let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
    let wanted = if wanted == "/" { "" } else { wanted };
    with_query("/login", &[("next", wanted)])
}

/// The document around the app.
fn shell(options: LeptosOptions) -> impl IntoView {
    set_policy();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Forbids whatever the pages do not need. The nonce is for the scripts that Leptos writes into the page.
fn set_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else {
        return;
    };
    // `make dev` reloads pages over a websocket.
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() {
        " ws://127.0.0.1:3002 ws://localhost:3002"
    } else {
        ""
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{reload}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
    // A page shows one person's data: no cache may keep it for another.
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
