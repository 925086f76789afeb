//! Everything that answers over HTTP: pages, REST, health.

pub mod api_key;
mod assets;
mod backend;
mod catalog;
mod catalog_list;
mod connections;
mod deliveries;
mod destinations;
mod device;
mod health;
mod meta;
pub mod openapi;
mod origin;
pub mod password;
mod presets;
pub mod problem;
pub mod request;
mod resend;
mod rule_data;
mod rule_versions;
mod rules;
mod session;
mod throttle;
mod tryout;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::any;
use leptos::config::LeptosOptions;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::ingest;
use crate::state::AppState;
pub use session::{AnySessionStore, ENDED_MS as LOGIN_ENDED_MS};
pub(crate) use views::{event_host, event_rows};

/// What the router needs beside the state.
pub struct Web {
    /// Where the site's files are and what they are called.
    pub leptos: LeptosOptions,
    /// Keeps login sessions.
    pub sessions: AnySessionStore,
    /// Renders `/metrics`.
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

/// The whole of Leadbell over HTTP.
pub fn router(state: AppState, web: Web) -> Router {
    let api = api()
        .fallback(no_such_address)
        .method_not_allowed_fallback(async || {
            problem::Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "This address does not take that method.",
            )
        })
        .with_state(state.clone());

    let login_throttle = Arc::new(throttle::Throttle::default());
    let pages = leadbell_app::router(web.leptos.clone())
        .layer(from_fn_with_state(
            (state.clone(), login_throttle),
            backend::provide,
        ))
        .layer(session::layer(web.sessions, &state.public_url))
        .layer(from_fn_with_state(state.clone(), origin::guard))
        // Pages are made per person, so speed counts as well as size; the site's files are compressed ahead.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(5)));

    Router::new()
        .nest("/api/v1", api)
        // Whoever mistypes an address of the interface is a program and can't read pages.
        .route("/api", any(no_such_address))
        .route("/api/", any(no_such_address))
        .route("/api/{*rest}", any(no_such_address))
        .merge(health::router(state.clone(), web.metrics))
        .merge(assets::router(&web.leptos))
        .merge(pages)
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(fixed_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed_header(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed_header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed_header(
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        ))
}

/// The routes of the REST interface; each is described in [`openapi`].
fn api() -> Router<AppState> {
    Router::new()
        .merge(ingest::router())
        .merge(rules::router())
        .merge(tryout::router())
        .merge(rule_versions::router())
        .merge(rule_data::router())
        .merge(presets::router())
        .merge(connections::router())
        .merge(catalog::router())
        .merge(catalog_list::router())
        .merge(deliveries::router())
        .merge(resend::router())
        .merge(destinations::router())
        .merge(meta::router())
}

async fn no_such_address() -> problem::Problem {
    problem::Problem::new(
        StatusCode::NOT_FOUND,
        "There is no such address in this interface.",
    )
}

/// What logs say of a request: never its query, which can hold a key or a lead's data.
fn span(request: &Request) -> tracing::Span {
    tracing::info_span!("http", method = %request.method(), path = told(request.uri().path()))
}

/// The path as logs may tell it: a one-time link is a secret.
fn told(path: &str) -> &str {
    if path.starts_with("/reset/") {
        "/reset/…"
    } else {
        path
    }
}

fn fixed_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// A plain answer of a status and a sentence, for browsers.
fn plain(status: StatusCode, text: &'static str) -> axum::response::Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        text,
    )
        .into_response()
}
