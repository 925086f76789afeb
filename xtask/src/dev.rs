//! `make dev`: build, start, watch; on a change build again, restart and reload the open pages.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::frontend::{self, Mode};
use crate::paths::Workspace;
use crate::process;
use crate::reload::Pages;
use crate::server;
use crate::steps::Steps;
use crate::watch::{Change, Watch};

/// Runs until interrupted. A change that does not compile leaves the old server running.
pub fn dev(workspace: &Workspace, args: &[String]) -> Result<()> {
    let pages = Pages::listen()?;
    let mut watch = Watch::new(workspace);
    let mut change = Change::Code;
    let mut running: Option<Child> = None;
    end_with_the_server()?;
    loop {
        match rebuild(workspace, change, &mut running, args) {
            Ok(()) => pages.reload(),
            Err(error) => eprintln!("\n{error:#}\nwaiting for the next change"),
        }
        let next = watch.wait(|| !ended(&mut running));
        change = match next {
            Some(change) => change,
            None => {
                eprintln!("the server ended; waiting for the next change");
                SERVER.store(0, Ordering::SeqCst);
                running = None;
                match watch.wait(|| true) {
                    Some(_) => Change::Code, // whatever changed, the server must be started again
                    None => bail!("watching the files ended"),
                }
            }
        };
    }
}

fn rebuild(
    workspace: &Workspace,
    change: Change,
    running: &mut Option<Child>,
    args: &[String],
) -> Result<()> {
    if change == Change::Look {
        return frontend::restyle(workspace, Mode::Dev);
    }
    let mut steps = Steps::new(frontend::STEPS + 2);
    // The server first: most mistakes show there, and its half compiles faster.
    steps.step("Compiling the server (debug)", || {
        server::build(workspace, Mode::Dev)
    })?;
    frontend::build(workspace, Mode::Dev, &mut steps)?;
    steps.step("Starting the server", || {
        if let Some(old) = running.take() {
            SERVER.store(0, Ordering::SeqCst);
            stop(old)?;
        }
        let mut command = server::command(workspace, Mode::Dev);
        server::arguments(&mut command, args);
        let child = running.insert(command.spawn().context("starting the server")?);
        SERVER.store(child.id(), Ordering::SeqCst);
        wait_until_healthy(child)
    })
}

/// The running server's process id, or 0.
static SERVER: AtomicU32 = AtomicU32::new(0);

/// When this program is asked to end, the server must not stay behind on the port.
fn end_with_the_server() -> Result<()> {
    ctrlc::set_handler(|| {
        let server = SERVER.load(Ordering::SeqCst);
        if server != 0 && terminate(server).is_err() {
            eprintln!("the server (process {server}) may still be running");
        }
        std::process::exit(130);
    })
    .context("watching for Ctrl-C")
}

fn terminate(process: u32) -> Result<()> {
    process::run(Command::new("kill").args(["-TERM", &process.to_string()]))
}

fn ended(running: &mut Option<Child>) -> bool {
    running
        .as_mut()
        .is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))))
}

/// Asks the server to end, as a service manager would, so that this path is walked daily; insists after 5 s.
fn stop(mut child: Child) -> Result<()> {
    terminate(child.id())?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > Duration::from_secs(5) {
            eprintln!("the server did not end within 5 s of SIGTERM: killing it");
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Waits until `/healthz` answers 200; a page reloaded earlier would find nobody.
fn wait_until_healthy(child: &mut Child) -> Result<()> {
    let address = server::address();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended at once with {status}");
        }
        if healthy(&address).unwrap_or(false) {
            eprintln!("      http://{address}");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the server did not answer on http://{address}/healthz within 30 s")
}

fn healthy(address: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(
        stream,
        "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(1000).read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
