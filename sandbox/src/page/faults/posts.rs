//! What the panel's forms post. Plain forms: they work without the page's script.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as AxumState};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::Typed;
use crate::faults;
use crate::handle::SandboxHandle;
use crate::page::{html, layout};
use crate::state::Shared;

const PANEL: &str = "/#faults";

/// Routes of the forms.
pub(in crate::page) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/sandbox/faults",
            get(async || Redirect::to(PANEL)).post(switch_on),
        )
        .route("/sandbox/faults/off", post(clear))
        .route("/sandbox/faults/{id}/off", post(switch_off))
}

async fn switch_on(AxumState(shared): AxumState<Arc<Shared>>, body: Bytes) -> Response {
    let mut typed = Typed::read(&body);
    let read = faults::read(&typed.order(), &shared.lock().workspace);
    match read {
        Ok(fault) => {
            SandboxHandle { shared }.switch_on(fault);
            Redirect::to(PANEL).into_response()
        }
        Err(errors) => {
            typed.errors = errors;
            let now_ms = shared.now();
            let page = layout::page(&shared.lock(), now_ms, &typed);
            (StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response()
        }
    }
}

/// A fault that is gone already was switched off by somebody else, which is what was wanted.
async fn switch_off(AxumState(shared): AxumState<Arc<Shared>>, Path(id): Path<u64>) -> Redirect {
    SandboxHandle { shared }.switch_off(id);
    Redirect::to(PANEL)
}

async fn clear(AxumState(shared): AxumState<Arc<Shared>>) -> Redirect {
    SandboxHandle { shared }.clear_faults();
    Redirect::to(PANEL)
}
