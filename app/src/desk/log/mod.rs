//! The tracking log: what became of messages.

mod list;
mod one;
mod parts;
mod search;

use axum::Router;
use axum::routing::get;

use crate::http::Pages;
use crate::logic::query::{decode, encode};

/// Where the list is.
const LIST: &str = "/log/deliveries";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route(LIST, get(list::open))
        .route("/log/deliveries/{id}", get(one::open))
}

/// The address of a delivery's page.
fn address(id: &str) -> String {
    format!("{LIST}/{}", encode(id))
}

/// The id in an address of one delivery.
fn id_of(path: &str) -> String {
    decode(path.rsplit('/').next().unwrap_or_default())
}
