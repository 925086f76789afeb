//! No source file so long that nobody reads it to the end.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::paths::Workspace;
use crate::strays::committed;

/// More lines than this, and a file does more than one job.
const LIMIT: usize = 400;
/// More than this is worth a look.
const COMFORTABLE: usize = 250;

/// Fails if a source file has more than [`LIMIT`] lines; reports those above [`COMFORTABLE`].
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut lengths = Vec::new();
    for name in committed(workspace)? {
        if !is_source(Path::new(&name)) {
            continue;
        }
        let path = workspace.root.join(&name);
        if !path.exists() {
            continue; // removed, but not yet committed so
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {name}"))?;
        lengths.push((text.lines().count(), name));
    }
    lengths.sort_by(|a, b| b.cmp(a));
    let total: usize = lengths.iter().map(|(lines, _)| lines).sum();
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > COMFORTABLE).collect();
    eprintln!(
        "      {} files, {total} lines, {} files above {COMFORTABLE}",
        lengths.len(),
        long.len()
    );
    for (lines, name) in &long {
        eprintln!("      {lines:>5}  {name}");
    }
    let too_long: Vec<_> = long
        .iter()
        .filter(|(lines, _)| *lines > LIMIT)
        .map(|(_, name)| name.as_str())
        .collect();
    if !too_long.is_empty() {
        bail!("more than {LIMIT} lines: {}", too_long.join(", "));
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ext| ["rs", "ts", "scss", "sh"].iter().any(|kind| ext == *kind))
}
