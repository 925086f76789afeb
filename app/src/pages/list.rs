//! Products, campaigns or publishers: a dense list with search and paging.

use crate::parts::view::{Erase, load, loaded};
use leadbell_domain::EntityKind;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use crate::address::{self, Place};
use crate::api::Ask;
use crate::parts::badge::{entity_status, platform_tag};
use crate::parts::pager::pager;
use crate::parts::toolbar::{SearchField, Toolbar};
use crate::views::{EntityRow, EntitySearch, Listing};

#[component]
pub(crate) fn ListPage(kind: EntityKind) -> impl IntoView {
    let query = use_location().query;
    let search = Memo::new(move |_| EntitySearch::from_query(&|name| query.read().get(name)));
    let rows = load(move || Ask::Entities(kind, search.get()));
    let title = kind.plural_label();
    let path = address::list(kind);
    view! {
        <Title text=title/>
        <header class="head">
            <div class="head__line">
                <h1 class="head__title">{title}</h1>
            </div>
        </header>
        <Toolbar path>
            <SearchField
                label=format!("Search {}", title.to_lowercase())
                q=Signal::derive(move || search.get().q)
            />
        </Toolbar>
        {loaded(rows, move |listing: Listing<EntityRow>| shown(kind, &listing, &search.get_untracked(), &address::list(kind)))}
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

fn empty(kind: EntityKind, search: &EntitySearch, path: &str) -> AnyView {
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
