//! What goes out of a queue: summaries, caps, repetitions, quiet hours, priority, doubt.

use leadbell_domain::{
    AfterQuiet, Bursts, Caps, ConnectionId, DeliveryId, DeliveryStatus, First, InDoubt, Outcome, QuietHours,
    Repeats, SendingOptions, StoredRule, TimeOfDay, TimeZone,
};
use leadbell_store::{Claim, NewEvent, PlannedSending};

use crate::samples::{
    LEASE, NOON, add_rule, channel, claim, claim_one, connect, event_for, every_in_order, finish, rule, sent,
};
use crate::support::Bench;
use leadbell_domain::{Level, Trigger};

const MINUTE: i64 = 60_000;

async fn rule_with(bench: &Bench, options: SendingOptions) -> StoredRule {
    let connection = connect(&*bench.store).await;
    rule_of(bench, &connection, options).await
}

async fn rule_of(bench: &Bench, connection: &ConnectionId, options: SendingOptions) -> StoredRule {
    let mut rule = rule(Level::Product, "218", Trigger::LmsLeadSold, connection);
    rule.action.sending = options;
    add_rule(&*bench.store, rule).await
}

/// Events `{prefix}0`, `{prefix}1` … for channel 1, changed by `with`; answers their deliveries.
async fn events(
    bench: &Bench,
    rule: &StoredRule,
    prefix: &str,
    count: usize,
    with: impl Fn(usize, &mut NewEvent),
) -> Vec<DeliveryId> {
    let mut events = Vec::new();
    for number in 0..count {
        let mut event = event_for(&format!("{prefix}{number}"), rule, channel(1));
        let options = &rule.rule.action.sending;
        event.deliveries[0].sending = PlannedSending {
            priority: options.priority,
            resends: options.in_doubt == InDoubt::Resend,
            ..PlannedSending::default()
        };
        with(number, &mut event);
        events.push(event);
    }
    bench.store.record_events(&events).await.unwrap();
    events
        .iter()
        .map(|event| event.deliveries[0].id.clone())
        .collect()
}

async fn queued(bench: &Bench, rule: &StoredRule, count: usize) -> Vec<DeliveryId> {
    events(bench, rule, "e", count, |_, _| {}).await
}

async fn state(bench: &Bench, id: &DeliveryId) -> (DeliveryStatus, Option<String>) {
    let delivery = bench.store.find_delivery(id).await.unwrap().unwrap();
    (delivery.status, delivery.last_code)
}

async fn done(bench: &Bench, claim: &Claim, now: i64) {
    bench.store.finish(&[finish(claim, sent(), now)]).await.unwrap();
}

/// Sends until nothing is due; answers the texts.
async fn drain(bench: &Bench, now: i64) -> Vec<String> {
    let mut texts = Vec::new();
    loop {
        let claims = claim(&*bench.store, now).await;
        if claims.is_empty() {
            return texts;
        }
        for claim in claims {
            done(bench, &claim, now).await;
            texts.push(claim.text);
        }
    }
}

fn suppressed(code: &str) -> (DeliveryStatus, Option<String>) {
    (DeliveryStatus::Suppressed, Some(code.to_owned()))
}

