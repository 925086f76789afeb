//! Threads: who replies to whom, what ends a thread, and the line below its first message.

use leadbell_domain::{
    DeliveryId, DeliveryStatus, Level, Outcome, SendingOptions, StoredRule, Threads, Trigger,
};
use leadbell_store::{
    Claim, DeliveryFilter, Finish, LineEnd, LineUpdate, LoggedThread, NewEvent, PlannedSending, ThreadTurn,
};

use crate::samples::{
    LEASE, NOON, add_rule, ambiguous, channel, claim, claim_one, connect, event_for, finish, permanent, rule,
};
use crate::support::Bench;

const DAY: i64 = 24 * 3_600_000;

async fn threading(bench: &Bench) -> StoredRule {
    let connection = connect(&*bench.store).await;
    let mut rule = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    rule.action.sending = SendingOptions {
        thread: Threads::Lead,
        ..SendingOptions::default()
    };
    add_rule(&*bench.store, rule).await
}

/// An event about a lead, for channel 1.
fn about(rule: &StoredRule, lead: &str, id: &str) -> NewEvent {
    let mut event = event_for(id, rule, channel(1));
    event.lead_id = lead.to_owned();
    event.deliveries[0].sending = PlannedSending {
        thread_key: Some(format!("lms/lead/{lead}")),
        ..PlannedSending::default()
    };
    event
}

async fn queued(bench: &Bench, events: &[NewEvent]) -> Vec<DeliveryId> {
    bench.store.record_events(events).await.unwrap();
    events
        .iter()
        .map(|event| event.deliveries[0].id.clone())
        .collect()
}

