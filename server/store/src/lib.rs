//! What Leadbell remembers: one [`Store`] trait, two databases, one behaviour.
//!
//! SQLite is the embedded default; PostgreSQL serves when one machine is not enough. Rules of this crate:
//! every lookup of owned data takes the viewer's [`Scope`](leadbell_domain::Scope) and puts it into the query;
//! every state change says `AND status = …` and checks the rows it touched; no transaction is open while anybody
//! else is talked to. Depends on `domain` only. Times are UTC milliseconds and come in as arguments.

mod error;
mod model;
mod traits;

pub use error::StoreError;
pub use model::*;
pub use traits::Store;
