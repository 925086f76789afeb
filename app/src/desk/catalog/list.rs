//! A list of the catalog: dense, with search, filters and paging, all of it in the address.

use axum::extract::Request;
use axum::response::Response;
use leadbell_domain::{EntityKind, EntityStatus};
use leptos::prelude::*;

use super::super::Visit;
use super::search::search_form;
use super::tabs;
use crate::address::{self, Place};
use crate::http::Pages;
use crate::parts::badge::{entity_status, platform_tag};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::EntityRow;
use crate::views::catalog::{CatalogListing, CatalogSearch};

pub(super) async fn open(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let mut search = CatalogSearch::of(&visit);
    let kinds = visit.person.catalog.clone();
    match visit.backend.catalog(kind, &search).await {
        Ok(found) => {
            // What this list knows nothing of is left out of its links.
            search
                .of
                .retain(|(of, _)| found.of.iter().any(|(known, _)| known == of));
            visit
                .page(kind.plural_label(), || page(&found, &search, &kinds))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn page(found: &CatalogListing, search: &CatalogSearch, kinds: &[EntityKind]) -> AnyView {
    let kind = found.kind;
    let export = search.address(&format!("/catalog/export/{}", kind.plural()));
    let edit = found.may_edit.then(|| {
        view! {
            <a class="button" href="/catalog/import">"Import"</a>
            <a class="button button--primary" href=format!("{}/new", address::list(kind))>
                {format!("Add {}", kind.key())}
            </a>
        }
        .erase()
    });
    view! {
        <header class="head">
            <div class="head__line">
                <h1 class="head__title">{kind.plural_label()}</h1>
                <span class="head__actions">
                    <a class="button" href=export download="">"Export"</a>
                    {edit}
                </span>
            </div>
            {tabs(kinds, kind)}
        </header>
        {search_form(found, search)}
        {if found.listing.rows.is_empty() { empty(found, search) } else { table(found, search) }}
    }
    .erase()
}

fn table(found: &CatalogListing, search: &CatalogSearch) -> AnyView {
    let (kind, listing) = (found.kind, &found.listing);
    let columns = Columns {
        platform: listing.rows.iter().any(|row| row.platform.is_some()),
        owner: listing.rows.iter().any(|row| row.belongs_to.is_some()),
        rules: kind.level().is_some(),
        edit: found.may_edit,
    };
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = listing.rows.iter().map(|row| entry(row, &columns)).collect_view();
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| {
            let search = CatalogSearch {
                page,
                ..search.clone()
            };
            search.address(&address::list(kind))
        },
    );
    view! {
        <table class="table table--compact" role="table" aria-label=kind.plural_label()>
            <thead role="rowgroup">
                <tr role="row">
                    {column("Name")}
                    {column("ID")}
                    {columns.platform.then(|| column("Platform"))}
                    {columns.owner.then(|| column("Belongs to"))}
                    {column("Status")}
                    {columns.rules.then(|| view! { <th role="columnheader" scope="col" class="table__number">"Rules"</th> }.erase())}
                    {columns.edit.then(|| column("Actions"))}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

/// Which columns a list has beside name, id and status.
struct Columns {
    platform: bool,
    owner: bool,
    rules: bool,
    edit: bool,
}

fn entry(row: &EntityRow, columns: &Columns) -> AnyView {
    let page = address::entry(row.kind, &row.id);
    let platform = columns.platform.then(|| {
        view! { <td role="cell" data-label="Platform">{row.platform.map(platform_tag)}</td> }.erase()
    });
    let owner = columns
        .owner
        .then(|| view! { <td role="cell" data-label="Belongs to">{row.belongs_to.clone()}</td> }.erase());
    let rules = columns.rules.then(|| {
        let tracking = row
            .kind
            .level()
            .map(|level| Place::Entity(level, row.id.clone()).tracking());
        let said = format!("{} {}", row.rules, if row.rules == 1 { "rule" } else { "rules" });
        view! {
            <td role="cell" data-label="Rules" class="table__number">
                <a href=tracking aria-label=format!("{said} of {}", row.name)>{row.rules}</a>
            </td>
        }
        .erase()
    });
    let edit = columns.edit.then(|| {
        view! {
            <td role="cell" class="table__actions">
                <span class="row-actions">
                    <a
                        class="button button--quiet button--small"
                        href=format!("{page}/edit")
                        aria-label=format!("Edit {}", row.name)
                    >"Edit"</a>
                </span>
            </td>
        }
        .erase()
    });
    let discovered = row
        .discovered
        .then(|| view! { " " <span class="tag" title="First seen in an event">"discovered"</span> }.erase());
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a class="table__name" href=page.clone()>{row.name.clone()}</a>
                {discovered}
            </td>
            <td role="cell" data-label="ID" class="table__id">{row.id.to_string()}</td>
            {platform}
            {owner}
            <td role="cell" data-label="Status">{entity_status(row.status)}</td>
            {rules}
            {edit}
        </tr>
    }
    .erase()
}

/// What stands where a list has nothing to show.
fn empty(found: &CatalogListing, search: &CatalogSearch) -> AnyView {
    let kind = found.kind;
    let what = kind.plural();
    let path = address::list(kind);
    if search.shows_all() && search.page <= 1 {
        let next = found.may_edit.then(|| {
            view! {
                <p>
                    <a class="button button--primary" href=format!("{path}/new")>{format!("Add {}", kind.key())}</a>
                    " "
                    <a class="button" href="/catalog/import">"Import a file"</a>
                </p>
            }
            .erase()
        });
        return view! {
            <section class="empty">
                <p class="empty__title">{format!("No {what} yet")}</p>
                <p>{format!("Your {what} appear here when the catalog is filled, or with their first event.")}</p>
                {next}
            </section>
        }
        .erase();
    }
    let why = if search.q.is_empty() {
        "Nothing matches these filters.".to_owned()
    } else {
        format!("Nothing matches “{}”.", search.q)
    };
    let deleted = (search.status.is_empty() && found.may_edit).then(|| {
        let deleted = CatalogSearch {
            status: EntityStatus::Deleted.key().to_owned(),
            page: 1,
            ..search.clone()
        };
        view! { " " <a class="button" href=deleted.address(&path)>"Look among deleted ones"</a> }.erase()
    });
    view! {
        <section class="empty">
            <p class="empty__title">{format!("No {what} found")}</p>
            <p>{why}</p>
            <p><a class="button" href=path.clone()>"Show all"</a> {deleted}</p>
        </section>
    }
    .erase()
}
