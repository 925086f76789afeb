//! `…/tracking/{rule}/history`: what a rule was and who changed it; `…/restore` brings a version back.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use leadbell_domain::RuleId;
use leptos::prelude::*;

use super::changes::{changes, facts};
use super::form::Wrong;
use super::log::log_of_rule;
use super::rule_place::{RulePlace, rule_of, under_tracking};
use super::{Visit, moment};
use crate::address::Place;
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::head::{Tab, entity_head};
use crate::parts::pager::pager;
use crate::parts::view::{Erase, nothing};
use crate::rules::label_of;
use crate::views::{HistoryPage, RestoreRule, VersionRow};

/// The pages of all levels and of the publisher's own profile.
pub(super) fn router() -> Router<Pages> {
    let mut router = Router::new();
    for path in under_tracking("{rule}/history") {
        router = router.route(&path, get(open));
    }
    for path in under_tracking("{rule}/restore") {
        router = router.route(&path, post(restore));
    }
    router
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/history") else {
        return visit.trouble(AppError::NotFound).await;
    };
    let page = visit.query("page").trim().parse().unwrap_or(1);
    show(visit, &on, &rule, page, Wrong::default()).await
}

/// The history, with what speaks against a version that was to be brought back.
async fn show(visit: Visit, on: &RulePlace, rule: &RuleId, page: u32, wrong: Wrong) -> Response {
    let found = visit.backend.rule_history(on.level, &on.entity, rule, page).await;
    match found {
        Ok(history) => {
            let title = format!("History of rule {}", history.number);
            let refused = !wrong.errors.is_empty() || wrong.message.is_some();
            let body = || shown(&history, &on.place, &wrong);
            if refused {
                visit.refused(&title, body).await
            } else {
                visit.page(&title, body).await
            }
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn restore(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let found = rule_of(&visit, "/restore");
    let (version, seen) = (visit.query("version").parse(), visit.query("seen").parse());
    let (Some((on, rule)), Ok(version), Ok(seen)) = (found, version, seen) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let restore = RestoreRule {
        level: on.level,
        entity: on.entity.clone(),
        rule,
        version,
        seen,
    };
    match visit.backend.restore_rule(&restore).await {
        Ok(restored) => {
            let mut said = if version == seen {
                format!("Rule {} is back.", restored.number)
            } else {
                format!(
                    "Rule {} is again what it was in version {version}.",
                    restored.number
                )
            };
            if let Some(note) = restored.note {
                said = format!("{said} {note}");
            }
            let to = match form.has("from_history") {
                true => history_address(&on.place, &restore.rule),
                false => on.place.tracking(),
            };
            visit.done(&said, &to).await
        }
        Err(AppError::Fields(errors)) => {
            let message = Some(format!(
                "Version {version} can't be brought back as it was: not everything in it is allowed any more."
            ));
            let wrong = Wrong { errors, message };
            show(visit, &on, &restore.rule, 1, wrong).await
        }
        Err(AppError::Conflict) => {
            let message = "The rule was changed in the meantime; this is its history now.".to_owned();
            let wrong = Wrong {
                message: Some(message),
                ..Wrong::default()
            };
            show(visit, &on, &restore.rule, 1, wrong).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// The address of a rule's history.
pub(super) fn history_address(place: &Place, rule: &RuleId) -> String {
    format!("{}/history", place.rule(rule))
}

fn shown(page: &HistoryPage, place: &Place, wrong: &Wrong) -> AnyView {
    let listing = &page.listing;
    let versions = listing
        .rows
        .iter()
        .map(|row| version(page, place, row))
        .collect_view();
    let address = history_address(place, &page.rule);
    let pages = pager(
        listing.total,
        listing.offset,
        listing.limit,
        listing.rows.len(),
        |page| with_query(&address, &[("page", &page.to_string())]),
    );
    let name = (!page.name.is_empty()).then(|| format!(" · {}", page.name));
    let deleted = page.deleted_at.map(|at| {
        view! { <p class="remark">"This rule was deleted on " {moment(at)} ". Its messages stay in the log."</p> }.erase()
    });
    let links = match page.deleted_at {
        Some(_) => {
            let deleted = format!("{}/deleted", place.tracking());
            view! { <a href=deleted>"All deleted rules"</a> }.erase()
        }
        None if page.view.can_manage => {
            let sending = format!("{}/sending", place.rule(&page.rule));
            let layout = format!("{}/layout", place.rule(&page.rule));
            view! { <a href=place.rule(&page.rule) rel="external">"Edit this rule"</a> " " <a href=sending>"Sending"</a> " " <a href=layout>"Layout"</a> }.erase()
        }
        None => nothing(),
    };
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{format!("History of rule {}", page.number)} {name}</h2>
            {refusal(wrong)}
            {deleted}
            <p class="page-part__links"><a href=place.tracking()>"Back to the rules"</a>
                " " <a href=log_of_rule(page.number)>"What it did"</a> {links}</p>
        </section>
        <ol class="versions" role="list">{versions}</ol>
        {pages}
    }
    .erase()
}

/// Why a version was not brought back. There are no fields here to lead to.
fn refusal(wrong: &Wrong) -> AnyView {
    let Some(message) = wrong.message.clone() else {
        return nothing();
    };
    let items = wrong
        .errors
        .0
        .iter()
        .map(|error| view! { <li>{label_of(&error.field)} ": " {error.message.clone()}</li> }.erase())
        .collect_view();
    view! {
        <div class="complaints" role="alert">
            <p class="complaints__title">{message}</p>
            <ul>{items}</ul>
        </div>
    }
    .erase()
}

fn version(page: &HistoryPage, place: &Place, row: &VersionRow) -> AnyView {
    let here = row.version == page.version && page.deleted_at.is_none();
    let told = row
        .changes
        .as_ref()
        .map(|found| changes(found, "Saved without a change."));
    let restore = row.restorable.then(|| {
        let to = place.restore(&page.rule, row.version, page.version);
        let said = format!("Restore version {}", row.version);
        view! {
            <form class="version__restore" method="post" action=to>
                <input type="hidden" name="from_history" value="yes"/>
                <button type="submit" class="button button--small" aria-label=said>"Restore this version"</button>
            </form>
        }
        .erase()
    });
    view! {
        <li class="card version">
            <header class="version__head">
                <h3 class="version__title">{format!("Version {}", row.version)}</h3>
                {here.then(|| view! { <span class="tag">"now"</span> }.erase())}
                <span class="version__what">{row.what} " by " {row.who.clone()} ", " {moment(row.at)}</span>
                {restore}
            </header>
            {told}
            <details class="version__whole">
                <summary>"The whole rule of this version"</summary>
                {facts(&row.facts)}
            </details>
        </li>
    }
    .erase()
}
