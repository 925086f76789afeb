//! REST: destinations where something waits, or that Slack refuses.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use leadbell_domain::{DestinationId, FieldErrors, Verb, explain, format_rfc3339};
use leadbell_store::{ConnectionScope, DestinationQuery, DestinationState, StoreError};
use serde_json::{Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::{Id, Params};
use crate::destinations::{self, expected_delay};
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/destinations", get(list))
        .route("/destinations/{id}/retry", post(retry))
}

fn view(state: &DestinationState, now: i64) -> Value {
    let said = state.fault_code.as_deref().map(explain);
    json!({
        "id": state.id,
        "connection_id": state.connection,
        "connection_broken": state.connection_broken,
        "target": state.target,
        "waiting": state.waiting,
        "oldest_at": state.oldest.map(format_rfc3339),
        "expected_delay_ms": expected_delay(state, now),
        "code": state.fault_code,
        "meaning": said.map(|said| said.means),
        "advice": said.map(|said| said.advice),
        "refused_since": state.fault_since.map(format_rfc3339),
        "paused_until": Some(state.paused_until).filter(|at| *at > now).map(format_rfc3339),
    })
}

async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<Value>, Problem> {
    authenticate(&state, &headers, ApiScope::Read).await?;
    let mut errors = FieldErrors::new();
    let only_refused = params.text("refused", &mut errors).and_then(|text| {
        let known = match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("This is true or false."),
        };
        errors.keep("refused", known)
    });
    let limit = params.limit(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let query = DestinationQuery {
        scope: ConnectionScope::All,
        only_refused: only_refused.unwrap_or(false),
        limit,
    };
    let now = state.clock.now_ms();
    let found = state.store.destination_states(&query).await?;
    let found: Vec<Value> = found.iter().map(|state| view(state, now)).collect();
    Ok(Json(json!({"destinations": found})))
}

async fn retry(
    State(state): State<AppState>,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let id = DestinationId::new(id).map_err(|_| StoreError::NotFound)?;
    destinations::retry(&state, &caller, &id).await?;
    let now = destinations::permitted(&state, &caller, &id, Verb::View).await?;
    Ok(Json(view(&now, state.clock.now_ms())))
}
