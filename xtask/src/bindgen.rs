//! From cargo's `.wasm` to what a browser loads: wasm-bindgen's glue, then `wasm-opt` and `esbuild`.
//!
//! Both are skipped when the module is the one they worked on last time.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::assets::digest;
use crate::frontend::Mode;
use crate::glue::ShortNames;
use crate::npm;
use crate::paths::Workspace;
use crate::process;

/// Raise it when a change here must make everybody's next build redo the work.
const RECIPE: u32 = 2;

/// The WebAssembly features rustc uses and every browser we support has. Not `--all-features`: binaryen 132 then
/// writes compact imports, which Chromium refuses.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Makes `leadbell.js`, `leadbell.wasm` and `snippets/` of `module` in the returned folder.
pub fn bind(workspace: &Workspace, mode: Mode, module: &Path) -> Result<PathBuf> {
    let bytes = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let key = format!("{RECIPE} {}", digest(&bytes));
    let folder = workspace.target.join("frontend").join(mode.name());
    let key_file = folder.join("key");
    if fs::read_to_string(&key_file).is_ok_and(|old| old == key) {
        eprintln!("      unchanged");
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Bindgen::new()
        .input_bytes("leadbell", bytes)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true) // Leptos passes the (hashed) address
        .keep_debug(mode == Mode::Dev)
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(mode == Mode::Release)
        .generate(&folder)
        .context("wasm-bindgen")?;
    let bound = folder.join("leadbell_bg.wasm");
    let finished = folder.join("leadbell.wasm");
    match mode {
        Mode::Dev => fs::rename(&bound, &finished)?,
        Mode::Release => {
            let mut command = npm::tool(&workspace.root, "wasm-opt");
            let names = process::output(
                command
                    // The second round finds what the first laid open: another percent, for ten seconds.
                    .args(["-Oz", "-Oz", "--minify-imports-and-exports-and-modules"])
                    .args(FEATURES)
                    .arg(&bound)
                    .arg("-o")
                    .arg(&finished),
            )?;
            fs::remove_file(&bound)?;
            minify(workspace, &folder.join("leadbell.js"), &ShortNames::read(&names)?)?;
        }
    }
    fs::write(key_file, key)?; // last: a killed build leaves no key and is redone
    Ok(folder)
}

/// Makes the glue small, in place.
fn minify(workspace: &Workspace, glue: &Path, names: &ShortNames) -> Result<()> {
    let script = fs::read_to_string(glue).context("reading the glue")?;
    fs::write(glue, names.put_into(&script)?)?;
    let mut command = npm::tool(&workspace.root, "esbuild");
    let how = [
        "--minify",
        "--format=esm",
        "--log-level=warning",
        "--allow-overwrite",
    ];
    process::run(
        command
            .arg(glue)
            .args(how)
            .arg(format!("--outfile={}", glue.display())),
    )
}
