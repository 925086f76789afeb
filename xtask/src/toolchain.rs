//! The compiler for the browser half: the ordinary one, or the one `scripts/wasm-toolchain.sh` makes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths::Workspace;
use crate::process;

/// The target of the browser half.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A toolchain that can compile for [`TARGET`].
#[derive(Debug, Clone)]
pub enum WasmToolchain {
    /// The ordinary `cargo` and `rustc`.
    Host,
    /// A compiler in a folder of its own (`bin/rustc` and so on in it); cargo stays the ordinary one.
    Folder(PathBuf),
}

impl WasmToolchain {
    /// Finds it; makes it if need be (minutes, once per machine).
    pub fn ensure(workspace: &Workspace) -> Result<Self> {
        let answer = process::output(&mut Command::new(
            workspace.root.join("scripts/wasm-toolchain.sh"),
        ))?;
        Ok(match answer.trim() {
            "host" => Self::Host,
            folder => Self::Folder(PathBuf::from(folder)),
        })
    }

    /// `cargo SUBCOMMAND -p leadbell-frontend` for the browser, in its own target folder.
    pub fn cargo(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = match self {
            Self::Folder(folder) if subcommand == "clippy" => {
                // The linter is tied to its compiler, so it must be the folder's own.
                let mut clippy = Command::new(folder.join("bin/cargo-clippy"));
                clippy.current_dir(&workspace.root).env("CARGO", "cargo");
                clippy
            }
            _ => workspace.cargo(),
        };
        if let Self::Folder(folder) = self {
            command
                .env("RUSTC", folder.join("bin/rustc"))
                .env("RUSTDOC", folder.join("bin/rustdoc"));
            command.env("LD_LIBRARY_PATH", folder.join("lib"));
        }
        command
            .arg(subcommand)
            .args(["--package", "leadbell-frontend", "--target", TARGET]);
        command.arg("--target-dir").arg(workspace.wasm_target());
        // Added to the flags of `.cargo/config.toml`, which the variable RUSTFLAGS would replace.
        command
            .arg("--config")
            .arg(format!("build.rustflags = {:?}", remaps(workspace)));
        command
    }
}

/// Keeps the folders of this machine out of the module: panics name their source files, and every visitor would
/// download (and could read) where it was built.
fn remaps(workspace: &Workspace) -> Vec<String> {
    let mut folders = vec![workspace.root.clone()];
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    if let Some(home) = home {
        // One folder a registry; what is in them begins with the crate's name.
        let registries = std::fs::read_dir(home.join("registry/src"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        // The last that fits wins, so the wider one goes first.
        folders.push(home.clone());
        folders.extend(registries);
    }
    folders
        .into_iter()
        .map(|folder| format!("--remap-path-prefix={}=", folder.display()))
        .collect()
}
