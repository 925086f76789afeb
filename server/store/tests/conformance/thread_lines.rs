//! The line of state below a thread's first message: when it is updated, by whom, and what it says.

use leadbell_domain::{Block, DeliveryId, Level, StoredRule, Trigger};
use leadbell_store::{Finish, LineEnd, LineUpdate, LoggedThread, NewEvent};

use crate::cards::card;
use crate::samples::{LEASE, NOON, claim_one, finish};
use crate::support::Bench;
use crate::threads::{DAY, about, opens_because, post_next, posted, queued, replies, thread_ts, threading};

async fn lines(bench: &Bench, owner: &str, now: i64) -> Vec<LineUpdate> {
    bench.store.claim_lines(owner, now, LEASE, 10).await.unwrap()
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

pub async fn the_line_of_a_card_stands_in_the_card_and_only_in_the_text_where_slack_refused_the_card(
    bench: &Bench,
) {
    let rule = threading(bench).await;
    for (lead, note) in [("1", None), ("2", Some("sent_as_text:invalid_blocks"))] {
        let mut first = about(&rule, lead, &format!("e{lead}"));
        first.deliveries[0].blocks = Some(card("Sold"));
        queued(bench, &[first, about(&rule, lead, &format!("later {lead}"))]).await;
        let claim = claim_one(&*bench.store, NOON).await;
        let mut first = posted(&claim, &format!("1{lead}.0"), NOON);
        first.note = note.map(str::to_owned);
        bench.store.finish(&[first]).await.unwrap();
        post_next(bench, &format!("1{lead}.1"), NOON).await;
    }
    let blocks: Vec<_> = lines(bench, "a", NOON + 60_000)
        .await
        .into_iter()
        .map(|line| line.blocks)
        .collect();
    let told = blocks.iter().flatten().next().expect("a card");
    assert_eq!(told.0[..1], card("Sold").0);
    let Some(Block::Context { elements }) = told.0.last() else {
        panic!("{told:?}")
    };
    assert!(
        elements[0].text().starts_with("_Lead Sold · 2 messages"),
        "{elements:?}"
    );
    assert_eq!(blocks.iter().filter(|blocks| blocks.is_none()).count(), 1);
}
