//! PostgreSQL: for more than one server on one database.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::secret::TokenVault;
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
/// A JSON list of texts as rows with the column `value`: these words, the parameter, and the next ones.
const LIST_OPEN: &str = "jsonb_array_elements_text(";
const LIST_CLOSE: &str = "::jsonb)";
const SINGLE_SERVER: bool = false;

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
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await?;
    let store = PostgresStore::new(pool.clone(), pool.clone(), vault);
    Ok(Opened {
        store: Arc::new(store),
        pools: Pools::Postgres(pool),
    })
}
