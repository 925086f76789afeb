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
    /// It would leave nobody who may manage people.
    #[error("the last active Global Admin must stay one")]
    LastAdmin,
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

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) {
            StoreError::Unavailable(error)
        } else {
            StoreError::Database(error)
        }
    }
}

/// Whether the same call may work in a moment: the database is away, busy, full, or chose us to give way.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| is_passing_code(&code)),
        _ => false,
    }
}

/// Codes of SQLite are numbers whose lowest byte is the kind (SQLite, "Result and Error Codes"); those of PostgreSQL
/// are five characters whose first two are the class (its Appendix A).
fn is_passing_code(code: &str) -> bool {
    if code.len() == 5 {
        // 08 connection, 53 out of resources, 57P operator intervention, 40 gave way to another transaction,
        // 25006 writing on a standby, as happens while a cluster switches over.
        return ["08", "53", "57P", "40"]
            .iter()
            .any(|class| code.starts_with(class))
            || code == "25006";
    }
    // 5 busy, 6 locked, 10 input/output, 13 full, 14 can't open.
    code.parse::<i64>()
        .is_ok_and(|code| [5, 6, 10, 13, 14].contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_worth_another_try() {
        // busy, busy snapshot, full, deadlock, too many connections, shutting down
        for code in ["5", "517", "13", "40P01", "53300", "57P01"] {
            assert!(is_passing_code(code), "{code}");
        }
        // constraint, unique in SQLite; unique, syntax in PostgreSQL
        for code in ["19", "2067", "23505", "42601", "", "1"] {
            assert!(!is_passing_code(code), "{code}");
        }
        assert!(matches!(
            StoreError::from(sqlx::Error::PoolTimedOut),
            StoreError::Unavailable(_)
        ));
        assert!(matches!(
            StoreError::from(sqlx::Error::RowNotFound),
            StoreError::Database(_)
        ));
    }
}
