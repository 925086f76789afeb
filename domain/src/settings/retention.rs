//! How long what has happened is kept, kind by kind.

use super::Keep;

/// Rows that go when they are old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// Events that no rule answered.
    EventsWithoutMatch,
    /// Events that a rule answered.
    EventsWithMatch,
    /// Settled messages with every try of sending them.
    Deliveries,
    /// Test runs of rules.
    TestRuns,
    /// Ids of events that are gone, by which one that comes again is known.
    EventIds,
}

impl Kept {
    /// Every kind, in the order in which pages show them.
    pub const ALL: [Kept; 5] = [
        Kept::EventsWithoutMatch,
        Kept::EventsWithMatch,
        Kept::Deliveries,
        Kept::TestRuns,
        Kept::EventIds,
    ];

    /// The name in forms, in the database and in metrics.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.words().0
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        self.words().1
    }

    /// What to know before changing it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        self.words().2
    }

    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kept::EventsWithoutMatch => (
                "events_without_match",
                "Events without a match",
                "Most events. When they are gone, nothing says any more why nobody was told.",
            ),
            Kept::EventsWithMatch => (
                "events_with_match",
                "Events with a match",
                "An event stays as long as one of its messages does.",
            ),
            Kept::Deliveries => (
                "deliveries",
                "Messages",
                "With every try of sending them. What still waits, is held or is not certain always stays. 8 days at least, \
                 because rules look back a week for repetitions.",
            ),
            Kept::TestRuns => ("test_runs", "Test runs", "Tries of rules and what they said."),
            Kept::EventIds => (
                "event_ids",
                "Ids of removed events",
                "An event that is sent again is known by its id, also when it is gone itself. At least as long as events are \
                 kept; some 60 bytes each.",
            ),
        }
    }

    /// The kind of this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Kept> {
        Kept::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Days it is kept at least. A rule looks back seven days for repetitions: what it would find must be there.
    #[must_use]
    pub fn least_days(self) -> u32 {
        match self {
            Kept::Deliveries => 8,
            _ => 1,
        }
    }
}

/// How long each kind is kept, counted from its arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention([Keep; Kept::ALL.len()]);

impl Default for Retention {
    fn default() -> Self {
        Self([
            Keep::Days(30),
            Keep::Days(180),
            Keep::Days(180),
            Keep::Days(30),
            Keep::Days(400),
        ])
    }
}

impl Retention {
    /// For how long.
    #[must_use]
    pub fn of(&self, kind: Kept) -> Keep {
        self.0[kind as usize]
    }

    /// Changes it.
    pub fn set(&mut self, kind: Kept, keep: Keep) {
        self.0[kind as usize] = keep;
    }

    /// Whether ids are known as long as events are there; else a complaint. What is kept for ever is known by itself.
    pub(super) fn check(&self) -> Result<(), String> {
        let events = [Kept::EventsWithoutMatch, Kept::EventsWithMatch].map(|kind| self.of(kind));
        match events.into_iter().filter(|keep| *keep != Keep::Ever).max() {
            Some(longest) if self.of(Kept::EventIds) < longest => Err(format!(
                "Events are kept for {}: their ids can't be forgotten before.",
                longest.words()
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    #[test]
    fn every_kind_has_its_place_and_its_name() {
        for (place, kind) in Kept::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(Kept::from_key(kind.key()), Some(kind));
        }
    }

    #[test]
    fn what_is_stored_is_read_back_and_what_can_not_be_read_is_as_by_default() {
        let typed = [
            ("events_without_match", "7"),
            ("deliveries", "ever"),
            ("test_runs", "1 day"),
            ("event_ids", " For ever "),
        ];
        let changed = Settings::default().put(typed).unwrap();
        assert_eq!(changed.retention.of(Kept::EventsWithoutMatch), Keep::Days(7));
        assert_eq!(changed.retention.of(Kept::TestRuns), Keep::Days(1));
        let texts = changed.texts();
        let kept = texts.iter().map(|(key, text)| (*key, text.as_str()));
        assert_eq!(Settings::of_kept(kept), changed);
        let odd = [
            ("events_with_match", "soon"),
            ("deliveries", "0"),
            ("test_runs", "9"),
        ];
        let read = Settings::of_kept(odd);
        assert_eq!(read.retention.of(Kept::TestRuns), Keep::Days(9));
        assert_eq!(read.retention.of(Kept::Deliveries), Keep::Days(180));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        for (key, text) in [
            ("events_without_match", "0"),
            ("events_without_match", "-1"),
            ("events_with_match", ""),
            ("events_with_match", "1.5"),
            ("deliveries", "7"),
            ("test_runs", "99999999999"),
            ("test_runs", "36501"),
            ("event_ids", "179"),
        ] {
            let errors = Settings::default().put([(key, text)]).unwrap_err();
            assert_eq!(errors.0.len(), 1, "{key} {text}: {errors}");
            assert!(errors.of(key).is_some(), "{key} {text}: {errors}");
        }
        assert!(Settings::default().put([("event_ids", "180")]).is_ok());
        // Events that are kept for ever need no ids to be known by.
        let ever = [("events_with_match", "ever"), ("event_ids", "30")];
        assert!(Settings::default().put(ever).is_ok());
    }

    #[test]
    fn no_default_would_be_refused() {
        let texts = Settings::default().texts();
        let same = texts.iter().map(|(key, text)| (*key, text.as_str()));
        assert_eq!(Settings::default().put(same), Ok(Settings::default()));
    }

    #[test]
    fn what_is_kept_for_days_goes_when_they_are_over() {
        assert_eq!(
            Keep::Days(2).until(1_000_000_000),
            Some(1_000_000_000 - 172_800_000)
        );
        assert_eq!(Keep::Ever.until(1_000_000_000), None);
    }
}
