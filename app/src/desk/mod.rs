//! Desk pages: the ones people visit now and then (the catalog so far). They are drawn on
//! the server as plain HTML with plain links and forms, and bring no program to the browser: what everybody downloads
//! stays small, and nothing on them can work in one browser and not in another.
//!
//! A handler opens a [`Visit`] (who is not logged in is sent to log in first), asks the backend, and ends it with a
//! page, with trouble, or with the way to another page.

mod account;
mod adjacent;
mod alerts;
mod audit;
mod bulk;
mod card;
mod carried;
mod catalog;
mod changes;
mod chart;
pub(crate) mod compare;
mod connections;
mod copied;
mod copy;
mod dashboard;
mod deleted;
pub(crate) mod flood;
pub(crate) mod form;
mod guide;
mod health;
mod history;
mod layout;
mod log;
pub(crate) mod login;
mod moment;
mod overview;
mod preset_fields;
mod preset_form;
mod preset_rules;
mod presets;
mod report;
mod reset;
mod rule_files;
mod rule_health;
mod rule_place;
mod sending;
mod settings;
mod slack_card;
mod storage;
mod system;
pub(crate) mod tryout;
mod users;
mod visit;

use axum::Router;

use crate::http::Pages;

pub use log::event_row_html;
pub(crate) use moment::moment;
pub(crate) use visit::{Visit, draw_for, missing};

/// The addresses of all desk pages.
pub(crate) fn router() -> Router<Pages> {
    Router::new()
        .merge(adjacent::router())
        .merge(alerts::router())
        .merge(bulk::router())
        .merge(card::router())
        .merge(catalog::router())
        .merge(connections::router())
        .merge(copied::router())
        .merge(copy::router())
        .merge(dashboard::router())
        .merge(deleted::router())
        .merge(overview::router())
        .merge(presets::router())
        .merge(guide::router())
        .merge(health::router())
        .merge(history::router())
        .merge(log::router())
        .merge(login::router())
        .merge(account::router())
        .merge(audit::router())
        .merge(report::router())
        .merge(reset::router())
        .merge(sending::router())
        .merge(settings::router())
        .merge(system::router())
        .merge(rule_files::router())
        .merge(rule_health::router())
        .merge(tryout::router())
        .merge(users::router())
}
