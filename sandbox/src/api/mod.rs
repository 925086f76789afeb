//! The Web API: `/api/{method}`, from the HTTP request to the HTTP answer.

pub(crate) mod args;
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
use tokio::sync::watch;

use crate::breaker::Breaker;
use crate::faults::{Facts, Verdict, What};
use crate::model::{Token, TokenKind};
use crate::state::{Event, Shared, State};
use args::Args;
use received::Received;
use reply::{Outcome, Reply};
use wire::{Wire, Work};

/// Slack's own limit is not published; far above any message, low enough to protect the sandbox.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The methods the sandbox knows.
pub(crate) const METHODS: [&str; 5] = [
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

/// A call that came in, and what faults will do to it.
struct Arrival {
    seq: u64,
    at_ms: i64,
    verdict: Verdict,
}

/// A call whose answer is held back.
struct Held {
    seq: u64,
    /// The fault that holds it.
    by: u64,
    releases: watch::Receiver<u64>,
}

impl Held {
    /// Returns when every held call is let go, or the fault was switched off.
    async fn wait(&self, shared: &Shared) {
        let mut releases = self.releases.clone();
        let before = *releases.borrow();
        while *releases.borrow_and_update() == before && !shared.lock().faults.lets_go(self.by) {
            // The sender lives in `shared`, which the caller holds, so the wait can end only by a release.
            let _ = releases.changed().await;
        }
    }
}

/// Numbers the call and asks the faults. A call that will be delayed is in the log from now on.
fn arrive(shared: &Shared, received: &Received) -> Arrival {
    let mut state = shared.lock();
    let state = &mut *state;
    let at_ms = shared.now();
    state.received += 1;
    let seq = state.received;
    let mut verdict = Verdict::default();
    if !state.faults.is_empty() {
        let (token, target) = (received.token.as_deref(), received.args.target());
        let facts = Facts::new(&received.method, token, target, &state.workspace);
        verdict = state.faults.decide(&facts, at_ms);
    }
    if verdict.wait_ms.0 > 0 {
        let mut record = received.call(seq, at_ms, &state.workspace);
        record.injected = true;
        state.calls.push(record);
        shared.tick(state);
    }
    if verdict.ended {
        shared.announce(state, Event::Faults);
    } else if !verdict.hit.is_empty() {
        shared.announce(state, Event::FaultHits(verdict.hit.clone()));
    }
    Arrival { seq, at_ms, verdict }
}

/// Does the work, makes the answer and writes the log.
fn answer(shared: &Shared, received: &Received, arrival: Arrival) -> (Wire, Option<Held>) {
    let mut state = shared.lock();
    let state = &mut *state;
    let Arrival { seq, at_ms, verdict } = arrival;
    let delayed = verdict.wait_ms.0 > 0;
    let injected = verdict.answer.is_some() || verdict.wait_ms != (0, 0);
    let work = match &verdict.answer {
        Some(fault) if !fault.after_the_work => Work::none(seq),
        _ => run(shared, state, received, seq, verdict.honour_client_msg_id),
    };
    let ts = work.ts.clone();
    let mut held = None;
    let wire = match verdict.answer {
        None => work.into_wire(),
        Some(fault) => {
            if fault.what == What::Hang {
                // Subscribed while the state is locked: whoever sees the call in the log can release it.
                let releases = shared.releases.subscribe();
                let by = fault.by;
                held = Some(Held { seq, by, releases });
            }
            verdict::answer(fault.what, work, state, received)
        }
    };
    let mut record = received.call(seq, at_ms, &state.workspace);
    record.injected = injected;
    record.ts = ts;
    record.reply = held.is_none().then(|| wire.record());
    if delayed {
        // Gone if the sandbox was reset meanwhile; then it stays gone.
        state.calls.edit(|c| c.seq == seq, |c| *c = record.clone());
    } else {
        state.calls.push(record.clone());
    }
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
    (wire, held)
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
