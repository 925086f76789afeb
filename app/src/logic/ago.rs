//! Times for people: how long ago, and exactly when.

use leadbell_domain::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

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
    use leadbell_domain::parse_rfc3339;

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
}
