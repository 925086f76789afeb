//! Times for people: how long ago, and exactly when.

use leadbell_domain::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment on somebody's calendar and clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    pub year: i64,
    /// 1–12.
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
}

impl Clock {
    /// The moment in UTC (civil-from-days, proleptic Gregorian calendar).
    pub(crate) fn utc(at: Timestamp) -> Clock {
        let days = at.div_euclid(DAY);
        let rest = at.rem_euclid(DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Clock {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / HOUR,
            minute: rest % HOUR / MINUTE,
            second: rest % MINUTE / 1_000,
        }
    }

    /// `23 Nov 2026`.
    pub(crate) fn date(self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let month = usize::try_from(self.month - 1)
            .ok()
            .and_then(|at| MONTHS.get(at))
            .copied()
            .unwrap_or("?");
        format!("{} {month} {}", self.day, self.year)
    }

    /// `23 Nov 2026, 20:15:03`.
    pub(crate) fn exact(self) -> String {
        format!(
            "{}, {:02}:{:02}:{:02}",
            self.date(),
            self.hour,
            self.minute,
            self.second
        )
    }

    /// `20:15`.
    pub(crate) fn time(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
}

/// How long ago, in words; `None` when a date says it better (a week or more, or in the future beyond clock skew).
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> Option<String> {
    let gone = now.saturating_sub(at);
    let count = |number: i64, one: &str, many: &str| {
        Some(if number == 1 {
            format!("1 {one} ago")
        } else {
            format!("{number} {many} ago")
        })
    };
    match gone {
        ..-60_000 => None,
        -60_000..MINUTE => Some("just now".to_owned()),
        MINUTE..HOUR => count(gone / MINUTE, "min", "min"),
        HOUR..DAY => count(gone / HOUR, "hour", "hours"),
        _ if gone < 7 * DAY => count(gone / DAY, "day", "days"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leadbell_domain::{format_rfc3339, parse_rfc3339};

    fn at(text: &str) -> Timestamp {
        parse_rfc3339(text).unwrap()
    }

    #[test]
    fn recent_moments_are_told_as_so_long_ago_and_older_ones_by_date() {
        let now = at("2026-11-23T20:15:03Z");
        for (then, said) in [
            ("2026-11-23T20:15:02Z", Some("just now")),
            ("2026-11-23T20:15:40Z", Some("just now")),
            ("2026-11-23T20:14:03Z", Some("1 min ago")),
            ("2026-11-23T19:15:04Z", Some("59 min ago")),
            ("2026-11-23T19:15:03Z", Some("1 hour ago")),
            ("2026-11-21T20:15:03Z", Some("2 days ago")),
            ("2026-11-16T20:15:03Z", None),
            ("2026-11-24T20:15:03Z", None),
        ] {
            assert_eq!(ago(at(then), now).as_deref(), said, "{then}");
        }
    }

    #[test]
    fn the_calendar_agrees_with_the_domains() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "1999-12-31T23:59:59.000Z",
            "2000-02-29T12:00:00.000Z",
            "2024-03-01T00:00:01.000Z",
            "2026-11-23T20:15:03.000Z",
            "1969-07-20T20:17:40.000Z",
        ] {
            let c = Clock::utc(at(text));
            let again = format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z",
                c.year, c.month, c.day, c.hour, c.minute, c.second
            );
            assert_eq!(again, format_rfc3339(at(text)));
        }
        assert_eq!(
            Clock::utc(at("2026-11-03T08:05:09Z")).exact(),
            "3 Nov 2026, 08:05:09"
        );
    }
}
