//! Logging in and out by plain forms.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use super::form::read_form;
use super::page::{Pages, backend_of};
use super::path::same_site;
use crate::desk::login::{LoginState, login_page};
use crate::error::AppError;

/// `POST /login`.
pub(crate) async fn log_in(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, form) = match read_form(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let email = form.first("email").unwrap_or_default().to_owned();
    let password = form.first("password").unwrap_or_default();
    let next = form
        .first("next")
        .and_then(same_site)
        .unwrap_or_default()
        .to_owned();
    let answer = match backend_of(&parts) {
        Some(backend) => backend.log_in(&email, password).await,
        None => Err(AppError::LoggedOut),
    };
    let Err(error) = answer else {
        let to = if next.is_empty() { "/" } else { &next };
        return Redirect::to(to).into_response();
    };
    let state = LoginState {
        email,
        error: Some(said(&error)),
        next,
        resume: Vec::new(),
    };
    login_page(&pages, &parts, StatusCode::UNPROCESSABLE_ENTITY, state).await
}

/// `POST /logout`.
pub(super) async fn log_out(request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Some(backend) = backend_of(&parts)
        && let Err(error) = backend.log_out().await
    {
        return (crate::api::told::status(&error), error.to_string()).into_response();
    }
    Redirect::to("/login").into_response()
}

/// Why logging in was refused, in one sentence.
pub(super) fn said(error: &AppError) -> String {
    match error {
        AppError::Fields(errors) => match errors.0.first() {
            Some(first) => first.message.clone(),
            None => error.to_string(),
        },
        other => other.to_string(),
    }
}
