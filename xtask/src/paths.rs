//! Where things are: the checkout, what the builds write, and the site a server serves.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The checkout and its output folders.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Root of the checkout.
    pub root: PathBuf,
    /// Cargo's target folder: `CARGO_TARGET_DIR` if set, else `target` in the checkout.
    pub target: PathBuf,
}

impl Workspace {
    /// Looks upwards from the current folder. (Not a path fixed at compile time: a shared target folder may hold
    /// an xtask built by another checkout.)
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("the current folder")?;
        let Some(root) = here
            .ancestors()
            .find(|dir| dir.join("Cargo.lock").exists() && dir.join("xtask").is_dir())
        else {
            bail!("not inside a Leadbell checkout: {}", here.display());
        };
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) if !dir.is_empty() => here.join(dir),
            _ => root.join("target"),
        };
        Ok(Self {
            root: root.to_path_buf(),
            target,
        })
    }

    /// The folder a server serves (`LEPTOS_SITE_ROOT`).
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// Leptos's list of content hashes. Leptos looks beside the executable unless told an absolute path; we tell it.
    pub fn hash_file(&self) -> PathBuf {
        self.site().join("hash.txt")
    }

    /// The browser half has a target folder of its own: its compiler may be another one, and two cargos
    /// in one folder wait for each other.
    pub fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm")
    }

    /// The server's executable of a profile folder (`release` or `debug`).
    pub fn server_binary(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("leadbell")
    }

    /// A cargo that runs in the root of the checkout.
    pub fn cargo(&self) -> Command {
        // `cargo` of the PATH, not $CARGO: under rustup that one would pin the toolchain this program was built with.
        let mut command = Command::new("cargo");
        command.current_dir(&self.root);
        // Leptos reads it at compile time too, and then expects other file names at run time.
        command.env_remove("LEPTOS_OUTPUT_NAME");
        command
    }
}
