//! Events in: authenticate, parse, plan, commit, answer. Nothing is acknowledged that is not on disk.

mod body;
mod committer;
mod names;
mod pingback;
mod record;
mod route;

pub use committer::Committer;
pub(crate) use names::{fill as fill_names, mentioned};
pub(crate) use pingback::short_names;
pub use route::router;
