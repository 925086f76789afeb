//! What normally happens.

use leadbell_domain::DeliveryStatus::{Retrying, Sent};
use leadbell_sandbox::{Fault, demo};
use leadbell_store::{ConnectionScope, ConnectionStatus};

use crate::bench::{bench, soon};

#[tokio::test]
async fn a_delivery_is_sent_the_moment_it_is_announced_and_its_receipt_kept() {
    let bench = bench().await;
    let mut worker = bench.start();
    worker.looked().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "Sold: lead 7").await;
    worker.wake.wake();
    worker.recorded(1).await;
    let message = &bench.sandbox.handle().messages_in(demo::SALES)[0];
    assert_eq!(message.text, "Sold: lead 7");
    assert_eq!(message.client_msg_id.as_deref(), Some(id.as_str()));
    let delivery = bench.delivery(&id).await;
    assert_eq!(delivery.status, Sent);
    assert_eq!(
        (delivery.slack_channel.as_deref(), delivery.slack_ts.as_deref()),
        (Some(demo::SALES), Some(message.ts.as_str()))
    );
    worker.stop().await;
}

#[tokio::test]
async fn a_members_conversation_is_opened_once_and_remembered() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::ANN_KIM).await;
    let first = bench.enqueue(&route, "one").await;
    let second = bench.enqueue(&route, "two").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    worker.stop().await;
    assert_eq!(bench.texts(), ["one", "two"]);
    assert_eq!(bench.sandbox.handle().calls_of("conversations.open").len(), 1);
    let (first, second) = (bench.delivery(&first).await, bench.delivery(&second).await);
    assert!(first.slack_channel.unwrap().starts_with('D'));
    assert_eq!(first.attempts[0].note.as_deref(), Some("opened_conversation"));
    assert_eq!(second.attempts[0].note, None);
}

#[tokio::test]
async fn a_public_channel_is_joined_when_need_be() {
    let bench = bench().await;
    let route = bench.route(demo::JOINING_BOT_TOKEN, demo::REJECTS).await;
    let id = bench.enqueue(&route, "rejected").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.stop().await;
    let delivery = bench.delivery(&id).await;
    assert_eq!(delivery.status, Sent);
    assert_eq!(delivery.attempts.len(), 1);
    assert_eq!(delivery.attempts[0].note.as_deref(), Some("joined_channel"));
}

#[tokio::test]
async fn a_private_channel_without_us_says_so_and_its_messages_wait_for_an_invitation() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::OPS_PRIVATE).await;
    let id = bench.enqueue(&route, "secret").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.stop().await;
    let expected = (
        Retrying,
        Some("channel_not_found".to_owned()),
        vec!["permanent".to_owned()],
    );
    assert_eq!(bench.state(&id).await, expected);
    assert_eq!(bench.posts(), 1);
}

#[tokio::test]
async fn a_refused_token_shows_on_its_connection_and_a_refused_channel_does_not() {
    let bench = bench().await;
    let revoked = bench.route(demo::REVOKED_TOKEN, demo::SALES).await;
    let good = bench.route(demo::BOT_TOKEN, demo::ARCHIVED).await;
    let waits = bench.enqueue(&revoked, "x").await;
    bench.enqueue(&good, "x").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    worker.stop().await;
    assert_eq!(bench.state(&waits).await.0, Retrying);
    let mut seen: Vec<_> = bench.store.list_connections(&ConnectionScope::All).await.unwrap();
    seen.sort_by(|one, other| one.hint.cmp(&other.hint));
    let shown: Vec<_> = seen
        .iter()
        .map(|c| (c.hint.as_str(), c.status, c.last_error.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("xoxb-…0001", ConnectionStatus::Unchecked, None),
            ("xoxb-…0004", ConnectionStatus::Broken, Some("token_revoked")),
        ]
    );
    assert_eq!(seen[1].team.as_deref(), Some("Leadbell Demo"));
}

#[tokio::test]
async fn many_channels_are_served_side_by_side_and_each_in_its_order() {
    let bench = bench().await;
    let channels = [demo::SALES, demo::CALLS, demo::BLUE_TRAFFIC, demo::REJECTS];
    for channel in channels {
        let route = bench.route(demo::BOT_TOKEN, channel).await;
        for n in 0..3 {
            bench.enqueue(&route, &format!("{channel} {n}")).await;
        }
    }
    // One channel's call hangs; nobody else waits for it.
    bench
        .sandbox
        .handle()
        .fail_next_in("chat.postMessage", demo::CALLS, 1, Fault::hang().after_the_work());
    let mut worker = bench.start();
    worker.recorded(9).await;
    assert_eq!(bench.sandbox.handle().messages_in(demo::CALLS).len(), 1);
    bench.sandbox.handle().release_held();
    worker.recorded(12).await;
    worker.stop().await;
    for channel in channels {
        let texts: Vec<_> = bench
            .sandbox
            .handle()
            .messages_in(channel)
            .into_iter()
            .map(|m| m.text)
            .collect();
        assert_eq!(texts, [0, 1, 2].map(|n| format!("{channel} {n}")));
    }
}

#[tokio::test]
async fn the_end_waits_for_calls_under_way_and_starts_no_new_ones() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let first = bench.enqueue(&route, "one").await;
    let second = bench.enqueue(&route, "two").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    let worker = bench.start();
    soon(bench.sandbox.handle().wait_for_calls("chat.postMessage", 1)).await;
    worker.cancel();
    bench.sandbox.handle().release_held();
    worker.stop().await;
    assert_eq!(bench.state(&first).await.0, Sent);
    assert_eq!(
        bench.state(&second).await.0,
        leadbell_domain::DeliveryStatus::Queued
    );
    assert_eq!(bench.texts(), ["one"]);
    // Its lease is given back: whoever comes next need not wait for its end.
    assert_eq!(bench.store.backlog().await.unwrap().sending, 0);
    let due = bench.store.next_due().await.unwrap();
    assert!(due.is_some_and(|due| due <= crate::bench::START), "{due:?}");
}
