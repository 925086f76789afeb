//! Login sessions, kept in the same database as everything else.

use async_trait::async_trait;
use leadbell_store::Pools;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{ExpiredDeletion, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

/// How long a session lives without a visit.
const IDLE: Duration = Duration::hours(12);
/// How often a visit is written down, milliseconds.
pub const SEEN_EVERY_MS: i64 = 10 * 60 * 1_000;
/// A login without a visit noted for so long has ended, milliseconds.
pub const ENDED_MS: i64 = 12 * 60 * 60 * 1_000 + 2 * SEEN_EVERY_MS;

/// The session table of either database.
#[derive(Clone, Debug)]
pub enum AnySessionStore {
    /// In SQLite.
    Sqlite(SqliteStore),
    /// In PostgreSQL.
    Postgres(PostgresStore),
}

impl AnySessionStore {
    /// Opens the table, making it if absent.
    pub async fn open(pools: Pools) -> std::result::Result<Self, sqlx::Error> {
        match pools {
            Pools::Sqlite(pool) => {
                let store = SqliteStore::new(pool);
                store.migrate().await?;
                Ok(Self::Sqlite(store))
            }
            Pools::Postgres(pool) => {
                let store = PostgresStore::new(pool);
                store.migrate().await?;
                Ok(Self::Postgres(store))
            }
        }
    }

    /// Removes sessions that have ended.
    pub async fn sweep(&self) -> Result<()> {
        match self {
            Self::Sqlite(store) => store.delete_expired().await,
            Self::Postgres(store) => store.delete_expired().await,
        }
    }
}

#[async_trait]
impl SessionStore for AnySessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        match self {
            Self::Sqlite(store) => store.create(record).await,
            Self::Postgres(store) => store.create(record).await,
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        match self {
            Self::Sqlite(store) => store.save(record).await,
            Self::Postgres(store) => store.save(record).await,
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        match self {
            Self::Sqlite(store) => store.load(id).await,
            Self::Postgres(store) => store.load(id).await,
        }
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        match self {
            Self::Sqlite(store) => store.delete(id).await,
            Self::Postgres(store) => store.delete(id).await,
        }
    }
}

/// The cookie: out of reach of scripts, of other sites' requests and, under HTTPS, of eavesdroppers. `Lax` rather than
/// `Strict`, so that a link in a Slack message opens logged in; changes are guarded by the origin check besides.
pub fn layer(store: AnySessionStore, public_url: &str) -> SessionManagerLayer<AnySessionStore> {
    SessionManagerLayer::new(store)
        .with_name("leadbell")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(public_url.starts_with("https://"))
        .with_expiry(Expiry::OnInactivity(IDLE))
}
