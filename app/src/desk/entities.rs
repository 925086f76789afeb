//! Products, campaigns or publishers: a dense list with search and paging.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityKind, Level};
use leptos::prelude::*;

use super::Visit;
use super::search::search_bar;
use crate::address::{self, Place};
use crate::http::Pages;
use crate::parts::badge::{entity_status, platform_tag};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::{EntityRow, EntitySearch, Listing};

/// The lists of the kinds that rules live on.
pub(super) fn router() -> Router<Pages> {
    Level::ALL.into_iter().fold(Router::new(), |router, level| {
        let kind = EntityKind::from(level);
        let list = move |State(pages): State<Pages>, request: Request| list(pages, request, kind);
        router.route(&address::list(kind), get(list))
    })
}

async fn list(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = EntitySearch::of(&visit);
    let title = kind.plural_label();
    match visit.backend.list_entities(kind, &search).await {
        Ok(listing) => visit.page(title, || page(kind, &listing, &search)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(kind: EntityKind, listing: &Listing<EntityRow>, search: &EntitySearch) -> AnyView {
    let title = kind.plural_label();
    let path = address::list(kind);
    view! {
        <header class="head">
            <div class="head__line">
                <h1 class="head__title">{title}</h1>
            </div>
        </header>
        {search_bar(&path, format!("Search {}", title.to_lowercase()), &search.q)}
        {shown(kind, listing, search, &path)}
    }
    .erase()
}

fn shown(kind: EntityKind, listing: &Listing<EntityRow>, search: &EntitySearch, path: &str) -> AnyView {
    if listing.rows.is_empty() {
        return empty(kind, search, path);
    }
    let has_platform = kind != EntityKind::Publisher;
    let has_owner = listing.rows.iter().any(|row| row.belongs_to.is_some());
    let rows = listing
        .rows
        .iter()
        .map(|row| entity_row(kind, row, has_platform, has_owner))
        .collect_view();
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| {
            let search = EntitySearch {
                page,
                ..search.clone()
            };
            search.address(path)
        },
    );
    view! {
        <table class="table table--compact" role="table" aria-label=kind.plural_label()>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Name"</th>
                    <th role="columnheader" scope="col">"ID"</th>
                    {has_platform.then(|| view! { <th role="columnheader" scope="col">"Platform"</th> }.erase())}
                    {has_owner.then(|| view! { <th role="columnheader" scope="col">"Belongs to"</th> }.erase())}
                    <th role="columnheader" scope="col">"Status"</th>
                    <th role="columnheader" scope="col" class="table__number">"Rules"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn entity_row(kind: EntityKind, row: &EntityRow, has_platform: bool, has_owner: bool) -> AnyView {
    let (overview, tracking) = match kind.level() {
        Some(level) => (
            address::overview(level, &row.id),
            Place::Entity(level, row.id.clone()).tracking(),
        ),
        None => (address::list(kind), address::list(kind)),
    };
    let platform = has_platform.then(|| {
        view! { <td role="cell" data-label="Platform">{row.platform.map(platform_tag)}</td> }.erase()
    });
    let owner = has_owner
        .then(|| view! { <td role="cell" data-label="Belongs to">{row.belongs_to.clone()}</td> }.erase());
    let rules = format!("{} {}", row.rules, if row.rules == 1 { "rule" } else { "rules" });
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a class="table__name" href=overview>{row.name.clone()}</a>
                {row.discovered.then(|| view! { <span class="tag" title="First seen in an event">"discovered"</span> }.erase())}
            </td>
            <td role="cell" data-label="ID" class="table__id">{row.id.to_string()}</td>
            {platform}
            {owner}
            <td role="cell" data-label="Status">{entity_status(row.status)}</td>
            <td role="cell" data-label="Rules" class="table__number">
                <a href=tracking aria-label=format!("{rules} of {}", row.name)>{row.rules}</a>
            </td>
        </tr>
    }
    .erase()
}

/// What stands where a list has nothing to show.
pub(super) fn empty(kind: EntityKind, search: &EntitySearch, path: &str) -> AnyView {
    let what = kind.plural_label().to_lowercase();
    if search.q.is_empty() && search.page <= 1 {
        return view! {
            <section class="empty">
                <p class="empty__title">{format!("No {what} yet")}</p>
                <p>{format!("Your {what} appear here when the catalog is filled, or with their first event.")}</p>
            </section>
        }
        .erase();
    }
    view! {
        <section class="empty">
            <p class="empty__title">{format!("No {what} found")}</p>
            <p>{format!("Nothing matches “{}”.", search.q)}</p>
            <p><a class="button" href=path.to_owned()>"Show all"</a></p>
        </section>
    }
    .erase()
}
