//! The Web API: `/api/{method}`, from the HTTP request to the HTTP answer.

pub(crate) mod args;
pub(crate) mod auth;
pub(crate) mod blocks;
mod chat;
mod conversations;
mod received;
pub(crate) mod reply;
mod target;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State as AxumState};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use serde_json::json;
use tokio::sync::watch;

use crate::faults::Answer;
use crate::model::{Token, TokenKind};
use crate::state::{Event, Shared, State};
use args::Args;
use received::Received;
use reply::{Outcome, Reply};
use wire::{Wire, Work};

/// Slack's own limit is not published; far above any message, low enough to protect the sandbox.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The methods the sandbox knows.
const METHODS: [&str; 5] = [
    "auth.test",
    "chat.postMessage",
    "chat.update",
    "conversations.join",
    "conversations.open",
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
    /// Set to the message posted or edited.
    pub ts: Option<String>,
}

async fn call(
    AxumState(shared): AxumState<Arc<Shared>>,
    Path(method): Path<String>,
    http_method: Method,
    RawQuery(query): RawQuery,
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
    let (wire, held) = answer(&shared, received);
    let Some((seq, mut releases)) = held else {
        return wire.into_response();
    };
    // The sender lives in `shared`, which this function holds, so the wait can end only by a release.
    let _ = releases.changed().await;
    let mut state = shared.lock();
    state
        .calls
        .edit(|c| c.seq == seq, |c| c.reply = Some(wire.record()));
    shared.tick(&mut state);
    drop(state);
    wire.into_response()
}

/// The number of a call whose answer is held back, and what tells of its release.
type Held = (u64, watch::Receiver<u64>);

/// Decides the answer, does the work and writes the log.
fn answer(shared: &Shared, received: Received) -> (Wire, Option<Held>) {
    let mut state = shared.lock();
    let state = &mut *state;
    let at_ms = shared.now();
    state.received += 1;
    let seq = state.received;

    let fault = state.faults.take(&received.method, received.args.target());
    let injected = fault.is_some();
    let work = match &fault {
        Some(f) if !f.after_the_work => Work::none(seq),
        _ => run(shared, state, &received, seq, at_ms),
    };
    let ts = work.ts.clone();
    let mut hold = false;
    let wire = match fault.map(|f| f.answer) {
        None => work.into_wire(),
        Some(Answer::Reply {
            status,
            headers,
            body,
        }) => Wire::ordered(status, headers, body),
        Some(Answer::CutOff) => work.into_wire().cut_off(),
        Some(Answer::Hang) => {
            hold = true;
            work.into_wire()
        }
    };
    let mut record = received.into_call(seq, at_ms, &state.workspace);
    record.injected = injected;
    record.ts = ts;
    record.reply = (!hold).then(|| wire.record());
    state.calls.push(record.clone());
    if record.is_refused() {
        if record.is_rate_limited() {
            state.rate_limited += 1;
        } else {
            state.refused += 1;
        }
        shared.announce(state, Event::Refused(record));
    } else {
        shared.tick(state);
    }
    // Subscribed while the state is locked: whoever sees the call in the log can release it.
    (wire, hold.then(|| (seq, shared.releases.subscribe())))
}

/// Runs a method as Slack would: method, body, token, scope, pace, then the method itself.
fn run(shared: &Shared, state: &mut State, received: &Received, seq: u64, at_ms: i64) -> Work {
    let method = received.method.as_str();
    let mut work = Work::none(seq);
    if !METHODS.contains(&method) {
        let mut reply = Reply::error("unknown_method");
        reply.body.insert("req_method".into(), json!(method));
        work.reply = reply;
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
        at_ms,
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
