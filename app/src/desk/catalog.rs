//! Buyers, channels, sources and pingtrees: what rules filter by, to look up. Each person sees the kinds and entries
//! that his role reaches.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::EntityKind;
use leptos::prelude::*;

use super::Visit;
use super::entities::empty;
use super::search::search_bar;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::badge::{entity_status, platform_tag};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::{EntityRow, EntitySearch, Listing};

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/catalog", get(first))
        .route("/catalog/{kind}", get(list))
}

fn address(kind: EntityKind) -> String {
    format!("/catalog/{}", kind.plural())
}

/// `/catalog`: the first list there is for this person.
async fn first(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.person.catalog.first() {
        Some(kind) => {
            let to = address(*kind);
            visit.go(&to)
        }
        None => visit.trouble(AppError::NotFound).await,
    }
}

/// `/catalog/{kind}`.
async fn list(State(pages): State<Pages>, Path(kind): Path<String>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let kinds = visit.person.catalog.clone();
    // What he may not look at does not exist for him.
    let Some(kind) = kinds.iter().copied().find(|known| known.plural() == kind) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let search = EntitySearch::of(&visit);
    match visit.backend.list_entities(kind, &search).await {
        Ok(listing) => {
            let title = kind.plural_label();
            visit.page(title, || page(kind, &kinds, &listing, &search)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn page(
    kind: EntityKind,
    kinds: &[EntityKind],
    listing: &Listing<EntityRow>,
    search: &EntitySearch,
) -> AnyView {
    let tabs = kinds
        .iter()
        .map(|other| {
            let here = (*other == kind).then_some("page");
            view! { <a class="tabs__tab" href=address(*other) aria-current=here>{other.plural_label()}</a> }
                .erase()
        })
        .collect_view();
    view! {
        <header class="head">
            <div class="head__line"><h1 class="head__title">{kind.plural_label()}</h1></div>
            <nav class="tabs" aria-label="Catalog">{tabs}</nav>
        </header>
        {search_bar(&address(kind), format!("Search {}", kind.plural()), &search.q)}
        {if listing.rows.is_empty() { empty(kind, search, &address(kind)) } else { table(kind, listing, search) }}
    }
    .erase()
}

fn table(kind: EntityKind, listing: &Listing<EntityRow>, search: &EntitySearch) -> AnyView {
    let has_platform = listing.rows.iter().any(|row| row.platform.is_some());
    let has_owner = listing.rows.iter().any(|row| row.belongs_to.is_some());
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = listing
        .rows
        .iter()
        .map(|row| entry(row, has_platform, has_owner))
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
            search.address(&address(kind))
        },
    );
    view! {
        <table class="table table--compact" role="table" aria-label=kind.plural_label()>
            <thead role="rowgroup">
                <tr role="row">
                    {column("Name")}
                    {column("ID")}
                    {has_platform.then(|| column("Platform"))}
                    {has_owner.then(|| column("Belongs to"))}
                    {column("Status")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn entry(row: &EntityRow, has_platform: bool, has_owner: bool) -> AnyView {
    let platform = has_platform.then(|| {
        view! { <td role="cell" data-label="Platform">{row.platform.map(platform_tag)}</td> }.erase()
    });
    let owner = has_owner
        .then(|| view! { <td role="cell" data-label="Belongs to">{row.belongs_to.clone()}</td> }.erase());
    let discovered = row
        .discovered
        .then(|| view! { <span class="tag" title="First seen in an event">"discovered"</span> }.erase());
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <span class="table__name">{row.name.clone()}</span>
                " "
                {discovered}
            </td>
            <td role="cell" data-label="ID" class="table__id">{row.id.to_string()}</td>
            {platform}
            {owner}
            <td role="cell" data-label="Status">{entity_status(row.status)}</td>
        </tr>
    }
    .erase()
}
