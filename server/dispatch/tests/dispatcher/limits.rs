//! Slack's limits and our own.

use leadbell_dispatch::DispatchConfig;
use leadbell_domain::DeliveryStatus::{Retrying, Sent};
use leadbell_sandbox::{Fault, demo};

use crate::bench::{START, bench};

#[tokio::test]
async fn a_429_is_obeyed_to_the_millisecond_and_costs_no_attempt() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "patience").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::rate_limited(30));
    let mut worker = bench.start();
    worker.recorded(1).await;
    assert_eq!(bench.state(&id).await.0, Retrying);

    bench.clock.advance(29_999);
    worker.looked().await;
    assert_eq!((bench.state(&id).await.0, bench.posts()), (Retrying, 1));

    bench.clock.advance(1);
    worker.wake.wake();
    worker.recorded(2).await;
    worker.stop().await;
    let delivery = bench.delivery(&id).await;
    let attempts: Vec<_> = delivery
        .attempts
        .iter()
        .map(|a| (a.outcome.as_str(), a.retry_after_ms, a.http_status))
        .collect();
    assert_eq!(
        attempts,
        [
            ("rate_limited", Some(30_000), Some(429)),
            ("sent", None, Some(200))
        ]
    );
}

#[tokio::test]
async fn no_number_of_429s_ends_a_delivery() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "patience").await;
    let refusals = u64::from(DispatchConfig::default().retry.attempts) + 3;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", refusals as u32, Fault::rate_limited(1));
    let mut worker = bench.start();
    for count in 1..=refusals {
        worker.recorded(count).await;
        bench.clock.advance(1_100);
        worker.wake.wake();
    }
    worker.recorded(refusals + 1).await;
    worker.stop().await;
    assert_eq!(bench.state(&id).await.0, Sent);
}

#[tokio::test]
async fn the_order_of_a_channel_holds_across_a_retry() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    for text in ["one", "two", "three"] {
        bench.enqueue(&route, text).await;
    }
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::rate_limited(10));
    let not_now = r#"{"ok":false,"error":"service_unavailable"}"#;
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.looked().await;
    assert_eq!(bench.posts(), 1);
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::reply(503, &[], not_now));
    bench.clock.advance(10_000);
    worker.wake.wake();
    worker.recorded(2).await;
    worker.looked().await;
    assert_eq!(bench.posts(), 2);
    bench.clock.advance(1_000);
    worker.wake.wake();
    worker.recorded(5).await;
    worker.stop().await;
    assert_eq!(bench.texts(), ["one", "two", "three"]);
}

#[tokio::test]
async fn a_flood_leaves_at_slacks_pace() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    for n in 0..7 {
        bench.enqueue(&route, &n.to_string()).await;
    }
    let mut worker = bench.start();
    worker.recorded(4).await;
    worker.looked().await;
    assert_eq!(bench.posts(), 4);
    bench.clock.advance(1_000);
    worker.looked().await;
    assert_eq!(bench.posts(), 4);
    bench.clock.advance(20);
    worker.wake.wake();
    worker.recorded(5).await;
    worker.looked().await;
    assert_eq!(bench.posts(), 5);
    worker.stop().await;
}

#[tokio::test]
async fn a_second_limited_channel_pauses_its_connection_but_no_other() {
    let bench = bench().await;
    let sales = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let calls = bench.route(demo::BOT_TOKEN, demo::CALLS).await;
    let blue = bench.route(demo::BOT_TOKEN, demo::BLUE_TRAFFIC).await;
    let of_ann = bench.route(demo::USER_TOKEN, demo::SALES).await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 2, Fault::rate_limited(20));
    bench.enqueue(&sales, "one").await;
    bench.enqueue(&calls, "two").await;
    let mut worker = bench.start();
    worker.recorded(2).await;

    let held = bench.enqueue(&blue, "three").await;
    bench.enqueue(&of_ann, "by Ann").await;
    worker.wake.wake();
    worker.recorded(4).await;
    assert_eq!(bench.texts(), ["by Ann"]);
    let attempts = bench.delivery(&held).await.attempts;
    assert_eq!(
        (attempts[0].note.as_deref(), attempts[0].http_status),
        (Some("held_back"), None)
    );
    assert_eq!(attempts[0].retry_after_ms, Some(20_000));

    bench.clock.advance(20_000);
    worker.wake.wake();
    worker.recorded(7).await;
    worker.stop().await;
    assert_eq!(bench.texts().len(), 4);
}

#[tokio::test]
async fn a_connection_stays_below_its_messages_per_minute() {
    let bench = bench().await;
    let mut ids = Vec::new();
    for channel in [demo::SALES, demo::CALLS, demo::BLUE_TRAFFIC] {
        let route = bench.route(demo::BOT_TOKEN, channel).await;
        ids.push(bench.enqueue(&route, channel).await);
    }
    // 10 a minute: one at once, then one every six seconds.
    let config = DispatchConfig {
        per_connection_per_minute: Some(10),
        ..bench.config()
    };
    let mut worker = bench.start_with(bench.store.clone(), bench.slack(), config);
    worker.recorded(3).await;
    assert_eq!(bench.posts(), 1);
    bench.clock.advance(5_999);
    worker.looked().await;
    assert_eq!(bench.posts(), 1);
    bench.clock.advance(1);
    worker.wake.wake();
    worker.recorded(4).await;
    assert_eq!(bench.posts(), 2);
    bench.clock.advance(6_000);
    worker.wake.wake();
    worker.recorded(5).await;
    worker.stop().await;
    let mut posted = bench.sandbox.handle().calls_of("chat.postMessage").len();
    for id in &ids {
        assert_eq!(bench.state(id).await.0, Sent);
        posted -= 1;
    }
    assert_eq!(posted, 0);
    assert_eq!(bench.delivery(&ids[0]).await.created_at, START);
}
