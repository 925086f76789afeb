//! The log as it grows: a stream of server-sent events, each a row of the list.
//!
//! What arrives at this server wakes it at once; what other servers write is looked for every other second. Rows that
//! are committed out of the order of their arrival are looked for a little way back and told once.

use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use leadbell_app::error::AppError;
use leadbell_app::event_row_html;
use leadbell_app::views::event_log::EventSearch;
use leadbell_domain::Viewer;
use leadbell_store::{EventFilter, LogPlace, Walk};
use tokio::sync::watch;

use crate::event_log;
use crate::http::event_rows;
use crate::state::AppState;

/// How often the database is asked without a sign that there is something new.
const POLL: Duration = Duration::from_secs(2);
/// How far back rows are looked for that were committed late, milliseconds.
const LATE_MS: i64 = 10_000;
/// Rows told at once.
const AT_ONCE: i64 = 50;
/// Pages of them that one turn tells; whoever comes from long ago is told in several.
const PAGES: usize = 4;
/// Rows remembered as told.
const REMEMBERED: usize = 5_000;
/// Times a stream asks before it ends and the browser comes again.
const TURNS: u32 = 900;

struct Tail<W> {
    state: AppState,
    search: EventSearch,
    filter: EventFilter,
    who: W,
    written: watch::Receiver<u64>,
    /// Nothing before this was asked for.
    begin: LogPlace,
    told: HashSet<String>,
    order: VecDeque<String>,
    newest: LogPlace,
    /// More was found than one turn tells: from there the next one goes on.
    rest: Option<LogPlace>,
    turns: u32,
}

/// The stream. `who` says who reads it by now; `None` ends it.
pub fn body<W, F>(
    state: AppState,
    search: EventSearch,
    filter: EventFilter,
    resume: Option<LogPlace>,
    who: W,
) -> Result<Body, AppError>
where
    W: Fn() -> F + Send + 'static,
    F: Future<Output = Option<Viewer>> + Send + 'static,
{
    let begin = resume.unwrap_or_else(|| LogPlace {
        at: state.clock.now_ms(),
        id: "00000000-0000-0000-0000-000000000000".to_owned(),
    });
    let mut written = state.committer.written();
    // The first look is due at once.
    written.mark_changed();
    let tail = Tail {
        written,
        newest: begin.clone(),
        begin,
        state,
        search,
        filter,
        who,
        rest: None,
        told: HashSet::new(),
        order: VecDeque::new(),
        turns: 0,
    };
    Ok(Body::from_stream(stream::unfold(Some(tail), |tail| async move {
        let mut tail = tail?;
        match tail.next().await {
            Some(text) => Some((Ok::<_, std::io::Error>(Bytes::from(text)), Some(tail))),
            None => Some((Ok(Bytes::from_static(b"event: end\ndata: end\n\n")), None)),
        }
    })))
}

impl<W, F> Tail<W>
where
    W: Fn() -> F,
    F: Future<Output = Option<Viewer>>,
{
    /// What is to be sent next; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if self.turns >= TURNS {
            return None;
        }
        self.turns += 1;
        // Either is reason enough to look; the sender never goes before the server does.
        let _ = tokio::time::timeout(POLL, self.written.changed()).await;
        let viewer = (self.who)().await?;
        // By what he may see now, not by what he could when he came.
        let filter = event_log::filter(&viewer, &self.search, self.state.clock.now_ms()).ok()?;
        self.filter.scopes = filter.scopes;
        let late = LogPlace {
            at: self.newest.at - LATE_MS,
            id: self.begin.id.clone(),
        };
        let from = self.rest.take().unwrap_or_else(|| late.max(self.begin.clone()));
        let mut text = String::new();
        let mut walk = Walk::Newer(Some(from));
        for _ in 0..PAGES {
            let query = event_log::query(self.filter.clone(), walk, AT_ONCE);
            let page = match self.state.store.event_log(&query).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "the log can't be followed");
                    return None;
                }
            };
            let new: Vec<_> = page
                .rows
                .into_iter()
                .filter(|event| !self.told.contains(event.key.as_str()))
                .collect();
            let rows = event_rows(&self.state, &viewer, &new).await.ok()?;
            for (event, row) in new.iter().zip(rows) {
                let html = event_row_html(&row, event_log::knows_hosts(&viewer)).replace(['\n', '\r'], " ");
                let place = event.place();
                text.push_str(&format!("id: {place}\nevent: row\ndata: {html}\n\n"));
                self.newest = place.max(self.newest.clone());
                self.remember(event.key.to_string());
            }
            self.rest = page.next.clone();
            match page.next {
                Some(next) => walk = Walk::Newer(Some(next)),
                None => break,
            }
        }
        if self.rest.is_some() {
            self.written.mark_changed();
        }
        if text.is_empty() {
            // A comment: tells both ends that the other is there.
            text.push_str(":\n\n");
        }
        Some(text)
    }

    fn remember(&mut self, key: String) {
        self.told.insert(key.clone());
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.told.remove(&oldest);
        }
    }
}
