//! The page at `/`: a plain chat client that shows what was posted, who was refused, and the workspace.

mod assets;
mod blocks;
mod events;
mod faults;
mod layout;
mod message;
mod panel;
mod refused;
mod when;
mod workspace;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State as AxumState};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use serde::Deserialize;

use crate::state::Shared;

/// Messages a panel begins with, and how many "Show earlier" adds.
const PAGE: usize = 100;

/// No script, style, frame or picture from anywhere else: a message that got past the escaping could still do
/// nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Routes of the page.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/sandbox/view/messages", get(earlier))
        .route("/sandbox/view/requests/{seq}", get(request))
        .route("/sandbox/events", get(events::stream))
        .merge(faults::router())
        .merge(assets::router())
        .with_state(shared)
}

async fn index(AxumState(shared): AxumState<Arc<Shared>>) -> Response {
    let now_ms = shared.now();
    let state = shared.lock();
    html(layout::page(&state, now_ms, &faults::Typed::default()))
}

#[derive(Deserialize)]
struct Earlier {
    channel: String,
    before: String,
}

/// The messages of a channel before a `ts`.
async fn earlier(AxumState(shared): AxumState<Arc<Shared>>, Query(which): Query<Earlier>) -> Response {
    let state = shared.lock();
    html(panel::items(&state, &which.channel, Some(&which.before)))
}

/// A request with its answer, as a fragment for the disclosure under a message.
async fn request(AxumState(shared): AxumState<Arc<Shared>>, Path(seq): Path<u64>) -> Response {
    let state = shared.lock();
    match state.calls.iter().find(|c| c.seq == seq) {
        Some(call) => html(refused::raw(call)),
        None => (StatusCode::NOT_FOUND, "This request is no longer remembered.").into_response(),
    }
}

fn html(markup: Markup) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, markup.into_string()).into_response()
}
