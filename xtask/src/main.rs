//! Leadbell's build program: what `make` calls. `scripts/xtask help` lists its jobs.

mod assets;
mod bindgen;
mod browser;
mod check;
mod dev;
mod frontend;
mod glue;
mod lengths;
mod npm;
mod paths;
mod process;
mod publish;
mod reload;
mod rules;
mod run;
mod server;
mod steps;
mod strays;
mod styles;
mod test;
mod toolchain;
mod watch;

use anyhow::{Result, bail};
use frontend::Mode;
use paths::Workspace;
use steps::Steps;

const HELP: &str = "\
scripts/xtask JOB

  frontend [--dev]   build the browser half into target/site (--dev: quick and large)
  run [ARGS…]        build everything, then run the program (default: leadbell demo)
  dev [ARGS…]        the same with debug builds, rebuilding and reloading the page when a file changes
  test [STAGE…]      unit, HTTP and browser tests; STAGE: native, rest, doc, browser (default: all)
  check [NAME…]      fmt, strays (registry hosts, machine paths), lengths, rules (dependencies), clippy,
                     clippy-browser, doc (default: all)
  bench [ARGS…]      the figures: latency, throughput, cost of judging an event, memory
  fmt                format the Rust code
";

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match job(&args) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn job(args: &[String]) -> Result<()> {
    let name = args.first().map_or("help", String::as_str);
    let rest = args.get(1..).unwrap_or_default();
    if matches!(name, "help" | "--help" | "-h") {
        print!("{HELP}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match name {
        "frontend" => {
            let mode = match rest {
                [] => Mode::Release,
                [flag] if flag == "--dev" => Mode::Dev,
                _ => bail!("frontend takes no argument but --dev"),
            };
            let mut steps = Steps::new(frontend::STEPS);
            frontend::build(&workspace, mode, &mut steps).map(drop)
        }
        "run" => run::run(&workspace, rest),
        "dev" => dev::dev(&workspace, rest),
        "test" => test::test(&workspace, rest),
        "check" => check::check(&workspace, rest),
        "bench" => run::bench(&workspace, rest),
        "fmt" => process::run(workspace.cargo().args(["fmt", "--all"])),
        other => bail!("no job is called {other}\n\n{HELP}"),
    }
}
