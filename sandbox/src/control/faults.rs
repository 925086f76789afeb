//! `/sandbox/api/faults`: switching faults on and off over HTTP.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as AxumState};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::faults::{self, FieldError};
use crate::handle::SandboxHandle;
use crate::state::Shared;

/// Routes of `/sandbox/api/faults`.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/api/faults", get(list).post(switch_on).delete(clear))
        .route("/sandbox/api/faults/{id}", delete(switch_off))
}

async fn list(AxumState(shared): AxumState<Arc<Shared>>) -> Response {
    let all = SandboxHandle { shared }.faults();
    Json(json!({ "faults": all })).into_response()
}

async fn switch_on(
    AxumState(shared): AxumState<Arc<Shared>>,
    order: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Response {
    let order = match order {
        Ok(Json(order)) => order,
        Err(unreadable) => {
            return (
                unreadable.status(),
                Json(json!({ "error": unreadable.body_text() })),
            )
                .into_response();
        }
    };
    let read = faults::read(&order, &shared.lock().workspace);
    let fault = match read {
        Ok(fault) => fault,
        Err(errors) => return refused(&errors),
    };
    let handle = SandboxHandle { shared };
    let id = handle.switch_on(fault);
    let report = handle.faults().into_iter().find(|f| f.id == id);
    (StatusCode::CREATED, Json(report)).into_response()
}

fn refused(errors: &[FieldError]) -> Response {
    let lines: Vec<String> = errors
        .iter()
        .map(|e| format!("{}: {}", e.field, e.message))
        .collect();
    let body = json!({ "error": lines.join(" "), "errors": errors });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

async fn switch_off(AxumState(shared): AxumState<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    let handle = SandboxHandle { shared };
    if handle.switch_off(id) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let error = format!("no fault has the id {id}");
        (StatusCode::NOT_FOUND, Json(json!({ "error": error }))).into_response()
    }
}

async fn clear(AxumState(shared): AxumState<Arc<Shared>>) -> StatusCode {
    SandboxHandle { shared }.clear_faults();
    StatusCode::NO_CONTENT
}
