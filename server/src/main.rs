//! `leadbell`: the program.

use std::process::ExitCode;

use clap::Parser;
use leadbell_server::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = leadbell_server::core_dumps::switch_off() {
        eprintln!("leadbell: core dumps can't be switched off: {error}");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("leadbell: the runtime could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("leadbell: {error}");
            ExitCode::FAILURE
        }
    }
}
