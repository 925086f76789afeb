//! A rule that is still in its form: tried without being saved. Everything typed travels in the page itself, and goes
//! back into the form with one button.

use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use leptos::prelude::*;

use super::parts;
use super::saved::result;
use crate::address::Place;
use crate::desk::carried::carried;
use crate::desk::draw_for;
use crate::desk::form::{Wrong, complaints};
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::Erase;
use crate::views::tryout::{RunView, TryPage, TryRule, TryWish};

/// What the page shows.
pub(crate) struct DraftTry<'a> {
    /// The rule with its form.
    pub rule: &'a TryRule,
    /// What it can be tried with.
    pub page: &'a TryPage,
    /// What was typed there.
    pub wish: &'a TryWish,
    /// What is wrong with that.
    pub wrong: &'a Wrong,
    /// What came of it.
    pub run: Option<&'a RunView>,
}

/// The page.
pub(crate) async fn draft_page(
    pages: &Pages,
    parts: &Parts,
    place: &Place,
    tried: &DraftTry<'_>,
) -> Response {
    let failed = !tried.wrong.errors.is_empty() || tried.wrong.message.is_some();
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    draw_for(pages, parts, status, "Test Run of a rule in its form", || {
        shown(place, tried)
    })
    .await
}

fn shown(place: &Place, tried: &DraftTry<'_>) -> AnyView {
    let DraftTry {
        rule,
        page,
        wish,
        wrong,
        run,
    } = tried;
    let address = match &rule.rule {
        Some(id) => place.rule(id),
        None => place.new_rule(),
    };
    let draft = rule.draft.clone().unwrap_or_default();
    let title = match &page.rule {
        Some((_, number)) => format!("Rule {number} as it stands in the form"),
        None => "The new rule as it stands in the form".to_owned(),
    };
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title}</h2>
            <p>{page.sentence.clone()}</p>
            <p class="hint">"Nothing is saved yet, and nothing you typed is lost."</p>
        </section>
        <form class="card form" method="post" action=format!("{address}?step=2")>
            {carried(&draft, rule.version)}
            {complaints(wrong, parts::label)}
            <h3 class="card__title">"Test Run"</h3>
            {parts::fields(page, wish, wrong)}
            <p class="row-actions">
                <button type="submit" class="button button--primary" name="do" value="try_run">"Run the test"</button>
                <button type="submit" class="button" name="do" value="edit">"Go on editing"</button>
                <button type="submit" class="button" name="do" value="save">"Save Rule"</button>
            </p>
            <h3 class="card__title">"Backtest"</h3>
            <p class="hint">{parts::BACKTEST}</p>
            {parts::days(("do", "try_backtest"))}
        </form>
        {run.map(result)}
    }
    .erase()
}
