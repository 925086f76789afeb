//! `leadbell backup FILE` and `leadbell restore FILE`: the whole database as one file, and back.
//!
//! SQLite is copied by itself while a server writes; PostgreSQL by its own `pg_dump` and `pg_restore`. What waited in a
//! backup may have been sent since by whoever went on: it comes back as not certain.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use leadbell_dispatch::{Clock as _, SystemClock};
use leadbell_store::{check_sqlite, copy_sqlite, sqlite_file};
use tokio::process::Command;

use crate::cli::CliError;
use crate::config::Config;
use crate::lifecycle;

/// Writes the database into a new file that only its owner can read.
pub async fn backup(config: &Config, to: &Path) -> Result<(), CliError> {
    match sqlite_file(&config.database_url) {
        Some(from) => copy_sqlite(&from, to).await?,
        None => dump(&Server::of(&config.database_url)?, to).await?,
    }
    let size = std::fs::metadata(to).map(|found| found.len()).unwrap_or_default();
    println!(
        "{} holds the database ({size} bytes) and was checked.",
        to.display()
    );
    println!(
        "The key that encrypts Slack tokens is not in it (LEADBELL_SECRET_KEY): keep that somewhere else."
    );
    Ok(())
}

/// Puts a backup in the place of an empty database, or, with `force`, of any.
pub async fn restore(config: &Config, from: &Path, force: bool) -> Result<(), CliError> {
    if !from.is_file() {
        return Err(format!("there is no file {}", from.display()).into());
    }
    // Held until the end: no server may come in between.
    let _lock = lifecycle::lock_database(&config.database_url)?;
    match sqlite_file(&config.database_url) {
        Some(to) => put_back(from, &to, force).await?,
        None => load(&Server::of(&config.database_url)?, from, force).await?,
    }
    let opened = lifecycle::open_database(config).await?;
    let doubtful = opened.store.doubt_what_waits(SystemClock.now_ms()).await?;
    println!("The database is back.");
    match doubtful {
        0 => println!("Nothing waited in it."),
        many => println!(
            "{many} messages waited in it and may have been sent since: they are “not certain” in the log and are not sent by themselves."
        ),
    }
    Ok(())
}

async fn put_back(from: &Path, to: &Path, force: bool) -> Result<(), CliError> {
    check_sqlite(from).await?;
    let in_use = to.metadata().is_ok_and(|found| found.len() > 0);
    if in_use && !force {
        return Err(format!(
            "{} is there already; --force puts the backup in its place",
            to.display()
        )
        .into());
    }
    // Beside it first, then in one move: cut short, what was there is still there.
    let beside = PathBuf::from(format!("{}.restoring", to.display()));
    let _ = std::fs::remove_file(&beside);
    copy_sqlite(from, &beside).await?;
    for log in ["-wal", "-shm"] {
        let left = PathBuf::from(format!("{}{log}", to.display()));
        if let Err(error) = std::fs::remove_file(&left)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(format!("{} can't be removed: {error}", left.display()).into());
        }
    }
    std::fs::rename(&beside, to)
        .map_err(|error| format!("{} can't be put in place: {error}", to.display()).into())
}

/// A PostgreSQL server's address in the parts that its tools take; the password goes by the environment.
struct Server {
    address: String,
    password: Option<String>,
}

impl Server {
    fn of(url: &str) -> Result<Self, CliError> {
        let parsed = reqwest::Url::parse(url);
        let mut parsed = parsed.map_err(|_| "LEADBELL_DATABASE_URL can't be used for a backup")?;
        let password = parsed.password().map(|text| {
            // One pair of a form is percent-decoded as a whole; a plus is a plus in an address.
            let text = text.replace('+', "%2B");
            form_urlencoded::parse(text.as_bytes())
                .next()
                .map(|(text, _)| text.into_owned())
                .unwrap_or_default()
        });
        let _ = parsed.set_password(None);
        Ok(Self {
            address: parsed.to_string(),
            password,
        })
    }

    async fn run(&self, tool: &str, arguments: &[&str]) -> Result<String, CliError> {
        let mut command = Command::new(tool);
        command.args(arguments).stdin(Stdio::null());
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        let output = match command.output().await {
            Ok(output) => output,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(format!(
                    "{tool} was not found: install PostgreSQL's client tools (Debian: postgresql-client)"
                )
                .into());
            }
            Err(error) => return Err(format!("{tool} can't be run: {error}").into()),
        };
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{tool}: {}", said.lines().next().unwrap_or("it failed")).into())
    }
}

async fn dump(server: &Server, to: &Path) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(to).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => format!("{} is there already and stays as it is", to.display()),
        _ => format!("{} can't be made: {error}", to.display()),
    })?;
    let file = to.to_string_lossy();
    let made = async {
        let arguments = [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--file",
            &file,
            &server.address,
        ];
        server.run("pg_dump", &arguments).await?;
        // Reads it to its end.
        let listed = server.run("pg_restore", &["--list", &file]).await?;
        match listed.contains("TABLE DATA") && listed.contains(" deliveries ") {
            true => Ok(()),
            false => Err(format!("{file} holds no database of Leadbell").into()),
        }
    }
    .await;
    if made.is_err() {
        let _ = std::fs::remove_file(to);
    }
    made
}

async fn load(server: &Server, from: &Path, force: bool) -> Result<(), CliError> {
    let file = from.to_string_lossy();
    let ask = async |question: &str| {
        server
            .run(
                "psql",
                &[
                    "--no-psqlrc",
                    "--tuples-only",
                    "--no-align",
                    "--command",
                    question,
                    &server.address,
                ],
            )
            .await
    };
    let others = ask(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'leadbell'",
    )
    .await?;
    if others.trim() != "0" {
        return Err("a Leadbell is serving this database: stop it first".into());
    }
    let tables = ask("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()").await?;
    if tables.trim() != "0" && !force {
        return Err("the database is not empty; --force puts the backup in its place".into());
    }
    let arguments = [
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        "--clean",
        "--if-exists",
        "--dbname",
        &server.address,
        &file,
    ];
    server.run("pg_restore", &arguments).await?;
    Ok(())
}
