//! The list of people.

use axum::extract::{Request, State};
use axum::response::Response;
use leadbell_domain::Role;
use leptos::prelude::*;

use super::super::Visit;
use super::super::moment;
use super::head;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::badge::{Tone, badge};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::Listing;
use crate::views::people::{UserRow, UserSearch, UserState};

impl UserSearch {
    fn of(visit: &Visit) -> UserSearch {
        UserSearch {
            q: visit.query("q").trim().to_owned(),
            role: visit.query("role"),
            status: visit.query("status"),
            page: visit.query("page").trim().parse().unwrap_or(1).max(1),
        }
    }

    fn address(&self) -> String {
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        with_query(
            "/users",
            &[
                ("q", &self.q),
                ("role", &self.role),
                ("status", &self.status),
                ("page", &page),
            ],
        )
    }

    fn narrows(&self) -> bool {
        !(self.q.is_empty() && self.role.is_empty() && self.status.is_empty())
    }
}

/// `GET /users`.
pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = UserSearch::of(&visit);
    match visit.backend.users(&search).await {
        Ok(listing) => visit.page("Users", || page(&listing, &search)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(listing: &Listing<UserRow>, search: &UserSearch) -> AnyView {
    let add = view! { <a class="button button--primary" href="/users/new">"Add User"</a> }.erase();
    view! {
        {head(false, Some(add))}
        {toolbar(search)}
        {if listing.rows.is_empty() { empty(search) } else { table(listing, search) }}
    }
    .erase()
}

fn options(all: &'static str, options: Vec<(&'static str, &'static str)>, chosen: &str) -> AnyView {
    std::iter::once(("", all))
        .chain(options)
        .map(|(key, label)| view! { <option value=key selected=key == chosen>{label}</option> }.erase())
        .collect_view()
        .erase()
}

fn toolbar(search: &UserSearch) -> AnyView {
    let roles = Role::ALL.map(|role| (role.key(), role.label())).to_vec();
    let states = UserState::ALL.map(|state| (state.key(), state.label())).to_vec();
    view! {
        <form class="toolbar" role="search" method="get" action="/users">
            <label class="toolbar__search">
                <span class="visually-hidden">"Search users"</span>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=search.q.clone()
                    placeholder="Search users…"
                    autocomplete="off"
                />
            </label>
            <label class="toolbar__filter">
                <span class="visually-hidden">"Role"</span>
                <select class="select" name="role">{options("Every role", roles, &search.role)}</select>
            </label>
            <label class="toolbar__filter">
                <span class="visually-hidden">"Status"</span>
                <select class="select" name="status">{options("Every status", states, &search.status)}</select>
            </label>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .erase()
}

fn empty(search: &UserSearch) -> AnyView {
    let said = if search.narrows() {
        "Nobody matches this search."
    } else {
        "There is nobody on this page."
    };
    view! {
        <section class="empty">
            <p class="empty__title">"No users found"</p>
            <p>{said}</p>
            <p><a class="button" href="/users">"Show all"</a></p>
        </section>
    }
    .erase()
}

/// How a person stands.
pub(super) fn state_badge(state: UserState) -> AnyView {
    let tone = match state {
        UserState::Active => Tone::Good,
        UserState::Invited => Tone::Warn,
        UserState::Disabled => Tone::Idle,
    };
    badge(tone, state.label())
}

fn table(listing: &Listing<UserRow>, search: &UserSearch) -> AnyView {
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = listing.rows.iter().map(entry).collect_view();
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| {
            let search = UserSearch {
                page,
                ..search.clone()
            };
            search.address()
        },
    );
    view! {
        <table class="table" role="table" aria-label="Users">
            <thead role="rowgroup">
                <tr role="row">
                    {column("Name")}
                    {column("Role")}
                    {column("Manages")}
                    {column("Last login")}
                    {column("Status")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn entry(row: &UserRow) -> AnyView {
    const SHOWN: usize = 3;
    let mut manages = row
        .manages
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if row.manages.len() > SHOWN {
        manages.push_str(&format!(" and {} more", row.manages.len() - SHOWN));
    }
    let last = match row.last_login_at {
        Some(at) => moment(at),
        None => view! { <span class="muted">"Never"</span> }.erase(),
    };
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a class="table__name" href=format!("/users/{}", row.id)>{row.name.clone()}</a>
                <span class="table__sub">{row.email.clone()}</span>
            </td>
            <td role="cell" data-label="Role">{row.role.label()}</td>
            <td role="cell" data-label="Manages">{manages}</td>
            <td role="cell" data-label="Last login">{last}</td>
            <td role="cell" data-label="Status">{state_badge(row.state)}</td>
        </tr>
    }
    .erase()
}
