//! Who did what: searched by words, action, person and days.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::AuditAction;
use leptos::prelude::*;

use super::{Visit, moment};
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::badge::platform_tag;
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::Listing;
use crate::views::audit::{AuditRow, AuditSearch};

/// `/audit`.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/audit", get(open))
}

impl AuditSearch {
    fn of(visit: &Visit) -> AuditSearch {
        let text = |name: &str| visit.query(name).trim().to_owned();
        AuditSearch {
            q: text("q"),
            action: text("action"),
            who: text("who"),
            from: text("from"),
            to: text("to"),
            page: text("page").parse().unwrap_or(1).max(1),
        }
    }

    fn address(&self) -> String {
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        with_query(
            "/audit",
            &[
                ("q", &self.q),
                ("action", &self.action),
                ("who", &self.who),
                ("from", &self.from),
                ("to", &self.to),
                ("page", &page),
            ],
        )
    }

    fn narrows(&self) -> bool {
        [&self.q, &self.action, &self.who, &self.from, &self.to]
            .into_iter()
            .any(|text| !text.is_empty())
    }
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = AuditSearch::of(&visit);
    match visit.backend.audit(&search).await {
        Ok(listing) => visit.page("Audit log", || page(&listing, &search)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(listing: &Listing<AuditRow>, search: &AuditSearch) -> AnyView {
    view! {
        <header class="head">
            <div class="head__line"><h1 class="head__title">"Audit log"</h1></div>
        </header>
        {toolbar(search)}
        {if listing.rows.is_empty() { empty(search) } else { table(listing, search) }}
    }
    .erase()
}

fn toolbar(search: &AuditSearch) -> AnyView {
    let actions = std::iter::once(("", "Every action"))
        .chain(AuditAction::ALL.map(|action| (action.key(), action.label())))
        .map(|(key, label)| {
            view! { <option value=key selected=key == search.action>{label}</option> }.erase()
        })
        .collect_view();
    let day = |name: &'static str, label: &'static str, value: &str| {
        view! {
            <label class="toolbar__day">
                <span>{label}</span>
                <input class="input" type="date" name=name value=value.to_owned()/>
            </label>
        }
        .erase()
    };
    view! {
        <form class="toolbar toolbar--wide" role="search" method="get" action="/audit">
            <label class="toolbar__search">
                <span class="visually-hidden">"Search the audit log"</span>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=search.q.clone()
                    placeholder="Search the audit log…"
                    autocomplete="off"
                />
            </label>
            <label class="toolbar__filter">
                <span class="visually-hidden">"Action"</span>
                <select class="select" name="action">{actions}</select>
            </label>
            <label class="toolbar__filter">
                <span class="visually-hidden">"Person"</span>
                <input class="input" type="search" name="who" value=search.who.clone() placeholder="Person…" autocomplete="off"/>
            </label>
            {day("from", "From", &search.from)}
            {day("to", "To", &search.to)}
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .erase()
}

fn empty(search: &AuditSearch) -> AnyView {
    if !search.narrows() && search.page <= 1 {
        return view! {
            <section class="empty">
                <p class="empty__title">"Nothing has happened yet"</p>
                <p>"Changes of rules, users, keys and connections appear here, with who made them."</p>
            </section>
        }
        .erase();
    }
    view! {
        <section class="empty">
            <p class="empty__title">"Nothing found"</p>
            <p>"No line of the audit log matches this search."</p>
            <p><a class="button" href="/audit">"Show all"</a></p>
        </section>
    }
    .erase()
}

fn table(listing: &Listing<AuditRow>, search: &AuditSearch) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = listing.rows.iter().map(|row| line(row, search)).collect_view();
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| {
            let search = AuditSearch {
                page,
                ..search.clone()
            };
            search.address()
        },
    );
    view! {
        <table class="table" role="table" aria-label="Audit log">
            <thead role="rowgroup">
                <tr role="row">
                    {column("When")}
                    {column("Who")}
                    {column("What")}
                    {column("Of")}
                    {column("Details")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn line(row: &AuditRow, search: &AuditSearch) -> AnyView {
    let only = AuditSearch {
        who: row.who.clone(),
        page: 1,
        ..search.clone()
    };
    let only = only.address();
    let sort = row
        .sort
        .map(|sort| view! { <span class="table__sub">{sort}</span> }.erase());
    let subject = match row.href.clone() {
        Some(href) => view! { <a href=href rel="external">{row.subject.clone()}</a> }.erase(),
        None => view! { <span>{row.subject.clone()}</span> }.erase(),
    };
    let place = row
        .place
        .clone()
        .map(|place| view! { <span class="table__sub">{place}</span> }.erase());
    let platform = row
        .platform
        .map(|platform| view! { " " {platform_tag(platform)} }.erase());
    view! {
        <tr role="row">
            <td role="cell" data-label="When" class="nowrap">{moment(row.at)}</td>
            <td role="cell" data-label="Who" class="table__wide">
                <a class="table__name" href=only title="Show what they did">{row.who.clone()}</a>
                {sort}
            </td>
            <td role="cell" data-label="What">{row.action.label()}</td>
            <td role="cell" data-label="Of" class="table__wide">{subject} {place} {platform}</td>
            <td role="cell" data-label="Details" class="table__detail">{row.detail.clone()}</td>
        </tr>
    }
    .erase()
}
