//! A list of the catalog as a file.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header;
use leadbell_domain::EntityKind;

use super::super::Visit;
use crate::error::AppError;
use crate::http::Pages;
use crate::views::catalog::CatalogSearch;

pub(super) async fn open(State(pages): State<Pages>, Path(kind): Path<String>, request: Request) -> Response {
    let visit = match Visit::open(pages, request) {
        Ok(visit) => visit,
        Err(elsewhere) => return *elsewhere,
    };
    let search = CatalogSearch::of(&visit);
    let found = EntityKind::ALL.into_iter().find(|known| known.plural() == kind);
    let file = match found {
        Some(kind) => visit.backend.export(kind, &search).await,
        None => Err(AppError::NotFound),
    };
    match file {
        Ok(file) => (
            [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"leadbell-{kind}.csv\""),
                ),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            file,
        )
            .into_response(),
        Err(error) => visit.trouble(error).await,
    }
}
