//! The catalog: products, campaigns and publishers, and the buyers, channels, sources and pingtrees that rules filter
//! by. Each person sees the kinds and entries that his role reaches; administrators add and change them.

mod delete;
mod entry;
mod export;
mod form;
mod import;
mod list;
mod search;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityId, EntityKind};
use leptos::prelude::*;

use super::Visit;
use crate::address;
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::decode;
use crate::parts::view::Erase;
use crate::views::catalog::EntityLink;

pub(super) use entry::{actions, belongings, facts};

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    let router = Router::new()
        .route("/catalog", get(first))
        .route(
            "/catalog/import",
            get(import::open)
                .post(import::post)
                // 10 MB of file, and what the form puts around it.
                .layer(DefaultBodyLimit::max(11 * 1024 * 1024)),
        )
        .route("/catalog/export/{kind}", get(export::open));
    EntityKind::ALL.into_iter().fold(router, |router, kind| {
        let list = address::list(kind);
        // What rules live on has a first page of its own (`overview`).
        let router = match kind.level() {
            Some(_) => router,
            None => router.route(
                &format!("{list}/{{id}}"),
                get(move |State(pages): State<Pages>, request: Request| entry::open(pages, request, kind)),
            ),
        };
        router
            .route(
                &list,
                get(move |State(pages): State<Pages>, request: Request| list::open(pages, request, kind)),
            )
            .route(
                &format!("{list}/new"),
                get(move |State(pages): State<Pages>, request: Request| form::new(pages, request, kind))
                    .post(move |State(pages): State<Pages>, request: Request| {
                        form::add(pages, request, kind)
                    }),
            )
            .route(
                &format!("{list}/{{id}}/edit"),
                get(move |State(pages): State<Pages>, request: Request| form::edit(pages, request, kind))
                    .post(move |State(pages): State<Pages>, request: Request| {
                        form::change(pages, request, kind)
                    }),
            )
            .route(
                &format!("{list}/{{id}}/delete"),
                get(move |State(pages): State<Pages>, request: Request| delete::ask(pages, request, kind))
                    .post(move |State(pages): State<Pages>, request: Request| {
                        delete::delete(pages, request, kind)
                    }),
            )
    })
}

/// `/catalog`: the first list there is for this person.
async fn first(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.person.catalog.first() {
        Some(kind) => {
            let to = address::list(*kind);
            visit.go(&to)
        }
        None => visit.trouble(AppError::NotFound).await,
    }
}

/// The entry whose page this is. Any text makes an address, also one whose escapes are no id: there is nothing by that
/// name, then.
fn id_of(visit: &Visit, kind: EntityKind) -> Result<EntityId, AppError> {
    let rest = visit
        .path()
        .strip_prefix(&address::list(kind))
        .unwrap_or_default();
    let id = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
    EntityId::new(decode(id)).map_err(|_| AppError::NotFound)
}

/// The way between the kinds that have no place in the menu.
fn tabs(kinds: &[EntityKind], open: EntityKind) -> AnyView {
    if open.level().is_some() || kinds.is_empty() {
        return crate::parts::view::nothing();
    }
    let tabs = kinds
        .iter()
        .map(|kind| {
            let here = (*kind == open).then_some("page");
            view! { <a class="tabs__tab" href=address::list(*kind) aria-current=here>{kind.plural_label()}</a> }
                .erase()
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Catalog">{tabs}</nav> }.erase()
}

/// The way from a page of an entry back to its list.
fn way_up(kind: EntityKind, id: Option<&EntityId>) -> AnyView {
    let id = id.map(|id| {
        view! {
            <span aria-hidden="true">" / "</span>
            <a class="head__id" href=address::entry(kind, id)>{id.to_string()}</a>
        }
        .erase()
    });
    view! {
        <nav class="head__way" aria-label="Breadcrumb">
            <a href=address::list(kind)>{kind.plural_label()}</a>
            {id}
        </nav>
    }
    .erase()
}

/// An entry by name, leading to its page; with its status when it is not in use.
fn linked(entry: &EntityLink) -> AnyView {
    let note = (entry.status != leadbell_domain::EntityStatus::Active)
        .then(|| view! { " " <span class="tag">{entry.status.label()}</span> }.erase());
    view! { <a href=address::entry(entry.kind, &entry.id)>{entry.name.clone()}</a> {note} }.erase()
}

/// "1 channel", "3 channels".
fn counted(kind: EntityKind, count: i64) -> String {
    if count == 1 {
        format!("1 {}", kind.key())
    } else {
        format!("{count} {}", kind.plural())
    }
}
