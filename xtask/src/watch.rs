//! Notices changed source files by looking at their times twice a second: no system service, works on every file system.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::paths::Workspace;

/// Folders and files whose change means a new server and a new browser half.
const CODE: [&str; 8] = [
    "domain",
    "app",
    "frontend",
    "server",
    "sandbox",
    "migrations",
    "Cargo.toml",
    "Cargo.lock",
];
/// Those whose change means new styles and site files only.
const LOOK: [&str; 2] = ["style", "public"];

/// What has to be built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Rust code, migrations or dependencies.
    Code,
    /// Styles or files of the site.
    Look,
}

type Times = BTreeMap<PathBuf, SystemTime>;

/// The state of the source files when last looked at.
#[derive(Debug)]
pub struct Watch {
    root: PathBuf,
    code: Times,
    look: Times,
}

impl Watch {
    /// Takes the present state as seen.
    pub fn new(workspace: &Workspace) -> Self {
        let root = workspace.root.clone();
        Self {
            code: times(&root, &CODE),
            look: times(&root, &LOOK),
            root,
        }
    }

    /// The change since the last call, if any.
    pub fn poll(&mut self) -> Option<Change> {
        let (code, look) = (times(&self.root, &CODE), times(&self.root, &LOOK));
        let (code_changed, look_changed) = (code != self.code, look != self.look);
        self.code = code;
        self.look = look;
        match (code_changed, look_changed) {
            (true, _) => Some(Change::Code),
            (false, true) => Some(Change::Look),
            (false, false) => None,
        }
    }

    /// Waits for a change, and then until nothing changes any more (an editor saves several files, git hundreds).
    /// Calls `meanwhile` at every look; `None` if that asks to stop waiting.
    pub fn wait(&mut self, mut meanwhile: impl FnMut() -> bool) -> Option<Change> {
        let mut seen = None;
        loop {
            std::thread::sleep(Duration::from_millis(400));
            match (self.poll(), seen) {
                (Some(Change::Look), Some(Change::Code)) => {}
                (Some(change), _) => seen = Some(change),
                (None, Some(_)) => return seen,
                (None, None) => {
                    if !meanwhile() {
                        return None;
                    }
                }
            }
        }
    }
}

fn times(root: &Path, names: &[&str]) -> Times {
    let mut found = Times::new();
    for name in names {
        collect(&root.join(name), &mut found);
    }
    found
}

/// A file that vanishes between being listed and being looked at is simply not there.
fn collect(path: &Path, found: &mut Times) {
    let Ok(meta) = fs::metadata(path) else { return };
    if meta.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            // Editors' swap and backup files are no change of the program.
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !name.starts_with('.') && !name.ends_with('~') {
                collect(&entry.path(), found);
            }
        }
    } else if let Ok(time) = meta.modified() {
        found.insert(path.to_path_buf(), time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Result;

    fn checkout() -> Result<(tempfile::TempDir, Watch)> {
        let folder = tempfile::tempdir()?;
        for name in ["app/src", "style"] {
            fs::create_dir_all(folder.path().join(name))?;
        }
        let root = folder.path().to_path_buf();
        let watch = Watch::new(&Workspace {
            target: root.join("target"),
            root,
        });
        Ok((folder, watch))
    }

    #[test]
    fn a_new_source_file_is_a_change_of_the_code_once() -> Result<()> {
        let (folder, mut watch) = checkout()?;
        fs::write(folder.path().join("app/src/page.rs"), "")?;
        assert_eq!(watch.poll(), Some(Change::Code));
        assert_eq!(watch.poll(), None);
        Ok(())
    }

    #[test]
    fn a_style_sheet_is_a_change_of_the_look() -> Result<()> {
        let (folder, mut watch) = checkout()?;
        fs::write(folder.path().join("style/main.scss"), "")?;
        assert_eq!(watch.poll(), Some(Change::Look));
        Ok(())
    }

    #[test]
    fn an_editors_swap_file_is_no_change() -> Result<()> {
        let (folder, mut watch) = checkout()?;
        fs::write(folder.path().join("app/src/.page.rs.swp"), "")?;
        assert_eq!(watch.poll(), None);
        Ok(())
    }

    #[test]
    fn a_removed_file_is_a_change() -> Result<()> {
        let (folder, mut watch) = checkout()?;
        let path = folder.path().join("app/src/page.rs");
        fs::write(&path, "")?;
        watch.poll();
        fs::remove_file(path)?;
        assert_eq!(watch.poll(), Some(Change::Code));
        Ok(())
    }
}
