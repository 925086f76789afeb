use serde_json::{Value, json};

use super::*;
use crate::demo;

const POST: &str = "chat.postMessage";

/// Decides a call of `method` to `channel` with the full bot at `now_ms`.
fn decide(f: &mut Faults, method: &str, channel: Option<&str>, now_ms: i64) -> Verdict {
    let w = demo::workspace();
    f.decide(&Facts::new(method, Some(demo::BOT_TOKEN), channel, &w), now_ms)
}

/// Whether a message to #sales at 0 gets an answer of a fault, and of which.
fn hit(f: &mut Faults) -> Option<u64> {
    decide(f, POST, Some(demo::SALES), 0).answer.map(|s| s.by)
}

#[test]
fn a_fault_of_a_method_and_channel_is_used_up_after_n_calls() {
    let mut f = Faults::default();
    f.switch_on(
        Fault::status(503)
            .of_method(POST)
            .in_channel(demo::SALES)
            .times(2),
        0,
    );
    assert_eq!(decide(&mut f, "auth.test", None, 0), Verdict::default());
    assert_eq!(decide(&mut f, POST, Some(demo::CALLS), 0), Verdict::default());
    assert_eq!(hit(&mut f), Some(1));
    let last = decide(&mut f, POST, Some(demo::SALES), 0);
    assert!(last.ended && last.hit == [1]);
    assert_eq!(hit(&mut f), None);
    let report = &f.reports(&demo::workspace(), 0)[0];
    assert_eq!(
        (report.on, report.over, report.hits),
        (false, Some(Over::UsedUp), 2)
    );
}

#[test]
fn the_oldest_fault_answers_and_the_younger_ones_wait_their_turn() {
    let mut f = Faults::default();
    f.switch_on(Fault::rate_limited(2).times(1), 0);
    f.switch_on(Fault::hang().times(1), 0);
    assert_eq!((hit(&mut f), hit(&mut f), hit(&mut f)), (Some(1), Some(2), None));
}

#[test]
fn delays_add_up_with_each_other_and_with_an_answer() {
    let mut f = Faults::default();
    f.switch_on(Fault::slow(200), 0);
    f.switch_on(Fault::error("fatal_error").after_the_work(), 0);
    f.switch_on(Fault::slow(50), 0);
    f.switch_on(Fault::slow(7).after_the_work(), 0);
    let verdict = decide(&mut f, POST, Some(demo::SALES), 0);
    assert_eq!(
        (verdict.wait_ms, verdict.hit.as_slice()),
        ((250, 7), &[1, 2, 3, 4][..])
    );
    assert!(verdict.answer.is_some_and(|s| s.after_the_work));
}

#[test]
fn a_fault_ends_when_its_seconds_are_over() {
    let mut f = Faults::default();
    f.switch_on(Fault::status(500).seconds(30), 1_000);
    assert_eq!(f.next_end_ms(1_000), Some(31_000));
    assert!(decide(&mut f, POST, None, 30_999).answer.is_some());
    assert!(decide(&mut f, POST, None, 31_000).answer.is_none());
    assert_eq!(
        (f.count_on(30_999), f.count_on(31_000), f.next_end_ms(31_000)),
        (1, 0, None)
    );
}

#[test]
fn a_fault_of_a_token_leaves_other_tokens_alone() {
    let mut f = Faults::default();
    f.switch_on(Fault::error("token_revoked").of_token(demo::USER_TOKEN), 0);
    assert_eq!(hit(&mut f), None);
    let w = demo::workspace();
    let theirs = Facts::new("auth.test", Some(demo::USER_TOKEN), None, &w);
    assert!(f.decide(&theirs, 0).answer.is_some());
}

#[test]
fn an_archived_channel_is_no_matter_to_a_call_that_names_none() {
    let mut f = Faults::default();
    f.switch_on(Fault::error("is_archived"), 0);
    assert_eq!(decide(&mut f, "auth.test", None, 0), Verdict::default());
    assert_eq!(hit(&mut f), Some(1));
}

#[test]
fn every_second_call_counts_only_calls_that_fit() {
    let mut f = Faults::default();
    f.switch_on(Fault::status(500).of_method(POST).every(2), 0);
    let mut hits = Vec::new();
    for _ in 0..4 {
        decide(&mut f, "auth.test", None, 0);
        hits.push(hit(&mut f).is_some());
    }
    assert_eq!(hits, [false, true, false, true]);
}

