//! The page's own style and scripts, compiled into the program.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Routes of the files.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    const CSS: &str = "text/css; charset=utf-8";
    const JS: &str = "text/javascript; charset=utf-8";
    Router::new()
        .route(
            "/sandbox/assets/page.css",
            get(async || file(CSS, include_str!("assets/page.css"))),
        )
        .route(
            "/sandbox/assets/message.css",
            get(async || file(CSS, include_str!("assets/message.css"))),
        )
        .route(
            "/sandbox/assets/faults.css",
            get(async || file(CSS, include_str!("assets/faults.css"))),
        )
        .route(
            "/sandbox/assets/page.js",
            get(async || file(JS, include_str!("assets/page.js"))),
        )
        .route(
            "/sandbox/assets/live.js",
            get(async || file(JS, include_str!("assets/live.js"))),
        )
        .route(
            "/sandbox/assets/time.js",
            get(async || file(JS, include_str!("assets/time.js"))),
        )
        .route(
            "/sandbox/assets/unread.js",
            get(async || file(JS, include_str!("assets/unread.js"))),
        )
}

fn file(kind: &'static str, text: &'static str) -> Response {
    // Small and local: asking again each time is cheaper than a stale page after an update.
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")],
        text,
    )
        .into_response()
}
