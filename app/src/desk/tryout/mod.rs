//! Trying a rule before it does anything: `…/tracking/{rule}/test` on one event, `…/tracking/{rule}/backtest` on the
//! events of the last days, `/backtests/{id}` what came out; and the page of a rule that is still in its form.

mod backtest;
mod draft;
mod outcome;
mod parts;
mod saved;
mod wish;

use axum::Router;
use axum::routing::get;

use super::rule_place::under_tracking;
use crate::http::Pages;

pub(crate) use draft::{DraftTry, draft_page};
pub(super) use outcome::verdict;
pub(crate) use wish::wish;

/// The addresses.
pub(super) fn router() -> Router<Pages> {
    let mut router = Router::new().route("/backtests/{id}", get(backtest::one).post(backtest::act));
    for path in under_tracking("{rule}/test") {
        router = router.route(&path, get(saved::open).post(saved::post));
    }
    for path in under_tracking("{rule}/backtest") {
        router = router.route(&path, get(backtest::open).post(backtest::start));
    }
    router
}

/// The address of a backtest.
pub(crate) fn backtest_address(id: &str) -> String {
    format!("/backtests/{id}")
}
