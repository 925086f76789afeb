//! A Chromium for the browser tests.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Finds the browser, or installs Debian's where that is possible.
///
/// `CHROMIUM` names another one.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(PathBuf::from(path));
    }
    if let Some(found) = installed() {
        return Ok(found);
    }
    if process::on_path("apt-get") && process::output(Command::new("id").arg("-u"))?.trim() == "0" {
        eprintln!("      installing Debian's chromium");
        if process::run(&mut apt_install()).is_err() {
            process::run(Command::new("apt-get").args(["update", "-q"]))?;
            process::run(&mut apt_install())?;
        }
        if let Some(found) = installed() {
            return Ok(found);
        }
    }
    bail!("no Chromium: install one (Debian: apt-get install chromium) or name it in CHROMIUM")
}

fn installed() -> Option<PathBuf> {
    const NAMES: [&str; 4] = [
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    ];
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |dir| dir.join(name)))
        .find(|file| file.is_file())
}

fn apt_install() -> Command {
    let mut command = Command::new("apt-get");
    command.args(["install", "-qy", "--no-install-recommends", "chromium"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
