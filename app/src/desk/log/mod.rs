//! The tracking log: what became of messages.

mod event;
mod event_search;
mod events;
mod files;
mod lead;
mod list;
mod one;
mod parts;
mod resend;
mod row;
mod search;
mod tabs;
mod test_runs;
mod verdicts;

pub(super) use parts::{lead as lead_or_call, span};
pub use row::event_row_html;
pub(super) use tabs::{log_of, log_of_rule};

use axum::Router;
use axum::routing::get;
use leadbell_domain::Platform;

use crate::http::Pages;
use crate::logic::query::{decode, encode, with_query};

/// Where the log of events is.
const EVENTS: &str = "/log";
/// What is new in it, as it arrives.
const TAIL: &str = "/log/tail";
/// All of a search as a file.
const EXPORT: &str = "/log/export";
/// All of a search among deliveries as a file.
const EXPORT_DELIVERIES: &str = "/log/deliveries/export";
/// Where the list is.
const LIST: &str = "/log/deliveries";
/// Where people see what sending again would do.
const RESEND: &str = "/log/deliveries/resend";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route(EVENTS, get(events::open))
        .route(TAIL, get(events::tail))
        .route(EXPORT, get(events::export))
        .route(files::PROGRESS, get(files::progress))
        .route("/log/events/{id}", get(event::open).post(event::post))
        .route("/log/leads/{id}", get(lead::open))
        .merge(tabs::router())
        .route(LIST, get(list::open))
        .route(EXPORT_DELIVERIES, get(list::export))
        .route(RESEND, get(resend::open).post(resend::post))
        .route("/log/deliveries/{id}", get(one::open).post(one::post))
        .route(test_runs::LIST, get(test_runs::open))
        .route("/log/test-runs/{id}", get(test_runs::one))
}

/// The address of a delivery's page.
fn address(id: &str) -> String {
    format!("{LIST}/{}", encode(id))
}

/// The address of an event's page.
pub(super) fn event_address(id: &str, platform: Platform) -> String {
    with_query(
        &format!("{EVENTS}/events/{}", encode(id)),
        &[("platform", platform.key())],
    )
}

/// The address of everything about a lead or a call.
fn lead_address(id: &str) -> String {
    format!("{EVENTS}/leads/{}", encode(id))
}

/// The id in an address of one delivery.
fn id_of(path: &str) -> String {
    decode(path.rsplit('/').next().unwrap_or_default())
}
