//! Trying rules on events that have happened.

use async_trait::async_trait;
use leadbell_domain::{BacktestId, EventId, RuleId, Timestamp};

use crate::{
    Arrivals, Backtest, BacktestLimits, BacktestResult, BacktestStatus, EventsOf, Reached, RuleScopes,
    StoreError, StoredEvent, TestRun, TestRunQuery,
};

/// The events that a rule is tried on. Whoever asks has the right to the entity, and gets no other events than its own.
#[async_trait]
pub trait PastEvents {
    /// Some of these events, about `limit`; never half of those that arrived in one millisecond.
    async fn arrivals(&self, of: &EventsOf, limit: i64) -> Result<Arrivals, StoreError>;
    /// How many there are, counted up to `most`.
    async fn count_arrivals(&self, of: &EventsOf, most: i64) -> Result<i64, StoreError>;
    /// The last of these events, newest first.
    async fn last_events(&self, of: &EventsOf, limit: i64) -> Result<Vec<StoredEvent>, StoreError>;
    /// The event of this sender's id, if it is one of these, whenever it arrived.
    async fn event_of(&self, of: &EventsOf, id: &EventId) -> Result<Option<StoredEvent>, StoreError>;
    /// How the database would find them, in its own words: for tests and for whoever measures.
    async fn explain_arrivals(&self, of: &EventsOf) -> Result<Vec<String>, StoreError>;
}

/// Test runs, which are kept.
#[async_trait]
pub trait TestRuns {
    /// Keeps one.
    async fn keep_test_run(&self, run: &TestRun) -> Result<(), StoreError>;
    /// A page of them.
    async fn test_runs(&self, query: &TestRunQuery) -> Result<Vec<TestRun>, StoreError>;
    /// How the database would answer, in its own words: for tests and for whoever measures.
    async fn explain_test_runs(&self, query: &TestRunQuery) -> Result<Vec<String>, StoreError>;
}

/// Backtests, which are kept for a while and belong to who started them.
#[async_trait]
pub trait Backtests {
    /// Adds one that runs; answers `false`, and adds nothing, when too many do. Those that are dead become `failed`.
    async fn start_backtest(&self, new: &Backtest, limits: &BacktestLimits) -> Result<bool, StoreError>;
    /// One of this owner, if its rule is in scope.
    async fn find_backtest(
        &self,
        id: &BacktestId,
        owner: &str,
        scopes: &RuleScopes,
    ) -> Result<Option<Backtest>, StoreError>;
    /// Those of a rule of this owner, newest first.
    async fn backtests_of(
        &self,
        rule: &RuleId,
        owner: &str,
        scopes: &RuleScopes,
    ) -> Result<Vec<Backtest>, StoreError>;
    /// Whether it still runs: nobody has cancelled it.
    async fn backtest_runs(&self, id: &BacktestId) -> Result<bool, StoreError>;
    /// Tells how far one is that runs.
    async fn backtest_reached(
        &self,
        id: &BacktestId,
        reached: Reached,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Ends one that runs; answers `false` when it does not any more.
    async fn end_backtest(
        &self,
        id: &BacktestId,
        status: BacktestStatus,
        result: Option<&BacktestResult>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Ends as failed what has told nothing since `alive_since`, and deletes what began before `before`; answers how
    /// many were deleted.
    async fn sweep_backtests(
        &self,
        before: Timestamp,
        alive_since: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
}
