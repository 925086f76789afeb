//! The tracking log: what became of messages.

mod list;
mod one;
mod parts;
mod resend;
mod search;
mod test_runs;

pub(super) use parts::span;

use axum::Router;
use axum::routing::get;

use crate::http::Pages;
use crate::logic::query::{decode, encode};

/// Where the list is.
const LIST: &str = "/log/deliveries";
/// Where people see what sending again would do.
const RESEND: &str = "/log/deliveries/resend";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route(LIST, get(list::open))
        .route(RESEND, get(resend::open).post(resend::post))
        .route("/log/deliveries/{id}", get(one::open).post(one::post))
        .route(test_runs::LIST, get(test_runs::open))
        .route("/log/test-runs/{id}", get(test_runs::one))
}

/// The address of a delivery's page.
fn address(id: &str) -> String {
    format!("{LIST}/{}", encode(id))
}

/// The id in an address of one delivery.
fn id_of(path: &str) -> String {
    decode(path.rsplit('/').next().unwrap_or_default())
}
