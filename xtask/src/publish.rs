//! Puts the built parts into the site folder, under names that hold their content hash.
//!
//! A browser may keep such a file for ever; a new build has new names. A server that runs meanwhile never sees half
//! a build: new files first, then `hash.txt` (which Leptos reads for every page), then the old files go.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::assets::{self, Sizes, digest};
use crate::frontend::Mode;
use crate::paths::Workspace;

/// Publishes the module and its glue (in `bound`), the style sheet and `public/`; returns the sizes of the main files.
pub fn publish(workspace: &Workspace, mode: Mode, bound: &Path, css: &str) -> Result<Vec<(String, Sizes)>> {
    let site = workspace.site();
    let package = site.join("pkg");
    let compress = mode == Mode::Release;
    let mut kept: BTreeSet<PathBuf> = BTreeSet::new();
    let mut report = Vec::new();
    let mut hashes = String::new();

    let parts = [
        ("wasm", fs::read(bound.join("leadbell.wasm"))?),
        ("js", fs::read(bound.join("leadbell.js"))?),
        ("css", css.as_bytes().to_vec()),
    ];
    for (kind, bytes) in parts {
        let hash = digest(&bytes);
        let name = format!("leadbell.{hash}.{kind}");
        let sizes = assets::write(&package.join(&name), &bytes, compress)?;
        hashes.push_str(&format!("{kind}: {hash}\n"));
        kept.insert(package.join(&name));
        report.push((name, sizes));
    }
    // JavaScript that crates bring along; the glue imports it by these names.
    copy(
        &bound.join("snippets"),
        &package.join("snippets"),
        compress,
        &mut kept,
    )?;
    copy(&workspace.root.join("public"), &site, compress, &mut kept)?;

    assets::replace(&workspace.hash_file(), hashes.as_bytes())?;
    kept.insert(workspace.hash_file());
    remove_others(&site, &kept)?;
    Ok(report)
}

/// Copies a folder's files, if there is one.
fn copy(from: &Path, to: &Path, compress: bool, kept: &mut BTreeSet<PathBuf>) -> Result<()> {
    for file in files(from)? {
        let destination = to.join(file.strip_prefix(from)?);
        assets::write(&destination, &fs::read(&file)?, compress)?;
        kept.insert(destination);
    }
    Ok(())
}

/// Removes files that belong to earlier builds. A compressed form belongs to its file.
fn remove_others(site: &Path, kept: &BTreeSet<PathBuf>) -> Result<()> {
    for file in files(site)? {
        let compressed = file.extension().is_some_and(|ext| ext == "br" || ext == "gz");
        let original = if compressed {
            file.with_extension("")
        } else {
            file.clone()
        };
        if !kept.contains(&original) {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// All files below a folder; none if it does not exist.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checkout with one public file, and a folder as wasm-bindgen leaves it.
    fn checkout() -> Result<(tempfile::TempDir, Workspace, PathBuf)> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().to_path_buf();
        let bound = root.join("bound");
        fs::create_dir_all(bound.join("snippets/a-1"))?;
        fs::create_dir_all(root.join("public"))?;
        fs::write(root.join("public/robots.txt"), "Disallow: /")?;
        fs::write(bound.join("leadbell.wasm"), "module")?;
        fs::write(bound.join("leadbell.js"), "glue")?;
        fs::write(bound.join("snippets/a-1/inline0.js"), "snippet")?;
        Ok((
            folder,
            Workspace {
                target: root.join("target"),
                root,
            },
            bound,
        ))
    }

    #[test]
    fn the_hash_file_names_the_published_files() -> Result<()> {
        let (_folder, workspace, bound) = checkout()?;
        publish(&workspace, Mode::Release, &bound, "b{}")?;
        let hashes = fs::read_to_string(workspace.hash_file())?;
        assert_eq!(hashes.lines().count(), 3);
        for line in hashes.lines() {
            let (kind, hash) = line.split_once(": ").unwrap_or_default();
            let path = workspace.site().join(format!("pkg/leadbell.{hash}.{kind}"));
            assert!(path.is_file(), "{}", path.display());
        }
        Ok(())
    }

    #[test]
    fn a_second_build_leaves_nothing_of_the_first() -> Result<()> {
        let (_folder, workspace, bound) = checkout()?;
        publish(&workspace, Mode::Release, &bound, "b{}")?;
        fs::write(bound.join("leadbell.wasm"), "another module")?;
        publish(&workspace, Mode::Dev, &bound, "b{}")?;
        let names: Vec<String> = files(&workspace.site())?
            .iter()
            .filter_map(|path| path.strip_prefix(workspace.site()).ok())
            .map(|path| path.display().to_string())
            .collect();
        // hash.txt, the module, its glue, the style sheet, the snippet, robots.txt: no old module, no .br, no .gz
        assert_eq!(names.len(), 6, "{names:?}");
        assert!(
            names.iter().any(|name| name == "pkg/snippets/a-1/inline0.js"),
            "{names:?}"
        );
        Ok(())
    }
}