/// Slack's yes: a receipt of this id, and the reply of whom it was asked to be.
fn posted(claim: &Claim, ts: &str, now: i64) -> Finish {
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

async fn post_next(bench: &Bench, ts: &str, now: i64) -> Claim {
    let claim = claim_one(&*bench.store, now).await;
    bench.store.finish(&[posted(&claim, ts, now)]).await.unwrap();
    claim
}

fn opens() -> Option<ThreadTurn> {
    Some(ThreadTurn::Opens { note: None })
}

fn opens_because(note: &str) -> Option<ThreadTurn> {
    Some(ThreadTurn::Opens {
        note: Some(note.to_owned()),
    })
}

fn replies(ts: &str) -> Option<ThreadTurn> {
    Some(ThreadTurn::Replies {
        channel: "C0000000001".to_owned(),
        ts: ts.to_owned(),
    })
}

async fn thread_ts(bench: &Bench, id: &DeliveryId) -> Option<String> {
    bench.store.find_delivery(id).await.unwrap().unwrap().thread_ts
}

async fn lines(bench: &Bench, owner: &str, now: i64) -> Vec<LineUpdate> {
    bench.store.claim_lines(owner, now, LEASE, 10).await.unwrap()
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

pub async fn a_line_tells_what_came_together_once_and_then_at_most_every_half_minute(bench: &Bench) {
    let rule = threading(bench).await;
    let first = about(&rule, "1", "e0");
    let mut sold = about(&rule, "1", "e1");
    sold.trigger = Trigger::LmsLeadRejected;
    sold.occurred_at = NOON + 60_000;
    // An older event that is told later does not turn the state back.
    let mut late = about(&rule, "1", "e2");
    late.occurred_at = NOON - 60_000;
    let ids = queued(bench, &[first, sold, late]).await;
    post_next(bench, "10.0", NOON).await;
    assert_eq!(
        bench.store.next_line_due().await.unwrap(),
        None,
        "one message needs no line"
    );
    post_next(bench, "10.1", NOON).await;
    assert!(
        lines(bench, "a", NOON + 9_000).await.is_empty(),
        "something waits to be sent"
    );
    post_next(bench, "10.2", NOON).await;
    assert_eq!(bench.store.next_line_due().await.unwrap(), Some(NOON + 3_500));
    assert!(lines(bench, "a", NOON + 3_499).await.is_empty());
    let taken = lines(bench, "a", NOON + 3_500).await;
    let [update] = &taken[..] else { panic!("one line") };
    assert_eq!((&update.parent, update.ts.as_str()), (&ids[0], "10.0"));
    assert!(
        update
            .text
            .starts_with("About e0\n_Lead Rejected · 3 messages · last <!date^"),
        "{}",
        update.text
    );
    assert!(lines(bench, "b", NOON + 3_500).await.is_empty(), "it is taken");
    // A reply while the update is under way is told by the next one.
    queued(bench, &[about(&rule, "1", "e3")]).await;
    post_next(bench, "10.3", NOON + 3_600).await;
    let told = NOON + 4_000;
    assert!(
        bench
            .store
            .finish_line(update, &LineEnd::Told, told)
            .await
            .unwrap()
    );
    assert_eq!(bench.store.next_line_due().await.unwrap(), Some(told + 30_000));
    let update = &lines(bench, "c", told + 30_000).await[0];
    assert!(update.text.contains("· 4 messages ·"));
    assert!(
        bench
            .store
            .finish_line(update, &LineEnd::Told, told + 30_000)
            .await
            .unwrap()
    );
    assert_eq!(bench.store.next_line_due().await.unwrap(), None);
    queued(bench, &[about(&rule, "1", "e4")]).await;
    post_next(bench, "10.4", told + 31_000).await;
    assert_eq!(bench.store.next_line_due().await.unwrap(), Some(told + 60_000));
}

/// A thread with two messages, whose line is due.
async fn with_line(bench: &Bench) -> (StoredRule, Vec<DeliveryId>) {
    let rule = threading(bench).await;
    let ids = queued(bench, &[about(&rule, "1", "e0"), about(&rule, "1", "e1")]).await;
    post_next(bench, "10.0", NOON).await;
    post_next(bench, "10.1", NOON).await;
    (rule, ids)
}

pub async fn a_line_whose_update_was_cut_off_is_taken_again_and_the_old_answer_changes_nothing(
    bench: &Bench,
) {
    with_line(bench).await;
    let cut_off = lines(bench, "a", NOON + 4_000).await;
    assert!(lines(bench, "b", NOON + 4_000 + LEASE - 1).await.is_empty());
    let again = lines(bench, "b", NOON + 4_000 + LEASE).await;
    assert_eq!((cut_off.len(), again.len()), (1, 1));
    let end = LineEnd::Closed("cant_update_message".to_owned());
    assert!(!bench.store.finish_line(&cut_off[0], &end, NOON).await.unwrap());
    assert!(
        bench
            .store
            .finish_line(&again[0], &LineEnd::Told, NOON)
            .await
            .unwrap()
    );
    // A server that is alone on its database and starts anew need not wait.
    queued_reply(bench).await;
    let taken = lines(bench, "c", NOON + DAY).await;
    assert_eq!(taken.len(), 1);
    bench.store.expire_all_leases(NOON + DAY + 1).await.unwrap();
    assert_eq!(lines(bench, "d", NOON + DAY + 1).await.len(), 1);
}

async fn queued_reply(bench: &Bench) {
    let filter = leadbell_store::DeliveryQuery {
        limit: 1,
        ..leadbell_store::DeliveryQuery::default()
    };
    let last = &bench.store.list_deliveries(&filter).await.unwrap()[0];
    let rule = bench
        .store
        .find_rule(&last.rule, Level::Product, &leadbell_domain::Scope::All)
        .await
        .unwrap()
        .unwrap();
    queued(bench, &[about(&rule, "1", "more")]).await;
    post_next(bench, "10.9", NOON + DAY - 60_000).await;
}

pub async fn what_can_not_be_updated_is_dropped_with_a_trace(bench: &Bench) {
    let (rule, ids) = with_line(bench).await;
    let scopes = Level::ALL
        .map(|level| (level, leadbell_domain::Scope::All))
        .to_vec();
    let code = || async {
        match bench
            .store
            .logged_delivery(&ids[0], &scopes)
            .await
            .unwrap()
            .unwrap()
            .thread
        {
            Some(LoggedThread::First { line_code }) => line_code,
            other => panic!("{other:?}"),
        }
    };
    let update = &lines(bench, "a", NOON + 4_000).await[0];
    let again = LineEnd::Again(NOON + 14_000, "timeout".to_owned());
    bench
        .store
        .finish_line(update, &again, NOON + 4_000)
        .await
        .unwrap();
    assert_eq!(code().await.as_deref(), Some("timeout"));
    let update = &lines(bench, "b", NOON + 14_000).await[0];
    assert_eq!(update.tries, 1);
    let given_up = LineEnd::GivenUp("timeout".to_owned());
    bench
        .store
        .finish_line(update, &given_up, NOON + 14_000)
        .await
        .unwrap();
    assert_eq!(bench.store.next_line_due().await.unwrap(), None);
    // The next reply tries again; what Slack closes stays as it is.
    queued(bench, &[about(&rule, "1", "e2")]).await;
    post_next(bench, "10.2", NOON + DAY).await;
    let update = &lines(bench, "c", NOON + DAY + 60_000).await[0];
    assert_eq!(update.tries, 0);
    let closed = LineEnd::Closed("edit_window_closed".to_owned());
    bench
        .store
        .finish_line(update, &closed, NOON + DAY)
        .await
        .unwrap();
    queued(bench, &[about(&rule, "1", "e3")]).await;
    assert_eq!(
        post_next(bench, "10.3", NOON + 2 * DAY).await.thread,
        replies("10.0")
    );
    assert_eq!(bench.store.next_line_due().await.unwrap(), None);
    assert_eq!(code().await.as_deref(), Some("edit_window_closed"));
}

pub async fn a_first_message_that_is_gone_ends_its_thread(bench: &Bench) {
    let (rule, _) = with_line(bench).await;
    let update = &lines(bench, "a", NOON + 4_000).await[0];
    let gone = LineEnd::Gone("message_not_found".to_owned());
    bench
        .store
        .finish_line(update, &gone, NOON + 4_000)
        .await
        .unwrap();
    queued(bench, &[about(&rule, "1", "e2"), about(&rule, "1", "e3")]).await;
    let next = post_next(bench, "10.2", NOON + 5_000).await;
    assert_eq!(next.thread, opens_because("thread_gone:message_not_found"));
    assert_eq!(
        post_next(bench, "10.3", NOON + 5_000).await.thread,
        replies("10.2")
    );
    assert_eq!(lines(bench, "b", NOON + 9_000).await[0].ts, "10.2");
}

pub async fn a_summary_stands_in_the_channel_and_is_counted_in_the_threads_it_tells_of(bench: &Bench) {
    let rule = threading(bench).await;
    queued(bench, &[about(&rule, "1", "first")]).await;
    post_next(bench, "10.0", NOON).await;
    let mut events: Vec<NewEvent> = (0..9)
        .map(|n| about(&rule, &format!("other{n}"), &format!("e{n}")))
        .collect();
    events.push(about(&rule, "1", "e9"));
    events.push(about(&rule, "1", "e10"));
    let ids = queued(bench, &events).await;
    let claim = post_next(bench, "10.1", NOON).await;
    assert!(claim.text.starts_with("*11 messages in one*"));
    assert_eq!((claim.thread, thread_ts(bench, &ids[0]).await), (None, None));
    let updates = lines(bench, "a", NOON + 4_000).await;
    assert_eq!(updates.len(), 1, "no thread begins with a summary");
    assert!(updates[0].text.contains("· 3 messages ·"), "{}", updates[0].text);
}

pub async fn of_two_servers_one_takes_a_line(bench: &Bench) {
    with_line(bench).await;
    let (one, two) = tokio::join!(
        bench.store.claim_lines("a", NOON + 4_000, LEASE, 10),
        bench.store.claim_lines("b", NOON + 4_000, LEASE, 10),
    );
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
}

pub async fn a_line_waits_while_its_destination_rests(bench: &Bench) {
    let (rule, _) = with_line(bench).await;
    queued(bench, &[about(&rule, "2", "e2")]).await;
    let limited = claim_one(&*bench.store, NOON + 1_000).await;
    assert!(
        lines(bench, "a", NOON + 4_000).await.is_empty(),
        "a message is under way there"
    );
    let pause = Finish {
        retry_at: Some(NOON + 60_000),
        ..finish(&limited, crate::samples::rate_limited(59_000), NOON + 1_000)
    };
    bench.store.finish(&[pause]).await.unwrap();
    assert!(
        lines(bench, "a", NOON + 59_000).await.is_empty(),
        "Slack wants nothing there"
    );
    post_next(bench, "10.2", NOON + 60_000).await;
    assert_eq!(lines(bench, "a", NOON + 61_000).await.len(), 1);
}
