//! What a rule would have done with the events of the last days, and what Slack's limits would make of its messages.
//!
//! [`Tally`] judges event after event, [`flow()`] lets the messages go through a channel at Slack's pace, and a
//! [`Forecast`] is both, in numbers and in words.

mod flow;
mod tally;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{SendingOptions, Timestamp};

pub use flow::{Flow, flow};
pub use tally::Tally;
pub use words::{Estimate, remark_on_flood, would_flood};

/// Milliseconds of a minute.
pub(crate) const MINUTE: i64 = 60_000;
/// Milliseconds of a day.
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

/// What matched in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minute {
    /// Events.
    pub count: u64,
    /// How many of them repeat an earlier one, as the rule's options mean it.
    pub repeats: u64,
}

/// The outcome of a backtest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// Events of the rule's entity and trigger that were judged.
    pub judged: u64,
    /// How many of them would have made it fire.
    pub matched: u64,
    /// The same by day (UTC), quiet days included.
    pub per_day: Vec<(Timestamp, u64)>,
    /// The minute with most, and how many.
    pub worst: Option<(Timestamp, u64)>,
    /// What a channel would have got.
    pub flow: Flow,
}

impl Forecast {
    /// Puts together what was counted in `from..until`.
    #[must_use]
    pub fn of(tally: &Tally, options: &SendingOptions, from: Timestamp, until: Timestamp) -> Forecast {
        let minutes = tally.minutes();
        let mut per_day: BTreeMap<Timestamp, u64> = BTreeMap::new();
        let mut day = from - from.rem_euclid(DAY);
        while day < until {
            per_day.insert(day, 0);
            day += DAY;
        }
        for (minute, of) in minutes {
            *per_day.entry(minute - minute.rem_euclid(DAY)).or_default() += of.count;
        }
        let worst = minutes
            .iter()
            .max_by_key(|(minute, of)| (of.count, std::cmp::Reverse(**minute)))
            .map(|(minute, of)| (*minute, of.count));
        Forecast {
            judged: tally.judged(),
            matched: tally.matched(),
            per_day: per_day.into_iter().collect(),
            worst,
            flow: flow(minutes, options),
        }
    }
}

#[cfg(test)]
mod tests;
