//! Options are read and told in the form's words, and obeyed to the minute.

mod random;
mod switches;

use std::collections::BTreeMap;

use super::*;
use crate::{FieldErrors, Level, Money, Timestamp, Trigger, parse_rfc3339};

fn at(text: &str) -> Timestamp {
    parse_rfc3339(text).unwrap()
}

fn typed(fields: &[(&str, &str)]) -> Result<SendingOptions, Vec<String>> {
    let pairs: BTreeMap<String, String> = fields
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let mut errors = FieldErrors::new();
    let options = parse::parse(&pairs, Some(Trigger::LmsLeadSold), Level::Product, &mut errors);
    if errors.is_empty() {
        Ok(options)
    } else {
        Err(errors.0.into_iter().map(|error| error.field).collect())
    }
}

fn options(fields: &[(&str, &str)]) -> SendingOptions {
    typed(fields).unwrap()
}

#[test]
fn nothing_typed_is_the_default() {
    assert!(options(&[]).is_default());
    assert!(options(&[("bursts", "collapse"), ("caps.minute", " "), ("priority", "")]).is_default());
    assert_eq!(parse::pairs(&SendingOptions::default()), BTreeMap::new());
}

#[test]
fn every_wrong_field_is_named() {
    for (fields, wrong) in [
        (&[("bursts", "loud")][..], &["action.sending.bursts"][..]),
        (
            &[("bursts", "first")],
            &["action.sending.first.messages", "action.sending.first.minutes"],
        ),
        (&[("caps.hour", "0")], &["action.sending.caps.hour"]),
        (&[("caps.hour", "many")], &["action.sending.caps.hour"]),
        (
            &[("repeats.by", "buyer_shoe_size"), ("repeats.minutes", "5")],
            &["action.sending.repeats.by"],
        ),
        (&[("repeats.by", "lead_id")], &["action.sending.repeats.minutes"]),
        (&[("repeats.minutes", "5")], &["action.sending.repeats.by"]),
        (
            &[("quiet_hours.from", "22:00")],
            &["action.sending.quiet_hours.to"],
        ),
        (
            &[("quiet_hours.from", "22:00"), ("quiet_hours.to", "22:00")],
            &["action.sending.quiet_hours.to"],
        ),
        (
            &[("quiet_hours.from", "25:00"), ("quiet_hours.to", "7")],
            &["action.sending.quiet_hours.from", "action.sending.quiet_hours.to"],
        ),
        (
            &[
                ("quiet_hours.from", "22:00"),
                ("quiet_hours.to", "7:00"),
                ("quiet_hours.zone", "Mars"),
            ],
            &["action.sending.quiet_hours.zone"],
        ),
        (&[("in_doubt", "panic")], &["action.sending.in_doubt"]),
        (&[("thread", "campaign")], &["action.sending.thread"]),
        (&[("surprise", "1")], &["action.sending.surprise"]),
    ] {
        assert_eq!(
            typed(fields),
            Err(wrong.iter().map(ToString::to_string).collect()),
            "{fields:?}"
        );
    }
}

#[test]
fn a_thread_keeps_no_message_back_and_anything_else_may() {
    assert!(options(&[("thread", "lead")]).judges_nothing());
    assert!(!options(&[("thread", "lead")]).is_default());
    assert!(!options(&[("thread", "lead"), ("caps.day", "5")]).judges_nothing());
    // What was stored before there were threads is what is stored without them.
    let stored = serde_json::to_string(&options(&[("thread", "off")])).unwrap();
    assert_eq!(
        stored,
        r#"{"bursts":"collapse","priority":false,"in_doubt":"wait"}"#
    );
}

#[test]
fn what_belongs_to_another_choice_is_not_read() {
    assert!(options(&[("bursts", "collapse"), ("first.messages", "x")]).is_default());
}

#[test]
fn options_are_told_in_words() {
    let chosen = options(&[
        ("bursts", "first"),
        ("first.messages", "5"),
        ("first.minutes", "120"),
        ("caps.minute", "10"),
        ("caps.day", "500"),
        ("repeats.by", "lead_id"),
        ("repeats.minutes", "1"),
        ("quiet_hours.from", "22:00"),
        ("quiet_hours.to", "7:00"),
        ("quiet_hours.zone", "new york"),
        ("priority", "yes"),
        ("in_doubt", "resend"),
        ("thread", "lead"),
    ]);
    assert_eq!(
        chosen.lines(),
        [
            "The first 5 in 2 hours, then a summary",
            "At most 10 a minute, 500 a day",
            "Once per {{lead_id}} in 1 minute",
            "Quiet 22:00 – 07:00 America/New_York, then one summary",
            "Priority",
            "In doubt sent again",
            "One thread per lead or call",
        ]
    );
    assert!(SendingOptions::default().lines().is_empty());
}

#[test]
fn a_priority_passes_everything() {
    let chosen = options(&[
        ("caps.minute", "1"),
        ("quiet_hours.from", "00:00"),
        ("quiet_hours.to", "23:59"),
        ("priority", "true"),
    ]);
    let full = RulePace::default().counted(&chosen, 0).counted(&chosen, 0);
    assert!(matches!(
        turn(&chosen, full, true, 1),
        Turn::Send { collapses: false, .. }
    ));
}

