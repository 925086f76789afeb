//! `leadbell demo`: a believable business on a fresh database, with the Slack sandbox beside it.
//!
//! The names, passwords and the API key below are public. They exist only in databases that `demo` filled itself.

mod business;
mod seed;

use leadbell_dispatch::{SlackApp, SystemClock};
use leadbell_sandbox::{Sandbox, demo as sandbox_app};
use secrecy::SecretString;
use std::sync::Arc;
use tokio::net::TcpListener;

use crate::cli::CliError;
use crate::config::Config;
use crate::lifecycle::{self, Server};
use crate::telemetry;

/// The demo's API key, so that examples can be copied.
pub const API_KEY: &str = "lbk_demo-only-never-use-this-key-anywhere-else";
/// The demo's password, for every login.
pub const PASSWORD: &str = "leadbell-demo";

/// Serves the demo until interrupted.
pub async fn serve(mut config: Config) -> Result<(), CliError> {
    let sandbox = TcpListener::bind(config.sandbox_listen).await.map_err(|error| {
        format!(
            "LEADBELL_SANDBOX_LISTEN: {} can't be opened: {error}",
            config.sandbox_listen
        )
    })?;
    let sandbox_url = format!("http://{}", sandbox.local_addr()?);
    config.slack_api_url = format!("{sandbox_url}/api");
    config.slack_app = Some(Arc::new(SlackApp {
        client_id: sandbox_app::CLIENT_ID.to_owned(),
        client_secret: SecretString::from(sandbox_app::CLIENT_SECRET.to_owned()),
    }));
    let listener = lifecycle::listen(&config).await?;
    let workspace = Sandbox::builder().demo_workspace().build();
    let sandbox = tokio::spawn(workspace.serve(sandbox));

    let server = Server::start(
        &config,
        Arc::new(SystemClock),
        |dispatch| dispatch,
        telemetry::start_metrics(),
    )
    .await?;
    let fresh = seed::fill_if_empty(&server.state).await?;
    print_welcome(&config, &sandbox_url, fresh);
    let result = lifecycle::run(listener, server).await;
    sandbox.abort();
    result
}

fn print_welcome(config: &Config, sandbox_url: &str, fresh: bool) {
    let data = if fresh {
        "a fresh demo business"
    } else {
        "the demo business of last time"
    };
    println!();
    println!("  Leadbell is ready, with {data}.");
    println!();
    println!("  Leadbell       {}", config.public_url);
    println!("  Slack sandbox  {sandbox_url}");
    println!();
    println!("  Log in as (password: {PASSWORD})");
    for person in business::PEOPLE {
        println!("    {:<28} {}", person.email, person.role.label());
    }
    println!();
    println!("  Post an event:");
    println!(
        "    curl -sS {}/api/v1/events -H 'Authorization: Bearer {API_KEY}' \\",
        config.public_url
    );
    println!("      -H 'Content-Type: application/json' \\");
    println!(
        "      -d '{{\"event_id\":\"my-1\",\"trigger\":\"lms.lead_sold\",\"product\":{{\"id\":218}},\"lead\":{{\"id\":1}},\"publisher\":{{\"id\":1044}},\"money\":{{\"currency\":\"USD\",\"price\":\"42.50\"}}}}'"
    );
    println!();
    println!("  Or post traffic:  leadbell simulate --rate 2        Stop: Ctrl-C");
    println!();
}
