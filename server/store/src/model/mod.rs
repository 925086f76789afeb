//! What goes into the store and comes out of it.

mod accounts;
mod actor;
mod adjacent;
mod audit;
mod catalog;
mod catalog_edit;
mod connection;
mod delivery;
mod delivery_log;
mod event;
mod history;
mod page;
mod people;
mod preset;
mod rule;
mod sealed;
mod sending;
mod sending_health;

pub use accounts::*;
pub use actor::*;
pub use adjacent::*;
pub use audit::*;
pub use catalog::*;
pub use catalog_edit::*;
pub use connection::*;
pub use delivery::*;
pub use delivery_log::*;
pub use event::*;
pub use history::*;
pub use page::*;
pub use people::*;
pub use preset::*;
pub use rule::*;
pub use sealed::*;
pub use sending::*;
pub use sending_health::*;
