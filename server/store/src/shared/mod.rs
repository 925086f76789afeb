//! The store itself and its SQL, written once, compiled for SQLite and for PostgreSQL.
//!
//! `super` is the database this copy is compiled for; what differs comes from there: `Db`, the locking words, and
//! two names of SQL functions. `$1` works in both. Statements that read a list take it as one JSON parameter.
//!
//! Order of locks, the same in every transaction, so that no two can wait for each other: events by sender's id,
//! destinations by connection and target, deliveries and attempts (only under their destination), entities by kind
//! and id. Rules: rows by id, then the counters (rule_number
//! before rules_version).

mod accounts;
mod adjacent;
mod alerts;
mod audit;
mod backtests;
mod catalog;
mod catalog_edit;
mod catalog_import;
mod catalog_store;
mod catalog_uses;
mod connection_desk;
mod connection_faults;
mod connection_use;
mod connections;
mod deliveries;
mod delivery_log;
mod destination_faults;
mod destinations;
mod event_arms;
mod event_log;
mod event_search;
mod events;
mod fields;
mod figures;
mod finish;
mod gather;
mod history;
mod keeping;
mod leases;
mod log_arms;
mod past_events;
mod people;
mod pingtrees;
mod places;
mod presets;
mod prune;
mod recent_events;
mod reports;
mod resend;
mod restored;
mod rule_changes;
mod rule_data;
mod rule_lists;
mod rule_pace;
mod rule_rows;
mod rule_versions;
mod rules;
mod rules_at;
mod scope;
mod sealed;
mod search;
mod seen_events;
mod sending;
mod sending_health;
mod sessions;
mod set_back;
mod settings;
mod slack_apps;
mod store;
mod test_runs;
mod thread_lines;
mod threads;
mod turns;
mod upsert;
mod uses;
mod window;

use std::sync::OnceLock;

use sqlx::{Database, Pool, QueryBuilder, Row as _, Transaction};

use super::{
    BEGIN, Db, EXPLAIN, FENCE, FIND, IN_ORDER, KEEPS_ORDER, LOCK, LOCK_FREE_ONES, MIGRATOR, ONE_OF_CLOSE,
    ONE_OF_OPEN, SEARCH_TABLES, SINGLE_SERVER, STEER, STORAGE, STORAGE_TABLES, TRIGRAMS,
};
use crate::StoreError;
use crate::known::KnownEntities;
use crate::text::json_list;
use crate::vault::TokenVault;

/// The store on one database.
pub struct DbStore {
    reader: Pool<Db>,
    writer: Pool<Db>,
    vault: TokenVault,
    known: KnownEntities,
    /// Where people reach Leadbell, for the links of summaries.
    public_url: OnceLock<String>,
}

impl DbStore {
    pub(super) fn new(reader: Pool<Db>, writer: Pool<Db>, vault: TokenVault) -> Self {
        Self {
            reader,
            writer,
            vault,
            known: KnownEntities::default(),
            public_url: OnceLock::new(),
        }
    }

    fn public_url(&self) -> &str {
        self.public_url.get().map_or("", String::as_str)
    }

    /// One look for reading along indexes: all its statements see the same.
    async fn look(&self) -> Result<Transaction<'static, Db>, StoreError> {
        let mut tx = self.reader.begin().await?;
        if let Some(steer) = STEER {
            sqlx::query(steer).execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    async fn begin(&self) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(self.writer.begin_with(BEGIN).await?)
    }
}

type Connection = <Db as Database>::Connection;
type Row = <Db as Database>::Row;
type Sql = QueryBuilder<'static, Db>;
type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Rows written by one statement at most: keeps the number of parameters far below both databases' limits.
const CHUNK: usize = 400;

/// Adds "the column is one of these texts".
fn push_in<T: AsRef<str>>(sql: &mut Sql, column: &str, texts: impl IntoIterator<Item = T>) {
    sql.push(column)
        .push(ONE_OF_OPEN)
        .push_bind(json_list(texts))
        .push(ONE_OF_CLOSE);
}

/// The answer to a statement that begins with [`EXPLAIN`].
async fn explained(db: &mut Connection, mut sql: Sql) -> Result<Vec<String>> {
    let rows = sql.build().fetch_all(db).await?;
    rows.iter().map(|row| Ok(row.try_get(row.len() - 1)?)).collect()
}

/// Turns "nothing was touched" into the error of a row that changed or is gone.
fn expect_one(rows: u64, otherwise: StoreError) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(otherwise) }
}
