//! Threads at the sender, against the sandbox: who replies to whom, what happens when a thread is gone, and when the line
//! below its first message is brought up to date.

use leadbell_domain::DeliveryId;
use leadbell_domain::DeliveryStatus::{Ambiguous, Failed, Sent};
use leadbell_sandbox::{Fault, Message, demo};

use crate::bench::{Bench, Route, START, Worker, bench, soon};

impl Bench {
    /// Records an event about a lead whose rule wants this text in the lead's thread.
    async fn about(&self, route: &Route, lead: &str, text: &str) -> DeliveryId {
        let mut event = self.event(route, text);
        event.lead_id = lead.to_owned();
        event.deliveries[0].sending.thread_key = Some(format!("lms/lead/{lead}"));
        let id = event.deliveries[0].id.clone();
        self.store.record_events(&[event]).await.unwrap();
        id
    }

    fn sales(&self) -> Vec<Message> {
        self.sandbox.handle().messages_in(demo::SALES)
    }

    fn updates(&self) -> usize {
        self.sandbox.handle().calls_of("chat.update").len()
    }

    /// Each message with the text of what it replies to.
    fn talk(&self) -> Vec<(String, Option<String>)> {
        let all = self.sales();
        let first_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        let text_of = |ts: &String| {
            let parent = all.iter().find(|message| message.ts == *ts);
            parent.map_or("?".to_owned(), |parent| first_line(&parent.text))
        };
        all.iter()
            .map(|message| (first_line(&message.text), message.thread_ts.as_ref().map(text_of)))
            .collect()
    }

    async fn note(&self, id: &DeliveryId) -> Option<String> {
        self.delivery(id).await.attempts.last().unwrap().note.clone()
    }
}

fn said(pairs: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    pairs
        .iter()
        .map(|(text, parent)| ((*text).to_owned(), parent.map(str::to_owned)))
        .collect()
}

/// Moves the clock, and returns after so many lines were dealt with since the start.
async fn lines_at(bench: &Bench, worker: &mut Worker, at: i64, count: u64) {
    bench.at(at);
    worker.wake.wake();
    worker.lines(count).await;
}

#[tokio::test]
async fn messages_of_two_leads_that_take_turns_stand_in_two_threads() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    for (lead, text) in [
        ("1", "1 sold"),
        ("2", "2 sold"),
        ("1", "1 paid"),
        ("2", "2 returned"),
    ] {
        bench.about(&route, lead, text).await;
    }
    bench.enqueue(&route, "of no thread").await;
    let mut worker = bench.start();
    worker.recorded(4).await;
    bench.at(START + 60_000);
    worker.wake.wake();
    worker.recorded(5).await;
    worker.stop().await;
    assert_eq!(
        bench.talk(),
        said(&[
            ("1 sold", None),
            ("2 sold", None),
            ("1 paid", Some("1 sold")),
            ("2 returned", Some("2 sold")),
            ("of no thread", None),
        ])
    );
}

#[tokio::test]
async fn a_member_has_threads_too() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::ANN_KIM).await;
    bench.about(&route, "1", "sold").await;
    bench.about(&route, "1", "paid").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    worker.stop().await;
    let all = bench.sandbox.handle().messages();
    assert_eq!(all[1].thread_ts.as_ref(), Some(&all[0].ts));
    assert!(all[0].channel.starts_with('D'));
}

#[tokio::test]
async fn after_a_first_message_that_failed_or_is_in_doubt_the_next_one_is_replied_to() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let failed = bench.about(&route, "1", "1 sold").await;
    bench.about(&route, "1", "1 paid").await;
    bench.about(&route, "1", "1 returned").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::error("msg_too_long"));
    let mut worker = bench.start();
    worker.recorded(3).await;
    assert_eq!(bench.state(&failed).await.0, Failed);
    assert_eq!(
        bench.talk(),
        said(&[("1 paid", None), ("1 returned", Some("1 paid"))])
    );

    bench.at(START + 60_000);
    let broken = Fault::status(502).after_the_work();
    bench.sandbox.handle().fail_next("chat.postMessage", 1, broken);
    let doubt = bench.about(&route, "2", "2 sold").await;
    let next = bench.about(&route, "2", "2 paid").await;
    worker.wake.wake();
    worker.recorded(5).await;
    worker.stop().await;
    assert_eq!(bench.state(&doubt).await.0, Ambiguous);
    assert_eq!(bench.talk()[2..], said(&[("2 sold", None), ("2 paid", None)]));
    assert_eq!(bench.note(&next).await.as_deref(), Some("parent_in_doubt"));
}

