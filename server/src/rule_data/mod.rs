//! All rules as one file: out ([`export()`]), and in again after a look at what that would change ([`plan()`], [`apply()`]).
//!
//! A rule of a file is the one of its `id`. Without an id, a name that one rule there has is that rule's; any other
//! rule is a new one. An id that nobody has here yet is kept, so that the same file can be imported twice, here and
//! elsewhere. Rules that are not in the file stay as they are.

mod apply;
mod export;
mod file;
mod item;
mod plan;

pub use apply::{ImportError, apply};
pub use export::{Export, export};
pub use file::{FileError, FileFormat, MAX_RULES, read};
pub use plan::{Fate, Plan, Planned, plan};
