//! Which crate may depend on which. The arrows of docs/ARCHITECTURE.md, kept by a machine.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::paths::Workspace;
use crate::process;
use crate::publish::files;
use crate::toolchain::TARGET;

/// What must not be found among the dependencies (direct or not) of a crate.
struct Rule {
    package: &'static str,
    /// More arguments for `cargo tree`.
    selection: &'static [&'static str],
    /// Names; one that ends in `*` stands for all that begin so.
    forbidden: &'static [&'static str],
    why: &'static str,
}

const RULES: [Rule; 6] = [
    Rule {
        package: "leadbell-frontend",
        selection: &["--target", TARGET],
        forbidden: &[
            "sqlx*",
            "tokio*",
            "axum*",
            "reqwest",
            "argon2",
            "chrono*",
            "leptos_axum",
        ],
        why: "every user downloads it",
    },
    Rule {
        package: "leadbell-domain",
        selection: &["--all-features"],
        forbidden: &["leptos*", "tokio*", "sqlx*", "axum*", "reqwest", "leadbell-*"],
        why: "it is pure: no I/O, no clock",
    },
    Rule {
        package: "leadbell-app",
        selection: &["--all-features"],
        forbidden: &[
            "leadbell-server",
            "leadbell-store",
            "leadbell-dispatch",
            "leadbell-sandbox",
            "sqlx*",
        ],
        why: "pages reach the server only through a trait given in context",
    },
    Rule {
        package: "leadbell-store",
        selection: &["--all-features"],
        forbidden: &[
            "leadbell-server",
            "leadbell-dispatch",
            "leadbell-app",
            "leadbell-sandbox",
            "leptos*",
            "axum*",
        ],
        why: "data knows nothing of pages or Slack",
    },
    Rule {
        package: "leadbell-dispatch",
        selection: &["--all-features"],
        forbidden: &["leadbell-server", "leadbell-app", "leadbell-sandbox", "leptos*"],
        why: "sending knows nothing of pages",
    },
    Rule {
        package: "leadbell-sandbox",
        selection: &["--all-features"],
        forbidden: &["leadbell-*"],
        why: "a stand-in that shared our code would share our mistakes",
    },
];

/// Fails with every broken rule.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut broken = Vec::new();
    for rule in &RULES {
        let dependencies = tree(workspace, rule.package, rule.selection)?;
        for name in &dependencies {
            if rule.forbidden.iter().any(|pattern| matches(pattern, name)) {
                broken.push(format!("{} depends on {name} ({})", rule.package, rule.why));
            }
        }
    }
    broken.extend(impurities(workspace)?);
    if let Err(error) = regex_comes_with_leptos_only(workspace) {
        broken.push(format!("{error:#}"));
    }
    if !broken.is_empty() {
        bail!("{}", broken.join("\n        "));
    }
    Ok(())
}

/// What reaches outside the program, so that no rule or preview can depend on when or where it is computed.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "now_utc(",
    "now_local(",
    "println!(",
];

/// Lines of the domain crate (its tests included) that use something of [`IMPURE`].
fn impurities(workspace: &Workspace) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for path in files(&workspace.root.join("domain/src"))? {
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = impure(line) {
                let name = path.strip_prefix(&workspace.root).unwrap_or(&path).display();
                found.push(format!(
                    "{name}:{}: {word} in the domain, which is pure",
                    number + 1
                ));
            }
        }
    }
    Ok(found)
}

fn impure(line: &str) -> Option<&'static str> {
    let code = line.trim_start();
    IMPURE
        .into_iter()
        .find(|word| !code.starts_with("//") && code.contains(word))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// Names of all normal dependencies, without the package itself and without what only macros use.
fn tree(workspace: &Workspace, package: &str, selection: &[&str]) -> Result<BTreeSet<String>> {
    let mut command = workspace.cargo();
    command.args([
        "tree",
        "--quiet",
        "--locked",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
    ]);
    let text = process::output(command.args(["--package", package]).args(selection))?;
    let mut names = names(&text);
    ensure!(names.remove(package), "cargo tree printed nothing of {package}");
    Ok(names)
}

/// The first word of every line.
fn names(tree: &str) -> BTreeSet<String> {
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// leptos_config lists regex among its dependencies, but the browser half uses nothing of it, so the linker leaves it
/// out. Used by anything else it would stay in: some 500 kB.
fn regex_comes_with_leptos_only(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "tree",
        "--quiet",
        "--locked",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
    ]);
    command.args([
        "--package",
        "leadbell-frontend",
        "--target",
        TARGET,
        "--invert",
        "regex",
        "--depth",
        "1",
    ]);
    let users = names(&process::output(&mut command)?);
    for user in users {
        ensure!(
            ["regex", "leptos_config"].contains(&user.as_str()),
            "in the browser half, {user} depends on regex (every user downloads it)"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_the_rest_of_a_name() {
        assert!(matches("sqlx*", "sqlx-core") && matches("sqlx*", "sqlx"));
        assert!(!matches("tokio*", "my-tokio"));
    }

    #[test]
    fn a_name_without_a_star_is_the_whole_name() {
        assert!(matches("reqwest", "reqwest"));
        assert!(!matches("reqwest", "reqwest-middleware"));
    }

    #[test]
    fn a_clock_is_impure_but_speaking_of_one_is_not() {
        assert_eq!(impure("    let now = SystemTime::now();"), Some("SystemTime"));
        assert_eq!(
            impure("    /// Never `SystemTime`: the caller passes the time."),
            None
        );
    }

    #[test]
    fn the_first_word_of_a_tree_line_is_the_name() {
        let found = names("leadbell-app v0.1.0 (/x)\nserde v1.0.0 (*)\n\n");
        assert_eq!(
            found,
            BTreeSet::from(["leadbell-app".to_owned(), "serde".to_owned()])
        );
    }
}
