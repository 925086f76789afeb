//! `make test`: everything that can fail, from pure functions to a browser.

use std::process::Command;

use anyhow::{Result, bail};

use crate::frontend::{self, Mode};
use crate::paths::Workspace;
use crate::steps::Steps;
use crate::{browser, npm, process, server};

/// One part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Unit, conformance and HTTP tests, on SQLite and on a PostgreSQL of their own.
    Native,
    /// A running server against its description of the REST interface.
    Rest,
    /// Examples in the documentation.
    Doc,
    /// The release build in a browser.
    Browser,
}

/// Runs the named stages, or all. A failing stage does not keep the later ones from running.
pub fn test(workspace: &Workspace, names: &[String]) -> Result<()> {
    let stages = stages(names)?;
    let steps = stages
        .iter()
        .map(|stage| {
            if *stage == Stage::Browser {
                frontend::STEPS + 2
            } else {
                1
            }
        })
        .sum();
    let mut steps = Steps::new(steps);
    let mut failed = Vec::new();
    for stage in stages {
        let result = match stage {
            Stage::Native => steps.step("Unit, conformance and HTTP tests, with PostgreSQL", || {
                native(workspace)
            }),
            Stage::Rest => steps.step("The REST interface against its description", || rest(workspace)),
            Stage::Doc => steps.step("Examples in the documentation", || doc(workspace)),
            Stage::Browser => in_browser(workspace, &mut steps),
        };
        if let Err(error) = result {
            eprintln!("\nfailed: {error:#}\n");
            failed.push(format!("{stage:?}").to_lowercase());
        }
    }
    if !failed.is_empty() {
        bail!("tests failed in: {}", failed.join(", "));
    }
    eprintln!("\nAll tests passed in {:.0} s.", steps.seconds());
    Ok(())
}

fn stages(names: &[String]) -> Result<Vec<Stage>> {
    if names.is_empty() {
        return Ok(vec![Stage::Native, Stage::Rest, Stage::Doc, Stage::Browser]);
    }
    let stage = |name: &String| match name.as_str() {
        "native" => Ok(Stage::Native),
        "rest" => Ok(Stage::Rest),
        "doc" => Ok(Stage::Doc),
        "browser" => Ok(Stage::Browser),
        other => bail!("no stage is called {other}: native, rest, doc, browser"),
    };
    names.iter().map(stage).collect()
}

fn native(workspace: &Workspace) -> Result<()> {
    // This program's own tests, where its dependencies are compiled already.
    let mut own = workspace.cargo();
    own.args([
        "test",
        "--quiet",
        "--package",
        "xtask",
        "--profile",
        "xtask",
        "--target-dir",
    ]);
    process::run(own.arg(workspace.target.join("xtask")))?;

    let mut command = Command::new(workspace.root.join("scripts/with-postgres.sh"));
    command.current_dir(&workspace.root).arg("cargo");
    if process::on_path("cargo-nextest") {
        command.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    process::run(&mut select(command, workspace))
}

fn rest(workspace: &Workspace) -> Result<()> {
    // The same selection as the tests before: nothing is compiled twice.
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--bins"]);
    process::run(&mut select(build, workspace))?;
    let mut command = Command::new(workspace.root.join("scripts/schemathesis.sh"));
    process::run(
        command
            .current_dir(&workspace.root)
            .arg(workspace.server_binary("debug")),
    )
}

fn doc(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["test", "--quiet", "--doc"]);
    process::run(&mut select(command, workspace))
}

/// All crates but the browser half, which would switch the others to its own features, and this program.
fn select(mut command: Command, workspace: &Workspace) -> Command {
    command.args([
        "--workspace",
        "--exclude",
        "leadbell-frontend",
        "--exclude",
        "xtask",
        "--target-dir",
    ]);
    command.arg(&workspace.target);
    command
}

fn in_browser(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    frontend::build(workspace, Mode::Release, steps)?;
    steps.step("Compiling the server (first time about 6 minutes)", || {
        server::build(workspace, Mode::Release)
    })?;
    steps.step("Tests in a browser", || {
        let folder = workspace.root.join("end2end");
        npm::install(&folder)?;
        let chromium = browser::chromium()?;
        let mut command = Command::new("npm");
        command
            .current_dir(&workspace.root)
            .arg("--prefix")
            .arg(&folder)
            .arg("test");
        server::set_site(&mut command, workspace);
        command
            .env("LEPTOS_ENV", "PROD")
            .env("LEADBELL_BIN", workspace.server_binary("release"))
            .env("CHROMIUM_PATH", chromium);
        process::run(&mut command)
    })
}
