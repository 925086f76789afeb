//! `/settings`: what a house settles for itself.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use leadbell_domain::Kept;
use leadbell_domain::settings::{
    COMPLIANCE, COMPLIANCE_CHOICES, KEYS, PUBLISHERS, PUBLISHERS_CHOICES, setting_label,
};
use leptos::prelude::*;

use super::Visit;
use super::form::{Field, Wrong, complaints};
use super::storage::storage;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::settings::StorageView;

const HERE: &str = "/settings";
const TITLE: &str = "Settings";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new().route(HERE, get(open).post(post))
}

async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match look(&visit).await {
        Ok((texts, holds)) => {
            visit
                .page(TITLE, || page(&texts, &holds, &Wrong::default()))
                .await
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn post(State(pages): State<Pages>, request: Request) -> Response {
    let (visit, form) = match Visit::post(pages, request).await {
        Ok(opened) => opened,
        Err(elsewhere) => return *elsewhere,
    };
    let typed: Vec<(String, String)> = KEYS
        .iter()
        .map(|(key, _)| ((*key).to_owned(), form.text(key)))
        .collect();
    match visit.backend.change_settings(&typed).await {
        Ok(said) => visit.done(&said, HERE).await,
        Err(AppError::Fields(errors)) => {
            let wrong = Wrong {
                errors,
                message: None,
            };
            match visit.backend.storage().await {
                Ok(holds) => visit.refused(TITLE, || page(&typed, &holds, &wrong)).await,
                Err(error) => visit.trouble(error).await,
            }
        }
        Err(error) => visit.trouble(error).await,
    }
}

async fn look(visit: &Visit) -> Result<(Vec<(String, String)>, StorageView), AppError> {
    Ok((visit.backend.settings().await?, visit.backend.storage().await?))
}

fn page(texts: &[(String, String)], holds: &StorageView, wrong: &Wrong) -> AnyView {
    let text = |key: &str| {
        let found = texts.iter().find(|(known, _)| known == key);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let choice = |key: &'static str, hint: &'static str, choices: [(&str, &str); 2]| {
        let options = choices.map(|(value, label)| (value.to_owned(), label.to_owned()));
        Field::new(key, setting_label(key), wrong)
            .hint(hint)
            .choice(&options, &text(key))
    };
    let kept = Kept::ALL
        .map(|kind| {
            Field::new(kind.key(), kind.label(), wrong)
                .hint(kind.hint())
                .required()
                .line("text", &text(kind.key()))
        })
        .collect_view();
    view! {
        <header class="head">
            <div class="head__line"><h1 class="head__title">{TITLE}</h1></div>
            <p class="hint">"They hold for everybody who works with this Leadbell. A change counts at once and stands in the audit log."</p>
            <p><a href="/settings/report">"Weekly report to Slack"</a></p>
        </header>
        <form class="card form" method="post" action=HERE>
            {complaints(wrong, |field| setting_label(field).to_owned())}
            <h2 class="form-section__title">"Who may do what"</h2>
            {choice(
                COMPLIANCE,
                "What people of the role Compliance Publisher do with the rules of publishers.",
                COMPLIANCE_CHOICES,
            )}
            {choice(
                PUBLISHERS,
                "Whether Buyer Agents and Buyer Editors filter the rules of their campaigns by publisher, channel and source. \
                 Shown means that they see the names of all of them.",
                PUBLISHERS_CHOICES,
            )}
            <h2 class="form-section__title">"How long things are kept"</h2>
            <p class="hint">
                "In days from their arrival, or “ever”. What is older is removed for good within ten minutes, a little at a time."
            </p>
            {kept}
            <p class="row-actions">
                <button type="submit" class="button button--primary">"Save settings"</button>
            </p>
        </form>
        {storage(holds)}
    }
    .erase()
}
