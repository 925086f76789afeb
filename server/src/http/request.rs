//! Reading requests of the REST interface, so that every refusal is a problem of the one form.

use std::convert::Infallible;

use axum::RequestPartsExt as _;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use futures::StreamExt as _;
use leadbell_domain::FieldErrors;
use serde_json::Value;

use super::problem::Problem;

/// Largest body, in bytes.
pub const MAX_BODY: usize = 10 * 1024 * 1024;
/// Largest body, in bytes, that is read to its end although it is refused: who hears an answer only after having sent
/// everything, as most clients do, then learns why. A larger one is refused unread.
const MAX_DRAINED: u64 = 32 * 1024 * 1024;

/// Most rows of one page.
const MAX_ROWS: i64 = 1_000;

/// Reads at most [`MAX_BODY`]. Call it after authentication: strangers get no memory of ours.
pub async fn read_body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The body may have at most 10 MB.");
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let mut parts = body.into_data_stream();
    if let Some(length) = declared.filter(|length| *length > MAX_BODY as u64) {
        if length <= MAX_DRAINED {
            while let Some(Ok(_)) = parts.next().await {}
        }
        return Err(too_large());
    }
    let mut whole = Vec::new();
    while let Some(part) = parts.next().await {
        let part =
            part.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The body did not arrive whole."))?;
        if whole.len() + part.len() > MAX_BODY {
            return Err(too_large());
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
}

/// The type of the body, lower case and without parameters; `None` if it is not said.
pub fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

/// Reads a JSON body.
pub(super) async fn json_body(headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    says_json(headers)?;
    parse_json(&read_body(headers, body).await?)
}

/// Refuses what does not say that it is JSON: a form that a browser was tricked into posting never is.
pub(super) fn says_json(headers: &HeaderMap) -> Result<(), Problem> {
    match content_type(headers).as_deref() {
        Some("application/json") => Ok(()),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send application/json.",
        )),
    }
}

/// Reads JSON that has arrived.
pub(super) fn parse_json(body: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            format!("The body is not valid JSON: {error}."),
        )
    })
}

/// The id in the path. One that is no text is nobody's.
pub(super) struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.extract::<Path<String>>().await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem::new(
                StatusCode::NOT_FOUND,
                "There is nothing of this id.",
            )),
        }
    }
}

/// The query of the address. What is wrong with it is said by name, together with everything else.
pub(super) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(
            form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        ))
    }
}

impl Params {
    /// The text of this name, which may be given once.
    pub(super) fn text(&self, name: &str, errors: &mut FieldErrors) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let (_, text) = found.next()?;
        if found.next().is_some() {
            errors.add(name, "This is given twice.");
        }
        Some(text)
    }

    /// The whole number of this name.
    pub(super) fn number(&self, name: &str, errors: &mut FieldErrors) -> Option<i64> {
        let text = self.text(name, errors)?;
        errors.keep(name, text.parse().map_err(|_| "Expected a whole number."))
    }

    /// How many rows a page may have: 1 to 1,000, 100 if nothing is said.
    pub(super) fn limit(&self, errors: &mut FieldErrors) -> i64 {
        self.within("limit", 1, MAX_ROWS, errors).unwrap_or(100)
    }

    /// How many rows to skip.
    pub(super) fn offset(&self, errors: &mut FieldErrors) -> i64 {
        self.within("offset", 0, i64::from(u32::MAX), errors).unwrap_or(0)
    }

    fn within(&self, name: &str, least: i64, most: i64, errors: &mut FieldErrors) -> Option<i64> {
        let number = self.number(name, errors)?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        errors.add(name, format!("This is a number from {least} to {most}."));
        None
    }
}
