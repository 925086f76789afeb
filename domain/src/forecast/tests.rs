use std::collections::BTreeMap;

use super::*;
use crate::{
    Bursts, Caps, First, Rule, RuleStatus, SlackAction, Target, Template, Trigger, remark_on_flood,
    sample_event, would_flood,
};

/// 2026-11-23T14:00:00Z.
const TWO: Timestamp = 1_795_442_400_000;

fn rule(options: SendingOptions) -> Rule {
    Rule {
        name: String::new(),
        note: String::new(),
        preset: None,
        level: crate::Level::Product,
        entity: sample_event(Trigger::LmsLeadSold).product.id,
        trigger: Trigger::LmsLeadSold,
        filters: serde_json::from_str(r#"{"publisher":{"any_of":["1044"]}}"#).unwrap(),
        includes_test_leads: false,
        includes_duplicates: false,
        action: SlackAction {
            connection: "01931c3e-7b1a-7c3e-8a55-0242ac120002".parse().unwrap(),
            target: Target::from_parts("channel", "C0SALES01").unwrap(),
            template: Template::stored("x"),
            shows_personal_data: false,
            sending: options,
            layout: crate::Layout::Text,
        },
        status: RuleStatus::Disabled,
    }
}

fn every() -> SendingOptions {
    SendingOptions {
        bursts: Bursts::Every,
        ..SendingOptions::default()
    }
}

fn capped() -> SendingOptions {
    SendingOptions {
        caps: Some(Caps {
            minute: Some(10),
            ..Caps::default()
        }),
        ..every()
    }
}

fn first_few() -> SendingOptions {
    SendingOptions {
        bursts: Bursts::First,
        first: Some(First {
            messages: 3,
            minutes: 5,
        }),
        ..SendingOptions::default()
    }
}

fn minutes(counts: &[(i64, u64)]) -> BTreeMap<Timestamp, Minute> {
    let minute = |(minute, count): &(i64, u64)| {
        (
            TWO + minute * MINUTE,
            Minute {
                count: *count,
                repeats: 0,
            },
        )
    };
    counts.iter().map(minute).collect()
}

#[test]
fn what_the_channel_takes_goes_out_at_once_and_as_itself() {
    let flow = flow(&minutes(&[(0, 60), (1, 30), (500, 1)]), &every());
    assert_eq!(
        (flow.posted, flow.merged, flow.dropped, flow.lag_ms),
        (91, 0, 0, 0)
    );
}

#[test]
fn every_message_of_a_flood_goes_out_late_and_the_last_one_latest() {
    let flow = flow(&minutes(&[(0, 720)]), &every());
    assert_eq!((flow.posted, flow.merged), (720, 0));
    // 720 messages take 12 minutes; the last came at the end of the first.
    assert_eq!(flow.lag_ms, 660_000);
    assert_eq!(flow.lag_at, Some(TWO + 59_000));
}

#[test]
fn a_rule_that_collapses_keeps_up_with_the_same_flood() {
    let flow = flow(&minutes(&[(0, 720)]), &SendingOptions::default());
    assert!(flow.posted < 100 && flow.lag_ms < 10_000, "{flow:?}");
    assert_eq!(flow.posted - flow.summaries + flow.merged, 720, "{flow:?}");
}

#[test]
fn caps_drop_what_is_over_them_and_the_first_few_are_followed_by_one_summary() {
    let flow_capped = flow(&minutes(&[(0, 60), (1, 5)]), &capped());
    assert_eq!((flow_capped.posted, flow_capped.dropped), (15, 50));
    let few = flow(&minutes(&[(0, 40), (3, 20)]), &first_few());
    assert_eq!((few.posted, few.merged, few.dropped), (4, 57, 0));
}

#[test]
fn nothing_is_lost_in_the_channel_whatever_the_options() {
    let shapes = [
        minutes(&[(0, 1)]),
        minutes(&[(0, 7), (1, 700), (2, 3), (90, 61)]),
        minutes(&[(0, 10_000)]),
    ];
    for arrivals in &shapes {
        let all: u64 = arrivals.values().map(|minute| minute.count).sum();
        for options in [every(), SendingOptions::default(), capped(), first_few()] {
            let flow = flow(arrivals, &options);
            let told = flow.posted - flow.summaries + flow.merged + flow.dropped;
            assert_eq!(told, all, "{options:?}: {flow:?}");
        }
    }
}

#[test]
fn a_disabled_rule_is_counted_by_day_and_minute_with_samples_of_what_it_would_say() {
    let mut tally = Tally::new(&rule(SendingOptions::default()));
    let mut event = sample_event(Trigger::LmsLeadSold);
    for at in [0, 1_000, 59_999, 60_000, DAY] {
        tally.judge(&event, TWO + at);
    }
    event.put("publisher_id", "2000", crate::Level::Product).unwrap();
    tally.judge(&event, TWO);
    tally.pass_by();
    let forecast = Forecast::of(&tally, &SendingOptions::default(), TWO, TWO + DAY);
    assert_eq!((forecast.judged, forecast.matched), (7, 5));
    assert_eq!(forecast.worst, Some((TWO, 3)));
    let counts: Vec<u64> = forecast.per_day.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [4, 1]);
    assert_eq!(tally.samples().count(), 3);
}

#[test]
fn repetitions_are_told_apart_by_the_value_and_the_time_of_the_options() {
    let options = SendingOptions {
        repeats: Some(crate::Repeats {
            by: "lead_id".to_owned(),
            minutes: 10,
        }),
        ..every()
    };
    let mut tally = Tally::new(&rule(options.clone()));
    let mut event = sample_event(Trigger::LmsLeadSold);
    for (lead, at) in [("a", 0), ("a", 9 * MINUTE), ("b", 9 * MINUTE), ("a", 11 * MINUTE)] {
        event.put("lead_id", lead, crate::Level::Product).unwrap();
        tally.judge(&event, TWO + at);
    }
    let flow = Forecast::of(&tally, &options, TWO, TWO + DAY).flow;
    assert_eq!((flow.posted, flow.dropped), (3, 1));
}

#[test]
fn a_flood_is_said_in_round_numbers_with_what_to_do() {
    let mut asked = rule(every());
    assert_eq!(would_flood(Estimate::About(999), &asked), None);
    let said = would_flood(Estimate::About(12_437), &asked).unwrap();
    assert!(
        said.contains("about 12,000 messages") && !said.contains("backtest"),
        "{said}"
    );
    let said = would_flood(Estimate::MoreThan(20_000), &asked).unwrap();
    assert!(said.contains("more than 20,000 messages"), "{said}");
    asked.status = RuleStatus::Active;
    let said = remark_on_flood(Estimate::About(12_437), &asked).unwrap();
    assert!(said.contains("Look at its backtest"), "{said}");
    let tally = Tally::new(&rule(every()));
    let mut forecast = Forecast::of(&tally, &every(), TWO, TWO + DAY);
    assert_eq!(forecast.lines(1), ["It would not have fired."]);
    assert_eq!(forecast.advice(1, &every()), None);
    forecast.matched = 12_400;
    forecast.worst = Some((TWO, 720));
    forecast.flow = flow(&minutes(&[(0, 720)]), &every());
    let lines = forecast.lines(1).join(" ");
    assert!(
        lines.contains("12,400 a day")
            && lines.contains("23 Nov 2026, 14:00 UTC")
            && lines.contains("11 minutes"),
        "{lines}"
    );
    assert!(forecast.advice(1, &every()).unwrap().contains("collapse"));
}
