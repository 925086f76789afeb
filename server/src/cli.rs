//! The command line: `leadbell serve`, `migrate`, `backup`, `restore`, `user create`, `key create`, `secrets rotate`, `demo`, `simulate`, `openapi`.

use std::io::Read;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use leadbell_dispatch::{Clock, SystemClock};
use leadbell_domain::{AuditAction, EntityId, Role, UserId};
use leadbell_store::{NewUser, StoreError, User};
use secrecy::{ExposeSecret, SecretString};

use crate::actor::Actor;
use crate::audit::{self, Line};
use crate::config::{self, Config};
use crate::http::api_key::{self, ApiScope};
use crate::http::{openapi, password};
use crate::ids::Fresh;
use crate::secrets::SecretsCommand;
use crate::simulate::Simulate;
use crate::{backup, demo, lifecycle, people, simulate, telemetry};

/// Slack messages the moment a lead or call event matters.
#[derive(Debug, Parser)]
#[command(name = "leadbell", version, after_help = settings())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The settings, for the end of `--help`.
fn settings() -> String {
    let mut text =
        "Settings, from the environment or from leadbell.toml (listen = \"…\" there):\n".to_owned();
    for (name, default, what) in config::SETTINGS {
        text.push_str(&format!("  {name:<26} {what}"));
        if !default.is_empty() {
            text.push_str(&format!(" [{default}]"));
        }
        text.push('\n');
    }
    text
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and the REST interface, and send messages.
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Manage people.
    #[command(subcommand)]
    User(UserCommand),
    /// Manage API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Exchange the key that encrypts Slack tokens.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Fill a fresh database with a believable business and serve it with the Slack sandbox.
    Demo,
    /// Write the whole database into a new file, also while it is served.
    Backup {
        /// The file; must not be there yet.
        file: PathBuf,
    },
    /// Put a backup in the place of an empty database.
    Restore {
        /// What `backup` wrote.
        file: PathBuf,
        /// Replace a database that is not empty.
        #[arg(long)]
        force: bool,
    },
    /// Post realistic traffic to a running Leadbell.
    Simulate(Simulate),
    /// Print the description of the REST interface (OpenAPI).
    Openapi,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person who can log in.
    Create {
        /// E-mail address, unique.
        #[arg(long)]
        email: String,
        /// global_admin, lms_admin, call_logic_admin, support, buyer_agent, buyer_editor, publisher_agent,
        /// compliance_publisher, publisher or qa.
        #[arg(long)]
        role: String,
        /// Name shown to colleagues; the e-mail address if absent.
        #[arg(long)]
        name: Option<String>,
        /// Publisher this person is or manages; may be repeated.
        #[arg(long)]
        publisher: Vec<String>,
        /// Buyer this person manages; may be repeated.
        #[arg(long)]
        buyer: Vec<String>,
        /// Read the password from standard input (required: arguments can be seen by others on this machine).
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make an API key and print it, once.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do: ingest, catalog, rules, read. All by default.
        #[arg(long, value_delimiter = ',')]
        scope: Vec<String>,
    },
}

/// What stops a command: one line for whoever typed it.
pub type CliError = Box<dyn std::error::Error + Send + Sync>;

impl Cli {
    /// Does it.
    pub async fn run(self) -> Result<(), CliError> {
        match self.command {
            Command::Openapi => {
                println!("{}", serde_json::to_string_pretty(&openapi::document())?);
                Ok(())
            }
            Command::Simulate(simulate) => simulate::run(simulate).await,
            Command::Serve => {
                let config = start()?;
                lifecycle::serve(&config).await
            }
            Command::Demo => demo::serve(start()?).await,
            Command::Backup { file } => backup::backup(&start()?, &file).await,
            Command::Restore { file, force } => backup::restore(&start()?, &file, force).await,
            Command::Migrate => {
                lifecycle::open_database(&start()?).await?;
                println!("The database is up to date.");
                Ok(())
            }
            Command::User(UserCommand::Create {
                email,
                role,
                name,
                publisher,
                buyer,
                password_stdin: _,
            }) => create_user(&start()?, email, &role, name, publisher, buyer).await,
            Command::Secrets(command) => command.run(&start()?).await,
            Command::Key(KeyCommand::Create { name, scope }) => create_key(&start()?, &name, &scope).await,
        }
    }
}

fn start() -> Result<Config, CliError> {
    let config = config::load()?;
    telemetry::start_logging(&config.log)?;
    Ok(config)
}

fn ids(texts: Vec<String>) -> Result<Vec<EntityId>, CliError> {
    texts
        .into_iter()
        .map(|text| EntityId::new(text).map_err(Into::into))
        .collect()
}

async fn create_user(
    config: &Config,
    email: String,
    role: &str,
    name: Option<String>,
    publishers: Vec<String>,
    buyers: Vec<String>,
) -> Result<(), CliError> {
    let role = Role::from_key(role).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.into_iter().map(Role::key).collect();
        format!(
            "--role: there is no role {role:?}; there are {}",
            known.join(", ")
        )
    })?;
    let email = people::address(&email).ok_or("--email: this is not an e-mail address")?;
    if role == Role::Publisher && publishers.len() != 1 {
        return Err("--publisher: a publisher's login belongs to exactly one publisher".into());
    }
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .map_err(|error| format!("the password can't be read: {error}"))?;
    let password = SecretString::from(password.trim_end_matches(['\r', '\n']).to_owned());
    let password_hash = password::hash(password).await?;
    let user = User {
        id: UserId::fresh(),
        name: name.unwrap_or_else(|| email.clone()),
        email,
        role,
        publishers: ids(publishers)?,
        buyers: ids(buyers)?,
        active: true,
        manages_until: None,
        created_at: SystemClock.now_ms(),
    };
    let opened = lifecycle::open_database(config).await?;
    let email = user.email.clone();
    let line = Line::user(AuditAction::UserCreated, &user).detail(people::describe_new(&user));
    let now = user.created_at;
    match opened.store.insert_user(&NewUser { user, password_hash }).await {
        Ok(()) => {
            audit::record(&*opened.store, &Actor::CommandLine, now, line).await;
            println!("{email} can log in as {}.", role.label());
            Ok(())
        }
        Err(StoreError::Taken(_)) => Err(format!("--email: {email} exists already").into()),
        Err(error) => Err(error.into()),
    }
}

async fn create_key(config: &Config, name: &str, scopes: &[String]) -> Result<(), CliError> {
    if name.trim().is_empty() {
        return Err("--name: say what the key is for".into());
    }
    let scopes: Vec<ApiScope> = if scopes.is_empty() {
        ApiScope::ALL.to_vec()
    } else {
        scopes
            .iter()
            .map(|key| {
                ApiScope::from_key(key.trim()).ok_or_else(|| {
                    format!("--scope: there is no scope {key:?}; there are ingest, catalog, rules, read")
                })
            })
            .collect::<Result<_, _>>()?
    };
    let opened = lifecycle::open_database(config).await?;
    let now = SystemClock.now_ms();
    let (key, text) = api_key::make(&*opened.store, name.trim(), &scopes, now).await?;
    let detail = format!("{}…, {}", key.prefix, key.scopes.join(", "));
    let line = Line::key(AuditAction::KeyCreated, &key).detail(detail);
    audit::record(&*opened.store, &Actor::CommandLine, now, line).await;
    println!("{}", text.expose_secret());
    Ok(())
}
