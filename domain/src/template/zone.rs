//! Time zones that messages can show times in: a table small enough for the browser, with the rules of daylight saving
//! as they are in law today. Zones whose law is in flux are left out rather than told wrong.

use serde::{Deserialize, Serialize};

use crate::timestamp::days;
use crate::{Civil, Timestamp};

/// When a zone's clocks are an hour ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Summer {
    Never,
    /// Second Sunday of March to first Sunday of November, at 2 o'clock of the zone's own time.
    America,
    /// Last Sunday of March to last Sunday of October, at 1:00 UTC everywhere.
    Europe,
}

/// A time zone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    /// The name in the IANA data base.
    name: &'static str,
    /// How far its standard time is ahead of UTC, milliseconds.
    ahead: i64,
    /// What people call standard and summer time.
    called: [&'static str; 2],
    summer: Summer,
}

const fn zone(name: &'static str, hours: i64, called: [&'static str; 2], summer: Summer) -> Zone {
    Zone {
        name,
        ahead: hours * HOUR,
        called,
        summer,
    }
}

const WESTERN: [&str; 2] = ["WET", "WEST"];
const CENTRAL: [&str; 2] = ["CET", "CEST"];
const EASTERN: [&str; 2] = ["EET", "EEST"];

static ZONES: [Zone; 30] = [
    zone("UTC", 0, ["UTC", "UTC"], Summer::Never),
    zone("America/New_York", -5, ["EST", "EDT"], Summer::America),
    zone("America/Chicago", -6, ["CST", "CDT"], Summer::America),
    zone("America/Denver", -7, ["MST", "MDT"], Summer::America),
    zone("America/Phoenix", -7, ["MST", "MST"], Summer::Never),
    zone("America/Los_Angeles", -8, ["PST", "PDT"], Summer::America),
    zone("America/Anchorage", -9, ["AKST", "AKDT"], Summer::America),
    zone("Pacific/Honolulu", -10, ["HST", "HST"], Summer::Never),
    zone("America/Detroit", -5, ["EST", "EDT"], Summer::America),
    zone("America/Boise", -7, ["MST", "MDT"], Summer::America),
    zone("America/Puerto_Rico", -4, ["AST", "AST"], Summer::Never),
    zone("America/Toronto", -5, ["EST", "EDT"], Summer::America),
    zone("America/Halifax", -4, ["AST", "ADT"], Summer::America),
    zone("Europe/London", 0, ["GMT", "BST"], Summer::Europe),
    zone("Europe/Dublin", 0, ["GMT", "IST"], Summer::Europe),
    zone("Europe/Lisbon", 0, WESTERN, Summer::Europe),
    zone("Europe/Paris", 1, CENTRAL, Summer::Europe),
    zone("Europe/Madrid", 1, CENTRAL, Summer::Europe),
    zone("Europe/Berlin", 1, CENTRAL, Summer::Europe),
    zone("Europe/Amsterdam", 1, CENTRAL, Summer::Europe),
    zone("Europe/Brussels", 1, CENTRAL, Summer::Europe),
    zone("Europe/Rome", 1, CENTRAL, Summer::Europe),
    zone("Europe/Vienna", 1, CENTRAL, Summer::Europe),
    zone("Europe/Zurich", 1, CENTRAL, Summer::Europe),
    zone("Europe/Warsaw", 1, CENTRAL, Summer::Europe),
    zone("Europe/Prague", 1, CENTRAL, Summer::Europe),
    zone("Europe/Stockholm", 1, CENTRAL, Summer::Europe),
    zone("Europe/Athens", 2, EASTERN, Summer::Europe),
    zone("Europe/Bucharest", 2, EASTERN, Summer::Europe),
    zone("Europe/Kyiv", 2, EASTERN, Summer::Europe),
];

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time zone that people may choose. Two are the same when their names are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(&'static Zone);

impl TimeZone {
    /// UTC.
    pub const UTC: TimeZone = TimeZone(&ZONES[0]);

    /// The zone of this name, in any case; its city alone will do. Otherwise a sentence for the person who wrote it.
    pub fn parse(name: &str) -> Result<TimeZone, String> {
        Zone::find(name).map(TimeZone)
    }

    /// Every zone there is.
    pub fn all() -> impl Iterator<Item = TimeZone> {
        ZONES.iter().map(TimeZone)
    }

    /// Its name in the IANA data base.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The minute of its day, 0–1,439.
    #[must_use]
    pub fn minute_of_day(self, at: Timestamp) -> i64 {
        self.0.shown(at).rem_euclid(DAY) / MINUTE
    }

    /// When its clock next shows this minute of the day after `at`, UTC milliseconds. A minute that a change of the
    /// clocks skips is met an hour early or late, never a day.
    #[must_use]
    pub fn next(self, minute: i64, at: Timestamp) -> Timestamp {
        let shown = self.0.shown(at);
        let mut ahead = minute * MINUTE - shown.rem_euclid(DAY);
        if ahead <= 0 {
            ahead += DAY;
        }
        let wanted = shown + ahead;
        // By then the clocks may have changed.
        let found = at + ahead;
        let mended = found + (wanted - self.0.shown(found));
        if mended > at { mended } else { found }
    }

    /// The latest moment at which a day began there, UTC milliseconds.
    #[must_use]
    pub fn midnight_before(self, at: Timestamp) -> Timestamp {
        let shown = self.0.shown(at);
        let midnight = shown - shown.rem_euclid(DAY);
        let found = at - shown.rem_euclid(DAY);
        found + (midnight - self.0.shown(found))
    }
}

impl PartialEq for TimeZone {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for TimeZone {}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

impl TryFrom<String> for TimeZone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        TimeZone::parse(&name)
    }
}

