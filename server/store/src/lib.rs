//! What Leadbell remembers: one [`Store`] trait, two databases, one behaviour.
//!
//! SQLite is the embedded default; PostgreSQL serves when one machine is not enough. Rules of this crate:
//! every lookup of owned data takes the viewer's [`Scope`](leadbell_domain::Scope) and puts it into the query;
//! every state change says `AND status = …` and checks the rows it touched; no transaction is open while anybody
//! else is talked to. Depends on `domain` only. Times are UTC milliseconds and come in as arguments.
//!
//! Where to look: `traits.rs` is the contract, `shared/` holds the SQL, written once and compiled for each database;
//! `sqlite.rs` and `postgres.rs` hold what differs (connecting, locking, a handful of words of SQL).

mod backup;
mod error;
mod keys;
mod known;
mod model;
mod open;
mod postgres;
mod rule_audit;
mod secret;
mod sqlite;
mod text;
mod traits;
mod vault;
mod verdict;

pub use backup::{BackupError, check_sqlite, copy_sqlite, sqlite_file};
pub use error::StoreError;
pub use keys::{KeyFileError, Keys};
pub use model::*;
pub use open::{Opened, Pools, open, open_with};
pub use postgres::PostgresStore;
pub use secret::{InvalidKey, SecretKey};
pub use sqlite::SqliteStore;
pub use traits::{
    Accounts, AdjacentStore, Alerts, AuditLog, Backtests, CatalogStore, ConnectionDesk, DeliveryLog,
    EventLog, Figures, Keeping, PastEvents, Places, Presets, RecentEvents, Reports, RuleData, RuleHistory,
    RuleLists, SealedStore, SendingHealth, SettingsStore, SlackApps, Store, TestRuns, ThreadLines,
};
