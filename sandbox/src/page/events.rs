//! `/sandbox/events`: what happens, as server-sent events with the HTML ready to insert.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as AxumState;
use axum::response::sse::{Event as Sse, KeepAlive};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{faults, message, refused};
use crate::state::{Event, Shared, State};

/// The stream of one page. It begins with `hello` and the version of the state: a page that was rendered at
/// another version has missed something and fetches itself again.
pub(super) async fn stream(
    AxumState(shared): AxumState<Arc<Shared>>,
) -> axum::response::Sse<impl Stream<Item = Result<Sse, Infallible>>> {
    let (events, version) = shared.subscribe();
    let hello = Sse::default()
        .event("hello")
        .data(json!({ "version": version }).to_string());
    let told = shared.lock().faults.count_on(shared.now());
    let rest = stream::unfold(
        (events, shared, told),
        |(mut events, shared, mut told)| async move {
            let event = next(&mut events, &shared, &mut told).await?;
            Some((Ok(event), (events, shared, told)))
        },
    );
    let all = stream::once(async { Ok(hello) }).chain(rest);
    axum::response::Sse::new(all).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// `told` is how many faults were on when the page last heard: nobody makes it happen when the time of one is up.
async fn next(events: &mut broadcast::Receiver<Event>, shared: &Shared, told: &mut usize) -> Option<Sse> {
    let on = shared.lock().faults.count_on(shared.now());
    let ended_meanwhile = on < std::mem::replace(told, on);
    let (name, data) = tokio::select! {
        biased;
        () = a_fault_ends(shared, ended_meanwhile) => faults_changed(&shared.lock(), shared.now()),
        event = events.recv() => match event {
            Ok(event) => describe(&event, shared),
            // Too slow for a burst: the page fetches itself again instead of showing gaps.
            Err(RecvError::Lagged(_)) => ("workspace", json!({})),
            Err(RecvError::Closed) => return None,
        },
    };
    Some(Sse::default().event(name).data(data.to_string()))
}

/// Returns when the next fault has ended by itself, or at once if one has. A fault switched on meanwhile is an event,
/// and asks anew.
async fn a_fault_ends(shared: &Shared, already: bool) {
    if already {
        return;
    }
    loop {
        let now_ms = shared.now();
        let Some(end_ms) = shared.lock().faults.next_end_ms(now_ms) else {
            return std::future::pending().await;
        };
        let wait_ms = u64::try_from(end_ms - now_ms).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        // A clock moved by hand may not have come that far.
        if shared.now() >= end_ms {
            return;
        }
    }
}

fn faults_changed(state: &State, now_ms: i64) -> (&'static str, Value) {
    let data = json!({
        "list": faults::list(state, now_ms).into_string(),
        "banner": faults::banner(state, now_ms).into_string(),
        "count": state.faults.count_on(now_ms),
    });
    ("faults", data)
}

fn describe(event: &Event, shared: &Shared) -> (&'static str, Value) {
    let state = shared.lock();
    match event {
        Event::Message(m) | Event::Updated(m) => {
            let name = if matches!(event, Event::Message(_)) {
                "message"
            } else {
                "updated"
            };
            let html = message::item(m, &state.workspace).into_string();
            (name, json!({ "channel": m.channel, "ts": m.ts, "html": html }))
        }
        Event::Refused(call) => (
            "refused",
            json!({
                "seq": call.seq,
                "html": refused::item(call).into_string(),
                "count": state.rate_limited + state.refused,
                "summary": refused::summary(&state),
            }),
        ),
        Event::Faults => faults_changed(&state, shared.now()),
        Event::FaultHits(ids) => {
            let mut faults = state.faults.reports(&state.workspace, shared.now());
            faults.retain(|f| ids.contains(&f.id));
            let hits: Vec<Value> = faults
                .iter()
                .map(|f| json!({ "id": f.id, "text": faults::hits(f) }))
                .collect();
            ("hits", json!({ "hits": hits }))
        }
        Event::Workspace => ("workspace", json!({})),
        Event::Reset => ("reset", json!({})),
    }
}
