//! What can go wrong in the store, as far as a caller can act on it.

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something of this name exists already; holds the field, such as `email`.
    #[error("this {0} is taken already")]
    Taken(&'static str),
    /// It is not there, or not in the scope of whoever asks.
    #[error("not found")]
    NotFound,
    /// Somebody changed it in the meantime (the version differs), or its state forbids the move.
    #[error("it was changed in the meantime")]
    Conflict,
    /// A stored row can't be read back: table, row and what is wrong with it.
    #[error("inconsistent row in {table} ({row}): {detail}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What does not parse.
        detail: String,
    },
    /// The stored token can't be decrypted: the key is another one than the token was stored with.
    #[error("a stored Slack token can't be decrypted with the present LEADBELL_SECRET_KEY")]
    WrongKey,
    /// The database can't be reached or is full; worth another try.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else the database said.
    #[error("database error: {0}")]
    Database(#[source] sqlx::Error),
    /// A migration failed.
    #[error("migration failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The setting LEADBELL_DATABASE_URL can't be used; says why, without its password.
    #[error("{0}")]
    BadUrl(String),
}
