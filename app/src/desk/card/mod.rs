//! `…/tracking/{rule}/layout`: how a rule's messages look: the text alone or a card around it, with a preview drawn by
//! what sends it.

mod form;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::{FieldErrors, RuleDraft, RuleId};
use leptos::prelude::*;

use self::form::{Sheet, form};
use super::Visit;
use super::form::Wrong;
use super::rule_place::{RulePlace, rule_of, under_tracking};
use super::slack_card::slack_message;
use crate::address::Place;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::head::{Tab, entity_head};
use crate::parts::view::{Erase, nothing};
use crate::views::layout::LayoutPage;

/// The name of the choice between text and card.
const KIND: &str = "action.layout.kind";

/// The pages of all levels and of the publisher's own profile.
pub(super) fn router() -> Router<Pages> {
    let mut router = Router::new();
    for path in under_tracking("{rule}/layout") {
        router = router.route(&path, get(open).post(post));
    }
    router
}

/// What of the page is no part of the layout.
#[derive(Clone, Copy, Default)]
struct Shown {
    /// A sample is wanted in the preview, even where there are real events.
    sample: bool,
    /// Rows for all fields that a card may have.
    all_rows: bool,
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((on, rule)) = rule_of(&visit, "/layout") else {
        return visit.trouble(AppError::NotFound).await;
    };
    match visit
        .backend
        .rule_layout(on.level, &on.entity, &rule, None, false)
        .await
    {
        Ok(page) => {
            let wrong = Wrong::default();
            visit
                .page(&title(&page), || {
                    shown(&page, &on.place, &wrong, Shown::default())
                })
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(posted) => posted,
        Err(elsewhere) => return *elsewhere,
    };
    let (Some((on, rule)), Ok(seen)) = (rule_of(&visit, "/layout"), form.text("seen").parse()) else {
        return visit.trouble(AppError::NotFound).await;
    };
    // The same names as in the rule's own form.
    let typed = RuleDraft::from_form(form.pairs()).layout;
    let what = form.text("do");
    let how = Shown {
        sample: form.text("on") == "sample",
        all_rows: what == "more",
    };
    if matches!(what.as_str(), "preview" | "more") {
        return again(visit, &on, &rule, &typed, None, how).await;
    }
    let saved = visit
        .backend
        .save_layout(on.level, &on.entity, &rule, seen, &typed)
        .await;
    match saved {
        Ok(remark) => {
            let said = match remark {
                Some(remark) => format!("The layout is saved. {remark}"),
                None => "The layout is saved.".to_owned(),
            };
            visit.done(&said, &on.place.tracking()).await
        }
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            again(visit, &on, &rule, &typed, Some(wrong), how).await
        }
        Err(AppError::Conflict) => {
            let message = Some(
                "Somebody changed this rule meanwhile. Below is what you chose; save again to store it with the \
                 rule as it is now."
                    .to_owned(),
            );
            let wrong = Wrong {
                message,
                ..Wrong::default()
            };
            again(visit, &on, &rule, &typed, Some(wrong), how).await
        }
        Err(error) => visit.trouble(error).await,
    }
}

/// The page with what was typed; `refused` when it was to be saved.
async fn again(
    visit: Visit,
    on: &RulePlace,
    rule: &RuleId,
    typed: &BTreeMap<String, String>,
    refused: Option<Wrong>,
    how: Shown,
) -> Response {
    let found = visit
        .backend
        .rule_layout(on.level, &on.entity, rule, Some(typed), how.sample)
        .await;
    let page = match found {
        Ok(page) => page,
        Err(error) => return visit.trouble(error).await,
    };
    let is_wrong = refused.is_some() || !page.errors.is_empty();
    let wrong = refused.unwrap_or_else(|| Wrong {
        errors: page.errors.clone(),
        message: None,
    });
    let wrong = Wrong {
        errors: at_fields(wrong.errors),
        ..wrong
    };
    let title = title(&page);
    let body = || shown(&page, &on.place, &wrong, how);
    match is_wrong {
        true => visit.refused(&title, body).await,
        false => visit.page(&title, body).await,
    }
}

/// What is said of the layout as a whole stands at the choice.
fn at_fields(errors: FieldErrors) -> FieldErrors {
    let mut found = FieldErrors::new();
    for error in errors.0 {
        let field = if error.field == "action.layout" {
            KIND.to_owned()
        } else {
            error.field
        };
        found.add(field, error.message);
    }
    found
}

fn title(page: &LayoutPage) -> String {
    format!("Layout of rule {}", page.number)
}

fn shown(page: &LayoutPage, place: &Place, wrong: &Wrong, how: Shown) -> AnyView {
    let name = (!page.name.is_empty()).then(|| format!(" · {}", page.name));
    view! {
        {entity_head(&page.view, *place == Place::Own, Tab::Tracking)}
        <section class="page-part">
            <h2 class="page-part__title">{title(page)} {name}</h2>
            <p class="hint">
                "A card puts a heading, fields, a small line and a button around the message. The message text goes along in any \
                 case: notifications read it, and it is sent alone should Slack refuse the card."
            </p>
            <p class="page-part__links">
                <a href=place.tracking()>"Back to the rules"</a>
                <a href=place.rule(&page.rule) rel="external">"Edit this rule"</a>
            </p>
        </section>
        <div class="card-page">
            {form(&Sheet { page, wrong }, how)}
            {preview(page, how)}
        </div>
    }
    .erase()
}

fn preview(page: &LayoutPage, how: Shown) -> AnyView {
    let Some(preview) = &page.preview else {
        return view! {
            <section class="card card-page__preview" aria-label="Preview">
                <h3 class="card__title">"Preview"</h3>
                <p class="hint">"Correct the fields, and the message is shown here."</p>
            </section>
        }
        .erase();
    };
    let about = match (&preview.about, how.sample) {
        (Some(event), _) => format!("With the newest event of this trigger, {event}."),
        (None, true) => "With sample data.".to_owned(),
        (None, false) => "With sample data: there are no recent events of this trigger here.".to_owned(),
    };
    let cuts = if preview.cuts.is_empty() {
        view! { <p class="hint">"All of it is within Slack's limits."</p> }.erase()
    } else {
        let cuts = preview.cuts.join(", ");
        view! { <p class="remark" role="status">{format!("Cut, because Slack takes no more: {cuts}.")}</p> }
            .erase()
    };
    let notification = match preview.blocks {
        Some(_) => {
            let text = preview.text.clone();
            view! {
                <h4 class="card-page__sub">"Notification"</h4>
                <p class="card-page__text">{text}</p>
            }
            .erase()
        }
        None => nothing(),
    };
    view! {
        <section class="card card-page__preview" aria-label="Preview">
            <h3 class="card__title">"Preview"</h3>
            <p class="hint">{about}</p>
            {slack_message(&preview.text, preview.blocks.as_ref())}
            {cuts}
            {notification}
        </section>
    }
    .erase()
}
