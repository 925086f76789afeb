//! `/log`: what happened, newest first, with what rules made of it; as a file, and as it happens.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header;
use leptos::prelude::*;

use super::event_search::toolbar;
use super::files::{self, export_script};
use super::tabs::{Tab, head};
use super::{EVENTS, EXPORT, TAIL, row};
use crate::desk::{Visit, moment};
use crate::http::Pages;
use crate::parts::view::{Erase, nothing};
use crate::views::event_log::{EventList, EventSearch};

/// Puts what is new on top of the list, until it is paused; tells how far a file is.
const SCRIPT: &str = concat!(include_str!("follow.js"), export_script!());

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = EventSearch::of(&visit);
    match visit.backend.events(&search).await {
        Ok(list) => {
            visit
                .page_with_script("All Events", SCRIPT, || page(&list, &search))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// What is new, as it arrives.
pub(super) async fn tail(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = EventSearch::of(&visit);
    // The browser itself says where it was when the connection broke.
    let resume = match visit.header("last-event-id") {
        "" => visit.query("resume"),
        last => last.to_owned(),
    };
    match visit.backend.follow_events(&search, &resume).await {
        Ok(body) => (
            [
                (header::CONTENT_TYPE, "text/event-stream"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            body,
        )
            .into_response(),
        Err(error) => visit.trouble(error).await,
    }
}

/// All of the search as a file.
pub(super) async fn export(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = EventSearch::of(&visit);
    let file = async {
        let (format, tracked_as) = files::wanted(&visit)?;
        let body = visit.backend.export_events(&search, format, &tracked_as).await?;
        Ok(files::answer("leadbell-log", format, body))
    };
    match file.await {
        Ok(answer) => answer,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(list: &EventList, search: &EventSearch) -> AnyView {
    let body = if list.unusable.is_empty() {
        table(list, search)
    } else {
        let items = list
            .unusable
            .iter()
            .map(|line| view! { <li>{line.clone()}</li> }.erase())
            .collect_view();
        view! { <div class="complaints" role="alert"><ul>{items}</ul></div> }.erase()
    };
    view! {
        {head(Tab::Events, "Everything that happened, with the rules that fired and what became of their messages.")}
        {toolbar(&list.choices, search)}
        {body}
    }
    .erase()
}

fn table(list: &EventList, search: &EventSearch) -> AnyView {
    let hosts = list.choices.hosts;
    let rows = list
        .rows
        .iter()
        .map(|event| row::line(event, hosts))
        .collect_view();
    view! {
        {actions(list, search)}
        <table class="table log-table" role="table" aria-label="Events">
            {row::columns(hosts)}
            <tbody role="rowgroup" id="log-rows">{rows}</tbody>
        </table>
        {ending(list, search)}
        {ways(list, search)}
    }
    .erase()
}

/// What can be done with the list as a whole.
fn actions(list: &EventList, search: &EventSearch) -> AnyView {
    let newest = list.newest.clone().unwrap_or_default();
    // Older pages are read in peace.
    let here = search.before.is_empty();
    let newer = (!newest.is_empty()).then(|| {
        let to = search.at(EVENTS, &[("after", &newest)]);
        view! { <a class="button button--quiet button--small" href=to>"Newer"</a> }.erase()
    });
    let follow = here.then(|| {
        let href = search.at(TAIL, &[]);
        view! {
            <button
                id="log-follow"
                class="button button--small"
                type="button"
                hidden
                aria-pressed="false"
                data-href=href
                data-newest=newest.clone()
            >
                "Follow live"
            </button>
            <span id="log-said" class="hint" role="status"></span>
        }
        .erase()
    });
    view! {
        <div class="row-actions log-actions">
            {follow} {newer}
            {files::links(|format| search.at(EXPORT, &[("format", format)]))}
        </div>
    }
    .erase()
}

/// What is said where the list ends.
fn ending(list: &EventList, search: &EventSearch) -> AnyView {
    if let Some(searched) = list.searched {
        let older = list.older.clone().unwrap_or_default();
        let to = search.at(EVENTS, &[("before", &older)]);
        return view! {
            <p id="log-empty" class="remark log-searched">
                "Searched back to " {moment(searched)} ". "
                <a href=to>"Go on searching"</a>
            </p>
        }
        .erase();
    }
    if !list.rows.is_empty() {
        return nothing();
    }
    let (title, text) = if search.narrows() || !search.before.is_empty() || !search.after.is_empty() {
        ("Nothing found", "No event matches this search.")
    } else {
        (
            "Nothing happened yet",
            "Events appear here as soon as the platforms send them, whether or not a rule fires.",
        )
    };
    view! {
        <section class="empty" id="log-empty">
            <p class="empty__title">{title}</p>
            <p>{text}</p>
            <p><a class="button" href=EVENTS>"Show all"</a></p>
        </section>
    }
    .erase()
}

/// The way to older ones, and back.
fn ways(list: &EventList, search: &EventSearch) -> AnyView {
    let moved = !search.before.is_empty() || !search.after.is_empty();
    let newest = moved.then(|| {
        view! { <a class="button button--quiet button--small" href=search.at(EVENTS, &[])>"Newest"</a> }
            .erase()
    });
    let older = list
        .older
        .as_deref()
        .filter(|_| list.searched.is_none())
        .map(|older| {
            let to = search.at(EVENTS, &[("before", older)]);
            view! { <a class="button button--quiet button--small" href=to>"Older"</a> }.erase()
        });
    let shown = match list.rows.len() {
        1 => "1 event".to_owned(),
        many => format!("{many} events"),
    };
    view! {
        <nav class="pager" aria-label="Pages of this list">
            <span class="pager__count">{shown}</span>
            <span class="pager__links">{newest} {older}</span>
        </nav>
    }
    .erase()
}
