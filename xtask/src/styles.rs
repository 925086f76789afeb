//! `style/main.scss` to one style sheet, with npm's `sass`.

use std::path::Path;

use anyhow::Result;

use crate::frontend::Mode;
use crate::npm;
use crate::paths::Workspace;
use crate::process;

/// Compiles the styles and returns the CSS. Under a second, so it is not worth a cache.
pub fn compile(workspace: &Workspace, mode: Mode) -> Result<String> {
    let source = Path::new("style/main.scss");
    let style = match mode {
        Mode::Dev => "--style=expanded",
        Mode::Release => "--style=compressed",
    };
    let mut command = npm::tool(&workspace.root, "sass");
    process::output(command.args(["--no-source-map", style]).arg(source))
}
