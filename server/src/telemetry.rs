//! Logs and metrics of the process.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. A filter that can't be read is an error that names the setting.
pub fn start_logging(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        format!("LEADBELL_LOG: not a log filter ({error}); try info or leadbell_dispatch=debug")
    })?;
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for eyes; files and log collectors would keep them as noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
    Ok(())
}

/// Starts collecting metrics; `None` if something else collects them already.
#[must_use]
pub fn start_metrics() -> Option<PrometheusHandle> {
    // From a millisecond to ten seconds: what people notice between an event and its message.
    const SECONDS: [f64; 13] = [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
    ];
    PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .ok()?
        .install_recorder()
        .ok()
}
