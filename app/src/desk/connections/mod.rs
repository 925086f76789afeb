//! Slack connections: the list, adding one, and a page for each.

mod list;
mod new;
mod one;
mod parts;
mod place;
mod remove;
mod slack;

use axum::Router;
use axum::routing::get;

use super::rule_place::under_tracking;
use crate::http::Pages;
use crate::logic::query::{decode, encode};

pub(super) use parts::app_link;

/// Where the list is.
const LIST: &str = "/connections";

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    let mut router = Router::new();
    for path in under_tracking("{rule}/check") {
        router = router.route(&path, get(place::of_rule));
    }
    router
        .route(LIST, get(list::open))
        .route(slack::BEGIN, get(slack::begin))
        .route(slack::RETURN, get(slack::back))
        .route(place::ADDRESS, get(place::open).post(place::post))
        .route("/connections/new", get(new::open).post(new::post))
        .route("/connections/{id}", get(one::open).post(one::post))
        .route("/connections/{id}/remove", get(remove::open).post(remove::post))
}

/// The address of a connection's page.
fn address(id: &str) -> String {
    format!("{LIST}/{}", encode(id))
}

/// The id in an address of one connection; `part` is what follows it.
fn id_of(path: &str, part: &str) -> String {
    let path = path.strip_suffix(part).unwrap_or(path);
    decode(path.rsplit('/').next().unwrap_or_default())
}

/// What people call the fields of these forms.
fn label(field: &str) -> String {
    match field {
        "auth_token" => "Token",
        "name" => "Name",
        "other_workspace" => "Another workspace",
        other => other,
    }
    .to_owned()
}
