//! No committed file names a package registry's host or a folder of somebody's machine.

use std::path::Path;

use anyhow::{Result, bail};

use crate::paths::Workspace;
use crate::process;

/// What must not appear, written in pieces so that this file does not contain it.
const FORBIDDEN: [&str; 10] = [
    concat!("registry.npmjs", ".org"),
    concat!("registry.yarnpkg", ".com"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("proxy.golang", ".org"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
];

/// Fails with every place that holds such a string.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut found = Vec::new();
    for name in committed(workspace)? {
        // Pictures and the like are no text, and hold nothing to look for.
        let Ok(text) = std::fs::read_to_string(workspace.root.join(&name)) else {
            continue;
        };
        found.extend(strays(&text).map(|(line, word)| format!("{name}:{line}: {word}")));
    }
    if !found.is_empty() {
        bail!("{}", found.join("\n        "));
    }
    Ok(())
}

fn strays(text: &str) -> impl Iterator<Item = (usize, &'static str)> + '_ {
    text.lines().enumerate().flat_map(|(number, line)| {
        FORBIDDEN
            .iter()
            .filter(|word| stands_alone(line, word))
            .map(move |word| (number + 1, *word))
    })
}

/// A folder counts only at the start of a path: `/api/work/1` is an address, not a place on a disk.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !word.starts_with('/') || before.is_none_or(|c| !c.is_alphanumeric() && !"_-.}~/".contains(c))
    })
}

/// The files git tracks or would track, relative to the root.
pub fn committed(workspace: &Workspace) -> Result<Vec<String>> {
    let mut command = std::process::Command::new("git");
    command.current_dir(&workspace.root);
    let text =
        process::output(command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    Ok(text
        .split('\0')
        .filter(|name| !name.is_empty() && is_ours(name))
        .map(str::to_owned)
        .collect())
}

fn is_ours(name: &str) -> bool {
    !Path::new(name)
        .components()
        .any(|part| part.as_os_str() == "node_modules")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_machine_is_found_with_its_line() {
        let text = format!("fine\npath = \"{}x\"\n", concat!("/ro", "ot/"));
        assert_eq!(strays(&text).collect::<Vec<_>>(), [(2, concat!("/ro", "ot/"))]);
    }

    #[test]
    fn the_same_word_inside_an_address_is_not() {
        let text = format!("GET /api{}1", concat!("/wo", "rk/"));
        assert_eq!(strays(&text).count(), 0);
    }

    #[test]
    fn a_registry_is_found_inside_an_address() {
        let text = format!(
            "\"resolved\": \"https://{}/a.tgz\"",
            concat!("registry.npmjs", ".org")
        );
        assert_eq!(strays(&text).count(), 1);
    }
}
