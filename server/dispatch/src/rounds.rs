//! When the dispatcher looks after what no claim does: leases that ran out, messages that were held back, and a clock
//! that was set back.

use leadbell_domain::Timestamp;

/// Rounds after a clock was set back that look for times of the old one: results that were under way may still bring some.
const ROUNDS_AFTER: u32 = 20;

/// What remembers the rounds.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    /// The last look's time.
    seen: Option<Timestamp>,
    /// When the last round was.
    made: Option<Timestamp>,
    /// Rounds to come that look for times of the old clock.
    wary: u32,
}

/// A round that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// Whether times may have been written by a clock that was ahead of this one.
    pub set_back: bool,
}

impl Rounds {
    /// Whether a round is due at this look.
    pub fn due(&mut self, now: Timestamp, every_ms: i64) -> Option<Round> {
        // At the start, too: the clock may have been set back while nobody was there to see it.
        let jumped = self.seen.is_none_or(|seen| now < seen);
        self.seen = Some(now);
        if jumped {
            self.wary = ROUNDS_AFTER;
        } else if self.made.is_some_and(|at| now - at < every_ms) {
            return None;
        }
        self.made = Some(now);
        let set_back = self.wary > 0;
        self.wary = self.wary.saturating_sub(1);
        Some(Round { set_back })
    }

    /// The round could not be made: it is due again at the next look.
    pub fn failed(&mut self) {
        self.seen = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_come_in_their_time_and_at_once_when_the_clock_is_set_back() {
        let mut rounds = Rounds::default();
        let mut due = |now| rounds.due(now, 3_000).map(|round| round.set_back);
        assert_eq!(due(10_000_000), Some(true), "the first look");
        assert_eq!(due(10_002_999), None);
        for n in 1..ROUNDS_AFTER {
            assert_eq!(due(10_000_000 + i64::from(n) * 3_000), Some(true), "{n}");
        }
        assert_eq!(due(10_100_000), Some(false));
        assert_eq!(due(10_101_000), None);
        // Not in two hours, when the old time comes again.
        assert_eq!(due(2_900_000), Some(true));
        assert_eq!(due(2_901_000), None);
        assert_eq!(due(2_903_000), Some(true));
    }

    #[test]
    fn a_round_that_failed_is_made_again() {
        let mut rounds = Rounds::default();
        assert!(rounds.due(1, 3_000).is_some());
        rounds.failed();
        assert_eq!(rounds.due(2, 3_000), Some(Round { set_back: true }));
        assert_eq!(rounds.due(3, 3_000), None);
    }
}
