//! The compiled program, run as a user runs it.

use std::process::{Output, Stdio};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::soon;

/// A folder to run in: `data/` and `leadbell.toml` are looked for there.
pub struct Folder {
    folder: TempDir,
    settings: Vec<(String, String)>,
}

impl Folder {
    pub fn new(settings: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            settings: settings.iter().map(own).collect(),
        }
    }

    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Another value for a setting, from the next command on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leadbell"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LEADBELL_")) {
            command.env_remove(name);
        }
        command.env("LEADBELL_LISTEN", "127.0.0.1:0");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        soon(self.command(arguments).output())
            .await
            .expect("the program runs")
    }

    /// Runs a command to its end with this on its standard input.
    pub async fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that does not read closes its end: no concern of ours.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        soon(child.wait_with_output()).await.expect("the program ends")
    }

    /// Runs `leadbell serve` until it says that it serves.
    pub async fn serve(&self) -> Program {
        let mut child = self.command(&["serve"]).spawn().expect("the program runs");
        let mut log = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut said = String::new();
        let url = loop {
            let line = soon(log.next_line()).await.expect("text");
            let line = line.unwrap_or_else(|| panic!("it ended: {said}"));
            let address = line
                .split_once("serving")
                .and_then(|(_, rest)| rest.split_once("address="));
            if let Some((_, rest)) = address {
                let address = rest.split_whitespace().next().expect("an address");
                break format!("http://{address}");
            }
            said.push_str(&line);
        };
        Program { child, log, url }
    }
}

/// A program that serves.
pub struct Program {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    pub url: String,
}

impl Program {
    /// The number under which the system knows it.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Ends it by a signal that makes the system write a core; whether it wrote one.
    pub async fn abort(mut self) -> bool {
        let id = self.id().to_string();
        let asked = Command::new("kill").args(["-ABRT", &id]).status().await;
        assert!(asked.expect("kill runs").success());
        let ended = soon(self.child.wait()).await.expect("it ends");
        std::os::unix::process::ExitStatusExt::core_dumped(&ended)
    }

    /// `kill -9`.
    pub async fn kill(mut self) {
        soon(self.child.kill()).await.expect("it is dead");
    }

    /// Asks it to end, as service managers do; what it logged until its end, and whether it went well.
    pub async fn terminate(mut self) -> (String, bool) {
        let id = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.expect("kill runs").success());
        let mut log = String::new();
        while let Some(line) = soon(self.log.next_line()).await.expect("text") {
            log.push_str(&line);
            log.push('\n');
        }
        let ended = soon(self.child.wait()).await.expect("it ends");
        (log, ended.success())
    }
}

/// What a command printed, and that it went well.
#[track_caller]
pub fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The one line by which a command refused.
#[track_caller]
pub fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it did not refuse");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let errors = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors
}
