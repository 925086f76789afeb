//! One request for a desk page, from the door to the answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use leptos::nonce::Nonce;
use leptos::prelude::*;

use super::layout::{Around, document};
use crate::backend::Backend;
use crate::error::AppError;
use crate::http::{Form, Pages, backend_of, log_in_first, login_address, read_form, status};
use crate::parts::view::Erase;
use crate::views::Person;

/// Nothing on a desk page runs.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The same with one script of ours, told by its nonce, that may ask the server for more.
fn policy_with(nonce: &str) -> String {
    format!("{POLICY}; script-src 'nonce-{nonce}'; connect-src 'self'")
}

/// A request for a desk page by somebody who is logged in. What he may see and do is the backend's to say.
pub(crate) struct Visit {
    /// The backend, bound to this person.
    pub backend: Arc<dyn Backend>,
    /// Who it is.
    pub person: Person,
    pages: Pages,
    parts: Parts,
}

impl Visit {
    /// Lets a person in who wants to look.
    pub(crate) fn open(pages: Pages, request: Request) -> Result<Visit, Box<Response>> {
        let (parts, _) = request.into_parts();
        Visit::of(pages, parts)
    }

    /// Lets a person in who posts a form. Who is not logged in any more is asked to log in, and then the form goes on
    /// its way as it was filled in.
    pub(crate) async fn post(pages: Pages, request: Request) -> Result<(Visit, Form), Box<Response>> {
        let (parts, form) = read_form(request).await.map_err(Box::new)?;
        match backend_of(&parts) {
            Some(backend) if backend.person().is_none() => {
                Err(Box::new(log_in_first(&pages, parts, &form, backend).await))
            }
            _ => Visit::of(pages, parts).map(|visit| (visit, form)),
        }
    }

    /// The same for whoever reads the body himself.
    pub(crate) fn of(pages: Pages, parts: Parts) -> Result<Visit, Box<Response>> {
        let known = backend_of(&parts).and_then(|backend| backend.person().map(|person| (backend, person)));
        match known {
            Some((backend, person)) => Ok(Visit {
                backend,
                person,
                pages,
                parts,
            }),
            None => Err(Box::new(Redirect::to(&login_address(&parts.uri)).into_response())),
        }
    }

    /// The first value of a name in the address's query; empty without.
    pub(crate) fn query(&self, name: &str) -> String {
        form_urlencoded::parse(self.parts.uri.query().unwrap_or_default().as_bytes())
            .find(|(found, _)| found == name)
            .map(|(_, text)| text.into_owned())
            .unwrap_or_default()
    }

    /// Every value of a name in the address's query, in order.
    pub(crate) fn queries(&self, name: &str) -> Vec<String> {
        form_urlencoded::parse(self.parts.uri.query().unwrap_or_default().as_bytes())
            .filter(|(found, _)| found == name)
            .map(|(_, text)| text.into_owned())
            .collect()
    }

    /// A header of the request; empty without.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.parts.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The page's path, as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// Ends the visit with a page. `body` is what stands in its `<main>`.
    pub(crate) async fn page(self, title: &str, body: impl FnOnce() -> AnyView) -> Response {
        self.draw(StatusCode::OK, title, body).await
    }

    /// The same with a script at its end. Without it the page must do the same by its links.
    pub(crate) async fn page_with_script(
        self,
        title: &str,
        script: &'static str,
        body: impl FnOnce() -> AnyView,
    ) -> Response {
        draw(
            &self.pages,
            &self.parts,
            StatusCode::OK,
            title,
            Some(script),
            body,
        )
        .await
    }

    /// Ends the visit with the form that was posted, drawn again with what is wrong in it.
    pub(crate) async fn refused(self, title: &str, body: impl FnOnce() -> AnyView) -> Response {
        self.draw(StatusCode::UNPROCESSABLE_ENTITY, title, body).await
    }

    /// Ends the visit with another page, which says what happened.
    pub(crate) async fn done(self, notice: &str, to: &str) -> Response {
        // A lost notice is no reason to call a done thing failed.
        let _ = self.backend.set_notice(notice).await;
        self.go(to)
    }

    /// The same with a button that takes it back, by a post to `undo`.
    pub(crate) async fn done_with_undo(self, notice: &str, undo: &str, to: &str) -> Response {
        let _ = self.backend.set_notice_with_undo(notice, undo).await;
        self.go(to)
    }

    /// Ends the visit with what is wrong.
    pub(crate) async fn trouble(self, error: AppError) -> Response {
        if error == AppError::LoggedOut {
            return Redirect::to(&login_address(&self.parts.uri)).into_response();
        }
        let title = trouble_title(&error);
        self.draw(status(&error), title, || trouble_view(title, &error))
            .await
    }

    /// Ends the visit with the way to another page.
    pub(crate) fn go(self, to: &str) -> Response {
        Redirect::to(to).into_response()
    }

    async fn draw(self, status: StatusCode, title: &str, body: impl FnOnce() -> AnyView) -> Response {
        draw_for(&self.pages, &self.parts, status, title, body).await
    }
}

/// Draws a page for whoever asks, logged in or not.
pub(crate) async fn draw_for(
    pages: &Pages,
    parts: &Parts,
    status: StatusCode,
    title: &str,
    body: impl FnOnce() -> AnyView,
) -> Response {
    draw(pages, parts, status, title, None, body).await
}

async fn draw(
    pages: &Pages,
    parts: &Parts,
    status: StatusCode,
    title: &str,
    script: Option<&'static str>,
    body: impl FnOnce() -> AnyView,
) -> Response {
    let nonce = script.map(|_| Nonce::new().to_string());
    let backend = backend_of(parts);
    // A notice that can't be read is no reason to show no page.
    let (notice, alert) = match &backend {
        Some(backend) => (
            backend.take_notice().await.unwrap_or_default(),
            backend.alert().await,
        ),
        None => (None, None),
    };
    let around = Around {
        title,
        path: parts.uri.path(),
        person: backend.and_then(|backend| backend.person()),
        notice,
        alert,
        options: pages.options(),
        script: nonce.as_deref().zip(script),
    };
    let html = Owner::new().with(|| document(around, body()));
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    let policy = nonce.and_then(|nonce| HeaderValue::from_str(&policy_with(&nonce)).ok());
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.unwrap_or_else(|| HeaderValue::from_static(POLICY)),
    );
    // A page shows one person's data: no cache may keep it for another.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// There is no such page.
pub(crate) async fn missing(State(pages): State<Pages>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let error = AppError::NotFound;
    let title = trouble_title(&error);
    draw_for(&pages, &parts, status(&error), title, || {
        trouble_view(title, &error)
    })
    .await
}

fn trouble_title(error: &AppError) -> &'static str {
    match error {
        AppError::NotFound => "Nothing here",
        AppError::Forbidden => "Not for you to change",
        AppError::Conflict => "Changed in the meantime",
        _ => "This did not work",
    }
}

fn trouble_view(title: &'static str, error: &AppError) -> AnyView {
    view! {
        <section class="trouble" role="alert">
            <h1 class="trouble__title">{title}</h1>
            <p class="trouble__text">{error.to_string()}</p>
            <a class="button" href="/">"Go to the first page"</a>
        </section>
    }
    .erase()
}
