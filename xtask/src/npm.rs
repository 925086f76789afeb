//! The npm tools of the build (`sass`, `wasm-opt`), installed in the checkout from the lock file.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::process;

/// Installs what `folder`'s lock file lists, unless that is already there.
pub fn install(folder: &Path) -> Result<()> {
    // npm writes this file last, so it tells a whole installation.
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    let locked = modified(&folder.join("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    ensure!(
        process::on_path("npm"),
        "npm is missing: install Node.js 20 or newer (Debian: apt-get install nodejs npm)"
    );
    let quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
    process::run(Command::new("npm").arg("ci").args(quiet).current_dir(folder))
}

/// A tool of the checkout's `node_modules`.
pub fn tool(root: &Path, name: &str) -> Command {
    let mut command = Command::new(root.join("node_modules/.bin").join(name));
    command.current_dir(root);
    command
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}
