//! An empty database of its own for each test: a SQLite file, or a schema in the test cluster of PostgreSQL.

use leadbell_store::SecretKey;
use sqlx::Connection as _;
use tempfile::TempDir;

pub enum Database {
    Sqlite(TempDir),
    Postgres {
        server: String,
        schema: String,
    },
    /// All of a database of its own, for tools that know no schema.
    WholePostgres {
        server: String,
        name: String,
    },
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A schema in the cluster of `LEADBELL_TEST_POSTGRES_URL`; `None` when PostgreSQL is left out on purpose.
    pub async fn postgres() -> Option<Self> {
        let server = cluster()?;
        let schema = format!("http_{}", uuid::Uuid::now_v7().simple());
        on_server(&server, &format!("CREATE SCHEMA {schema}")).await;
        Some(Self::Postgres { server, schema })
    }

    /// The same with a whole database.
    pub async fn whole_postgres() -> Option<Self> {
        let server = cluster()?;
        let name = format!("http_{}", uuid::Uuid::now_v7().simple());
        on_server(&server, &format!("CREATE DATABASE {name}")).await;
        Some(Self::WholePostgres { server, name })
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/data/leadbell.db", folder.path().display()),
            Self::Postgres { server, schema } => {
                let separator = if server.contains('?') { '&' } else { '?' };
                format!("{server}{separator}options[search_path]={schema}")
            }
            Self::WholePostgres { server, name } => {
                let mut url = reqwest::Url::parse(server).expect("an address");
                url.set_path(name);
                url.into()
            }
        }
    }

    /// The key that all tests' databases are sealed with.
    pub fn key() -> SecretKey {
        SecretKey::from_bytes([7; 32])
    }

    /// Every byte the database holds: all files of its folder, or every row of every table, with binary columns in
    /// hexadecimal.
    pub async fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Sqlite(folder) => {
                let files = std::fs::read_dir(folder.path().join("data")).expect("the folder");
                let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
                // The log of writes goes when the last connection does, perhaps just now: then all is in the file itself.
                files
                    .iter()
                    .filter_map(|file| std::fs::read(file).ok())
                    .flatten()
                    .collect()
            }
            Self::Postgres { server, schema } => dumped(server, schema).await,
            Self::WholePostgres { .. } => dumped(&self.url(), "public").await,
        }
    }

    /// Clears up. A failed test leaves its schema to look at.
    pub async fn remove(&self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres { server, schema } => {
                on_server(server, &format!("DROP SCHEMA {schema} CASCADE")).await;
            }
            Self::WholePostgres { server, name } => {
                on_server(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

/// `LEADBELL_TEST_POSTGRES_URL`; `None` when PostgreSQL is left out on purpose.
fn cluster() -> Option<String> {
    let server = std::env::var("LEADBELL_TEST_POSTGRES_URL").ok();
    let left_out = std::env::var("LEADBELL_SKIP_POSTGRES").is_ok_and(|skip| skip == "1");
    assert!(
        server.is_some() || left_out,
        "LEADBELL_TEST_POSTGRES_URL is not set: use `make test`, or LEADBELL_SKIP_POSTGRES=1 to leave out"
    );
    server
}

async fn on_server(server: &str, statement: &str) {
    let mut admin = sqlx::PgConnection::connect(server)
        .await
        .expect("the test cluster answers");
    // One by one: a database is made and dropped outside of a transaction.
    for statement in ["SET client_min_messages = warning", statement] {
        sqlx::raw_sql(statement)
            .execute(&mut admin)
            .await
            .expect("the statement works");
    }
    admin.close().await.expect("goodbye");
}

/// The rows of all tables of a schema, and of those that the sessions may have elsewhere.
async fn dumped(server: &str, schema: &str) -> Vec<u8> {
    let mut admin = sqlx::PgConnection::connect(server)
        .await
        .expect("the test cluster answers");
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_schema::text, table_name::text FROM information_schema.tables \
         WHERE table_schema = $1 OR table_schema = 'tower_sessions'",
    )
    .bind(schema)
    .fetch_all(&mut admin)
    .await
    .expect("tables");
    let mut bytes = Vec::new();
    for (schema, table) in tables {
        let text = format!("SELECT t::text FROM {schema}.{table} t");
        let rows: Vec<Option<String>> = sqlx::query_scalar(&text)
            .fetch_all(&mut admin)
            .await
            .expect("rows");
        bytes.extend(rows.into_iter().flatten().flat_map(String::into_bytes));
    }
    admin.close().await.expect("goodbye");
    bytes
}