#[test]
fn caps_count_minutes_of_the_clock() {
    let chosen = options(&[("caps.minute", "2"), ("caps.hour", "3")]);
    let mut pace = RulePace::default();
    let mut sent = |now: &str| match turn(&chosen, pace, false, at(now)) {
        Turn::Send { pace: next, .. } => {
            pace = next;
            true
        }
        Turn::Drop(NotSent::OverCap) => false,
        other => panic!("{other:?}"),
    };
    assert!(sent("2026-11-25T10:00:00Z"));
    assert!(sent("2026-11-25T10:00:59Z"));
    assert!(!sent("2026-11-25T10:00:59Z"));
    assert!(sent("2026-11-25T10:01:00Z"));
    assert!(!sent("2026-11-25T10:02:00Z"));
    assert!(sent("2026-11-25T11:00:00Z"));
}

#[test]
fn the_first_few_go_and_the_rest_waits_for_the_end_of_the_time() {
    let chosen = options(&[
        ("bursts", "first"),
        ("first.messages", "2"),
        ("first.minutes", "10"),
    ]);
    let mut pace = RulePace::default();
    for now in [1_000, 2_000] {
        let Turn::Send {
            pace: next,
            collapses,
        } = turn(&chosen, pace, false, now)
        else {
            panic!("not sent");
        };
        assert!(!collapses);
        pace = next;
    }
    assert_eq!(
        turn(&chosen, pace, false, 3_000),
        Turn::Hold {
            until: 601_000,
            why: NotSent::HeldForSummary
        }
    );
    assert!(matches!(turn(&chosen, pace, false, 601_000), Turn::Send { .. }));
}

#[test]
fn quiet_hours_end_by_the_zones_own_clock_also_when_the_clocks_change() {
    let quiet = |from: &str, to: &str| {
        options(&[
            ("quiet_hours.from", from),
            ("quiet_hours.to", to),
            ("quiet_hours.zone", "America/New_York"),
        ])
        .quiet_hours
        .unwrap()
    };
    let night = quiet("22:00", "07:00");
    let end = |now: &str| night.end(at(now)).map(crate::format_rfc3339);
    // 21:59 and 22:00 in winter (UTC−5).
    assert_eq!(end("2026-11-26T02:59:59Z"), None);
    assert_eq!(
        end("2026-11-26T03:00:00Z").as_deref(),
        Some("2026-11-26T12:00:00.000Z")
    );
    assert_eq!(
        end("2026-11-26T11:59:59Z").as_deref(),
        Some("2026-11-26T12:00:00.000Z")
    );
    assert_eq!(end("2026-11-26T12:00:00Z"), None);
    // The night of 1 November 2026 has an hour more, that of 8 March an hour less.
    assert_eq!(
        end("2026-11-01T03:00:00Z").as_deref(),
        Some("2026-11-01T12:00:00.000Z")
    );
    assert_eq!(
        end("2026-03-08T04:00:00Z").as_deref(),
        Some("2026-03-08T11:00:00.000Z")
    );
    let noon = quiet("12:00", "13:00");
    assert!(noon.end(at("2026-07-01T16:30:00Z")).is_some());
    assert!(noon.end(at("2026-07-01T17:00:00Z")).is_none());
}

#[test]
fn what_is_quiet_is_held_or_dropped() {
    let times = [("quiet_hours.from", "00:00"), ("quiet_hours.to", "12:00")];
    let held = options(&times);
    let now = at("2026-11-25T03:00:00Z");
    assert_eq!(
        turn(&held, RulePace::default(), false, now),
        Turn::Hold {
            until: at("2026-11-25T12:00:00Z"),
            why: NotSent::HeldForQuiet
        }
    );
    let dropped = options(&[times[0], times[1], ("quiet_hours.then", "drop")]);
    assert_eq!(
        turn(&dropped, RulePace::default(), false, now),
        Turn::Drop(NotSent::Quiet)
    );
}

#[test]
fn a_summary_counts_sums_and_quotes() {
    let rules = [
        DigestRule {
            number: 3,
            name: "Big <sales>".into(),
            count: 1_240,
            total: Some("51020.5".parse::<Money>().unwrap()),
        },
        DigestRule {
            number: 4,
            name: String::new(),
            count: 2,
            total: None,
        },
    ];
    let first = [
        "Lead 1 sold\nfor 5".to_owned(),
        "```\ncode\n```".to_owned(),
        "x".repeat(300),
    ];
    let text = digest(&Digest {
        why: NotSent::InSummary,
        rules: &rules,
        span: (0, 61_000),
        first: &first,
        log_url: "https://lb.example/log/deliveries?q=1",
    });
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("*1,242 messages in one*, <!date^0^"),
        "{text}"
    );
    assert_eq!(
        lines[1],
        "• Rule 3 “Big &lt;sales&gt;”: 1,240, prices together 51020.50"
    );
    assert_eq!(lines[2], "• Rule 4: 2");
    assert_eq!(lines[4], "> Lead 1 sold");
    assert_eq!(lines[5], "> code");
    assert_eq!(lines[6].chars().count(), 2 + 200 + 1);
    assert_eq!(
        lines[7],
        "<https://lb.example/log/deliveries?q=1|All of them in the log>"
    );
}

#[test]
fn every_reason_is_explained() {
    for reason in NotSent::ALL {
        assert!(
            crate::OUR_CODES.iter().any(|known| known.code == reason.key()),
            "{reason:?}"
        );
        assert_eq!(NotSent::from_key(reason.key()), Some(reason));
    }
}
