//! `leadbell secrets`: exchanging the key that encrypts Slack tokens, beside servers that work.
//!
//! The new key goes to the top of the key file, above the one it takes over from; then everything is sealed with it, row
//! by row. Servers on the same file find the new key there as soon as they meet it, and seal with it from then on.
//! Cut short at any moment, everything can still be read, and the same command goes on.

use std::fs::{File, TryLockError};
use std::path::Path;

use clap::Subcommand;
use leadbell_dispatch::{Clock as _, SystemClock};
use leadbell_domain::AuditAction;
use leadbell_store::{Keys, SecretKey, Store, StoreError};

use crate::actor::Actor;
use crate::audit::{self, Line};
use crate::cli::CliError;
use crate::config::Config;

/// What can be done with the key.
#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Encrypt everything with a new key, without stopping the server; go on where that was cut short.
    Rotate,
    /// Say how many connections are encrypted with which key.
    Status,
    /// Take earlier keys out of the key file, if nothing is encrypted with them any more.
    Forget,
}

impl SecretsCommand {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), CliError> {
        match self {
            SecretsCommand::Rotate => rotate(config).await,
            SecretsCommand::Status => status(config).await,
            SecretsCommand::Forget => forget(config).await,
        }
    }
}

async fn open(config: &Config, keys: &Keys) -> Result<std::sync::Arc<dyn Store>, CliError> {
    let named = |error: StoreError| -> CliError { format!("LEADBELL_DATABASE_URL: {error}").into() };
    let opened = leadbell_store::open_with(&config.database_url, keys)
        .await
        .map_err(named)?;
    opened.store.migrate().await.map_err(named)?;
    Ok(opened.store)
}

async fn status(config: &Config) -> Result<(), CliError> {
    let counts = open(config, &config.keys).await?.sealed().await?;
    println!(
        "{} encrypted with the present key, {} with earlier ones, {} with none that is known.",
        connections(counts.present),
        counts.earlier,
        counts.unreadable
    );
    println!("Earlier keys kept: {}.", config.keys.previous().len());
    Ok(())
}

async fn rotate(config: &Config) -> Result<(), CliError> {
    let Some(file) = config.keys.file() else {
        return rotate_settings(config).await;
    };
    let _held = hold(file)?;
    // As it is now that nobody else changes it.
    let keys = Keys::read(file)?;
    let mut store = open(config, &keys).await?;
    let before = store.sealed().await?;
    if before.earlier > 0 {
        println!(
            "Going on: {} still encrypted with an earlier key.",
            connections(before.earlier)
        );
    } else {
        let new = SecretKey::generate();
        let all: Vec<&SecretKey> = std::iter::once(&new).chain(keys.iter()).collect();
        Keys::write(file, &all)?;
        println!("A new key stands at the top of {}.", file.display());
        store = open(config, &Keys::read(file)?).await?;
    }
    reseal(&*store).await?;
    println!(
        "Servers that use {} have it already; none has to be restarted. Back the file up now. The earlier key stays in it \
         for older backups of the database; `leadbell secrets forget` takes it out.",
        file.display()
    );
    Ok(())
}

/// Where the keys are settings, nobody but whoever sets them can exchange them; what is stored is sealed anew here.
async fn rotate_settings(config: &Config) -> Result<(), CliError> {
    if config.keys.previous().is_empty() {
        return Err(
            "LEADBELL_SECRET_KEY: is a setting, so the new key is yours to set: the present one into \
             LEADBELL_SECRET_KEY_PREVIOUS, a new one (openssl rand -base64 32) into LEADBELL_SECRET_KEY, restart the servers, \
             and run this again"
                .into(),
        );
    }
    reseal(&*open(config, &config.keys).await?).await?;
    println!("LEADBELL_SECRET_KEY_PREVIOUS may be empty from the next start of the servers on.");
    Ok(())
}

async fn reseal(store: &dyn Store) -> Result<(), CliError> {
    let done = store.reseal().await?;
    println!("{} encrypted anew.", connections(done.resealed));
    let line = Line {
        detail: format!("{} encrypted anew", connections(done.resealed)),
        ..Line::of(AuditAction::SecretsRotated, "secrets", None, "Encryption key")
    };
    audit::record(store, &Actor::CommandLine, SystemClock.now_ms(), line).await;
    if done.unreadable.is_empty() {
        return Ok(());
    }
    Err(format!(
        "no known key opens the tokens of {}; they stay as they are: replace these tokens under Connections, or put the key \
         they were encrypted with into a line of its own of the key file and run this again",
        done.unreadable.join(", ")
    )
    .into())
}

async fn forget(config: &Config) -> Result<(), CliError> {
    let Some(file) = config.keys.file() else {
        return Err(
            "LEADBELL_SECRET_KEY: is a setting; take earlier keys out of LEADBELL_SECRET_KEY_PREVIOUS".into(),
        );
    };
    let _held = hold(file)?;
    let keys = Keys::read(file)?;
    let counts = open(config, &keys).await?.sealed().await?;
    if counts.earlier > 0 {
        return Err(format!(
            "{} still encrypted with an earlier key; run `leadbell secrets rotate` first",
            connections(counts.earlier)
        )
        .into());
    }
    Keys::write(file, &[keys.present()])?;
    println!(
        "{} holds the present key alone; {} taken out.",
        file.display(),
        keys.previous().len()
    );
    Ok(())
}

/// "1 connection is", "2 connections are".
fn connections(count: u64) -> String {
    match count {
        1 => "1 connection is".to_owned(),
        many => format!("{many} connections are"),
    }
}

/// Of two who exchange the key at once, one does.
fn hold(file: &Path) -> Result<File, CliError> {
    let mut lock = file.as_os_str().to_owned();
    lock.push(".lock");
    let held = File::create(&lock).map_err(|error| {
        format!(
            "LEADBELL_SECRET_KEY_FILE: {} can't be written beside: {error}",
            file.display()
        )
    })?;
    match held.try_lock() {
        Err(TryLockError::WouldBlock) => Err("somebody else is exchanging the key right now".into()),
        // Some network file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(held),
    }
}
