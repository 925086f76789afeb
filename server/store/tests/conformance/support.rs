//! A fresh database for each test, on SQLite or PostgreSQL.

use std::path::PathBuf;
use std::sync::Arc;

use leadbell_store::{Keys, Opened, Pools, SecretKey, Store, StoreError, open, open_with};
use sqlx::{Connection as _, Row as _};
use tempfile::TempDir;

/// The master key of all benches.
pub const KEY: [u8; 32] = [7; 32];

/// A database of its own with an open store.
pub struct Bench {
    pub store: Arc<dyn Store>,
    pub pools: Pools,
    url: String,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    Postgres { server: String, schema: String },
}

impl Bench {
    /// A file in a folder that goes away with the bench.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The folder below it does not exist yet: the store makes it.
        let url = format!("sqlite://{}/data/leadbell.db", folder.path().display());
        Self::at(url, Place::Sqlite(folder)).await
    }

    /// A schema in the test cluster; `None` when PostgreSQL is left out on purpose.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("LEADBELL_TEST_POSTGRES_URL") else {
            if std::env::var("LEADBELL_SKIP_POSTGRES").is_ok_and(|skip| skip == "1") {
                return None;
            }
            panic!(
                "LEADBELL_TEST_POSTGRES_URL is not set: use `make test`, or LEADBELL_SKIP_POSTGRES=1 to leave out"
            );
        };
        let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
        on_server(&server, &format!("CREATE SCHEMA {schema}")).await;
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={schema}");
        Some(Self::at(url, Place::Postgres { server, schema }).await)
    }

    async fn at(url: String, place: Place) -> Self {
        let opened = open(&url, &SecretKey::from_bytes(KEY))
            .await
            .expect("the database opens");
        opened.store.migrate().await.expect("the schema is made");
        Self {
            store: opened.store,
            pools: opened.pools,
            url,
            place,
        }
    }

    /// The same database, opened once more with connections of its own: another server, or this one after a crash.
    pub async fn open_again(&self) -> Opened {
        open(&self.url, &SecretKey::from_bytes(KEY))
            .await
            .expect("the database opens again")
    }

    /// The same database with another master key.
    pub async fn open_with_another_key(&self) -> Opened {
        open(&self.url, &SecretKey::from_bytes([8; 32]))
            .await
            .expect("the database opens again")
    }

    /// The same database with these keys.
    pub async fn open_with_keys(&self, keys: &Keys) -> Opened {
        open_with(&self.url, keys)
            .await
            .expect("the database opens again")
    }

    /// Closes every connection at once, as the end of a process does.
    pub async fn crash(&self) {
        match &self.pools {
            Pools::Sqlite(pool) => pool.close().await,
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Every byte the database holds: the files, or every row of every table.
    pub async fn bytes(&self) -> Vec<u8> {
        match (&self.place, &self.pools) {
            (Place::Sqlite(folder), _) => {
                let files: Vec<PathBuf> = std::fs::read_dir(folder.path().join("data"))
                    .expect("the folder")
                    .map(|entry| entry.expect("a file").path())
                    .collect();
                files
                    .iter()
                    .flat_map(|file| std::fs::read(file).expect("a readable file"))
                    .collect()
            }
            (Place::Postgres { schema, .. }, Pools::Postgres(pool)) => {
                let mut bytes = Vec::new();
                let tables = sqlx::query(
                    "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1",
                )
                .bind(schema)
                .fetch_all(pool)
                .await
                .expect("tables");
                for table in &tables {
                    let table: String = table.get(0);
                    // As text, and with binary columns in their plain bytes.
                    let rows = sqlx::query(&format!("SELECT convert_to(t::text, 'UTF8') FROM {table} t"))
                        .fetch_all(pool)
                        .await
                        .expect("rows");
                    bytes.extend(rows.iter().flat_map(|row| row.get::<Vec<u8>, _>(0)));
                }
                let sealed = sqlx::query("SELECT token_sealed || token_fingerprint || COALESCE(refresh_sealed, '') FROM connections")
                    .fetch_all(pool)
                    .await
                    .expect("rows");
                bytes.extend(sealed.iter().flat_map(|row| row.get::<Vec<u8>, _>(0)));
                bytes
            }
            _ => unreachable!("a bench has the pool of its place"),
        }
    }

    /// Writes behind the store's back.
    pub async fn tamper(&self, statement: &str) {
        match &self.pools {
            Pools::Sqlite(pool) => drop(sqlx::query(statement).execute(pool).await.expect("it works")),
            Pools::Postgres(pool) => drop(sqlx::query(statement).execute(pool).await.expect("it works")),
        }
    }

    /// Clears up. A failed test leaves its schema to look at.
    pub async fn remove(self) {
        self.crash().await;
        if let Place::Postgres { server, schema } = &self.place {
            on_server(server, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

async fn on_server(server: &str, statement: &str) {
    let mut admin = sqlx::PgConnection::connect(server)
        .await
        .expect("the test cluster answers");
    sqlx::query("SET client_min_messages = warning")
        .execute(&mut admin)
        .await
        .expect("a setting");
    sqlx::query(statement)
        .execute(&mut admin)
        .await
        .expect("the statement works");
    admin.close().await.expect("goodbye");
}

/// The error of a call that must fail.
pub fn error<T>(result: Result<T, StoreError>) -> StoreError {
    match result {
        Ok(_) => panic!("this must fail"),
        Err(error) => error,
    }
}
