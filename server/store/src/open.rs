//! From a URL to a store.

use std::sync::Arc;

use sqlx::{PgPool, SqlitePool};

use crate::vault::TokenVault;
use crate::{Keys, SecretKey, Store, StoreError, postgres, sqlite};

/// An open store.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Connections for others who keep tables of their own in the same database (login sessions).
    pub pools: Pools,
}

/// A pool of connections that may write.
#[derive(Clone, Debug)]
pub enum Pools {
    /// SQLite's only writing connection: give it back soon.
    Sqlite(SqlitePool),
    /// The store's own connections to PostgreSQL.
    Postgres(PgPool),
}

/// Opens the database of a URL: `sqlite://FOLDER/FILE.db` (made with its folder if absent), `sqlite::memory:` for
/// tests, `postgres://…` or `postgresql://…`. The schema is brought up to date by [`Store::migrate`], not here.
///
/// Errors: `BadUrl` with one line that never holds a password; `Unavailable` when PostgreSQL does not answer.
pub async fn open(url: &str, key: &SecretKey) -> Result<Opened, StoreError> {
    open_with(url, &Keys::only(key.again())).await
}

/// The same with several keys, as while one is exchanged for another.
pub async fn open_with(url: &str, keys: &Keys) -> Result<Opened, StoreError> {
    let vault = TokenVault::new(keys);
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "sqlite" => sqlite::open(url, vault).await,
        "postgres" | "postgresql" => postgres::open(url, vault).await,
        _ => Err(StoreError::BadUrl(
            "LEADBELL_DATABASE_URL can't be used: it begins with neither sqlite: nor postgres:".to_owned(),
        )),
    }
}
