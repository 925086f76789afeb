//! PostgreSQL: for more than one server on one database.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _};

use crate::vault::TokenVault;
use crate::{Opened, Pools, StoreError};

#[expect(
    clippy::duplicate_mod,
    reason = "the SQL is written once and compiled for each database"
)]
#[path = "shared/mod.rs"]
mod shared;

pub use shared::DbStore as PostgresStore;

type Db = sqlx::Postgres;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Said outright, because everything here counts on a new statement seeing what others have committed, whatever the
/// cluster's default is.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Holds the rows until the end of the transaction. `NO KEY`: foreign keys that point at them need not wait.
const LOCK: &str = " FOR NO KEY UPDATE";
/// Takes what nobody else holds, and waits for nothing.
const LOCK_FREE_ONES: &str = " FOR NO KEY UPDATE SKIP LOCKED";
/// `find(text, part)`: position from 1, or 0.
const FIND: &str = "strpos";
/// "Is one of a JSON list of texts": these words after the column, the parameter, and the next ones. As an array, so
/// that the planner looks each one up in the index; a subquery it would rather hash against the whole table, however
/// long the queue is by now.
const ONE_OF_OPEN: &str = " = ANY (ARRAY (SELECT jsonb_array_elements_text(";
const ONE_OF_CLOSE: &str = "::jsonb)))";
/// Says how a statement would be answered; the last column tells.
const EXPLAIN: &str = "EXPLAIN";
/// Whether `LIKE` may find an index of trigrams.
const TRIGRAMS: bool = true;
/// Whether long lists have a table of trigrams beside them: an index of them does here.
const SEARCH_TABLES: bool = false;
/// Whether a join of one row each keeps the order of the table it begins with, unasked: here it may become any kind of
/// join, and asking costs nothing where it does keep it.
const KEEPS_ORDER: bool = false;
/// What a transaction says first that reads along indexes: there is an index for every step, and what the planner would
/// rather do it only believes while its figures of a growing table are old. Compiling such a statement costs more than it.
const STEER: Option<&str> = Some(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), \
     set_config('jit', 'off', true)",
);
/// What it says before a statement whose rows come in the order of an index: several stretches of it are then merged
/// and not sorted.
const IN_ORDER: Option<&str> = Some("SELECT set_config('enable_sort', 'off', true)");
/// Ends a subquery that must be answered as it stands: conditions outside choose no other index inside.
const FENCE: &str = " OFFSET 0";
const SINGLE_SERVER: bool = false;
/// Bytes of the database, and of it those that are free, which nobody knows here.
const STORAGE: &str = "SELECT pg_database_size(current_database()), CAST(0 AS BIGINT)";
/// Table, about how many rows, and bytes with indexes.
const STORAGE_TABLES: &str = "SELECT CAST(c.relname AS TEXT), CASE WHEN c.reltuples < 0 THEN NULL \
    ELSE CAST(c.reltuples AS BIGINT) END, pg_total_relation_size(c.oid) FROM pg_class c \
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind = 'r' \
    AND c.relname IN ('events', 'deliveries', 'attempts', 'seen_events', 'rules', 'rule_versions', 'audit') \
    ORDER BY pg_total_relation_size(c.oid) DESC";

/// Connections of one server. PostgreSQL allows 100 in all by default; this leaves room for several servers.
const CONNECTIONS: u32 = 16;
/// How long a caller waits for a connection before it hears `Unavailable`.
const ACQUIRE: Duration = Duration::from_secs(15);

/// Connects to a `postgres:` URL. Never touches the schema.
pub(crate) async fn open(url: &str, vault: TokenVault) -> Result<Opened, StoreError> {
    // The reason can repeat parts of the URL, hence of a password with an odd character in it.
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        StoreError::BadUrl(
            "LEADBELL_DATABASE_URL can't be used: expected postgres://USER:PASSWORD@HOST/DATABASE (odd characters \
             in the password written as %XX)"
                .to_owned(),
        )
    })?;
    let options = options.application_name("leadbell").disable_statement_logging();
    // One connection outside the pool, which would try again and again and then only say that time is up.
    let first = tokio::time::timeout(ACQUIRE, options.connect()).await;
    first.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(options);
    let store = PostgresStore::new(pool.clone(), pool.clone(), vault);
    Ok(Opened {
        store: Arc::new(store),
        pools: Pools::Postgres(pool),
    })
}
