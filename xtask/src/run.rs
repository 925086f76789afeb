//! `make run` and `make bench`: release builds, then the program itself.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::frontend::{self, Mode};
use crate::paths::Workspace;
use crate::process;
use crate::server;
use crate::steps::Steps;

/// Builds what changed and becomes the program. Without arguments: `leadbell demo`.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    let mut steps = Steps::new(frontend::STEPS + 2);
    if !workspace.server_binary("release").exists() {
        eprintln!("A first build compiles everything: about 10 minutes on 2 cores. Later ones take seconds.");
    }
    frontend::build(workspace, Mode::Release, &mut steps)?;
    steps.step("Compiling the server (first time about 6 minutes)", || {
        server::build(workspace, Mode::Release)
    })?;
    let title = format!("Starting (built in {:.0} s)", steps.seconds());
    steps.step(&title, || {
        let mut command = server::command(workspace, Mode::Release);
        server::arguments(&mut command, args);
        // Becoming it, rather than starting it, gives it the terminal, Ctrl-C and the exit status.
        Err(command.exec()).with_context(|| format!("starting {}", command.get_program().display()))
    })
}

/// Measures the promised figures (`server/benches/figures.rs`).
pub fn bench(workspace: &Workspace, args: &[String]) -> Result<()> {
    let mut command = Command::new(workspace.root.join("scripts/with-postgres.sh"));
    command.current_dir(&workspace.root).args([
        "cargo",
        "bench",
        "--package",
        "leadbell-server",
        "--bench",
        "figures",
        "--target-dir",
    ]);
    process::run(command.arg(&workspace.target).arg("--").args(args))?;
    // Lists of a large house and what the databases take in and give out (`server/store/tests`), and a log of ten million
    // events (`server/tests`).
    for (package, test) in [
        ("leadbell-store", "lists"),
        ("leadbell-store", "throughput"),
        ("leadbell-server", "log_bench"),
    ] {
        let mut measured = Command::new(workspace.root.join("scripts/with-postgres.sh"));
        measured.current_dir(&workspace.root).args([
            "cargo",
            "test",
            "--release",
            "--package",
            package,
            "--test",
            test,
            "--target-dir",
        ]);
        // One after the other: they would measure each other.
        let rest = ["--", "--ignored", "--nocapture", "--test-threads=1"];
        process::run(measured.arg(&workspace.target).args(rest))?;
    }
    Ok(())
}
