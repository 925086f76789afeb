//! An empty database of its own for each test: a SQLite file, or a schema in the test cluster of PostgreSQL.

use leadbell_store::SecretKey;
use sqlx::Connection as _;
use tempfile::TempDir;

pub enum Database {
    Sqlite(TempDir),
    Postgres { server: String, schema: String },
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A schema in the cluster of `LEADBELL_TEST_POSTGRES_URL`; `None` when PostgreSQL is left out on purpose.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("LEADBELL_TEST_POSTGRES_URL") else {
            if std::env::var("LEADBELL_SKIP_POSTGRES").is_ok_and(|skip| skip == "1") {
                return None;
            }
            panic!(
                "LEADBELL_TEST_POSTGRES_URL is not set: use `make test`, or LEADBELL_SKIP_POSTGRES=1 to leave out"
            );
        };
        let schema = format!("http_{}", uuid::Uuid::now_v7().simple());
        on_server(&server, &format!("CREATE SCHEMA {schema}")).await;
        Some(Self::Postgres { server, schema })
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/data/leadbell.db", folder.path().display()),
            Self::Postgres { server, schema } => {
                let separator = if server.contains('?') { '&' } else { '?' };
                format!("{server}{separator}options[search_path]={schema}")
            }
        }
    }

    /// The key that all tests' databases are sealed with.
    pub fn key() -> SecretKey {
        SecretKey::from_bytes([7; 32])
    }

    /// Clears up. A failed test leaves its schema to look at.
    pub async fn remove(&self) {
        if let Self::Postgres { server, schema } = self {
            on_server(server, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

async fn on_server(server: &str, statement: &str) {
    let mut admin = sqlx::PgConnection::connect(server)
        .await
        .expect("the test cluster answers");
    sqlx::raw_sql(&format!("SET client_min_messages = warning; {statement}"))
        .execute(&mut admin)
        .await
        .expect("the statement works");
    admin.close().await.expect("goodbye");
}
