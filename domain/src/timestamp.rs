//! Moments as UTC milliseconds, their text form, and the calendar. Our own, because a browser downloads it: the whole of
//! it is smaller than the parser of a library. The tests hold it to one.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = i64;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment on a calendar and clock in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Civil {
    pub year: i64,
    /// 1–12.
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub milli: i64,
}

impl Civil {
    /// The calendar and clock at a moment (civil-from-days, proleptic Gregorian calendar).
    #[must_use]
    pub fn of(at: Timestamp) -> Civil {
        let rest = at.rem_euclid(DAY);
        let shifted = at.div_euclid(DAY) + 719_468;
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
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / HOUR,
            minute: rest % HOUR / MINUTE,
            second: rest % MINUTE / 1_000,
            milli: rest % 1_000,
        }
    }

    /// `23 Nov 2026`.
    #[must_use]
    pub fn date(&self) -> String {
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
}

impl Civil {
    /// `20:15`.
    #[must_use]
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `23 Nov 2026, 20:15 UTC`.
    #[must_use]
    pub fn moment(&self) -> String {
        format!("{}, {} UTC", self.date(), self.time())
    }

    /// `23 Nov 2026, 20:15:03`.
    #[must_use]
    pub fn exact(&self) -> String {
        format!("{}, {}:{:02}", self.date(), self.time(), self.second)
    }
}

/// Days since 1970-01-01 (days-from-civil).
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Reads an RFC 3339 time with its zone, such as `2026-11-23T20:15:03.412Z`. `None` when it is not one.
#[must_use]
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let number = |at: usize, length: usize| -> Option<i64> {
        bytes.get(at..at + length)?.iter().try_fold(0, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
        })
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|found| wanted.contains(found));
    let shape = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let midnight = days(year, month, day) * DAY;
    // A day that the month does not have would come back as one of the next.
    let there = Civil::of(midnight);
    if !shape || there.month != month || there.day != day || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut milli = 0;
    if is(at, b".") {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|digit| digit.is_ascii_digit())
            .count();
        let known = digits.min(3);
        milli = number(at + 1, known).filter(|_| digits > 0)? * [1_000, 100, 10, 1][known];
        at += 1 + digits;
    }
    let ahead = match bytes.get(at)? {
        b'Z' | b'z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && is(at + 3, b":") => {
            let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * HOUR + minutes * MINUTE) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let minute = midnight + hour * HOUR + minute * MINUTE - ahead;
    // Its zone may carry it into a year that has no text form.
    if !(0..=9_999).contains(&Civil::of(minute).year) {
        return None;
    }
    if second == 60 {
        // A leap second ends a month in UTC; to us it is the last moment of the one before.
        let next = Civil::of(minute + MINUTE);
        return (next.day == 1 && next.hour == 0 && next.minute == 0).then_some(minute + MINUTE - 1);
    }
    Some(minute + second * 1_000 + milli)
}

/// Writes a moment as `2026-11-23T20:15:03.412Z`; moments outside the years 0–9999 as their number.
#[must_use]
pub fn format_rfc3339(at: Timestamp) -> String {
    let at_utc = Civil::of(at);
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        milli,
    } = at_utc;
    if !(0..=9_999).contains(&year) {
        return at.to_string();
    }
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// The day of a moment in UTC, `2026-11-23`.
#[must_use]
pub(crate) fn format_date(at: Timestamp) -> String {
    format_rfc3339(at).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    #[test]
    fn a_time_survives_the_round_trip_to_the_millisecond() {
        let text = "2026-11-23T20:15:03.412Z";
        assert_eq!(format_rfc3339(parse_rfc3339(text).unwrap()), text);
        assert_eq!(
            parse_rfc3339("2026-11-23T15:15:03.412-05:00"),
            parse_rfc3339(text)
        );
    }

    #[test]
    fn a_time_that_has_no_year_in_utc_is_refused() {
        assert_eq!(parse_rfc3339("9999-12-31T23:59:59-01:00"), None);
        assert_eq!(parse_rfc3339("0000-01-01T00:00:00+01:00"), None);
        assert!(parse_rfc3339("9999-12-31T23:59:59Z").is_some());
    }

    #[test]
    fn a_time_without_a_zone_is_refused() {
        assert_eq!(parse_rfc3339("2026-11-23T20:15:03"), None);
        assert_eq!(parse_rfc3339("yesterday"), None);
        assert_eq!(parse_rfc3339("2026-11-23T20:15:03.412Z\u{e9}"), None);
        assert_eq!(parse_rfc3339("2026-11-23é20:15:03Z"), None);
    }

    #[test]
    fn a_moment_is_told_as_people_write_it() {
        let at = Civil::of(parse_rfc3339("2026-11-03T08:05:09.700Z").unwrap());
        assert_eq!(at.exact(), "3 Nov 2026, 08:05:09");
        assert_eq!((at.time().as_str(), at.milli), ("08:05", 700));
    }

    #[test]
    fn a_moment_too_far_is_told_as_its_number() {
        for at in [i64::MIN, i64::MAX, -62_167_219_200_001, 253_402_300_800_000] {
            assert_eq!(format_rfc3339(at), at.to_string());
        }
        assert_eq!(format_rfc3339(-62_167_219_200_000), "0000-01-01T00:00:00.000Z");
        assert_eq!(format_rfc3339(253_402_300_799_999), "9999-12-31T23:59:59.999Z");
    }

    /// What a library reads, which knows the standard by heart.
    fn library(text: &str) -> Option<Timestamp> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
    }

    #[test]
    fn leap_seconds_are_where_they_can_be() {
        for text in [
            "2016-12-31T23:59:60Z",
            "2016-12-31T18:59:60.7-05:00",
            "2016-12-30T23:59:60Z",
            "2016-12-31T22:59:60Z",
            "2016-06-30T23:59:60+00:00",
        ] {
            assert_eq!(parse_rfc3339(text), library(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_are_read_as_a_library_reads_them(
            year in 0_i64..=9_999, month in 0_i64..=13, day in 0_i64..=32, separator in "[Tt ]",
            hour in 0_i64..=24, minute in 0_i64..=60, second in 0_i64..=61,
            fraction in "(\\.[0-9]{0,9})?", zone in "Z|z|[+-](0[0-9]|1[0-9]|2[0-4]):[0-6][0-9]|",
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{fraction}{zone}");
            // Around the first and the last day the library's calendar ends before ours does.
            prop_assume!((1..9_999).contains(&year));
            prop_assert_eq!(parse_rfc3339(&text), library(&text), "{}", text);
        }

        #[test]
        fn whatever_is_written_is_read_or_refused(text in "\\PC{0,40}|[0-9TZtz :+.-]{18,32}") {
            let _ = parse_rfc3339(&text);
        }

        #[test]
        fn every_moment_is_written_as_a_library_writes_it(at in -62_167_219_200_000_i64..253_402_300_800_000) {
            let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).unwrap();
            let (hour, minute, second, milli) = moment.to_hms_milli();
            let told = format!("{}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z", moment.date());
            prop_assert_eq!(format_rfc3339(at), told);
            prop_assert_eq!(days(i64::from(moment.year()), i64::from(u8::from(moment.month())), i64::from(moment.day())), at.div_euclid(DAY));
        }
    }
}
