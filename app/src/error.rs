//! What a page can be told instead of what it asked for.

use leadbell_domain::FieldErrors;
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// Why a server function did not do it: only outcomes a person can act on; anything else is an opaque id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is logged in, or the session ended. What was typed stays; log in and try again.
    LoggedOut,
    /// It is not there, or not for this person.
    NotFound,
    /// The person may look but not change.
    Forbidden,
    /// Complaints, each at its field.
    Fields(FieldErrors),
    /// Somebody else changed it in the meantime.
    Conflict,
    /// It would send more than anybody reads, and nobody has said yet that this is meant; says what it would have done.
    WouldFlood(String),
    /// The request itself could not be read or did not get through; says why.
    Request(String),
    /// Our fault; logged under this id.
    Internal(String),
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AppError::LoggedOut => {
                f.write_str("Your session has ended. Log in again; what you typed is still here.")
            }
            AppError::NotFound => f.write_str("This does not exist, or it is not yours to see."),
            AppError::Forbidden => f.write_str("You may look at this, but not change it."),
            AppError::Fields(errors) => write!(f, "{errors}"),
            AppError::Conflict => {
                f.write_str("Somebody else changed this rule in the meantime. Reload to see their change.")
            }
            AppError::Request(reason) | AppError::WouldFlood(reason) => f.write_str(reason),
            AppError::Internal(id) => write!(
                f,
                "Something went wrong on our side. Tell support the number {id}."
            ),
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => AppError::Request(
                "Leadbell can't be reached. Check your connection and try again.".to_owned(),
            ),
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => AppError::Request(
                "The request could not be understood. Reload the page and try again.".to_owned(),
            ),
            _ => AppError::Request(
                "The answer could not be understood. Reload the page and try again.".to_owned(),
            ),
        }
    }
}
