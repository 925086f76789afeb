//! SQLite: the embedded default. One writer at a time by nature, so it gets one connection, and readers their own.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::vault::TokenVault;
use crate::{Opened, Pools, StoreError};

#[expect(
    clippy::duplicate_mod,
    reason = "the SQL is written once and compiled for each database"
)]
#[path = "shared/mod.rs"]
mod shared;

pub use shared::DbStore as SqliteStore;

type Db = sqlx::Sqlite;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Takes the write lock at once: a transaction that reads first and then wants to write could be refused.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// The write lock of [`BEGIN`] covers every row.
const LOCK: &str = "";
const LOCK_FREE_ONES: &str = "";
/// `find(text, part)`: position from 1, or 0.
const FIND: &str = "instr";
/// "Is one of a JSON list of texts": these words after the column, the parameter, and the next ones.
const ONE_OF_OPEN: &str = " IN (SELECT value FROM json_each(";
const ONE_OF_CLOSE: &str = "))";
/// Says how a statement would be answered; the last column tells.
const EXPLAIN: &str = "EXPLAIN QUERY PLAN";
/// Whether `LIKE` may find an index of trigrams.
const TRIGRAMS: bool = false;
/// Whether long lists have a table of trigrams beside them (`rules_search`, `audit_search`).
const SEARCH_TABLES: bool = true;
/// Whether a join of one row each keeps the order of the table it begins with, unasked: then asking would make it read
/// to the end and sort.
const KEEPS_ORDER: bool = true;
/// What a transaction says first that reads along indexes. Nothing here: the words of a statement decide.
const STEER: Option<&str> = None;
/// What it says before a statement whose rows come in the order of an index.
const IN_ORDER: Option<&str> = None;
/// Ends a subquery that must be answered as it stands.
const FENCE: &str = "";
const SINGLE_SERVER: bool = true;
/// Bytes of the database, and of it those that are free.
const STORAGE: &str = "SELECT c.page_count * s.page_size, f.freelist_count * s.page_size \
                       FROM pragma_page_count() c, pragma_page_size() s, pragma_freelist_count() f";
/// Table, about how many rows, and bytes. Nothing is counted: rows are numbered as they come, and it is known how many
/// have gone from the beginning.
const STORAGE_TABLES: &str = "WITH gone (kind, removed) AS (SELECT kind, removed FROM pruning), \
    events_gone (removed) AS (SELECT SUM(removed) FROM gone WHERE kind IN ('events_with_match', 'events_without_match')) \
    SELECT 'events', COALESCE((SELECT MAX(rowid) FROM events), 0) - (SELECT removed FROM events_gone), NULL \
    UNION ALL SELECT 'deliveries', COALESCE((SELECT MAX(rowid) FROM deliveries), 0) - \
    (SELECT removed FROM gone WHERE kind = 'deliveries'), NULL \
    UNION ALL SELECT 'seen_events', (SELECT removed FROM events_gone) - \
    (SELECT removed FROM gone WHERE kind = 'event_ids'), NULL \
    UNION ALL SELECT 'rules', (SELECT value FROM counters WHERE name = 'rule_number'), NULL \
    UNION ALL SELECT 'audit', COALESCE((SELECT MAX(number) FROM audit), 0), NULL";

/// Connections that only read. WAL lets them run beside the writer.
const READERS: u32 = 8;
/// Rows that a reader's thread hands over without waiting for who asked: a page at a time, not a row.
const ROWS_AHEAD: usize = 4_096;
/// Bytes of the file that readers see as memory: a search through many rows makes no call of the system for each page.
const MAPPED: &str = "1073741824";
/// How long one process waits for another's write (a `leadbell user create` beside the server).
const BUSY: Duration = Duration::from_secs(10);
/// How long a caller waits for a connection before it hears `Unavailable`.
const ACQUIRE: Duration = Duration::from_secs(15);

/// Opens (and creates) the file of a `sqlite:` URL. Never touches the schema.
pub(crate) async fn open(url: &str, vault: TokenVault) -> Result<Opened, StoreError> {
    let bad = |why: &str| StoreError::BadUrl(format!("LEADBELL_DATABASE_URL can't be used: {why}"));
    let options = SqliteConnectOptions::from_str(url).map_err(|_| bad("expected sqlite://FOLDER/FILE.db"))?;
    let options = options
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .synchronous(SqliteSynchronous::Full)
        // Keeps the log's file from staying as large as the largest burst made it.
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging();

    if url.starts_with("sqlite::memory:") || url.starts_with("sqlite://:memory:") {
        // A database in memory lives in its one connection, so that connection must never be given up.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(SqliteConnectOptions::shared_cache(options, false))
            .await?;
        return Ok(opened(pool.clone(), pool, vault));
    }

    let file = options.get_filename().to_path_buf();
    if file.as_os_str().is_empty() {
        return Err(bad(
            "the name of the file is missing; expected sqlite://FOLDER/FILE.db",
        ));
    }
    if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder)
            .map_err(|error| bad(&format!("its folder {} can't be made: {error}", folder.display())))?;
    }
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.clone())
        .await
        .map_err(|error| bad(&format!("{} can't be opened: {error}", file.display())))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE)
        // A write that strays in here fails loudly instead of fighting the writer for the lock.
        .connect_lazy_with(
            options
                .row_buffer_size(ROWS_AHEAD)
                .pragma("query_only", "1")
                .pragma("mmap_size", MAPPED),
        );
    Ok(opened(readers, writer, vault))
}

fn opened(readers: sqlx::SqlitePool, writer: sqlx::SqlitePool, vault: TokenVault) -> Opened {
    let store = SqliteStore::new(readers, writer.clone(), vault);
    Opened {
        store: Arc::new(store),
        pools: Pools::Sqlite(writer),
    }
}