#[tokio::test]
async fn a_message_whose_thread_is_gone_stands_in_the_channel_and_is_replied_to() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.about(&route, "1", "sold").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    // Deleted: Slack itself says nothing, and puts it into the channel.
    bench
        .sandbox
        .handle()
        .delete_message(demo::SALES, &bench.sales()[0].ts);
    let alone = bench.about(&route, "1", "paid").await;
    bench.about(&route, "1", "paid again").await;
    worker.wake.wake();
    worker.recorded(3).await;
    assert_eq!(
        bench.talk(),
        said(&[("paid", None), ("paid again", Some("paid"))])
    );
    assert_eq!(
        bench.note(&alone).await.as_deref(),
        Some("thread_gone:message_not_found")
    );

    let mut recorded = 3;
    for code in [
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
    ] {
        bench.clock.advance(60_000);
        let (posts, before) = (bench.posts(), bench.sales().len());
        bench
            .sandbox
            .handle()
            .fail_next("chat.postMessage", 1, Fault::error(code));
        let alone = bench.about(&route, "1", code).await;
        bench.about(&route, "1", "next").await;
        worker.wake.wake();
        recorded += 2;
        worker.recorded(recorded).await;
        assert_eq!(
            bench.talk()[before..],
            said(&[(code, None), ("next", Some(code))])
        );
        assert_eq!(bench.posts(), posts + 3, "{code}");
        assert_eq!(bench.note(&alone).await, Some(format!("thread_gone:{code}")));
        assert_eq!(bench.state(&alone).await.0, Sent);
        assert_eq!(bench.delivery(&alone).await.attempts.len(), 1);
    }
    worker.stop().await;
}

#[tokio::test]
async fn replies_that_come_together_are_told_by_one_update_and_the_next_waits_half_a_minute() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.about(&route, "1", "sold").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    for text in ["paid", "returned"] {
        bench.about(&route, "1", text).await;
    }
    worker.wake.wake();
    worker.recorded(3).await;
    worker.looked().await;
    assert_eq!(bench.updates(), 0, "what comes together is waited for");
    lines_at(&bench, &mut worker, START + 4_000, 1).await;
    let first = &bench.sales()[0];
    assert!(first.edited.is_some());
    assert!(
        first
            .text
            .starts_with("sold\n_Lead Sold · 3 messages · last <!date^1763900000^"),
        "{}",
        first.text
    );
    bench.about(&route, "1", "paid again").await;
    worker.wake.wake();
    worker.recorded(4).await;
    bench.at(START + 33_000);
    worker.looked().await;
    assert_eq!(bench.updates(), 1, "one in half a minute");
    lines_at(&bench, &mut worker, START + 34_000, 2).await;
    assert!(bench.sales()[0].text.contains("· 4 messages ·"));
    worker.stop().await;
}

#[tokio::test]
async fn a_line_waits_for_messages_that_are_due_and_never_the_other_way_round() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.about(&route, "1", "sold").await;
    bench.about(&route, "1", "paid").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    // The channel's burst is used up: the third of these has to wait for its turn.
    for n in 0..3 {
        bench.enqueue(&route, &format!("other {n}")).await;
    }
    worker.wake.wake();
    worker.recorded(4).await;
    bench.at(START + 4_000);
    // Its update hangs; messages go on meanwhile.
    bench.sandbox.handle().fail_next("chat.update", 1, Fault::hang());
    worker.wake.wake();
    worker.recorded(5).await;
    assert_eq!(bench.updates(), 0, "a message was under way");
    bench.at(START + 5_000);
    worker.wake.wake();
    soon(bench.sandbox.handle().wait_for_calls("chat.update", 1)).await;
    for n in 3..6 {
        bench.enqueue(&route, &format!("other {n}")).await;
    }
    bench.at(START + 9_000);
    worker.wake.wake();
    worker.recorded(8).await;
    bench.sandbox.handle().release_held();
    worker.lines(1).await;
    worker.stop().await;
    assert_eq!(bench.sales().len(), 8);
}

