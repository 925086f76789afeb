//! Plain forms that are posted: reading them, and asking to log in when a session ended while one was filled in.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{StatusCode, header};

use super::login::said;
use super::page::Pages;
use crate::backend::Backend;
use crate::desk::login::{LoginState, login_page};

/// Largest form read, in bytes: a message of a million characters still gets its complaint at its field instead of
/// being cut off at the door.
const MAX_FORM: usize = 4 * 1024 * 1024;

/// A form's names and texts, in order.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The first text of this name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(found, _)| *found == name)
            .map(|(_, text)| text)
    }

    /// The first text of this name without spaces around it; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.first(name).unwrap_or_default().trim().to_owned()
    }

    /// Every text of this name: what several boxes of one name have chosen.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.pairs()
            .filter(|(found, _)| *found == name)
            .map(|(_, text)| text.to_owned())
            .collect()
    }

    /// Whether there is anything of this name: a box that is ticked, a button that was pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// Everything, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// Reads a plain form, or says why it can't be.
pub(crate) async fn read_form(request: Request) -> Result<(Parts, Form), Response> {
    let (parts, body) = request.into_parts();
    let is_form = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "This address takes a form.").into_response());
    }
    let Ok(bytes) = to_bytes(body, MAX_FORM).await else {
        return Err((
            StatusCode::PAYLOAD_TOO_LARGE,
            "The form is too large; go back and shorten it.",
        )
            .into_response());
    };
    let pairs = form_urlencoded::parse(&bytes).into_owned().collect();
    Ok((parts, Form(pairs)))
}

/// Whether a field may wait in a page until somebody has logged in: never a secret, nor what the login itself asks.
fn may_wait(name: &str) -> bool {
    name != "email" && name != "next" && !name.contains("token") && !name.contains("password")
}

/// The session ended while the form was filled in: asks to log in, carrying the form along, and then posts it again.
pub(crate) async fn log_in_first(
    pages: &Pages,
    parts: Parts,
    form: &Form,
    backend: Arc<dyn Backend>,
) -> Response {
    let email = form.first("email").unwrap_or_default().to_owned();
    let mut error = None;
    if let Some(password) = form.first("password") {
        match backend.log_in(&email, password).await {
            // 307: the browser posts the same form again, now with the new session's cookie.
            Ok(()) => {
                let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
                return Redirect::temporary(here).into_response();
            }
            Err(refused) => error = Some(said(&refused)),
        }
    }
    let resume = form
        .pairs()
        .filter(|(name, _)| may_wait(name))
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    let state = LoginState {
        email,
        error,
        next: String::new(),
        resume,
    };
    login_page(pages, &parts, StatusCode::UNAUTHORIZED, state).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_waits_in_a_page() {
        for name in ["action.auth_token", "password", "new_password", "email", "next"] {
            assert!(!may_wait(name), "{name}");
        }
        assert!(may_wait("action.text"));
    }

    #[test]
    fn boxes_of_one_name_are_read_all() {
        let pairs = [("a", "1"), ("b", " 2 "), ("a", "3")];
        let form = Form(
            pairs
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        );
        assert_eq!(form.all("a"), ["1", "3"]);
        assert_eq!(form.text("b"), "2");
        assert!(form.has("b") && !form.has("c"));
        assert_eq!(form.text("c"), "");
    }
}
