//! The browser half, from source to `target/site`.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::assets::Sizes;
use crate::paths::Workspace;
use crate::steps::Steps;
use crate::toolchain::{TARGET, WasmToolchain};
use crate::{bindgen, npm, process, publish, styles};

/// How many steps [`build`] announces.
pub const STEPS: usize = 4;

/// How the browser half is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Quick to build, large, with names in stack traces.
    Dev,
    /// What users download.
    Release,
}

impl Mode {
    /// Its name in folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// Its profile in the root `Cargo.toml`.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// Builds and publishes everything the browser loads.
pub fn build(workspace: &Workspace, mode: Mode, steps: &mut Steps) -> Result<()> {
    let _lock = lock(workspace)?;
    let toolchain = steps.step("Compiler for the browser, npm tools", || {
        npm::install(&workspace.root)?;
        WasmToolchain::ensure(workspace)
    })?;
    let title = match mode {
        Mode::Dev => "Compiling the browser half (first time about 3 minutes)",
        Mode::Release => "Compiling the browser half, optimised for size (first time about 4 minutes)",
    };
    let module = steps.step(title, || compile(workspace, mode, &toolchain))?;
    let bound = steps.step("Shrinking the module", || bindgen::bind(workspace, mode, &module))?;
    let report = steps.step("Styles and files of the site", || {
        let css = styles::compile(workspace, mode)?;
        publish::publish(workspace, mode, &bound, &css)
    })?;
    print_sizes(&report);
    Ok(())
}

/// Compiles styles and publishes again, for a change that touched no Rust code.
pub fn restyle(workspace: &Workspace, mode: Mode) -> Result<()> {
    let _lock = lock(workspace)?;
    let css = styles::compile(workspace, mode)?;
    let bound = workspace.target.join("frontend").join(mode.name());
    publish::publish(workspace, mode, &bound, &css)?;
    Ok(())
}

fn compile(workspace: &Workspace, mode: Mode, toolchain: &WasmToolchain) -> Result<PathBuf> {
    let mut command = toolchain.cargo(workspace, "build");
    process::run(command.args(["--lib", "--profile", mode.profile()]))?;
    Ok(workspace
        .wasm_target()
        .join(TARGET)
        .join(mode.profile())
        .join("leadbell_frontend.wasm"))
}

/// Two builds at once (`make run` beside `make test`) must not write the site together.
fn lock(workspace: &Workspace) -> Result<File> {
    std::fs::create_dir_all(&workspace.target)?;
    let file = File::create(workspace.target.join("frontend.lock"))?;
    if file.try_lock().is_err() {
        eprintln!("      waiting for another build of the browser half");
        file.lock().context("locking the build of the browser half")?;
    }
    Ok(file)
}

fn print_sizes(report: &[(String, Sizes)]) {
    let kilobytes = |bytes: u64| format!("{:.1} kB", bytes as f64 / 1000.0);
    let packed = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), kilobytes);
    eprintln!(
        "      {:<32} {:>12} {:>12} {:>12}",
        "over the wire", "plain", "gzip", "brotli"
    );
    for (name, sizes) in report {
        let (gzip, brotli) = (packed(sizes.gzip), packed(sizes.brotli));
        eprintln!(
            "      {name:<32} {:>12} {gzip:>12} {brotli:>12}",
            kilobytes(sizes.plain)
        );
    }
}
