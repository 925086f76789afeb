//! `/healthz` (the process lives), `/readyz` (the database answers), `/metrics` (Prometheus).

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use super::plain;
use crate::state::AppState;

/// The routes.
pub fn router(state: AppState, metrics: Option<PrometheusHandle>) -> Router {
    let render = move |State(state): State<AppState>| async move {
        if let Ok(backlog) = state.store.backlog().await {
            #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
            let gauge = |name: &'static str, value: i64| ::metrics::gauge!(name).set(value as f64);
            gauge("leadbell_deliveries_waiting", backlog.waiting);
            gauge("leadbell_deliveries_sending", backlog.sending);
            let age = backlog
                .oldest
                .map_or(0, |oldest| (state.clock.now_ms() - oldest).max(0));
            gauge("leadbell_oldest_waiting_ms", age);
            gauge(
                "leadbell_active_rules",
                i64::try_from(state.rules.set().len()).unwrap_or(i64::MAX),
            );
        }
        if let Ok(broken) = state.store.count_broken_connections().await {
            #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
            ::metrics::gauge!("leadbell_connections_broken").set(broken as f64);
        }
        if let Ok(refused) = state.store.count_refused_destinations().await {
            #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
            ::metrics::gauge!("leadbell_destinations_refused").set(refused as f64);
        }
        let text = metrics.map(|handle| handle.render()).unwrap_or_default();
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
    };
    Router::new()
        .route("/healthz", get(async || plain(StatusCode::OK, "ok")))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
        .with_state(state)
}

async fn ready(State(state): State<AppState>) -> Response {
    match state.store.ping().await {
        Ok(()) => plain(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
