//! `…/tracking/deleted`: the deleted rules of a product, campaign or publisher, to be brought back.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leptos::prelude::*;

use super::changes::facts;
use super::history::history_address;
use super::rule_place::{place_of, under_tracking};
use super::{Visit, moment};
use crate::address::Place;
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::head::{Tab, entity_head};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::{DeletedPage, DeletedRow};

/// The pages of all levels and of the publisher's own profile.
pub(super) fn router() -> Router<Pages> {
    let paths = under_tracking("deleted");
    paths
        .iter()
        .fold(Router::new(), |router, path| router.route(path, get(open)))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some(on) = place_of(&visit, "/deleted") else {
        return visit.trouble(AppError::NotFound).await;
    };
    let page = visit.query("page").trim().parse().unwrap_or(1);
    match visit.backend.deleted_rules(on.level, &on.entity, page).await {
        Ok(deleted) => {
            let title = format!("{} · Deleted rules", deleted.view.entity.name);
            visit.page(&title, || shown(&deleted, &on.place)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(page: &DeletedPage, place: &Place) -> AnyView {
    let listing = &page.listing;
    let list = if listing.rows.is_empty() {
        view! {
            <section class="empty">
                <p class="empty__title">"No deleted rules"</p>
                <p>"A rule that is deleted can be brought back from here."</p>
            </section>
        }
        .erase()
    } else {
        let rows = listing
            .rows
            .iter()
            .map(|row| deleted(page, place, row))
            .collect_view();
        view! { <ol class="versions" role="list">{rows}</ol> }.erase()
    };
    let address = format!("{}/deleted", place.tracking());
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| with_query(&address, &[("page", &page.to_string())]),
    );
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">"Deleted rules"</h2>
            <p class="page-part__links"><a href=place.tracking()>"Back to the rules"</a></p>
        </section>
        {list}
        {pages}
    }
    .erase()
}

fn deleted(page: &DeletedPage, place: &Place, row: &DeletedRow) -> AnyView {
    let restore = page.view.can_manage.then(|| {
        let to = place.restore(&row.id, row.version, row.version);
        let said = format!("Restore rule {}", row.number);
        view! {
            <form class="version__restore" method="post" action=to>
                <button type="submit" class="button button--small" aria-label=said>"Restore"</button>
            </form>
        }
        .erase()
    });
    let name = (!row.name.is_empty()).then(|| format!(" · {}", row.name));
    let history = format!("History of rule {}", row.number);
    view! {
        <li class="card version">
            <header class="version__head">
                <h3 class="version__title">{format!("Rule {}", row.number)} {name}</h3>
                <span class="version__what">
                    "Deleted " {moment(row.deleted_at)} " " <a href=history_address(place, &row.id) aria-label=history>"History"</a>
                </span>
                {restore}
            </header>
            {facts(&row.facts)}
        </li>
    }
    .erase()
}
