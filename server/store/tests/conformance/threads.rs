//! Threads: who replies to whom, what ends a thread, and the line below its first message.

use leadbell_domain::{
    DeliveryId, DeliveryStatus, Level, Outcome, SendingOptions, StoredRule, Threads, Trigger,
};
use leadbell_store::{Claim, DeliveryFilter, Finish, LoggedThread, NewEvent, PlannedSending, ThreadTurn};

use crate::samples::{
    NOON, add_rule, ambiguous, channel, claim, claim_one, connect, event_for, finish, permanent, rule,
};
use crate::support::Bench;

pub const DAY: i64 = 24 * 3_600_000;

pub async fn threading(bench: &Bench) -> StoredRule {
    let connection = connect(&*bench.store).await;
    let mut rule = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    rule.action.sending = SendingOptions {
        thread: Threads::Lead,
        ..SendingOptions::default()
    };
    add_rule(&*bench.store, rule).await
}

/// An event about a lead, for channel 1.
pub fn about(rule: &StoredRule, lead: &str, id: &str) -> NewEvent {
    let mut event = event_for(id, rule, channel(1));
    event.lead_id = lead.to_owned();
    event.deliveries[0].sending = PlannedSending {
        thread_key: Some(format!("lms/lead/{lead}")),
        ..PlannedSending::default()
    };
    event
}

pub async fn queued(bench: &Bench, events: &[NewEvent]) -> Vec<DeliveryId> {
    bench.store.record_events(events).await.unwrap();
    events
        .iter()
        .map(|event| event.deliveries[0].id.clone())
        .collect()
}

/// Slack's yes: a receipt of this id, and the reply of whom it was asked to be.
pub fn posted(claim: &Claim, ts: &str, now: i64) -> Finish {
    let outcome = Outcome::Sent {
        channel: "C0000000001".to_owned(),
        ts: ts.to_owned(),
    };
    let thread_ts = match &claim.thread {
        Some(ThreadTurn::Replies { ts, .. }) => Some(ts.clone()),
        _ => None,
    };
    Finish {
        thread_ts,
        ..finish(claim, outcome, now)
    }
}

pub async fn post_next(bench: &Bench, ts: &str, now: i64) -> Claim {
    let claim = claim_one(&*bench.store, now).await;
    bench.store.finish(&[posted(&claim, ts, now)]).await.unwrap();
    claim
}

fn opens() -> Option<ThreadTurn> {
    Some(ThreadTurn::Opens { note: None })
}

pub fn opens_because(note: &str) -> Option<ThreadTurn> {
    Some(ThreadTurn::Opens {
        note: Some(note.to_owned()),
    })
}

pub fn replies(ts: &str) -> Option<ThreadTurn> {
    Some(ThreadTurn::Replies {
        channel: "C0000000001".to_owned(),
        ts: ts.to_owned(),
    })
}

pub async fn thread_ts(bench: &Bench, id: &DeliveryId) -> Option<String> {
    bench.store.find_delivery(id).await.unwrap().unwrap().thread_ts
}

pub async fn the_first_message_of_a_lead_is_replied_to_and_leads_do_not_mix(bench: &Bench) {
    let rule = threading(bench).await;
    let other = threading_too(bench, &rule).await;
    let ids = queued(
        bench,
        &[
            about(&rule, "1", "e0"),
            about(&rule, "2", "e1"),
            about(&other, "1", "e2"),
            about(&rule, "2", "e3"),
            event_for("e4", &rule, channel(1)),
        ],
    )
    .await;
    let mut turns = Vec::new();
    for n in 0..5 {
        turns.push(post_next(bench, &format!("10.{n}"), NOON).await.thread);
    }
    // Rules share the threads of a destination; what belongs to no thread stands in the channel.
    assert_eq!(turns, [opens(), opens(), replies("10.0"), replies("10.1"), None]);
    let mut said = Vec::new();
    for id in &ids {
        said.push(thread_ts(bench, id).await);
    }
    let said: Vec<Option<&str>> = said.iter().map(Option::as_deref).collect();
    assert_eq!(
        said,
        [Some("10.0"), Some("10.1"), Some("10.0"), Some("10.1"), None]
    );
    let log = |id: &DeliveryId| {
        let (store, id) = (bench.store.clone(), id.clone());
        async move {
            let scopes = Level::ALL
                .map(|level| (level, leadbell_domain::Scope::All))
                .to_vec();
            store.logged_delivery(&id, &scopes).await.unwrap().unwrap().thread
        }
    };
    assert_eq!(log(&ids[0]).await, Some(LoggedThread::First { line_code: None }));
    assert_eq!(
        log(&ids[2]).await,
        Some(LoggedThread::Reply {
            parent: Some(ids[0].clone())
        })
    );
    assert_eq!(log(&ids[4]).await, None);
}

