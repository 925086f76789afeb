//! The Web API: `/api/{method}`, from the HTTP request to the HTTP answer.

pub(crate) mod args;
mod arrival;
pub(crate) mod auth;
pub(crate) mod blocks;
mod chat;
mod conversations;
mod received;
pub(crate) mod reply;
mod target;
mod verdict;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, RawQuery, State as AxumState};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use serde_json::json;

use crate::breaker::Breaker;
use crate::model::{Token, TokenKind};
use crate::oauth;
use crate::state::{Shared, State};
use args::Args;
use arrival::{answer, arrive};
use received::Received;
use reply::{Outcome, Reply};
use wire::Work;

/// Slack's own limit is not published; far above any message, low enough to protect the sandbox.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The methods the sandbox knows.
pub(crate) const METHODS: [&str; 6] = [
    "auth.test",
    "chat.postMessage",
    "chat.update",
    "conversations.join",
    "conversations.open",
    "oauth.v2.access",
];

/// Routes of `/api`.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(shared)
}

/// Who makes a call, and what it came to.
pub(crate) struct Caller<'a> {
    pub token: &'a Token,
    /// The call's number in the log.
    pub seq: u64,
    pub at_ms: i64,
    /// Whether a repeated `client_msg_id` is answered like the first.
    pub honours_client_msg_id: bool,
    /// Set to the message posted or edited.
    pub ts: Option<String>,
}

async fn call(
    AxumState(shared): AxumState<Arc<Shared>>,
    Path(method): Path<String>,
    http_method: Method,
    RawQuery(query): RawQuery,
    connection: Option<Extension<ConnectInfo<Breaker>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let received = Received::new(
        method,
        &http_method,
        query.as_deref().unwrap_or_default(),
        &headers,
        &body,
    );
    let arrival = arrive(&shared, &received);
    let (before, after) = arrival.verdict.wait_ms;
    pause(before).await;
    let (wire, held) = answer(&shared, &received, arrival);
    if let Some(held) = held {
        held.wait(&shared).await;
        let mut state = shared.lock();
        state
            .calls
            .edit(|c| c.seq == held.seq, |c| c.reply = Some(wire.record()));
        shared.tick(&mut state);
    }
    pause(after).await;
    wire.into_response(connection.as_ref().map(|c| &c.0.0))
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// Runs a method as Slack would: method, body, token, scope, pace, then the method itself.
fn run(shared: &Shared, state: &mut State, received: &Received, seq: u64, honours: Option<bool>) -> Work {
    let method = received.method.as_str();
    let mut work = Work::begun(seq);
    if !METHODS.contains(&method) {
        let mut reply = Reply::error("unknown_method");
        reply.body.insert("req_method".into(), json!(method));
        work.reply = reply;
        return work;
    }
    if method == "oauth.v2.access" {
        let basic = received.basic.as_deref();
        work.reply = oauth::access(shared, state, basic, &received.args).unwrap_or_else(|refused| refused);
        return work;
    }
    let token = match auth::find(&state.workspace, received.token.as_deref()) {
        Ok(token) => token,
        Err(refused) => {
            work.reply = refused;
            return work;
        }
    };
    let accepted = auth::accepted_scopes(method, token.kind);
    work.scopes = Some((token.scopes.join(","), accepted.join(",")));
    let mut caller = Caller {
        token: &token,
        seq,
        at_ms: shared.now(),
        honours_client_msg_id: honours.unwrap_or(shared.settings.honour_client_msg_id),
        ts: None,
    };
    let outcome = dispatch(shared, state, &mut caller, received, accepted);
    work.ts = caller.ts;
    work.reply = outcome.unwrap_or_else(|refused| refused);
    if let Some(warning) = received.args.warning {
        work.reply.warn(warning);
    }
    work
}

fn dispatch(
    shared: &Shared,
    state: &mut State,
    caller: &mut Caller<'_>,
    received: &Received,
    accepted: &[&str],
) -> Outcome {
    let (token, args): (&Token, &Args) = (caller.token, &received.args);
    if let Some(code) = &received.unreadable {
        return Err(Reply::error(code));
    }
    let prefix_fits = match token.kind {
        TokenKind::Bot => !token.value.starts_with("xoxp-"),
        TokenKind::User => !token.value.starts_with("xoxb-"),
    };
    if !prefix_fits {
        return Err(Reply::error("not_allowed_token_type"));
    }
    auth::check_scope(token, accepted)?;
    let pace = shared.settings.limits.per_method.get(&received.method).copied();
    let bucket = format!("{}/{}/{}", received.method, token.app_id, token.team);
    state
        .limiter
        .take(caller.at_ms, &[(bucket, pace)])
        .map_err(|s| Reply::rate_limited("ratelimited", s))?;
    match received.method.as_str() {
        "chat.postMessage" => chat::post_message(shared, state, caller, args),
        "chat.update" => chat::update(shared, state, caller, args),
        "conversations.open" => conversations::open(shared, state, caller, args),
        "conversations.join" => conversations::join(shared, state, caller, args),
        _ => conversations::auth_test(state, token),
    }
}
