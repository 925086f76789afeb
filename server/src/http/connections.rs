//! REST: connections. A token goes in and never comes out.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use leadbell_domain::{FieldErrors, SlackToken, format_rfc3339};
use leadbell_store::{Connection, ConnectionOwner, ConnectionScope};
use serde_json::{Map, Value, json};

use super::api_key::{ApiScope, authenticate};
use super::problem::Problem;
use super::request::json_body;
use crate::rules::{RuleError, keep_token};
use crate::state::AppState;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/connections", get(list).post(create))
}

fn view(connection: &Connection) -> Value {
    let publisher = match &connection.owner {
        ConnectionOwner::Staff => None,
        ConnectionOwner::Publisher(id) => Some(id),
    };
    json!({
        "id": connection.id,
        "name": connection.name,
        "kind": connection.kind,
        "token": connection.hint,
        "team": connection.team,
        "team_id": connection.team_id,
        "user": connection.user_name,
        "scopes": connection.scopes,
        "status": connection.status.key(),
        "last_error": connection.last_error,
        "publisher_id": publisher,
        "created_at": format_rfc3339(connection.created_at),
        "checked_at": connection.checked_at.map(format_rfc3339),
    })
}

async fn list(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    authenticate(&state, &headers, ApiScope::Read).await?;
    let all = state.store.list_connections(&ConnectionScope::All).await?;
    Ok(Json(
        json!({"connections": all.iter().map(view).collect::<Vec<_>>()}),
    ))
}

async fn create(State(state): State<AppState>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let caller = authenticate(&state, &headers, ApiScope::Rules).await?;
    let json = json_body(&headers, body).await?;
    let names = json.as_object().into_iter().flat_map(Map::keys);
    if let Some(unknown) = names.into_iter().find(|name| *name != "auth_token") {
        let message = "There is no such field; there is auth_token.";
        return Err(Problem::fields(FieldErrors::one(unknown, message)));
    }
    let text = json.get("auth_token").and_then(Value::as_str).unwrap_or_default();
    let token = SlackToken::parse(text)
        .map_err(|message| Problem::fields(FieldErrors::one("auth_token", message)))?;
    let (connection, remark) = keep_token(&state, &caller.actor, ConnectionOwner::Staff, &token)
        .await
        .map_err(|error| match error {
            // Here the token is no part of an action.
            RuleError::Fields(mut errors) => {
                for error in &mut errors.0 {
                    error.field = error.field.replace("action.auth_token", "auth_token");
                }
                Problem::fields(errors)
            }
            other => other.into(),
        })?;
    let mut body = view(&connection);
    if let (Some(remark), Some(map)) = (remark, body.as_object_mut()) {
        map.insert("remark".to_owned(), Value::String(remark));
    }
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
