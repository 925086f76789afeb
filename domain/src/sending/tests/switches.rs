//! Quiet hours in the nights when clocks change, minute by minute: they begin, they end, and nothing waits for a day.

use super::*;

const HOUR: i64 = 3_600_000;

/// The switch of each zone to summer time and back.
const NIGHTS: [(&str, &str); 4] = [
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Europe/London", "2026-03-29T01:00:00Z"),
    ("Europe/London", "2026-10-25T01:00:00Z"),
];

/// Around the switch, within the hour that is skipped or shown twice, beginning in it, ending in it.
const WINDOWS: [(&str, &str); 6] = [
    ("22:00", "07:00"),
    ("01:15", "01:45"),
    ("02:15", "02:45"),
    ("01:30", "06:00"),
    ("20:00", "01:30"),
    ("02:00", "03:00"),
];

#[test]
fn in_the_nights_of_a_switch_quiet_hours_end_at_their_time_and_none_waits_longer_than_a_night() {
    for (zone, switch) in NIGHTS {
        for (from, to) in WINDOWS {
            let quiet = options(&[
                ("quiet_hours.from", from),
                ("quiet_hours.to", to),
                ("quiet_hours.zone", zone),
            ]);
            let quiet = quiet.quiet_hours.unwrap();
            let length = (quiet.to.minute() - quiet.from.minute()).rem_euclid(1_440) * 60_000;
            let (mut minutes, mut ends) = (0, std::collections::BTreeSet::new());
            for minute in 0..48 * 60 {
                let now = at(switch) - 24 * HOUR + minute * 60_000;
                let Some(end) = quiet.end(now) else { continue };
                minutes += 1;
                ends.insert(end);
                let told = format!("{zone} {from}–{to} at {}", crate::format_rfc3339(now));
                assert!(end > now && end - now <= length + HOUR, "{told}");
                // Of an hour that is shown twice the second may be quiet as well.
                let again = quiet.end(end);
                assert!(again.is_none_or(|again| again - end <= HOUR), "{told}");
            }
            // Two nights of the window, one of them an hour longer or shorter at most.
            let usual = 2 * length / 60_000;
            assert!(
                (usual - 60..=usual + 60).contains(&minutes),
                "{zone} {from}–{to}: {minutes}"
            );
            assert!((1..=4).contains(&ends.len()), "{zone} {from}–{to}: {ends:?}");
        }
    }
}
