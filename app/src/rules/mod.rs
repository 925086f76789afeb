//! An entity's Tracking tab: the list of rules, and what opens over it.

mod actions;
mod bulk;
mod delete;
mod form;
pub(crate) mod page;
mod tab;
mod table;

#[cfg(feature = "ssr")]
pub(crate) use form::{label_of, slack_text};
