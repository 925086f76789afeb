//! `leadbell-sandbox`: the demo workspace on a port, to develop and try things against.

use std::process::ExitCode;

use clap::Parser;
use leadbell_sandbox::{Limits, Sandbox};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A stand-in for Slack's Web API with a page that shows what was posted.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:3001")]
    listen: String,
    /// Messages a channel takes at once before the limit of one a second begins.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    burst: u32,
    /// Keep no rate limits at all.
    #[arg(long)]
    no_limits: bool,
    /// Answer a repeated client_msg_id with the first message instead of posting again.
    #[arg(long)]
    honour_client_msg_id: bool,
    /// Messages to remember.
    #[arg(long, default_value_t = 5_000)]
    history: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let limits = if cli.no_limits {
        Limits::off()
    } else {
        Limits::default().per_channel(cli.burst, 1_000)
    };
    let sandbox = Sandbox::builder()
        .demo_workspace()
        .limits(limits)
        .honour_client_msg_id(cli.honour_client_msg_id)
        .history(cli.history)
        .build();
    let listener = match TcpListener::bind(&cli.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("leadbell-sandbox: cannot listen on {}: {error}", cli.listen);
            return ExitCode::FAILURE;
        }
    };
    let at = listener.local_addr().map_or(cli.listen, |a| a.to_string());
    println!("Slack sandbox: page http://{at}/  API http://{at}/api");
    tokio::select! {
        served = sandbox.serve(listener) => match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("leadbell-sandbox: {error}");
                ExitCode::FAILURE
            }
        },
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
    }
}
