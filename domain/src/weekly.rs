//! When a week's report is due.

use serde::{Deserialize, Serialize};

use crate::{FieldErrors, TimeZone, Timestamp};

/// Days of the week as people call them, Monday first.
pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// A moment of every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// 0 is Monday.
    pub weekday: u8,
    /// 0–23, by the clock of the zone.
    pub hour: u8,
    /// Whose clock.
    pub zone: TimeZone,
}

impl Weekly {
    /// Reads what somebody chose in a form; complaints at `weekday`, `hour` and `zone`.
    pub fn parse(weekday: &str, hour: &str, zone: &str) -> Result<Weekly, FieldErrors> {
        let mut errors = FieldErrors::new();
        let below = |text: &str, end: u8| text.trim().parse::<u8>().ok().filter(|number| *number < end);
        let weekday = errors.keep("weekday", below(weekday, 7).ok_or("Choose a day of the week."));
        let hour = errors.keep("hour", below(hour, 24).ok_or("Choose an hour from 0 to 23."));
        let zone = errors.keep("zone", TimeZone::parse(zone));
        match (weekday, hour, zone) {
            (Some(weekday), Some(hour), Some(zone)) => Ok(Weekly { weekday, hour, zone }),
            _ => Err(errors),
        }
    }

    /// When it was due last, at `now` or before.
    #[must_use]
    pub fn last_due(self, now: Timestamp) -> Timestamp {
        let minute = i64::from(self.hour) * 60;
        let mut at = now - 9 * DAY;
        let mut due = at;
        loop {
            at = self.zone.next(minute, at);
            if at > now {
                return due;
            }
            if self.weekday_of(at) == self.weekday {
                due = at;
            }
        }
    }

    /// The day of the week there. Noon of a day is on the same day in UTC, in every zone there is.
    fn weekday_of(self, at: Timestamp) -> u8 {
        let noon = self.zone.midnight_before(at) + 12 * HOUR;
        // The first of January 1970 was a Thursday.
        u8::try_from((noon.div_euclid(DAY) + 3).rem_euclid(7)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_rfc3339;

    fn at(text: &str) -> Timestamp {
        parse_rfc3339(text).unwrap()
    }

    #[test]
    fn it_is_due_on_its_day_at_its_hour_by_the_clock_of_its_zone() {
        let berlin = Weekly::parse("0", "9", "Europe/Berlin").unwrap();
        // Monday, 23 November 2026: winter, an hour ahead of UTC.
        for (now, due) in [
            ("2026-11-23T07:59:59Z", "2026-11-16T08:00:00Z"),
            ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
            ("2026-11-29T23:00:00Z", "2026-11-23T08:00:00Z"),
            // Summer time ended on 25 October.
            ("2026-10-25T12:00:00Z", "2026-10-19T07:00:00Z"),
            ("2026-10-26T08:00:00Z", "2026-10-26T08:00:00Z"),
        ] {
            assert_eq!(berlin.last_due(at(now)), at(due), "{now}");
        }
        // Sunday evening there is Monday in UTC.
        let honolulu = Weekly::parse("6", "20", "America/Los_Angeles").unwrap();
        assert_eq!(
            honolulu.last_due(at("2026-11-23T05:00:00Z")),
            at("2026-11-23T04:00:00Z")
        );
    }

    #[test]
    fn every_moment_of_a_year_has_one_due_within_the_week_before() {
        for zone in TimeZone::all() {
            let weekly = Weekly {
                weekday: 6,
                hour: 2,
                zone,
            };
            let mut now = at("2026-01-01T00:30:00Z");
            while now < at("2027-01-08T00:00:00Z") {
                let due = weekly.last_due(now);
                assert!(
                    due <= now && now - due <= 7 * DAY + HOUR,
                    "{} at {now}: {due}",
                    zone.name()
                );
                now += 13 * HOUR;
            }
        }
    }

    #[test]
    fn what_is_no_day_hour_or_zone_is_complained_of_at_its_field() {
        let errors = Weekly::parse("7", "24", "Nowhere").unwrap_err();
        for field in ["weekday", "hour", "zone"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
}
