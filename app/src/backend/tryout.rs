//! Trying rules.

use async_trait::async_trait;

use crate::error::AppError;
use crate::views::tryout::{BacktestView, RunList, RunSearch, RunView, TryPage, TryRule, TryWish};

/// Trying rules on one event and on the events of the last days. A stored rule is tried by who may see it, one in its
/// form by who may save it.
#[async_trait]
pub trait Tryouts: Send + Sync {
    /// The page on which it is tried. What is wrong with the form's rule is said at its fields.
    async fn try_page(&self, rule: &TryRule) -> Result<TryPage, AppError>;
    /// Tries it and keeps the run. Complaints stand at `try.…`.
    async fn try_out(&self, rule: &TryRule, wish: &TryWish) -> Result<RunView, AppError>;
    /// A page of test runs of rules that the person may see.
    async fn test_runs(&self, search: &RunSearch) -> Result<RunList, AppError>;
    /// One of them. The id comes from an address: what is none is not found.
    async fn test_run(&self, id: &str) -> Result<RunView, AppError>;
    /// Begins a backtest; its id.
    async fn start_backtest(&self, rule: &TryRule, days: &str) -> Result<String, AppError>;
    /// One of the person's own.
    async fn backtest(&self, id: &str) -> Result<BacktestView, AppError>;
    /// Stops one of his own.
    async fn cancel_backtest(&self, id: &str) -> Result<(), AppError>;
}
