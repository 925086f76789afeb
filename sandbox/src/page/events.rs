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

use super::{message, refused};
use crate::state::{Event, Shared};

/// The stream of one page. It begins with `hello` and the version of the state: a page that was rendered at
/// another version has missed something and fetches itself again.
pub(super) async fn stream(
    AxumState(shared): AxumState<Arc<Shared>>,
) -> axum::response::Sse<impl Stream<Item = Result<Sse, Infallible>>> {
    let (events, version) = shared.subscribe();
    let hello = Sse::default()
        .event("hello")
        .data(json!({ "version": version }).to_string());
    let rest = stream::unfold((events, shared), |(mut events, shared)| async {
        let event = next(&mut events, &shared).await?;
        Some((Ok(event), (events, shared)))
    });
    let all = stream::once(async { Ok(hello) }).chain(rest);
    axum::response::Sse::new(all).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn next(events: &mut broadcast::Receiver<Event>, shared: &Shared) -> Option<Sse> {
    let (name, data) = match events.recv().await {
        Ok(event) => describe(&event, shared),
        // Too slow for a burst: the page fetches itself again instead of showing gaps.
        Err(RecvError::Lagged(_)) => ("workspace", json!({})),
        Err(RecvError::Closed) => return None,
    };
    Some(Sse::default().event(name).data(data.to_string()))
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
        Event::Faults => ("faults", json!({})),
        Event::FaultHits(_) => ("faults", json!({})),
        Event::Workspace => ("workspace", json!({})),
        Event::Reset => ("reset", json!({})),
    }
}
