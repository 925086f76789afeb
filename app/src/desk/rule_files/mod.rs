//! All rules as a file: `/rules/export` and `/rules/import`, for those whose duty it is.

mod import;
mod look;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use leptos::prelude::*;

use super::Visit;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;
use crate::views::RuleFileKind;

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/rules", get(first))
        .route("/rules/export", get(open))
        .route("/rules/export/{file}", get(download))
        .route("/rules/import", get(import::open).post(import::post))
}

/// The files that can be downloaded.
const FILES: [(&str, RuleFileKind, &str); 2] = [
    ("leadbell-rules.yaml", RuleFileKind::Yaml, "application/yaml"),
    ("leadbell-rules.json", RuleFileKind::Json, "application/json"),
];

/// The head of both pages; `importing` says which is open.
fn head(importing: bool) -> AnyView {
    let tab = |href: &'static str, label: &'static str, here: bool| {
        view! { <a class="tabs__tab" href=href aria-current=here.then_some("page")>{label}</a> }.erase()
    };
    view! {
        <header class="head">
            <div class="head__line">
                <h1 class="head__title">{if importing { "Import rules" } else { "Export rules" }}</h1>
            </div>
            <nav class="tabs" aria-label="Rules as a file">
                {tab("/rules/export", "Export", !importing)}
                {tab("/rules/import", "Import", importing)}
            </nav>
        </header>
    }
    .erase()
}

/// `/rules`.
async fn first(State(pages): State<Pages>, request: Request) -> Response {
    match Visit::open(pages, request) {
        Ok(visit) => visit.go("/rules/export"),
        Err(elsewhere) => *elsewhere,
    }
}

/// `/rules/export`.
async fn open(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    if !visit.backend.rule_file_duties().0 {
        return visit.trouble(AppError::NotFound).await;
    }
    visit.page("Export rules", page).await
}

fn page() -> AnyView {
    let [yaml, json] = FILES.map(|(name, ..)| format!("/rules/export/{name}"));
    view! {
        {head(false)}
        <section class="page-part">
            <h2 class="page-part__title">"All rules as one file"</h2>
            <p>
                "Every rule you may see, with its filters, message and destination, always in the same order: "
                "as a copy to keep, to compare with an earlier one, or to take to another Leadbell."
            </p>
            <p class="hint">
                "Slack tokens are never in it. A rule names its saved connection by id, name and workspace."
            </p>
            <p class="row-actions">
                <a class="button button--primary" href=yaml download="leadbell-rules.yaml">"Download as YAML"</a>
                <a class="button" href=json download="leadbell-rules.json">"Download as JSON"</a>
            </p>
        </section>
    }
    .erase()
}

/// `/rules/export/leadbell-rules.…`.
async fn download(State(pages): State<Pages>, Path(file): Path<String>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let Some((_, kind, media_type)) = FILES.into_iter().find(|(name, ..)| *name == file) else {
        return visit.trouble(AppError::NotFound).await;
    };
    let body = match visit.backend.export_rules(kind).await {
        Ok(body) => body,
        Err(error) => return visit.trouble(error).await,
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{file}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
