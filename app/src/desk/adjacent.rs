//! `…/tracking/{rule}/adjacent`: the rules that can fire for the same event as one rule, and why.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{EntityKind, Level};
use leptos::prelude::*;

use super::Visit;
use super::rule_place::{RulePlace, rule_of};
use crate::address::{self, Place};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::head::{Tab, entity_head};
use crate::parts::pager::pager;
use crate::parts::view::Erase;
use crate::views::{AdjacentPage, AdjacentRow};

/// Counted rules; more are "more than".
const COUNTED: i64 = 200;

/// The pages of all levels. A publisher's own profile has none.
pub(super) fn router() -> Router<Pages> {
    Level::ALL.into_iter().fold(Router::new(), |router, level| {
        let path = format!(
            "{}/{{id}}/tracking/{{rule}}/adjacent",
            address::list(EntityKind::from(level))
        );
        router.route(&path, get(open))
    })
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((RulePlace { level, entity, .. }, rule)) = rule_of(&visit, "adjacent") else {
        return visit.trouble(AppError::NotFound).await;
    };
    let page = visit.query("page").trim().parse().unwrap_or(1);
    match visit.backend.adjacent_rules(level, &entity, &rule, page).await {
        Ok(found) => {
            let title = format!("Adjacent rules of rule {}", found.rule.number);
            visit.page(&title, || shown(&found)).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

fn shown(page: &AdjacentPage) -> AnyView {
    let rule = &page.rule;
    let place = Place::Entity(page.view.level, page.view.entity.id.clone());
    let name = (!rule.name.is_empty())
        .then(|| view! { <span class="table__sub">{rule.name.clone()}</span> }.erase());
    let inactive = (!rule.active).then(|| {
        view! { <p class="hint">"This rule is disabled. Once it is enabled it fires together with these:"</p> }.erase()
    });
    let listing = &page.listing;
    let list = if listing.rows.is_empty() {
        nobody(&place)
    } else {
        table(page, &place)
    };
    view! {
        {entity_head(&page.view, false, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{format!("Adjacent rules of rule {}", rule.number)}</h2>
            <p>
                "Rule "
                <a href=place.tracking() rel="external">{rule.number}</a>
                {format!(": {}, {}", rule.trigger.label(), conditions(&rule.settings))}
                {format!(", posts to {}.", rule.destination)}
                " "
                {name}
            </p>
            <p class="hint">
                "Active rules that can fire for one and the same event. Each of them sends its own message."
            </p>
            {inactive}
        </section>
        {list}
    }
    .erase()
}

fn conditions(settings: &[String]) -> String {
    if settings.is_empty() {
        "every event".to_owned()
    } else {
        settings.join("; ")
    }
}

fn nobody(place: &Place) -> AnyView {
    view! {
        <section class="empty">
            <p class="empty__title">"No adjacent rules"</p>
            <p>"No other active rule can fire for the same event as this one."</p>
            <p><a class="button" href=place.tracking()>"Back to the rules"</a></p>
        </section>
    }
    .erase()
}

fn table(page: &AdjacentPage, place: &Place) -> AnyView {
    let listing = &page.listing;
    let column = |label: &'static str| view! { <th role="columnheader" scope="col">{label}</th> }.erase();
    let rows = listing.rows.iter().map(row).collect_view();
    let more = page.more.then(|| {
        view! { <p class="hint">{format!("There are more than {COUNTED}; these are the first ones.")}</p> }
            .erase()
    });
    let address = format!("{}/adjacent", place.rule(&page.rule.id));
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| with_query(&address, &[("page", &page.to_string())]),
    );
    view! {
        <table class="table" role="table" aria-label="Adjacent rules">
            <thead role="rowgroup">
                <tr role="row">
                    {column("ID")}
                    {column("Lives on")}
                    {column("Trigger Settings")}
                    {column("Action Settings")}
                    {column("Both fire for events where")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {more}
        {pages}
    }
    .erase()
}

fn row(row: &AdjacentRow) -> AnyView {
    let place = Place::Entity(row.level, row.entity.clone());
    let href = if row.can_manage {
        place.rule(&row.id)
    } else {
        with_query(&place.tracking(), &[("q", &format!("#{}", row.number))])
    };
    let lines = |lines: &[String], none: &'static str| {
        if lines.is_empty() {
            return view! { <li class="muted">{none}</li> }.erase();
        }
        lines
            .iter()
            .map(|line| view! { <li>{line.clone()}</li> }.erase())
            .collect_view()
            .erase()
    };
    let name =
        (!row.name.is_empty()).then(|| view! { <span class="table__sub">{row.name.clone()}</span> }.erase());
    let same = row.same_message.then(|| {
        view! { <p class="remark">"Posts the same message to the same place: such an event is told twice."</p> }.erase()
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="ID" class="table__id"><a href=href>{row.number}</a> {name}</td>
            <td role="cell" data-label="Lives on">
                <a href=place.tracking()>{row.place.clone()}</a>
            </td>
            <td role="cell" data-label="Trigger Settings">
                <ul class="plain-list">{lines(&row.settings, "Every event")}</ul>
            </td>
            <td role="cell" data-label="Action Settings" class="table__wide">
                <span class="destination">{row.destination.clone()}</span>
                {same}
            </td>
            <td role="cell" data-label="Both fire for events where">
                <ul class="plain-list">{lines(&row.shared, "Anything: both always fire together")}</ul>
            </td>
        </tr>
    }
    .erase()
}
