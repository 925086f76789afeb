//! An entry of the catalog: what it is, whose it is, and what belongs to it.

use axum::extract::Request;
use axum::response::Response;
use leadbell_domain::EntityKind;
use leptos::prelude::*;

use super::super::{Visit, moment};
use super::{counted, id_of, linked, way_up};
use crate::address;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::badge::{entity_status, platform_tag};
use crate::parts::view::{Erase, nothing};
use crate::views::catalog::{Belongings, EntryView};

pub(super) async fn open(pages: Pages, request: Request, kind: EntityKind) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let found = match id_of(&visit, kind) {
        Ok(id) => visit.backend.entry(kind, &id).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(view) => visit.page(&view.row.name, || page(&view)).await,
        Err(error) => visit.trouble(error).await,
    }
}

fn page(entry: &EntryView) -> AnyView {
    let row = &entry.row;
    let discovered = row.discovered.then(|| {
        let what = row.kind.key();
        view! {
            <p class="hint">
                {format!("This {what} was first seen in an event; nobody has entered it yet, so its name may be missing.")}
            </p>
        }
        .erase()
    });
    view! {
        <header class="head">
            {way_up(row.kind, Some(&row.id))}
            <div class="head__line">
                <h1 class="head__title">{row.name.clone()}</h1>
                <span class="head__facts">{row.platform.map(platform_tag)} {entity_status(row.status)}</span>
                {actions(entry)}
            </div>
        </header>
        <div class="columns">
            <section class="card">
                <h2 class="card__title">"Facts"</h2>
                {facts(entry)}
                {discovered}
            </section>
            {belongings(entry)}
        </div>
    }
    .erase()
}

/// What somebody who may can do with an entry.
pub(in crate::desk) fn actions(entry: &EntryView) -> AnyView {
    if !entry.may_edit {
        return nothing();
    }
    let page = address::entry(entry.row.kind, &entry.row.id);
    let delete = (entry.row.status != leadbell_domain::EntityStatus::Deleted)
        .then(|| view! { <a class="button" href=format!("{page}/delete")>"Delete"</a> }.erase());
    view! {
        <span class="head__actions">
            {delete}
            <a class="button button--primary" href=format!("{page}/edit")>"Edit"</a>
        </span>
    }
    .erase()
}

/// What is known of an entry.
pub(in crate::desk) fn facts(entry: &EntryView) -> AnyView {
    let row = &entry.row;
    let fact = |name: &'static str, value: AnyView| {
        view! {
            <div class="facts__fact">
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
        .erase()
    };
    let owners = entry
        .owners
        .iter()
        .map(|owner| fact(owner.kind.label(), linked(owner)))
        .collect_view();
    view! {
        <dl class="facts">
            {fact("ID", view! { <code>{row.id.to_string()}</code> }.erase())}
            {row.platform.map(|platform| fact("Platform", platform.label().erase()))}
            {owners}
            {fact("Status", entity_status(row.status))}
            {fact("Since", moment(entry.created_at))}
            {fact("Changed", moment(entry.updated_at))}
        </dl>
    }
    .erase()
}

/// What belongs to an entry, with the way to all of it; nothing when nothing can.
pub(in crate::desk) fn belongings(entry: &EntryView) -> AnyView {
    if entry.belongings.is_empty() {
        return nothing();
    }
    let parts = entry
        .belongings
        .iter()
        .map(|belongings| part(entry, belongings))
        .collect_view();
    view! {
        <section class="card">
            <h2 class="card__title">{format!("What belongs to this {}", entry.row.kind.key())}</h2>
            {parts}
        </section>
    }
    .erase()
}

fn part(entry: &EntryView, part: &Belongings) -> AnyView {
    if part.total == 0 {
        return view! { <p class="hint">{format!("No {}", part.kind.plural())}</p> }.erase();
    }
    let all = with_query(
        &address::list(part.kind),
        &[(entry.row.kind.key(), entry.row.id.as_str())],
    );
    let first = part
        .first
        .iter()
        .map(|one| view! { <li>{linked(one)}</li> }.erase())
        .collect_view();
    let shown = i64::try_from(part.first.len()).unwrap_or(i64::MAX);
    let more = (part.total > shown).then(|| {
        view! { <li><a href=all.clone()>{format!("and {} more", part.total - shown)}</a></li> }.erase()
    });
    view! {
        <h3 class="card__subtitle"><a href=all.clone()>{counted(part.kind, part.total)}</a></h3>
        <ul class="plain-list">{first} {more}</ul>
    }
    .erase()
}