pub async fn what_waits_for_a_busy_channel_becomes_one_message(bench: &Bench) {
    bench.store.link_logs_to("https://lb.example/");
    let rule = rule_with(bench, SendingOptions::default()).await;
    let ids = events(bench, &rule, "e", 12, |number, event| {
        event.deliveries[0].sending.amount = Some(format!("{number}.50").parse().unwrap());
    })
    .await;
    let claim = claim_one(&*bench.store, NOON).await;
    assert_eq!(claim.delivery, ids[0]);
    let lines: Vec<&str> = claim.text.lines().collect();
    assert!(lines[0].starts_with("*12 messages in one*"), "{}", claim.text);
    assert!(
        lines[1].ends_with("“Big leads”: 12, prices together 72.00"),
        "{}",
        lines[1]
    );
    assert_eq!((lines[3], lines[12]), ("> About e0", "> About e9"));
    let link = format!("<https://lb.example/log/deliveries?q={}|", ids[0]);
    assert!(lines[13].starts_with(&link), "{}", lines[13]);
    done(bench, &claim, NOON).await;
    assert_eq!(state(bench, &ids[0]).await.0, DeliveryStatus::Sent);
    for id in &ids[1..] {
        assert_eq!(state(bench, id).await, suppressed("in_summary"));
    }
    assert!(drain(bench, NOON + 1).await.is_empty());
    // When it is calm, messages go as themselves again.
    events(bench, &rule, "later", 4, |_, _| {}).await;
    assert_eq!(
        drain(bench, NOON + 2).await,
        ["About later0", "About later1", "About later2", "About later3"]
    );
}

pub async fn a_summary_that_is_tried_again_says_the_same(bench: &Bench) {
    let rule = rule_with(bench, SendingOptions::default()).await;
    queued(bench, &rule, 9).await;
    let first = claim_one(&*bench.store, NOON).await;
    let mut later = finish(
        &first,
        Outcome::RateLimited {
            retry_after_ms: 1_000,
        },
        NOON,
    );
    later.retry_at = Some(NOON + 1_500);
    bench.store.finish(&[later]).await.unwrap();
    events(bench, &rule, "f", 3, |_, _| {}).await;
    let again = claim_one(&*bench.store, NOON + 2_000).await;
    assert_eq!((&again.delivery, &again.text), (&first.delivery, &first.text));
    done(bench, &again, NOON + 2_000).await;
    assert_eq!(drain(bench, NOON + 3_000).await.len(), 3);
}

pub async fn every_message_goes_out_in_order_where_the_rule_says_so(bench: &Bench) {
    let rule = rule_with(bench, every_in_order()).await;
    queued(bench, &rule, 8).await;
    let expected: Vec<String> = (0..8).map(|number| format!("About e{number}")).collect();
    assert_eq!(drain(bench, NOON).await, expected);
}

pub async fn other_rules_of_a_busy_channel_keep_what_they_chose(bench: &Bench) {
    let every = rule_with(bench, every_in_order()).await;
    let connection = every.rule.action.connection.clone();
    let plain = rule_of(bench, &connection, SendingOptions::default()).await;
    let second = rule_of(bench, &connection, SendingOptions::default()).await;
    events(bench, &plain, "a", 4, |_, _| {}).await;
    events(bench, &every, "b", 2, |_, _| {}).await;
    events(bench, &second, "c", 4, |_, _| {}).await;
    let texts = drain(bench, NOON).await;
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[0].starts_with("*8 messages in one*"), "{}", texts[0]);
    assert_eq!(texts[1..], ["About b0", "About b1"]);
}

pub async fn a_priority_goes_before_all_others_and_alone(bench: &Bench) {
    let plain = rule_with(bench, SendingOptions::default()).await;
    queued(bench, &plain, 9).await;
    let options = SendingOptions {
        priority: true,
        ..SendingOptions::default()
    };
    let urgent = rule_of(bench, &plain.rule.action.connection, options).await;
    events(bench, &urgent, "now", 6, |_, _| {}).await;
    let texts = drain(bench, NOON).await;
    assert_eq!(
        texts[..6],
        [
            "About now0",
            "About now1",
            "About now2",
            "About now3",
            "About now4",
            "About now5"
        ]
    );
    assert_eq!(texts.len(), 7);
    assert!(texts[6].starts_with("*9 messages in one*"), "{}", texts[6]);
}

