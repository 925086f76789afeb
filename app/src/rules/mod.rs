//! An entity's Tracking tab: the list of rules, and what opens over it.

pub(crate) mod page;
