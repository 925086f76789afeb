//! `/connections`: all of them, broken ones first.

use axum::extract::{Request, State};
use axum::response::Response;
use leptos::prelude::*;

use super::{LIST, address, parts};
use crate::desk::{Visit, moment};
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::{ConnectionList, ConnectionRow, ConnectionSearch};

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = ConnectionSearch {
        q: visit.query("q").trim().to_owned(),
        only_broken: visit.query("show") == "broken",
        page: visit.query("page").trim().parse().unwrap_or(1).max(1),
    };
    match visit.backend.list_connections(&search).await {
        Ok(list) => visit.page("Connections", || page(&list, &search)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(list: &ConnectionList, search: &ConnectionSearch) -> AnyView {
    let add = list.can_manage.then(|| {
        view! { <a class="button button--primary" href="/connections/new">"Add a connection"</a> }.erase()
    });
    let shown = if list.listing.rows.is_empty() {
        empty(list, search)
    } else {
        table(list, search)
    };
    view! {
        <header class="head">
            <div class="head__line">
                <h1 class="head__title">"Connections"</h1>
                {add}
            </div>
            <p class="hint">
                "A connection is a Slack token that Leadbell keeps for rules to send with. Replace it in one place and all its"
                " rules go on."
            </p>
        </header>
        {toolbar(search)}
        {shown}
    }
    .erase()
}

fn toolbar(search: &ConnectionSearch) -> AnyView {
    view! {
        <form class="toolbar" role="search" method="get" action=LIST>
            <label class="toolbar__search">
                <span class="visually-hidden">"Search connections"</span>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=search.q.clone()
                    placeholder="Search connections…"
                    autocomplete="off"
                />
            </label>
            <label class="check">
                <input type="checkbox" name="show" value="broken" checked=search.only_broken/>
                <span>"Refused by Slack only"</span>
            </label>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .erase()
}

fn table(list: &ConnectionList, search: &ConnectionSearch) -> AnyView {
    let rows = &list.listing.rows;
    let has_owner = rows.iter().any(|row| row.owner.is_some());
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let entries = rows.iter().map(|row| entry(row, has_owner)).collect_view();
    let pages = pager(
        list.listing.total,
        list.listing.offset,
        list.listing.limit,
        rows.len(),
        |page| {
            let page = if page > 1 { page.to_string() } else { String::new() };
            let show = if search.only_broken { "broken" } else { "" };
            with_query(LIST, &[("q", &search.q), ("show", show), ("page", &page)])
        },
    );
    view! {
        <table class="table table--compact" role="table" aria-label="Connections">
            <thead role="rowgroup">
                <tr role="row">
                    {column("Name")}
                    {column("Workspace")}
                    {column("Messages appear from")}
                    {column("Token")}
                    {has_owner.then(|| column("Belongs to"))}
                    {column("State")}
                    {column("Used by")}
                    {column("Last checked")}
                </tr>
            </thead>
            <tbody role="rowgroup">{entries}</tbody>
        </table>
        {pages}
    }
    .erase()
}

fn entry(row: &ConnectionRow, has_owner: bool) -> AnyView {
    let unknown = || "not known yet".to_owned();
    let owner = has_owner.then(|| {
        let owner = row.owner.clone().unwrap_or_else(|| "The house".to_owned());
        view! { <td role="cell" data-label="Belongs to">{owner}</td> }.erase()
    });
    let why = row
        .trouble
        .map(|(means, _)| view! { <span class="table__sub">{means}</span> }.erase());
    let waits = parts::waiting(row).map(|text| view! { <span class="table__sub">{text}</span> }.erase());
    let checked = match row.checked_at {
        Some(at) => moment(at),
        None => "never".erase(),
    };
    view! {
        <tr role="row">
            <td role="cell" class="table__main">
                <a class="table__name" href=address(&row.id)>{row.name.clone()}</a>
            </td>
            <td role="cell" data-label="Workspace">{row.team.clone().unwrap_or_else(unknown)}</td>
            <td role="cell" data-label="Messages appear from">{row.sender.clone().unwrap_or_else(unknown)}</td>
            <td role="cell" data-label="Token">
                {parts::kind(row.kind)} " " <code>{row.hint.clone()}</code>
            </td>
            {owner}
            <td role="cell" data-label="State">{parts::state(row.state)} {why} {waits}</td>
            <td role="cell" data-label="Used by">{parts::rules(row)}</td>
            <td role="cell" data-label="Last checked">{checked}</td>
        </tr>
    }
    .erase()
}

fn empty(list: &ConnectionList, search: &ConnectionSearch) -> AnyView {
    if !search.q.is_empty() || search.page > 1 {
        return view! {
            <section class="empty">
                <p class="empty__title">"No connections found"</p>
                <p>{format!("Nothing matches “{}”.", search.q)}</p>
                <p><a class="button" href=LIST>"Show all"</a></p>
            </section>
        }
        .erase();
    }
    if search.only_broken {
        return view! {
            <section class="empty">
                <p class="empty__title">"All is well"</p>
                <p>"Slack refuses none of these connections."</p>
                <p><a class="button" href=LIST>"Show all"</a></p>
            </section>
        }
        .erase();
    }
    let next = list.can_manage.then(|| {
        view! { <p><a class="button button--primary" href="/connections/new">"Add a connection"</a></p> }
            .erase()
    });
    view! {
        <section class="empty">
            <p class="empty__title">"No connections yet"</p>
            <p>"A connection is made when somebody pastes a Slack token into a rule, or here."</p>
            {next}
        </section>
    }
    .erase()
}
