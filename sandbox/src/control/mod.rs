//! `/sandbox/api/…`: what QA and Playwright read and change.

mod faults;

use std::sync::Arc;

use axum::extract::{Path, Query, State as AxumState};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::handle::SandboxHandle;
use crate::model::{Channel, Member, Team, Token};
use crate::record::{Call, Message};
use crate::state::Shared;

/// Routes of `/sandbox/api`.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/sandbox/api/messages", get(messages))
        .route("/sandbox/api/requests", get(requests))
        .route("/sandbox/api/requests/{seq}", get(request))
        .route("/sandbox/api/workspace", get(workspace))
        .route("/sandbox/api/reset", post(reset))
        .route("/sandbox/api/teams", post(add_team))
        .route("/sandbox/api/channels", post(add_channel))
        .route("/sandbox/api/members", post(add_member))
        .route("/sandbox/api/tokens", post(add_token))
        .merge(faults::router())
        .with_state(shared)
}

#[derive(Deserialize)]
struct Which {
    channel: Option<String>,
    method: Option<String>,
    /// Messages: a `ts`; requests: a `seq`. Only what came after.
    since: Option<String>,
    /// Only refused requests.
    refused: Option<bool>,
    /// The newest so many.
    limit: Option<usize>,
}

impl Which {
    fn newest<T>(&self, mut all: Vec<T>) -> Vec<T> {
        let skip = all.len().saturating_sub(self.limit.unwrap_or(usize::MAX));
        all.drain(..skip);
        all
    }
}

async fn messages(AxumState(shared): AxumState<Arc<Shared>>, Query(which): Query<Which>) -> Response {
    let state = shared.lock();
    let wanted = |m: &&Message| {
        which.channel.as_ref().is_none_or(|c| *c == m.channel)
            // All `ts` have the same number of digits until the year 2286, so text order is time order.
            && which.since.as_ref().is_none_or(|s| m.ts.as_str() > s.as_str())
    };
    let found = which.newest(state.messages.iter().filter(wanted).collect());
    Json(json!({
        "messages": found, "posted": state.posted, "rate_limited": state.rate_limited, "refused": state.refused,
    }))
    .into_response()
}

async fn requests(AxumState(shared): AxumState<Arc<Shared>>, Query(which): Query<Which>) -> Response {
    let since: u64 = match which.since.as_deref().map(str::parse).transpose() {
        Ok(since) => since.unwrap_or(0),
        Err(_) => return wrong("since must be the seq of a request"),
    };
    let state = shared.lock();
    let wanted = |c: &&Call| {
        c.seq > since
            && which.method.as_ref().is_none_or(|m| *m == c.method)
            && which
                .channel
                .as_ref()
                .is_none_or(|w| Some(w) == c.channel.as_ref())
            && which.refused.is_none_or(|r| r == c.is_refused())
    };
    let found = which.newest(state.calls.iter().filter(wanted).collect());
    Json(json!({ "requests": found })).into_response()
}

async fn request(AxumState(shared): AxumState<Arc<Shared>>, Path(seq): Path<u64>) -> Response {
    let state = shared.lock();
    match state.calls.iter().find(|c| c.seq == seq) {
        Some(call) => Json(call).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            Json(json!({"error": "no longer remembered"})),
        )
            .into_response(),
    }
}

async fn workspace(AxumState(shared): AxumState<Arc<Shared>>) -> Response {
    let state = shared.lock();
    let w = &state.workspace;
    Json(json!({
        "teams": w.teams.values().collect::<Vec<_>>(),
        "channels": w.channels.values().collect::<Vec<_>>(),
        "members": w.members.values().collect::<Vec<_>>(),
        "tokens": w.tokens.values().collect::<Vec<_>>(),
    }))
    .into_response()
}

async fn reset(AxumState(shared): AxumState<Arc<Shared>>) -> StatusCode {
    shared.reset();
    StatusCode::NO_CONTENT
}

async fn add_team(AxumState(shared): AxumState<Arc<Shared>>, Json(team): Json<Team>) -> StatusCode {
    SandboxHandle { shared }.add_team(team);
    StatusCode::CREATED
}

async fn add_channel(AxumState(shared): AxumState<Arc<Shared>>, Json(channel): Json<Channel>) -> Response {
    if !shared.lock().workspace.teams.contains_key(&channel.team) {
        return wrong("no such team");
    }
    SandboxHandle { shared }.add_channel(channel);
    StatusCode::CREATED.into_response()
}

async fn add_member(AxumState(shared): AxumState<Arc<Shared>>, Json(member): Json<Member>) -> Response {
    if !shared.lock().workspace.teams.contains_key(&member.team) {
        return wrong("no such team");
    }
    SandboxHandle { shared }.add_member(member);
    StatusCode::CREATED.into_response()
}

async fn add_token(AxumState(shared): AxumState<Arc<Shared>>, Json(token): Json<Token>) -> Response {
    if !shared.lock().workspace.teams.contains_key(&token.team) {
        return wrong("no such team");
    }
    SandboxHandle { shared }.add_token(token);
    StatusCode::CREATED.into_response()
}

fn wrong(why: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": why }))).into_response()
}
