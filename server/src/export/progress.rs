//! How far exports are, for the pages that asked for them.
//!
//! This server alone knows it, in memory: a page whose questions reach another one shows no progress, and the file comes all
//! the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leadbell_dispatch::Clock;
use leadbell_domain::{Civil, Timestamp, UserId, thousands};

/// How long the end of one is remembered, milliseconds.
const REMEMBERED_MS: i64 = 10 * 60_000;
/// So many are known at once; others are not tracked.
const MOST: usize = 1_000;
/// Characters of what a page calls one.
const LONGEST_NAME: usize = 64;

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is written.
    Running,
    /// The reader has all of it.
    Done,
    /// It ended early: the reader gave up, or the database failed.
    BrokenOff,
}

/// How far one is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Where it stands.
    pub stage: Stage,
    /// Rows written.
    pub rows: usize,
    /// How far back it was read, UTC milliseconds.
    pub reached: Option<Timestamp>,
    begun_at: Timestamp,
    ends_at: Option<Timestamp>,
    told_at: Timestamp,
}

impl Progress {
    /// How much of the time that it covers is written; `None` where that is not known.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let (reached, ends_at) = (self.reached?, self.ends_at?);
        let whole = (self.begun_at - ends_at).max(1);
        let part = (self.begun_at - reached).clamp(0, whole);
        u8::try_from(part * 100 / whole).ok()
    }

    /// How far it is, as a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let rows = match self.rows {
            1 => "1 row".to_owned(),
            many => format!("{} rows", thousands(many)),
        };
        match (self.stage, self.reached) {
            (Stage::Done, _) => format!("The export is complete: {rows}."),
            (Stage::BrokenOff, _) => format!("The export ended early, after {rows}: the file is not whole."),
            (Stage::Running, Some(reached)) => {
                format!("{rows} so far, back to {}.", Civil::of(reached).moment())
            }
            (Stage::Running, None) => "The export begins.".to_owned(),
        }
    }
}

/// Whose export, and what his page calls it.
type Key = (UserId, String);

/// Exports of this server.
#[derive(Clone, Default)]
pub struct Exports(Arc<Mutex<HashMap<Key, Progress>>>);

impl Exports {
    fn all(&self) -> MutexGuard<'_, HashMap<Key, Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one that a person's page asked for by a name of its own making; `None` where nobody would ask how far it is.
    pub fn begin(&self, owner: Option<&UserId>, name: &str, clock: &Arc<dyn Clock>) -> Option<Tracked> {
        let now = clock.now_ms();
        let mut all = self.all();
        all.retain(|_, known| known.stage == Stage::Running || known.told_at > now - REMEMBERED_MS);
        let key = (owner?.clone(), name.to_owned());
        if name.is_empty() || name.len() > LONGEST_NAME || all.len() >= MOST || all.contains_key(&key) {
            return None;
        }
        let progress = Progress {
            stage: Stage::Running,
            rows: 0,
            reached: None,
            begun_at: now,
            ends_at: None,
            told_at: now,
        };
        all.insert(key.clone(), progress);
        Some(Tracked {
            exports: self.clone(),
            clock: Arc::clone(clock),
            key,
        })
    }

    /// How far a person's export is.
    #[must_use]
    pub fn find(&self, owner: &UserId, name: &str) -> Option<Progress> {
        self.all().get(&(owner.clone(), name.to_owned())).copied()
    }
}

/// One that is followed. Dropped before its end, it broke off.
pub struct Tracked {
    exports: Exports,
    clock: Arc<dyn Clock>,
    key: Key,
}

impl Tracked {
    fn change(&self, change: impl FnOnce(&mut Progress)) {
        let now = self.clock.now_ms();
        if let Some(progress) = self.exports.all().get_mut(&self.key) {
            progress.told_at = now;
            change(progress);
        }
    }

    /// The oldest row of all is of this moment.
    pub(super) fn ends_at(&self, oldest: Option<Timestamp>) {
        self.change(|progress| progress.ends_at = oldest);
    }

    /// More rows are written, so far back.
    pub(super) fn wrote(&self, rows: usize, reached: Option<Timestamp>) {
        self.change(|progress| {
            progress.rows += rows;
            progress.reached = reached.or(progress.reached);
        });
    }

    /// All is written.
    pub(super) fn done(&self) {
        self.change(|progress| progress.stage = Stage::Done);
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.change(|progress| {
            if progress.stage == Stage::Running {
                progress.stage = Stage::BrokenOff;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use leadbell_dispatch::ManualClock;

    use super::*;
    use crate::ids::Fresh as _;

    #[test]
    fn an_export_tells_its_owner_how_far_it_is_until_it_has_ended_for_some_time() {
        let moved = ManualClock::at(100_000);
        let clock: Arc<dyn Clock> = Arc::new(moved.clone());
        let (exports, ada, bob) = (Exports::default(), UserId::fresh(), UserId::fresh());
        assert!(exports.begin(None, "mine", &clock).is_none());
        assert!(exports.begin(Some(&ada), "", &clock).is_none());
        let tracked = exports.begin(Some(&ada), "mine", &clock).unwrap();
        assert!(
            exports.begin(Some(&ada), "mine", &clock).is_none(),
            "one name, one export"
        );
        assert_eq!(exports.find(&ada, "mine").unwrap().percent(), None);
        tracked.ends_at(Some(20_000));
        tracked.wrote(7, Some(80_000));
        tracked.wrote(3, None);
        let far = exports.find(&ada, "mine").unwrap();
        assert_eq!(
            (far.rows, far.percent(), far.stage),
            (10, Some(25), Stage::Running)
        );
        assert!(exports.find(&bob, "mine").is_none());
        tracked.done();
        drop(tracked);
        assert_eq!(exports.find(&ada, "mine").unwrap().stage, Stage::Done);
        drop(exports.begin(Some(&ada), "given up", &clock));
        assert_eq!(exports.find(&ada, "given up").unwrap().stage, Stage::BrokenOff);
        moved.advance(REMEMBERED_MS);
        let _other = exports.begin(Some(&bob), "his", &clock);
        assert!(exports.find(&ada, "mine").is_none());
    }
}