impl Zone {
    /// The zone of this name, in any case; its city alone will do. Otherwise a sentence for the person who wrote it.
    pub(super) fn find(text: &str) -> Result<&'static Zone, String> {
        let wanted = text.trim().to_ascii_lowercase().replace(' ', "_");
        let city = |zone: &Zone| {
            zone.name
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let known = ZONES
            .iter()
            .find(|zone| zone.name.to_ascii_lowercase() == wanted || city(zone) == wanted);
        if let Some(zone) = known {
            return Ok(zone);
        }
        let wanted = wanted.rsplit('/').next().unwrap_or_default();
        let near = ZONES
            .iter()
            .map(|zone| (strsim::osa_distance(wanted, &city(zone)), zone.name))
            .min()
            .filter(|(distance, _)| *distance <= 3)
            .map_or("America/New_York", |(_, name)| name);
        Err(format!(
            "There is no time zone “{}” here. Did you mean \"{near}\"? Known are UTC and the common ones of the USA and of Europe.",
            text.trim().chars().take(40).collect::<String>()
        ))
    }

    /// `23 Nov 2026, 15:15 EST`.
    pub(super) fn time(&self, at: Timestamp) -> String {
        let (clock, called) = self.clock(at);
        format!("{}, {} {called}", clock.date(), clock.time())
    }

    /// `23 Nov 2026`.
    pub(super) fn date(&self, at: Timestamp) -> String {
        self.clock(at).0.date()
    }

    /// The zone's own clock, and what its time is called then.
    fn clock(&self, at: Timestamp) -> (Civil, &'static str) {
        let summer = self.is_summer(at, Civil::of(at.saturating_add(self.ahead)).year);
        (Civil::of(self.shown(at)), self.called[usize::from(summer)])
    }

    /// Its clock as if it were UTC.
    fn shown(&self, at: Timestamp) -> Timestamp {
        let standard = at.saturating_add(self.ahead);
        let summer = self.is_summer(at, Civil::of(standard).year);
        standard.saturating_add(i64::from(summer) * HOUR)
    }

    fn is_summer(&self, at: Timestamp, year: i64) -> bool {
        let (begin, end) = match self.summer {
            Summer::Never => return false,
            // 2 o'clock of standard time, and 2 o'clock of summer time, which is 1 o'clock of standard time.
            Summer::America => (
                sunday(year, 3, 8) + 2 * HOUR - self.ahead,
                sunday(year, 11, 1) + HOUR - self.ahead,
            ),
            Summer::Europe => (sunday(year, 3, 25) + HOUR, sunday(year, 10, 25) + HOUR),
        };
        (begin..end).contains(&at)
    }
}

