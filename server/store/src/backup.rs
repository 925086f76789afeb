//! Copies of a whole SQLite database, and what has to be settled in a database that came back from one.

use std::convert::Infallible;
use std::fs::OpenOptions;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::StoreError;

/// Why a copy was not made or is of no use; one line.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something in the way of the file.
    #[error("{0}")]
    File(String),
    /// What the database said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        BackupError::Store(error.into())
    }
}

/// The file of a `sqlite:` URL; `None` for any other.
pub fn sqlite_file(url: &str) -> Option<std::path::PathBuf> {
    // The parser takes any text for the name of a file.
    if !url.starts_with("sqlite:") {
        return None;
    }
    let options = SqliteConnectOptions::from_str(url).ok()?;
    let file = options.get_filename().to_path_buf();
    let in_memory = url.contains(":memory:") || file.as_os_str().is_empty();
    (!in_memory).then_some(file)
}

async fn reading(file: &Path) -> Result<SqliteConnection, BackupError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(Duration::from_secs(30))
        .disable_statement_logging();
    Ok(options.connect().await?)
}

/// Makes a file that only its owner reads; refuses one that is there.
fn made(to: &Path) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(to) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(BackupError::File(format!(
            "{} is there already and stays as it is",
            to.display()
        ))),
        Err(error) => Err(BackupError::File(format!(
            "{} can't be made: {error}",
            to.display()
        ))),
    }
}

/// How often what is written of a copy is brought to disk.
const WRITTEN_OUT: Duration = Duration::from_millis(200);

/// Brings a growing file to disk bit by bit. Gigabytes at its end would keep the disk from everybody else: events whose
/// answer waits for it.
async fn write_out(file: &Path) -> Infallible {
    loop {
        tokio::time::sleep(WRITTEN_OUT).await;
        let file = file.to_owned();
        // What can't be brought to disk now is complained about at the end.
        let _ =
            tokio::task::spawn_blocking(move || OpenOptions::new().read(true).open(file)?.sync_data()).await;
    }
}

/// Copies the database of this file as it is at one moment, while a server may write to it. The copy is checked; a copy
/// that is not good is taken away.
pub async fn copy_sqlite(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.is_file() {
        return Err(BackupError::File(format!(
            "there is no database {}",
            from.display()
        )));
    }
    made(to)?;
    let copied = async {
        let mut db = reading(from).await?;
        // Beside the writer: it goes on into its log, and the copy is what was committed when it began.
        let copy = sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned());
        tokio::select! {
            copied = copy.execute(&mut db) => {
                copied?;
            }
            never = write_out(to) => match never {},
        }
        db.close().await?;
        check_sqlite(to).await?;
        let synced = OpenOptions::new()
            .read(true)
            .open(to)
            .and_then(|file| file.sync_all());
        synced.map_err(|error| BackupError::File(format!("{} is not on disk: {error}", to.display())))
    }
    .await;
    if copied.is_err() {
        let _ = std::fs::remove_file(to);
    }
    copied
}

/// Whether this file is a database of ours and whole.
pub async fn check_sqlite(file: &Path) -> Result<(), BackupError> {
    let broken = |why: String| BackupError::File(format!("{} is no good backup: {why}", file.display()));
    let mut db = reading(file).await.map_err(|error| broken(error.to_string()))?;
    let said: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_all(&mut db)
        .await
        .map_err(|error| broken(error.to_string()))?;
    if said != ["ok"] {
        return Err(broken(said.join("; ")));
    }
    let ours: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_sqlx_migrations', 'deliveries', 'rules')",
    )
    .fetch_one(&mut db)
    .await?;
    db.close().await?;
    if ours < 3 {
        return Err(broken("it is no database of Leadbell".to_owned()));
    }
    Ok(())
}