#[test]
fn the_older_of_two_switches_for_client_msg_id_holds() {
    let mut f = Faults::default();
    f.switch_on(Fault::client_msg_id(true), 0);
    f.switch_on(Fault::client_msg_id(false), 0);
    assert_eq!(decide(&mut f, POST, None, 0).honour_client_msg_id, Some(true));
    assert!(f.switch_off(1) && !f.switch_off(1));
    assert_eq!(decide(&mut f, POST, None, 0).honour_client_msg_id, Some(false));
}

#[test]
fn switching_off_lets_go_of_what_was_held() {
    let mut f = Faults::default();
    let (first, second) = (f.switch_on(Fault::hang(), 0), f.switch_on(Fault::hang(), 0));
    f.switch_off(first);
    assert!(f.lets_go(first) && !f.lets_go(second));
    f.clear();
    assert!(f.lets_go(second) && f.count_on(0) == 0);
}

#[test]
fn faults_that_are_over_are_forgotten_at_some_time_and_those_that_are_on_never() {
    let mut f = Faults::default();
    f.switch_on(Fault::status(500).in_channel(demo::CALLS), 0);
    for _ in 0..60 {
        f.switch_on(Fault::status(500).times(1), 0);
        hit(&mut f);
    }
    let reports = f.reports(&demo::workspace(), 0);
    assert!(
        reports.len() <= REMEMBERED + 2 && reports[0].on,
        "{}",
        reports.len()
    );
}

#[test]
fn what_is_reported_can_be_ordered_again() {
    let w = demo::workspace();
    let fields = |value: Value| value.as_object().cloned().expect("an object");
    for order in [
        json!({"fault": "rate_limited", "retry_after_s": 3, "channel": "C0SALES01", "times": 2}),
        json!({"fault": "rate_limited", "retry_after_s": null, "seconds": 30}),
        json!({"fault": "http_error", "status": 502, "after_the_work": true, "method": "chat.postMessage"}),
        json!({"fault": "is_archived", "every": 3}),
        json!({"fault": "error", "code": "no_permission", "fields": {"needed": "x"}, "percent": 12.5, "seed": 9}),
        json!({"fault": "missing_scope", "needed": "chat:write", "token": "xoxb-…0001"}),
        json!({"fault": "missing_scope"}),
        json!({"fault": "hang"}),
        json!({"fault": "slow", "ms": 250}),
        json!({"fault": "connection_reset", "after_the_work": true}),
        json!({"fault": "cut_off"}),
        json!({"fault": "html"}),
        json!({"fault": "client_msg_id", "honoured": false}),
        json!({"fault": "reply", "status": 429, "headers": {"retry-after": "soon"}, "body": "later"}),
    ] {
        let fault = read(&fields(order.clone()), &w).expect("an order");
        assert_eq!(Value::Object(fault.fields()), order);
        assert!(!fault.says(&w).contains(demo::BOT_TOKEN));
    }
}

#[test]
fn wrong_fields_are_named() {
    let w = demo::workspace();
    let wrong = |order: Value| -> Vec<String> {
        let errors = read(order.as_object().expect("an object"), &w).expect_err("refused");
        errors.into_iter().map(|e| e.field).collect()
    };
    assert_eq!(wrong(json!({})), ["fault"]);
    assert_eq!(wrong(json!({"fault": "explode"})), ["fault"]);
    assert_eq!(
        wrong(json!({"fault": "rate_limited", "retry_after_s": -1})),
        ["retry_after_s"]
    );
    assert_eq!(wrong(json!({"fault": "slow"})), ["ms"]);
    assert_eq!(wrong(json!({"fault": "slow", "ms": "soon"})), ["ms"]);
    assert_eq!(wrong(json!({"fault": "http_error", "status": 200})), ["status"]);
    assert_eq!(wrong(json!({"fault": "error", "code": "No Way"})), ["code"]);
    assert_eq!(
        wrong(json!({"fault": "error", "code": "x", "fields": 1})),
        ["fields"]
    );
    assert_eq!(
        wrong(json!({"fault": "reply", "headers": {"a b": "c"}})),
        ["headers"]
    );
    assert_eq!(wrong(json!({"fault": "hang", "ms": 5})), ["ms"]);
    assert_eq!(
        wrong(json!({"fault": "token_revoked", "after_the_work": true})),
        ["after_the_work"]
    );
    assert_eq!(
        wrong(json!({"fault": "hang", "every": 2, "percent": 10})),
        ["percent"]
    );
    assert_eq!(wrong(json!({"fault": "hang", "seed": 2})), ["seed"]);
    assert_eq!(
        wrong(
            json!({"fault": "hang", "method": "chat.delete", "channel": "C0NOWHERE", "token": "xoxb-…9999", "times": 0, "seconds": 1.5})
        ),
        ["method", "channel", "token", "times", "seconds"]
    );
}
