//! Faults: what goes wrong, where, how often and until when. Everything here is decided from the arguments alone;
//! the time comes in as a number.

mod fault;
mod fields;
mod kinds;
mod often;
mod order;
mod place;
mod words;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::workspace::Workspace;

pub use fault::Fault;
pub(crate) use fault::What;
pub(crate) use fields::FieldError;
pub(crate) use kinds::{KINDS, kind};
pub(crate) use order::read;
pub(crate) use place::Facts;

/// Faults that are over and still listed with what they hit.
const REMEMBERED: usize = 50;

/// A fault that was switched on.
#[derive(Debug)]
struct Entry {
    id: u64,
    fault: Fault,
    since_ms: i64,
    ends_at_ms: Option<i64>,
    seen: u64,
    hits: u64,
}

impl Entry {
    fn over(&self, now_ms: i64) -> Option<Over> {
        if self.fault.times.is_some_and(|n| self.hits >= u64::from(n)) {
            Some(Over::UsedUp)
        } else if self.ends_at_ms.is_some_and(|end| now_ms >= end) {
            Some(Over::TimeIsUp)
        } else {
            None
        }
    }

    /// Counts a call that fits, and says whether it is hit.
    fn hit(&mut self, call: &Facts<'_>, now_ms: i64) -> bool {
        if self.over(now_ms).is_some() || !self.fault.fits(call) {
            return false;
        }
        self.seen += 1;
        let hit = self.fault.often.hits(self.seen);
        self.hits += u64::from(hit);
        hit
    }
}

/// Why a fault hits no more although nobody switched it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// It has hit as many calls as it was to.
    UsedUp,
    /// Its time is up.
    TimeIsUp,
}

/// A fault as it stands, for tests, the page and `GET /sandbox/api/faults`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultReport {
    /// Counts up by one for each fault since the start.
    pub id: u64,
    /// In words.
    pub says: String,
    /// Whether it still hits.
    pub on: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
    /// Calls that fitted it while it was on.
    pub seen: u64,
    /// Those of them it hit.
    pub hits: u64,
    /// When it was switched on, UTC milliseconds by the sandbox's clock.
    pub since_ms: i64,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at_ms: Option<i64>,
    /// Its own fields, as `POST /sandbox/api/faults` takes them.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// What faults do to one call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The fault that makes the answer.
    pub answer: Option<Sentence>,
    /// Milliseconds to wait before the work, and between work and answer.
    pub wait_ms: (u64, u64),
    /// Whether a repeated `client_msg_id` counts, where a fault says so.
    pub honour_client_msg_id: Option<bool>,
    /// The faults that hit.
    pub hit: Vec<u64>,
    /// Whether one of them was used up by it.
    pub ended: bool,
}

/// An answer that goes wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// The fault's id.
    pub by: u64,
    pub what: What,
    pub after_the_work: bool,
}

/// The faults switched on, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    entries: Vec<Entry>,
    last_id: u64,
    /// Faults that held calls and were switched off: those calls may go.
    let_go: BTreeSet<u64>,
}

impl Faults {
    /// Switches a fault on and gives its id.
    pub fn switch_on(&mut self, fault: Fault, now_ms: i64) -> u64 {
        self.last_id += 1;
        let ends_at_ms = fault.seconds.map(|s| now_ms + i64::from(s) * 1_000);
        self.entries.push(Entry {
            id: self.last_id,
            fault,
            since_ms: now_ms,
            ends_at_ms,
            seen: 0,
            hits: 0,
        });
        self.forget_oldest_over(now_ms);
        self.last_id
    }

    /// Decides what happens to a call. Of several faults that would make its answer the oldest one does, and the
    /// younger ones neither see nor spend it; delays add up.
    pub fn decide(&mut self, call: &Facts<'_>, now_ms: i64) -> Verdict {
        let mut verdict = Verdict::default();
        for entry in &mut self.entries {
            let decided = match entry.fault.what {
                What::Slow { .. } => false,
                What::ClientMsgId { .. } => verdict.honour_client_msg_id.is_some(),
                _ => verdict.answer.is_some(),
            };
            if decided || !entry.hit(call, now_ms) {
                continue;
            }
            verdict.hit.push(entry.id);
            verdict.ended |= entry.over(now_ms).is_some();
            let after_the_work = entry.fault.after_the_work;
            match entry.fault.what.clone() {
                What::Slow { ms } if after_the_work => verdict.wait_ms.1 += u64::from(ms),
                What::Slow { ms } => verdict.wait_ms.0 += u64::from(ms),
                What::ClientMsgId { honoured } => verdict.honour_client_msg_id = Some(honoured),
                what => {
                    verdict.answer = Some(Sentence {
                        by: entry.id,
                        what,
                        after_the_work,
                    });
                }
            }
        }
        verdict
    }

    /// Switches a fault off, or takes one that is over from the list. False if there is none with this id.
    pub fn switch_off(&mut self, id: u64) -> bool {
        let Some(at) = self.entries.iter().position(|e| e.id == id) else {
            return false;
        };
        if self.entries.remove(at).fault.what == What::Hang {
            self.let_go.insert(id);
        }
        true
    }

    /// Switches all off.
    pub fn clear(&mut self) {
        let hangs = self.entries.drain(..).filter(|e| e.fault.what == What::Hang);
        self.let_go.extend(hangs.map(|e| e.id));
    }

    /// Whether a call held by this fault may go.
    pub fn lets_go(&self, id: u64) -> bool {
        self.let_go.contains(&id)
    }

    /// How many still hit.
    pub fn count_on(&self, now_ms: i64) -> usize {
        self.entries.iter().filter(|e| e.over(now_ms).is_none()).count()
    }

    /// When the next one ends by itself.
    pub fn next_end_ms(&self, now_ms: i64) -> Option<i64> {
        let on = self.entries.iter().filter(|e| e.over(now_ms).is_none());
        on.filter_map(|e| e.ends_at_ms).min()
    }

    /// All, oldest first.
    pub fn reports(&self, workspace: &Workspace, now_ms: i64) -> Vec<FaultReport> {
        let report = |e: &Entry| FaultReport {
            id: e.id,
            says: e.fault.says(workspace),
            on: e.over(now_ms).is_none(),
            over: e.over(now_ms),
            seen: e.seen,
            hits: e.hits,
            since_ms: e.since_ms,
            ends_at_ms: e.ends_at_ms,
            fields: e.fault.fields(),
        };
        self.entries.iter().map(report).collect()
    }

    fn forget_oldest_over(&mut self, now_ms: i64) {
        let over = self.entries.len() - self.count_on(now_ms);
        let mut surplus = over.saturating_sub(REMEMBERED);
        self.entries.retain(|e| {
            let goes = surplus > 0 && e.over(now_ms).is_some();
            surplus -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests;
