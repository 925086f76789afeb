//! A list as a file: the links to it, how far it is while it comes, and the answer that carries it.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Json, Response};
use http::header;
use leptos::prelude::*;

use crate::backend::ExportFormat;
use crate::desk::Visit;
use crate::error::AppError;
use crate::http::Pages;
use crate::parts::view::Erase;

/// Where pages ask how far an export is.
pub(super) const PROGRESS: &str = "/log/export/progress";

/// Follows a file that is being written, until it has all of it.
macro_rules! export_script {
    () => {
        include_str!("export.js")
    };
}
pub(super) use export_script;

/// What a file is called in addresses, its media type, and its link's words.
const FORMATS: [(&str, ExportFormat, &str, &str); 2] = [
    ("csv", ExportFormat::Csv, "text/csv; charset=utf-8", "Export CSV"),
    (
        "ndjson",
        ExportFormat::Ndjson,
        "application/x-ndjson",
        "Export JSON",
    ),
];

/// The links, and the place where a script says how far a file is. `address` gives the address of a format's file.
pub(super) fn links(address: impl Fn(&'static str) -> String) -> AnyView {
    let links = FORMATS
        .iter()
        .map(|(format, _, _, label)| {
            let href = address(format);
            view! { <a class="button button--quiet button--small log-file" href=href download="">{*label}</a> }.erase()
        })
        .collect_view();
    view! {
        <span class="log-files">{links}</span>
        <p id="log-export" class="log-export" data-href=PROGRESS hidden>
            <progress class="try-progress" max="100" aria-label="Export"></progress>
            <span class="hint"></span>
            <span class="visually-hidden" role="status"></span>
        </p>
    }
    .erase()
}

/// The format that an address names, and by which name its page will ask how far it is.
pub(super) fn wanted(visit: &Visit) -> Result<(ExportFormat, String), AppError> {
    let named = visit.query("format");
    let found = FORMATS.iter().find(|(key, ..)| *key == named);
    let (_, format, ..) = found.ok_or(AppError::NotFound)?;
    Ok((*format, visit.query("name")))
}

/// The answer with the file.
pub(super) fn answer(name: &str, format: ExportFormat, body: Body) -> Response {
    let found = FORMATS.iter().find(|(_, known, ..)| *known == format);
    let (ending, _, mime, _) = found.expect("every format is known");
    (
        [
            (header::CONTENT_TYPE, (*mime).to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}.{ending}\""),
            ),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        body,
    )
        .into_response()
}

/// `/log/export/progress`: how far one is, as JSON for the script.
pub(super) async fn progress(State(pages): State<Pages>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.backend.export_progress(&visit.query("name")).await {
        Ok(progress) => ([(header::CACHE_CONTROL, "no-store")], Json(progress)).into_response(),
        Err(error) => visit.trouble(error).await,
    }
}
