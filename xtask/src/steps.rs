//! "[2/6] Building the server": numbered progress, so that a long first build shows where it is.

use std::time::Instant;

use anyhow::Result;

/// Counts and times the steps of one job.
#[derive(Debug)]
pub struct Steps {
    total: usize,
    done: usize,
    started: Instant,
}

impl Steps {
    /// A job of `total` steps.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            done: 0,
            started: Instant::now(),
        }
    }

    /// Announces a step, runs it, and says how long it took if that was noticeable.
    pub fn step<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        let number = format!("[{}/{}]", self.done, self.total);
        eprintln!("{number} {title}");
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        if result.is_ok() && took.as_millis() >= 1000 {
            eprintln!("{number} done in {:.0} s", took.as_secs_f64());
        }
        result
    }

    /// Seconds since the job began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}
