//! The server: building it, and the environment it is started with.

use std::process::Command;

use anyhow::Result;

use crate::frontend::Mode;
use crate::paths::Workspace;
use crate::process;

/// The port of the websocket on which `make dev` tells pages to reload.
pub const RELOAD_PORT: u16 = 3002;

/// Cargo's folder for the profile of a mode.
pub fn profile(mode: Mode) -> &'static str {
    match mode {
        Mode::Dev => "debug",
        Mode::Release => "release",
    }
}

/// Builds the `leadbell` program.
pub fn build(workspace: &Workspace, mode: Mode) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["build", "--package", "leadbell-server", "--bin", "leadbell"]);
    command.arg("--target-dir").arg(&workspace.target);
    if mode == Mode::Release {
        command.arg("--release");
    }
    process::run(&mut command)
}

/// The `leadbell` program, told where the site is.
pub fn command(workspace: &Workspace, mode: Mode) -> Command {
    let mut command = Command::new(workspace.server_binary(profile(mode)));
    command.current_dir(&workspace.root);
    set_site(&mut command, workspace);
    match mode {
        Mode::Release => command.env("LEPTOS_ENV", "PROD"),
        Mode::Dev => command
            .env("LEPTOS_ENV", "DEV")
            .env("LEPTOS_WATCH", "ON")
            .env("LEPTOS_RELOAD_PORT", RELOAD_PORT.to_string()),
    };
    command
}

/// Sets the variables by which Leptos finds the site's files and their hashed names.
pub fn set_site(command: &mut Command, workspace: &Workspace) {
    command
        .env("LEPTOS_OUTPUT_NAME", "leadbell")
        .env("LEPTOS_SITE_ROOT", workspace.site())
        .env("LEPTOS_SITE_PKG_DIR", "pkg")
        .env("LEPTOS_HASH_FILES", "true")
        .env("LEPTOS_HASH_FILE_NAME", workspace.hash_file());
}

/// What the program is asked to do: `args`, or `demo`.
pub fn arguments(command: &mut Command, args: &[String]) {
    if args.is_empty() {
        command.arg("demo");
    } else {
        command.args(args);
    }
}

/// Where the program listens: `LEADBELL_LISTEN`, or its default.
pub fn address() -> String {
    std::env::var("LEADBELL_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}