/// Another rule of the same connection.
async fn threading_too(bench: &Bench, first: &StoredRule) -> StoredRule {
    let rule = leadbell_domain::Rule {
        trigger: Trigger::LmsLeadRejected,
        ..first.rule.clone()
    };
    add_rule(&*bench.store, rule).await
}

pub async fn the_same_lead_elsewhere_has_another_thread(bench: &Bench) {
    let rule = threading(bench).await;
    let mut second = about(&rule, "1", "e1");
    second.deliveries[0].target = channel(2);
    queued(bench, &[about(&rule, "1", "e0"), second]).await;
    let claims = claim(&*bench.store, NOON).await;
    assert_eq!(claims.len(), 2);
    assert!(claims.iter().all(|claim| claim.thread == opens()));
}

pub async fn after_a_first_message_that_failed_the_next_one_is_the_first(bench: &Bench) {
    let rule = threading(bench).await;
    let ids = queued(
        bench,
        &[
            about(&rule, "1", "e0"),
            about(&rule, "1", "e1"),
            about(&rule, "1", "e2"),
        ],
    )
    .await;
    let first = claim_one(&*bench.store, NOON).await;
    bench
        .store
        .finish(&[finish(&first, permanent(), NOON)])
        .await
        .unwrap();
    assert_eq!(post_next(bench, "10.1", NOON).await.thread, opens());
    assert_eq!(post_next(bench, "10.2", NOON).await.thread, replies("10.1"));
    // What failed and goes again replies like any other.
    let filter = DeliveryFilter {
        scopes: Level::ALL
            .map(|level| (level, leadbell_domain::Scope::All))
            .to_vec(),
        ids: Some(vec![ids[0].clone()]),
        ..DeliveryFilter::default()
    };
    assert_eq!(bench.store.resend(&filter, NOON + 9_000).await.unwrap(), 1);
    assert_eq!(
        post_next(bench, "10.3", NOON + 10_000).await.thread,
        replies("10.1")
    );
}

pub async fn after_a_first_message_in_doubt_the_next_one_is_the_first_and_says_why(bench: &Bench) {
    let rule = threading(bench).await;
    let ids = queued(
        bench,
        &[
            about(&rule, "1", "e0"),
            about(&rule, "1", "e1"),
            about(&rule, "1", "e2"),
        ],
    )
    .await;
    let first = claim_one(&*bench.store, NOON).await;
    bench
        .store
        .finish(&[finish(&first, ambiguous(), NOON)])
        .await
        .unwrap();
    assert_eq!(
        post_next(bench, "10.1", NOON).await.thread,
        opens_because("parent_in_doubt")
    );
    // The true answer, too late: it arrived, but the thread is the other one's by now.
    let answers = bench.store.finish(&[posted(&first, "10.0", NOON)]).await.unwrap();
    assert_eq!(answers, [leadbell_store::Finished::Now(DeliveryStatus::Sent)]);
    assert_eq!(post_next(bench, "10.2", NOON).await.thread, replies("10.1"));
    assert_eq!(thread_ts(bench, &ids[2]).await.as_deref(), Some("10.1"));
}

pub async fn a_thread_that_took_no_reply_is_followed_by_another(bench: &Bench) {
    let rule = threading(bench).await;
    queued(
        bench,
        &[
            about(&rule, "1", "e0"),
            about(&rule, "1", "e1"),
            about(&rule, "1", "e2"),
        ],
    )
    .await;
    post_next(bench, "10.0", NOON).await;
    let second = claim_one(&*bench.store, NOON).await;
    assert_eq!(second.thread, replies("10.0"));
    let alone = Finish {
        thread_ts: None,
        ..posted(&second, "10.1", NOON)
    };
    bench.store.finish(&[alone]).await.unwrap();
    assert_eq!(post_next(bench, "10.2", NOON).await.thread, replies("10.1"));
}

pub async fn an_old_thread_takes_no_more_and_is_cleared_away(bench: &Bench) {
    let rule = threading(bench).await;
    queued(bench, &[about(&rule, "1", "e0")]).await;
    post_next(bench, "10.0", NOON).await;
    queued(bench, &[about(&rule, "1", "e1")]).await;
    assert_eq!(
        post_next(bench, "10.1", NOON + 29 * DAY).await.thread,
        replies("10.0")
    );
    queued(bench, &[about(&rule, "1", "e2")]).await;
    assert_eq!(post_next(bench, "10.2", NOON + 31 * DAY).await.thread, opens());
    assert_eq!(bench.store.forget_threads(NOON + 32 * DAY).await.unwrap(), 0);
    assert_eq!(bench.store.forget_threads(NOON + 62 * DAY).await.unwrap(), 1);
    assert_eq!(bench.store.forget_threads(NOON + 62 * DAY).await.unwrap(), 0);
}
