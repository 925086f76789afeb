//! `make check`: what can be said about the code without running it.

use anyhow::{Result, bail};

use crate::frontend::Mode;
use crate::paths::Workspace;
use crate::toolchain::WasmToolchain;
use crate::{lengths, process, rules, strays};

type Check = fn(&Workspace) -> Result<()>;

const CHECKS: [(&str, Check); 7] = [
    ("fmt", formatting),
    ("strays", strays::check),
    ("lengths", lengths::check),
    ("rules", rules::check),
    ("clippy", clippy),
    ("clippy-browser", clippy_browser),
    ("doc", documentation),
];

/// Runs the named checks, or all, then names those that failed.
pub fn check(workspace: &Workspace, names: &[String]) -> Result<()> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !CHECKS.iter().any(|(known, _)| known == name))
    {
        let known: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
        bail!("no check is called {unknown}: {}", known.join(", "));
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let checks: Vec<_> = CHECKS.iter().filter(|(name, _)| wanted(name)).collect();
    let mut failed = Vec::new();
    for (number, (name, check)) in checks.iter().enumerate() {
        eprintln!("[{}/{}] {name}", number + 1, checks.len());
        if let Err(error) = check(workspace) {
            eprintln!("failed: {error:#}");
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        bail!(
            "{} of {} checks failed: {}",
            failed.len(),
            checks.len(),
            failed.join(", ")
        );
    }
    eprintln!("All {} checks passed.", checks.len());
    Ok(())
}

fn formatting(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args(["fmt", "--all", "--", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "clippy",
        "--locked",
        "--workspace",
        "--exclude",
        "leadbell-frontend",
        "--all-targets",
    ]);
    command.arg("--target-dir").arg(&workspace.target);
    process::run(command.args(["--", "-D", "warnings"]))
}

/// Checks the crates of the browser half as the browser gets them: `app` has code for that target only.
fn clippy_browser(workspace: &Workspace) -> Result<()> {
    let mut command = WasmToolchain::ensure(workspace)?.cargo(workspace, "clippy");
    // The profile of the real build: what its macros need is compiled once for both.
    command.args(["--locked", "--lib", "--profile", Mode::Release.profile()]);
    process::run(command.args(["--", "-D", "warnings"]))
}

/// Private items too: links between them break as easily as public ones.
fn documentation(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "doc",
        "--locked",
        "--workspace",
        "--lib",
        "--no-deps",
        "--document-private-items",
    ]);
    command.args(["--exclude", "leadbell-frontend", "--exclude", "xtask"]);
    command.arg("--target-dir").arg(&workspace.target);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}
