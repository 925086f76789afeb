//! `/products/{id}/presets`: the templates of rules that a product keeps.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityId, PresetId};
use leptos::prelude::*;

use super::Visit;
use super::moment;
use super::{preset_form, preset_rules};
use crate::address::{self, Place};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::{decode, with_query};
use crate::parts::head::{Tab, entity_head};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::{PresetList, PresetRow, PresetSearch};

/// Characters of a message that a row shows.
const EXCERPT: usize = 90;

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/products/{id}/presets", get(list))
        .merge(preset_form::router())
        .merge(preset_rules::router())
}

/// The product of a page at `/products/{id}/presets…`, and the parts of the address after that.
pub(super) fn product_of(visit: &Visit) -> Option<(EntityId, Vec<String>)> {
    let mut parts = visit
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decode);
    let (products, id, presets) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = products == "products" && presets == "presets";
    let product = EntityId::new(id).ok().filter(|_| fits)?;
    Some((product, parts.collect()))
}

/// The same with the preset that the address names.
pub(super) fn preset_of(visit: &Visit) -> Option<(EntityId, PresetId)> {
    let (product, rest) = product_of(visit)?;
    Some((product, PresetId::new(rest.first()?.as_str()).ok()?))
}

/// The address of a preset.
pub(super) fn preset_address(product: &EntityId, preset: &PresetId) -> String {
    format!("{}/{preset}", address::presets(product))
}

async fn list(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((product, _)) = product_of(&visit) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let search = PresetSearch {
        q: visit.query("q").trim().to_owned(),
        page: visit.query("page").trim().parse().unwrap_or(1).max(1),
    };
    match visit.backend.presets(&product, &search).await {
        Ok(list) => {
            let title = format!("Presets of {}", list.view.entity.name);
            visit.page(&title, || shown(&list, &search)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(list: &PresetList, search: &PresetSearch) -> AnyView {
    let product = &list.view.entity.id;
    let path = address::presets(product);
    let new = list.view.can_manage.then(|| {
        view! { <p><a class="button button--primary" href=format!("{path}/new")>"+ New preset"</a></p> }
            .erase()
    });
    let listing = &list.listing;
    let body = if listing.rows.is_empty() {
        empty(search, &path)
    } else {
        table(list, search, &path)
    };
    view! {
        {entity_head(&list.view, false, Tab::Presets)}
        {search_bar(&path, &search.q)}
        {new}
        {body}
    }
    .erase()
}

fn search_bar(path: &str, q: &str) -> AnyView {
    view! {
        <form class="toolbar" role="search" method="get" action=path.to_owned()>
            <label class="toolbar__search">
                <span class="visually-hidden">"Search presets"</span>
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=q.to_owned()
                    placeholder="Search presets…"
                    autocomplete="off"
                />
            </label>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
    .erase()
}

fn empty(search: &PresetSearch, path: &str) -> AnyView {
    if search.q.is_empty() && search.page <= 1 {
        return view! {
            <section class="empty">
                <p class="empty__title">"No presets yet"</p>
                <p>
                    "A preset is a template of rules: event, filters and message, ready to be used. Rules made from it "
                    "know it, and can follow when it changes."
                </p>
            </section>
        }
        .erase();
    }
    view! {
        <section class="empty">
            <p class="empty__title">"No presets found"</p>
            <p>{format!("Nothing matches “{}”.", search.q)}</p>
            <p><a class="button" href=path.to_owned()>"Show all"</a></p>
        </section>
    }
    .erase()
}

fn table(list: &PresetList, search: &PresetSearch, path: &str) -> AnyView {
    let listing = &list.listing;
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let can_manage = list.view.can_manage;
    let rows = listing
        .rows
        .iter()
        .map(|preset| row(&list.view.entity.id, preset, can_manage))
        .collect_view();
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| {
            let page = if page > 1 { page.to_string() } else { String::new() };
            with_query(path, &[("q", &search.q), ("page", &page)])
        },
    );
    view! {
        <table class="table" role="table" aria-label="Presets">
            <thead role="rowgroup">
                <tr role="row">
                    {column("Preset")}
                    {column("Trigger")}
                    {column("Trigger Settings")}
                    {column("Action Settings")}
                    {column("Rules")}
                    {column("Changed")}
                    {can_manage.then(|| view! {
                        <th role="columnheader" scope="col"><span class="visually-hidden">"What to do"</span></th>
                    }.erase())}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {pages}
    }
    .erase()
}

/// The settings of a preset or rule as a list.
pub(super) fn lines(lines: &[String], none: &'static str) -> AnyView {
    if lines.is_empty() {
        return view! { <span class="muted">{none}</span> }.erase();
    }
    let items = lines
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> }.erase())
        .collect_view();
    view! { <ul class="plain-list">{items}</ul> }.erase()
}

fn row(product: &EntityId, preset: &PresetRow, can_manage: bool) -> AnyView {
    let own = preset_address(product, &preset.id);
    let name = preset.name.clone();
    let title = if can_manage {
        view! { <a class="table__name" href=own.clone()>{name.clone()}</a> }.erase()
    } else {
        view! { <span class="table__name">{name.clone()}</span> }.erase()
    };
    let note = (!preset.note.is_empty())
        .then(|| view! { <span class="table__sub">{preset.note.clone()}</span> }.erase());
    let excerpt: String = preset.text.chars().take(EXCERPT).collect();
    let excerpt = if excerpt.len() < preset.text.len() {
        format!("{excerpt}…")
    } else {
        excerpt
    };
    let rules = match (preset.followers, can_manage) {
        (0, _) => "none".erase(),
        (count, false) => count.erase(),
        (count, true) => {
            let said = format!("{count} rules that follow {name}");
            view! { <a href=format!("{own}/apply") aria-label=said>{count}</a> }.erase()
        }
    };
    let actions = can_manage.then(|| {
        let tracking = Place::Entity(leadbell_domain::Level::Product, product.clone());
        let add = with_query(&tracking.new_rule(), &[("preset", preset.id.as_str())]);
        view! {
            <td role="cell" class="table__actions">
                <div class="row-actions">
                    <a class="button button--small" href=add aria-label=format!("Add a rule from {name}")>"Add rule"</a>
                    <a class="button button--quiet button--small" href=own.clone() aria-label=format!("Edit {name}")>"Edit"</a>
                    <a
                        class="button button--quiet button--small button--danger"
                        href=format!("{own}/delete")
                        aria-label=format!("Delete {name}")
                    >
                        "Delete"
                    </a>
                </div>
            </td>
        }
        .erase()
    });
    view! {
        <tr role="row">
            <td role="cell" class="table__main">{title} {note}</td>
            <td role="cell" data-label="Trigger">{preset.trigger.map(|trigger| trigger.label())}</td>
            <td role="cell" data-label="Trigger Settings">{lines(&preset.settings, "Every event")}</td>
            <td role="cell" data-label="Action Settings" class="table__wide">
                <span class="destination">{preset.destination.clone().unwrap_or_else(|| "Each rule says where to".to_owned())}</span>
                <span class="table__excerpt">{excerpt}</span>
            </td>
            <td role="cell" data-label="Rules">{rules}</td>
            <td role="cell" data-label="Changed">{moment(preset.updated_at)}</td>
            {actions}
        </tr>
    }
    .erase()
}
