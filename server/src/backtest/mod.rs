//! A rule on the events of the last days: what it would have done, and what Slack's limits would have made of it.
//!
//! A backtest is a row that belongs to who started it, and a task of this server that reads the events part by part and
//! counts. Its turns are short and one after the other, whatever their number, so that events coming in are never kept
//! waiting for what is past.

mod job;
mod quick;

use leadbell_domain::{
    BacktestId, FieldErrors, RuleDraft, RuleId, SecretText, Timestamp, may_show_personal_data,
    may_try_real_events,
};
use leadbell_store::{Backtest, BacktestLimits, BacktestStatus, StoreError};

use crate::access::rule_scopes;
use crate::actor::Caller;
use crate::ids::Fresh as _;
use crate::rules::RuleError;
use crate::state::AppState;
use crate::test_run::{Tried, hides_money, tells_money};
pub use job::Jobs;
pub use quick::{estimate, remark, warning};

/// How far back one may look, in days.
pub const DAYS: [u32; 3] = [1, 7, 30];

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// At once, of one person.
const OWN: i64 = 2;
/// At once, in the whole house.
const ALL: i64 = 4;
/// What told nothing for so long has died with its server.
const DEAD_AFTER_MS: i64 = 60_000;
/// Kept for a day.
const KEPT_MS: i64 = DAY_MS;

/// Why a backtest did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rule, or what was asked.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Too many run already.
    #[error("too many backtests run")]
    Busy,
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        StartError::Rule(error.into())
    }
}

/// What people are told who want one more.
pub const BUSY: &str = "Too many backtests run at present. Wait for one of yours to end, or cancel it.";

/// Starts one. `draft` is the form of a rule that is not saved like this.
pub async fn start(
    state: &AppState,
    caller: &Caller,
    tried: &Tried<'_>,
    draft: Option<&RuleDraft>,
    days: u32,
) -> Result<Backtest, StartError> {
    if !DAYS.contains(&days) {
        let message = "It is 1, 7 or 30 days.";
        return Err(RuleError::Fields(FieldErrors::one("days", message)).into());
    }
    let now = state.clock.now_ms();
    let from = now - i64::from(days) * DAY_MS;
    let new = Backtest {
        id: BacktestId::fresh(),
        owner: owner(caller),
        draft: draft.map(|draft| RuleDraft {
            // A token is kept as a connection or not at all.
            auth_token: SecretText::default(),
            ..draft.clone()
        }),
        rule_id: tried.stored.map(|(id, _, _)| id.clone()),
        rule_number: tried.stored.map_or(0, |(_, number, _)| number),
        rule_version: tried.stored.map_or(0, |(_, _, version)| version),
        rule: tried.rule.clone(),
        days,
        from,
        until: now + 1,
        status: BacktestStatus::Running,
        reached: from,
        judged: 0,
        matched: 0,
        result: None,
        created_at: now,
        updated_at: now,
    };
    let limits = BacktestLimits {
        own: OWN,
        all: ALL,
        alive_since: now - DEAD_AFTER_MS,
    };
    if !state.store.start_backtest(&new, &limits).await? {
        return Err(StartError::Busy);
    }
    job::spawn(state.clone(), new.clone());
    Ok(new)
}

/// Whose it is, as the store keeps it: the person or key by its id.
fn owner(caller: &Caller) -> String {
    caller.actor.to_string()
}

/// One of the caller's own, as long as he sees its rule.
pub async fn find(state: &AppState, caller: &Caller, id: &BacktestId) -> Result<Backtest, RuleError> {
    let found = state
        .store
        .find_backtest(id, &owner(caller), &rule_scopes(caller))
        .await?
        .ok_or(RuleError::NotFound)?;
    Ok(told_to(caller, found, state.clock.now_ms()))
}

/// His backtests of a rule, newest first.
pub async fn of_rule(state: &AppState, caller: &Caller, rule: &RuleId) -> Result<Vec<Backtest>, RuleError> {
    let found = state
        .store
        .backtests_of(rule, &owner(caller), &rule_scopes(caller))
        .await?;
    Ok(found
        .into_iter()
        .map(|backtest| told_to(caller, backtest, state.clock.now_ms()))
        .collect())
}

/// Stops one that runs; one that has ended stays as it is.
pub async fn cancel(state: &AppState, caller: &Caller, id: &BacktestId) -> Result<Backtest, RuleError> {
    find(state, caller, id).await?;
    let now = state.clock.now_ms();
    state
        .store
        .end_backtest(id, BacktestStatus::Cancelled, None, now)
        .await?;
    find(state, caller, id).await
}

/// Removes what is old, and ends what died with its server.
pub async fn sweep(state: &AppState, now: Timestamp) -> Result<u64, StoreError> {
    state
        .store
        .sweep_backtests(now - KEPT_MS, now - DEAD_AFTER_MS, now)
        .await
}

/// Messages about real events are for those who may see such data. One that says nothing any more has died with its
/// server.
fn told_to(caller: &Caller, mut backtest: Backtest, now: Timestamp) -> Backtest {
    if backtest.status == BacktestStatus::Running && backtest.updated_at < now - DEAD_AFTER_MS {
        backtest.status = BacktestStatus::Failed;
    }
    let visible = may_try_real_events(caller.role)
        && (!hides_money(caller) || !tells_money(&backtest.rule))
        && (!backtest.rule.action.shows_personal_data || may_show_personal_data(caller.role));
    if let Some(result) = backtest.result.as_mut().filter(|_| !visible) {
        result.samples.clear();
    }
    backtest
}