pub async fn what_is_over_a_cap_is_not_sent_and_says_so(bench: &Bench) {
    let options = SendingOptions {
        bursts: Bursts::Every,
        caps: Some(Caps {
            minute: Some(2),
            ..Caps::default()
        }),
        ..SendingOptions::default()
    };
    let rule = rule_with(bench, options).await;
    let start = NOON - NOON.rem_euclid(MINUTE);
    let ids = queued(bench, &rule, 4).await;
    assert_eq!(drain(bench, start).await, ["About e0", "About e1"]);
    assert_eq!(state(bench, &ids[2]).await, suppressed("over_cap"));
    assert_eq!(state(bench, &ids[3]).await, suppressed("over_cap"));
    events(bench, &rule, "f", 1, |_, _| {}).await;
    assert_eq!(drain(bench, start + MINUTE).await, ["About f0"]);
}

pub async fn the_first_few_go_and_the_rest_follows_as_a_summary(bench: &Bench) {
    let options = SendingOptions {
        bursts: Bursts::First,
        first: Some(First {
            messages: 2,
            minutes: 10,
        }),
        ..SendingOptions::default()
    };
    let rule = rule_with(bench, options).await;
    let ids = queued(bench, &rule, 5).await;
    assert_eq!(drain(bench, NOON).await, ["About e0", "About e1"]);
    assert_eq!(state(bench, &ids[4]).await, suppressed("held_for_summary"));
    let end = NOON + 10 * MINUTE;
    assert_eq!(bench.store.release_held(end - 1).await.unwrap(), 0);
    assert!(drain(bench, end - 1).await.is_empty());
    assert_eq!(bench.store.release_held(end).await.unwrap(), 1);
    let texts = drain(bench, end).await;
    assert_eq!(texts.len(), 1);
    assert!(texts[0].starts_with("*3 messages in one*"), "{}", texts[0]);
    assert!(texts[0].contains("after the first ones"), "{}", texts[0]);
    assert_eq!(state(bench, &ids[2]).await.0, DeliveryStatus::Sent);
    assert_eq!(state(bench, &ids[4]).await, suppressed("in_summary"));
    assert_eq!(bench.store.release_held(end).await.unwrap(), 0);
}

pub async fn a_repetition_is_not_sent_within_its_time(bench: &Bench) {
    let options = SendingOptions {
        repeats: Some(Repeats {
            by: "lead_id".to_owned(),
            minutes: 10,
        }),
        ..SendingOptions::default()
    };
    let rule = rule_with(bench, options).await;
    // Leads A B A A B C, two minutes apart, then A again when its time is over.
    let leads = ["A", "B", "A", "A", "B", "C", "A"];
    let ids = events(bench, &rule, "e", 7, |number, event| {
        let minutes = if number == 6 {
            11
        } else {
            i64::try_from(number).unwrap()
        };
        event.received_at = NOON + minutes * MINUTE;
        event.deliveries[0].sending.repeat_key = Some(leads[number].to_owned());
    })
    .await;
    let texts = drain(bench, NOON + 20 * MINUTE).await;
    assert_eq!(texts, ["About e0", "About e1", "About e5", "About e6"]);
    for repeated in [2, 3, 4] {
        assert_eq!(state(bench, &ids[repeated]).await, suppressed("repeat"));
    }
}

pub async fn repetitions_are_no_part_of_a_summary(bench: &Bench) {
    let options = SendingOptions {
        repeats: Some(Repeats {
            by: "lead_id".to_owned(),
            minutes: 10,
        }),
        ..SendingOptions::default()
    };
    let rule = rule_with(bench, options).await;
    let ids = events(bench, &rule, "e", 20, |number, event| {
        event.deliveries[0].sending.repeat_key = Some((number % 10).to_string());
    })
    .await;
    let texts = drain(bench, NOON).await;
    assert_eq!(texts.len(), 1);
    assert!(texts[0].starts_with("*10 messages in one*"), "{}", texts[0]);
    for (number, id) in ids.iter().enumerate().skip(1) {
        let code = if number < 10 { "in_summary" } else { "repeat" };
        assert_eq!(state(bench, id).await, suppressed(code), "{number}");
    }
}

