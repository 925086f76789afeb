//! `/log/leads/{id}`: everything that happened to one lead or call, in order.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::{EVENTS, id_of, lead_address, row};
use crate::desk::Visit;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::view::Erase;
use crate::views::event_log::LeadView;

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let id = id_of(visit.path());
    match visit.backend.lead(&id, &visit.query("after")).await {
        Ok(found) => {
            let title = format!("Everything about {id}");
            visit.page(&title, || page(&found, &id, &title)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn page(found: &LeadView, id: &str, title: &str) -> AnyView {
    let rows = found
        .rows
        .iter()
        .map(|event| row::line(event, found.hosts))
        .collect_view();
    let later = found.later.as_deref().map(|after| {
        let to = with_query(&lead_address(id), &[("after", after)]);
        view! { <p><a class="button button--quiet" href=to>"What happened later"</a></p> }.erase()
    });
    view! {
        <header class="head">
            <nav class="head__way" aria-label="Breadcrumb"><a href=EVENTS>"Tracking Log"</a></nav>
            <div class="head__line"><h1 class="head__title">{title.to_owned()}</h1></div>
            <p class="hint">"What happened to this lead or call, oldest first, and every rule of yours that fired for it."</p>
        </header>
        <table class="table log-table" role="table" aria-label="What happened">
            {row::columns(found.hosts)}
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {later}
    }
    .erase()
}
