//! Whatever is chosen: it survives form and JSON, quiet hours end, and no cap is exceeded.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::super::*;
use crate::{FieldErrors, Level, Trigger};

fn any_options() -> impl Strategy<Value = SendingOptions> {
    let number = || proptest::option::of(1u32..1_000);
    let time = || (0i64..1_440).prop_map(TimeOfDay);
    let zones = TimeZone::all().count();
    (
        prop_oneof![Just(Bursts::Collapse), Just(Bursts::Every), Just(Bursts::First)],
        (1u32..50, 1u32..1_000),
        (number(), number(), number()),
        proptest::option::of(1u32..1_000),
        proptest::option::of((time(), time(), 0..zones, any::<bool>())),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(bursts, first, caps, repeats, quiet, priority, resend, thread)| SendingOptions {
                bursts,
                first: (bursts == Bursts::First).then_some(First {
                    messages: first.0,
                    minutes: first.1,
                }),
                caps: Some(Caps {
                    minute: caps.0,
                    hour: caps.1,
                    day: caps.2,
                })
                .filter(|caps| *caps != Caps::default()),
                repeats: repeats.map(|minutes| Repeats {
                    by: "lead_id".to_owned(),
                    minutes,
                }),
                quiet_hours: quiet.and_then(|(from, to, zone, drop)| {
                    (from != to).then(|| QuietHours {
                        from,
                        to,
                        zone: TimeZone::all().nth(zone).unwrap(),
                        then: if drop {
                            AfterQuiet::Drop
                        } else {
                            AfterQuiet::Digest
                        },
                    })
                }),
                priority,
                in_doubt: if resend { InDoubt::Resend } else { InDoubt::Wait },
                thread: if thread { Threads::Lead } else { Threads::Off },
            },
        )
}

proptest! {
    #[test]
    fn options_survive_form_and_json(options in any_options()) {
        let mut errors = FieldErrors::new();
        let pairs = parse::pairs(&options);
        let again = parse::parse(&pairs, Some(Trigger::LmsLeadSold), Level::Product, &mut errors);
        prop_assert_eq!(&again, &options);
        let json = parse::to_json(&options);
        let read = parse::from_json(json.as_object().unwrap(), &mut errors);
        let again = parse::parse(&read, Some(Trigger::LmsLeadSold), Level::Product, &mut errors);
        prop_assert!(errors.is_empty(), "{:?}", errors);
        prop_assert_eq!(&again, &options);
        let kept: SendingOptions = serde_json::from_value(json!(options)).unwrap();
        prop_assert_eq!(&kept, &options);
    }

    /// Quiet hours always end within a day and an hour, and when they have ended it is not quiet any more.
    #[test]
    fn quiet_hours_end(options in any_options(), now in 1_700_000_000_000i64..1_900_000_000_000) {
        if let Some(quiet) = options.quiet_hours
            && let Some(end) = quiet.end(now)
        {
            prop_assert!(end > now && end <= now + 25 * 3_600_000, "{}", end - now);
            // A minute that the clocks skip is met an hour off.
            prop_assert!(quiet.end(end).is_none_or(|again| again <= end + 3_600_000));
        }
    }

    /// However messages come, no window holds more than its cap.
    #[test]
    fn no_cap_is_exceeded(options in any_options(), steps in proptest::collection::vec(0i64..90_000, 1..200)) {
        let mut now = 1_764_000_000_000;
        let mut pace = RulePace::default();
        let mut sent = Vec::new();
        for step in steps {
            now += step;
            if let Turn::Send { pace: next, .. } = turn(&options, pace, false, now) {
                pace = next;
                sent.push(now);
            }
        }
        if let (Some(caps), false) = (options.caps, options.priority) {
            for (most, length) in [(caps.minute, 60_000), (caps.hour, 3_600_000)] {
                let Some(most) = most else { continue };
                let mut counts = BTreeMap::new();
                for at in &sent {
                    *counts.entry(at.div_euclid(length)).or_insert(0u32) += 1;
                }
                prop_assert!(counts.values().all(|count| *count <= most));
            }
        }
    }
}