/// Midnight of the first Sunday on or after a day: from the 8th on a month's second, from the 25th on the last of a
/// month with 31 days.
fn sunday(year: i64, month: i64, from: i64) -> Timestamp {
    let first = days(year, month, from);
    // 1970-01-04 was one.
    (first + (3 - first).rem_euclid(7)).saturating_mul(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_rfc3339;

    fn told(zone: &str, at: &str) -> String {
        Zone::find(zone).unwrap().time(parse_rfc3339(at).unwrap())
    }

    #[test]
    fn clocks_change_at_the_very_second_the_law_says() {
        for (zone, at, expected) in [
            ("UTC", "2026-07-01T00:00:00Z", "1 Jul 2026, 00:00 UTC"),
            (
                "America/New_York",
                "2026-11-23T20:15:03Z",
                "23 Nov 2026, 15:15 EST",
            ),
            // 8 March and 1 November 2026 are the second and the first Sunday.
            (
                "America/New_York",
                "2026-03-08T06:59:59Z",
                "8 Mar 2026, 01:59 EST",
            ),
            (
                "America/New_York",
                "2026-03-08T07:00:00Z",
                "8 Mar 2026, 03:00 EDT",
            ),
            (
                "America/New_York",
                "2026-11-01T05:59:59Z",
                "1 Nov 2026, 01:59 EDT",
            ),
            (
                "America/New_York",
                "2026-11-01T06:00:00Z",
                "1 Nov 2026, 01:00 EST",
            ),
            (
                "America/Los_Angeles",
                "2026-03-08T09:59:59Z",
                "8 Mar 2026, 01:59 PST",
            ),
            (
                "America/Los_Angeles",
                "2026-03-08T10:00:00Z",
                "8 Mar 2026, 03:00 PDT",
            ),
            (
                "America/Los_Angeles",
                "2026-11-01T08:59:59Z",
                "1 Nov 2026, 01:59 PDT",
            ),
            (
                "America/Los_Angeles",
                "2026-11-01T09:00:00Z",
                "1 Nov 2026, 01:00 PST",
            ),
            // March begins on a Sunday here: the second one is the 8th, not the 9th.
            ("America/Chicago", "2020-03-08T08:00:00Z", "8 Mar 2020, 03:00 CDT"),
            ("America/Chicago", "2020-11-01T07:00:00Z", "1 Nov 2020, 01:00 CST"),
            ("America/Phoenix", "2026-07-01T12:00:00Z", "1 Jul 2026, 05:00 MST"),
            (
                "Pacific/Honolulu",
                "2026-07-01T09:59:00Z",
                "30 Jun 2026, 23:59 HST",
            ),
            ("Europe/London", "2026-03-29T00:59:59Z", "29 Mar 2026, 00:59 GMT"),
            ("Europe/London", "2026-03-29T01:00:00Z", "29 Mar 2026, 02:00 BST"),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", "29 Mar 2026, 01:59 CET"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "29 Mar 2026, 03:00 CEST"),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", "25 Oct 2026, 02:59 CEST"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", "25 Oct 2026, 02:00 CET"),
            ("Europe/Kyiv", "2026-10-25T01:00:00Z", "25 Oct 2026, 03:00 EET"),
            // A year that begins in the zone before it does in UTC, and the other way round.
            ("Europe/Berlin", "2026-12-31T23:30:00Z", "1 Jan 2027, 00:30 CET"),
            (
                "America/New_York",
                "2027-01-01T04:59:59Z",
                "31 Dec 2026, 23:59 EST",
            ),
        ] {
            assert_eq!(told(zone, at), expected, "{zone} {at}");
        }
    }

    #[test]
    fn the_switch_days_of_forty_years_are_the_sundays_meant() {
        for year in 2007..2047 {
            for (month, from, to) in [(3, 8, 14), (11, 1, 7), (3, 25, 31), (10, 25, 31)] {
                let at = sunday(year, month, from);
                let day = Civil::of(at);
                assert!(day.month == month && (from..=to).contains(&day.day), "{day:?}");
                let moment = time::OffsetDateTime::from_unix_timestamp(at / 1_000).unwrap();
                assert_eq!(moment.weekday(), time::Weekday::Sunday);
            }
        }
    }

    #[test]
    fn zones_are_found_by_name_or_city_and_others_are_refused_with_a_hint() {
        assert_eq!(Zone::find("america/new_york"), Zone::find(" New York "));
        assert_eq!(Zone::find("utc").unwrap().name, "UTC");
        for (wrong, hint) in [
            ("America/New_Yrok", "America/New_York"),
            ("Chigaco", "America/Chicago"),
            ("Mars/Olympus_Mons", "America/New_York"),
            ("", "America/New_York"),
        ] {
            let said = Zone::find(wrong).unwrap_err();
            if wrong.is_empty() {
                assert!(said.contains("Did you mean"), "{said}");
            } else {
                assert!(said.contains(&format!("Did you mean \"{hint}\"?")), "{said}");
            }
        }
    }

    #[test]
    fn names_are_unique_and_no_moment_is_too_far() {
        for zone in &ZONES {
            assert_eq!(Zone::find(zone.name), Ok(zone));
            for at in [-62_167_219_200_000, -1, 0, 253_402_300_799_999] {
                assert!(zone.time(at).contains(','));
            }
        }
    }
}
