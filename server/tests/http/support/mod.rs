//! What the tests share: a Leadbell and a Slack sandbox of its own for each test.
//!
//! Nothing here sleeps. What takes time is waited for on a signal (of the sandbox, of the dispatcher, of a program's
//! output), inside [`soon`], so that a test that would hang says so instead.

mod answer;
mod app;
mod browser;
mod catalog;
mod crawl;
mod database;
mod logs;
mod program;
mod samples;
mod wire;

use std::future::Future;
use std::time::Duration;

pub use answer::Answer;
pub use app::{Settings, TestApp};
pub use browser::Browser;
pub use catalog::{PASSWORD, person};
pub use crawl::{Walk, crawl};
pub use database::Database;
pub use logs::Logs;
pub use program::{Folder, printed, refusal};
pub use samples::{event, lines, rule, set, sold, without};
pub use wire::Wire;

/// What the future gives; a failure if it takes so long that it will not come.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("it never happened")
}
