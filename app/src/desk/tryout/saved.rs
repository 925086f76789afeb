//! `…/tracking/{rule}/test`: a rule as it is stored is tried on one event.

use axum::extract::{Request, State};
use axum::response::Response;
use leadbell_domain::{FieldErrors, RuleId};
use leptos::prelude::*;

use super::outcome::verdict;
use super::{parts, wish};
use crate::address::Place;
use crate::desk::Visit;
use crate::desk::form::{Wrong, complaints};
use crate::desk::rule_place::{RulePlace, rule_of};
use crate::error::AppError;
use crate::http::Pages;
use crate::logic::query::with_query;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::views::tryout::{RunView, TryPage, TryRule, TryWish};

/// The stored rule of an address.
pub(super) fn stored(on: &RulePlace, rule: RuleId) -> TryRule {
    TryRule {
        level: on.level,
        entity: on.entity.clone(),
        rule: Some(rule),
        version: None,
        draft: None,
    }
}

pub(super) async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/test") else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit.backend.try_page(&stored(&on, rule)).await {
        Ok(page) => {
            let title = title(&page);
            let (wish, wrong) = (TryWish::default(), Wrong::default());
            visit
                .page(&title, || shown(&page, &on.place, &wish, &wrong, None))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/test") else {
        return visit.trouble(AppError::NotFound).await;
    };
    let rule = stored(&on, rule);
    let page = match visit.backend.try_page(&rule).await {
        Ok(page) => page,
        Err(error) => return visit.trouble(error).await,
    };
    let wish = wish(&form);
    let title = title(&page);
    match visit.backend.try_out(&rule, &wish).await {
        Ok(run) => {
            let wrong = Wrong::default();
            visit
                .page(&title, || shown(&page, &on.place, &wish, &wrong, Some(&run)))
                .await
        }
        Err(AppError::Fields(errors)) => {
            let wrong = at_fields(errors);
            visit
                .refused(&title, || shown(&page, &on.place, &wish, &wrong, None))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

pub(super) fn at_fields(errors: FieldErrors) -> Wrong {
    Wrong {
        errors,
        message: None,
    }
}

fn title(page: &TryPage) -> String {
    match &page.rule {
        Some((_, number)) => format!("Test Run of rule {number}"),
        None => "Test Run".to_owned(),
    }
}

/// Where the run is kept, and the run.
pub(super) fn result(run: &RunView) -> AnyView {
    let kept = format!("/log/test-runs/{}", run.id);
    view! {
        <section class="log-part" aria-labelledby="try-result">
            <div role="status">
                <h3 class="log-part__title" id="try-result">
                    {if run.fires { "Result: it would fire" } else { "Result: it would not fire" }}
                </h3>
            </div>
            <p class="hint">"On " {run.source} " " {run.event.clone()} ". " <a href=kept>"Kept under Test Runs"</a></p>
            {verdict(run, true)}
        </section>
    }
    .erase()
}

fn shown(page: &TryPage, place: &Place, wish: &TryWish, wrong: &Wrong, run: Option<&RunView>) -> AnyView {
    let name = (!page.name.is_empty()).then(|| format!(" · {}", page.name));
    let (address, number) = match &page.rule {
        Some((rule, number)) => (place.rule(rule), *number),
        None => (place.new_rule(), 0),
    };
    let edit = page
        .view
        .can_manage
        .then(|| view! { <a href=address.clone() rel="external">"Edit this rule"</a> }.erase());
    let kept = with_query("/log/test-runs", &[("rule", &number.to_string())]);
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title(page)} {name}</h2>
            <p>{page.sentence.clone()}</p>
            <p class="page-part__links">
                <a href=place.tracking() rel="external">"Back to the rules"</a>
                {edit}
                <a href=format!("{address}/backtest")>"Backtest"</a>
                <a href=kept>"Test runs of this rule"</a>
            </p>
        </section>
        <form class="card form" method="post" action=format!("{address}/test#try-result")>
            {complaints(wrong, parts::label)}
            {parts::fields(page, wish, wrong)}
            <p class="row-actions">
                <button type="submit" class="button button--primary">"Run the test"</button>
            </p>
        </form>
        {run.map(result)}
    }
    .erase()
}