fn quiet(then: AfterQuiet) -> SendingOptions {
    let minute = |at: i64| at.rem_euclid(24 * 60 * MINUTE) / MINUTE;
    let time = |minute: i64| TimeOfDay::parse(&format!("{}:{:02}", minute / 60, minute % 60)).unwrap();
    SendingOptions {
        quiet_hours: Some(QuietHours {
            from: time(minute(NOON)),
            to: time(minute(NOON + 30 * MINUTE)),
            zone: TimeZone::UTC,
            then,
        }),
        ..SendingOptions::default()
    }
}

pub async fn what_comes_in_quiet_hours_is_told_when_they_are_over(bench: &Bench) {
    let rule = rule_with(bench, quiet(AfterQuiet::Digest)).await;
    let ids = queued(bench, &rule, 3).await;
    assert!(drain(bench, NOON).await.is_empty());
    assert_eq!(state(bench, &ids[0]).await, suppressed("held_for_quiet_hours"));
    let over = NOON - NOON.rem_euclid(MINUTE) + 30 * MINUTE;
    assert_eq!(bench.store.release_held(over - 1).await.unwrap(), 0);
    bench.store.release_held(over).await.unwrap();
    let texts = drain(bench, over).await;
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("in quiet hours"), "{}", texts[0]);
    // A single one is told in its own words.
    let day = 24 * 60 * MINUTE;
    events(bench, &rule, "f", 1, |_, _| {}).await;
    assert!(drain(bench, NOON + day).await.is_empty());
    bench.store.release_held(over + day).await.unwrap();
    assert_eq!(drain(bench, over + day).await, ["About f0"]);
}

pub async fn what_is_dropped_in_quiet_hours_says_so(bench: &Bench) {
    let rule = rule_with(bench, quiet(AfterQuiet::Drop)).await;
    let ids = queued(bench, &rule, 2).await;
    assert!(drain(bench, NOON).await.is_empty());
    for id in &ids {
        assert_eq!(state(bench, id).await, suppressed("quiet_hours"));
    }
}

pub async fn in_doubt_a_message_goes_again_marked_where_the_rule_says_so(bench: &Bench) {
    let options = SendingOptions {
        in_doubt: InDoubt::Resend,
        ..SendingOptions::default()
    };
    let rule = rule_with(bench, options).await;
    let ids = queued(bench, &rule, 1).await;
    let first = claim_one(&*bench.store, NOON).await;
    assert!(first.resends);
    let code = "timeout".to_owned();
    let mut doubt = finish(&first, Outcome::Ambiguous { code }, NOON);
    doubt.retry_at = Some(NOON + 1_000);
    bench.store.finish(&[doubt]).await.unwrap();
    assert_eq!(state(bench, &ids[0]).await.0, DeliveryStatus::Retrying);
    let again = claim_one(&*bench.store, NOON + 1_000).await;
    assert_eq!(again.delivery, first.delivery);
    assert!(again.text.starts_with("About e0\n_Sent again"), "{}", again.text);
    // A crash is a doubt like any other.
    bench.store.rescue_expired(NOON + 1_000 + LEASE).await.unwrap();
    assert_eq!(state(bench, &ids[0]).await.0, DeliveryStatus::Retrying);
    let last = claim_one(&*bench.store, NOON + 2_000 + LEASE).await;
    done(bench, &last, NOON + 2_000 + LEASE).await;
    assert_eq!(state(bench, &ids[0]).await.0, DeliveryStatus::Sent);
}

pub async fn in_doubt_a_message_waits_for_a_person_otherwise(bench: &Bench) {
    let rule = rule_with(bench, SendingOptions::default()).await;
    let ids = queued(bench, &rule, 1).await;
    let first = claim_one(&*bench.store, NOON).await;
    assert!(!first.resends);
    bench.store.rescue_expired(NOON + LEASE).await.unwrap();
    assert_eq!(state(bench, &ids[0]).await.0, DeliveryStatus::Ambiguous);
    assert!(drain(bench, NOON + 2 * LEASE).await.is_empty());
}
