//! Fills the views of the pages for one viewer: nothing in them that this viewer may not see.

pub(in crate::http) mod addresses;
mod adjacent;
pub mod catalog;
mod connections;
mod copies;
mod deliveries;
mod entities;
mod event;
mod event_log;
mod facets;
mod figures;
mod form;
mod health;
mod history;
mod presets;
mod rule_health;
mod rules;
mod settings;
pub mod tryout;

use super::backend::PAGE;

pub use adjacent::adjacent_rules;
pub use connections::{connection, connections};
pub use copies::{copied_rules, copy_page};
pub use deliveries::{connection_names, deliveries, delivery, resend_look};
pub use entities::{entity, entity_rows, named, owner_of};
pub use event::event;
pub use event_log::{events, host as event_host, lead, rows as event_rows};
pub use facets::entity_with_facets;
pub use figures::dashboard;
pub use form::{choices, rule_form};
pub use health::{alerts, broken_row, health, row as destination_row};
pub use history::{compare, deleted_rules, rule_history};
pub use presets::{preset_followers, preset_form, presets};
pub use rule_health::rule_health;
pub use rules::{destination, named_place, rules};
pub use settings::{report, storage};

/// Rows before a page that counts from 1.
fn offset(page: u32) -> i64 {
    i64::from(page.max(1) - 1) * PAGE
}
