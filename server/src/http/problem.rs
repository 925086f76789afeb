//! Errors of the REST interface: `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leadbell_domain::{FieldError, FieldErrors};
use leadbell_store::StoreError;
use serde::Serialize;

/// An error as the caller sees it.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// What kind of error, in two words.
    title: String,
    /// HTTP status.
    status: u16,
    /// What to do about it.
    detail: String,
    /// Complaints, each at its field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    /// An error of this status; `detail` says what to do.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// Input that can't be used.
    pub fn fields(errors: FieldErrors) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Some fields can't be used; see errors.",
        );
        problem.errors = errors.0;
        problem
    }

    /// Names the seconds after which a try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Problem::new(StatusCode::NOT_FOUND, "There is nothing of this id."),
            StoreError::Conflict => Problem::new(
                StatusCode::CONFLICT,
                "It was changed in the meantime. Fetch it again and repeat your change.",
            ),
            StoreError::Taken(field) => Problem::new(StatusCode::CONFLICT, format!("This {field} is taken.")),
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "the database is not available");
                Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The database is not available. Try again.",
                )
                .retry_after(2)
            }
            error => {
                let number = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
                tracing::error!(%error, number, "internal error");
                Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    format!("Something went wrong on our side. Tell support the number {number}."),
                )
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, axum::Json(self)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
