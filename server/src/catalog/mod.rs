//! The catalog as people enter and change it: forms, and files that are looked at before they are imported.

mod csv;
mod dry_run;
mod owners;
mod save;
mod told;
mod words;

pub(crate) use csv::guarded;
pub use csv::{FileError, Line, MAX_LINES, read, write};
pub use dry_run::{Checked, check};
pub use save::{CatalogError, delete, permitted, permitted_kind, save, settle_platform};
pub use told::{came_in, refused};
pub use words::change_in_words;