#[tokio::test]
async fn updates_have_a_budget_of_their_own() {
    let bench = bench().await;
    for channel in [demo::SALES, demo::CALLS, demo::BLUE_TRAFFIC, demo::REJECTS] {
        let route = bench.route(demo::BOT_TOKEN, channel).await;
        for lead in ["1", "2"] {
            bench.about(&route, lead, "sold").await;
            bench.about(&route, lead, "paid").await;
        }
    }
    let mut worker = bench.start();
    worker.recorded(16).await;
    // Eight lines: five may go at once, then one in two seconds.
    lines_at(&bench, &mut worker, START + 10_000, 8).await;
    worker.looked().await;
    assert_eq!(bench.updates(), 5);
    for (seconds, updates) in [(12, 6), (14, 7), (16, 8)] {
        lines_at(&bench, &mut worker, START + seconds * 1_000, 0).await;
        while bench.updates() < updates {
            worker.looked().await;
        }
        worker.looked().await;
        assert_eq!(bench.updates(), updates);
    }
    let messages = bench.sandbox.handle().messages();
    assert_eq!(
        messages.iter().filter(|message| message.edited.is_some()).count(),
        8
    );
    worker.stop().await;
}

#[tokio::test]
async fn an_update_that_does_not_get_through_is_tried_again_and_one_that_is_refused_is_not() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.about(&route, "1", "sold").await;
    bench.about(&route, "1", "paid").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    let slack = bench.sandbox.handle();
    slack.fail_next("chat.update", 1, Fault::status(502).after_the_work());
    lines_at(&bench, &mut worker, START + 4_000, 1).await;
    lines_at(&bench, &mut worker, START + 14_000, 2).await;
    assert!(bench.sales()[0].text.contains("· 2 messages ·"));
    worker.looked().await;
    assert_eq!(
        (bench.updates(), bench.store.next_line_due().await.unwrap()),
        (2, None)
    );

    slack.fail_next("chat.update", 1, Fault::rate_limited(20));
    bench.about(&route, "1", "returned").await;
    bench.at(START + 100_000);
    worker.wake.wake();
    worker.recorded(3).await;
    lines_at(&bench, &mut worker, START + 104_000, 3).await;
    bench.at(START + 123_000);
    worker.looked().await;
    assert_eq!(bench.updates(), 3, "Slack's wait is kept whole");
    slack.fail_next("chat.update", 1, Fault::error("edit_window_closed"));
    lines_at(&bench, &mut worker, START + 124_000, 4).await;
    bench.about(&route, "1", "paid again").await;
    bench.at(START + 200_000);
    worker.wake.wake();
    worker.recorded(4).await;
    assert_eq!(bench.store.next_line_due().await.unwrap(), None);
    assert_eq!(
        bench.talk()[3],
        ("paid again".to_owned(), Some("sold".to_owned()))
    );
    worker.stop().await;
}

#[tokio::test]
async fn a_crash_between_reply_and_update_leaves_the_line_to_the_next_server() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.about(&route, "1", "sold").await;
    bench.about(&route, "1", "paid").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    worker.crash().await;
    bench.at(START + 4_000);
    let mut next = bench.start();
    next.lines(1).await;
    assert!(bench.sales()[0].text.contains("· 2 messages ·"));
    // The same in the middle of the update.
    bench.about(&route, "1", "returned").await;
    bench.at(START + 50_000);
    next.wake.wake();
    next.recorded(1).await;
    bench.sandbox.handle().fail_next("chat.update", 1, Fault::hang());
    bench.at(START + 54_000);
    next.wake.wake();
    soon(bench.sandbox.handle().wait_for_calls("chat.update", 2)).await;
    next.crash().await;
    let mut last = bench.start();
    last.lines(1).await;
    bench.sandbox.handle().release_held();
    last.stop().await;
    assert!(bench.sales()[0].text.contains("· 3 messages ·"));
}

#[tokio::test]
async fn two_workers_share_threads_and_update_a_line_once() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let other = bench.other_store().await;
    let mut one = bench.start();
    let mut two = bench.start_with(other, bench.slack(), bench.config());
    one.looked().await;
    two.looked().await;
    for text in ["sold", "paid", "returned", "paid again"] {
        bench.about(&route, "1", text).await;
    }
    while bench.posts() < 4 {
        one.looked().await;
        two.looked().await;
    }
    bench.at(START + 10_000);
    while bench.updates() < 1 {
        one.looked().await;
        two.looked().await;
    }
    one.stop().await;
    two.stop().await;
    let parent = Some("sold");
    assert_eq!(
        bench.talk(),
        said(&[
            ("sold", None),
            ("paid", parent),
            ("returned", parent),
            ("paid again", parent)
        ])
    );
    assert_eq!(bench.updates(), 1);
}
