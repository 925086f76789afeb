//! Moments as UTC milliseconds, and their text form.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = i64;

/// Reads an RFC 3339 time with its zone, such as `2026-11-23T20:15:03.412Z`. `None` when it is not one.
#[must_use]
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    // Its zone may carry it into a year that has no text form.
    let utc = moment.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&utc.year()).then_some(())?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Writes a moment as `2026-11-23T20:15:03.412Z`; moments outside the years 0–9999 as their number.
#[must_use]
pub fn format_rfc3339(at: Timestamp) -> String {
    let Ok(moment) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000) else {
        return at.to_string();
    };
    let (hour, minute, second, milli) = moment.to_hms_milli();
    format!("{}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z", moment.date())
}

/// The day of a moment in UTC, `2026-11-23`.
#[must_use]
pub(crate) fn format_date(at: Timestamp) -> String {
    format_rfc3339(at).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
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
    }
}
