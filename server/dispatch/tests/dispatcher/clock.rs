//! Clocks that jump: nothing is lost, nothing goes too early, and nothing waits longer than it would have.

use leadbell_dispatch::DispatchConfig;
use leadbell_domain::DeliveryStatus::Sent;
use leadbell_sandbox::{Fault, demo};

use crate::bench::{bench, soon};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn a_clock_set_back_by_a_day_stalls_no_channel() {
    let bench = bench().await;
    let sales = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let calls = bench.route(demo::BOT_TOKEN, demo::CALLS).await;
    // One channel has to wait because Slack says so, the other because of its pace.
    let limited = bench.enqueue(&sales, "limited").await;
    bench
        .sandbox
        .handle()
        .fail_next_in("chat.postMessage", demo::SALES, 1, Fault::rate_limited(30));
    for n in 0..5 {
        bench.enqueue(&calls, &n.to_string()).await;
    }
    let mut worker = bench.start();
    worker.recorded(5).await;
    worker.looked().await;
    assert_eq!(bench.posts(), 5);

    bench.clock.advance(-DAY);
    worker.looked().await;
    assert_eq!(bench.posts(), 5, "nothing goes before its time");
    bench.clock.advance(1_020);
    worker.wake.wake();
    worker.recorded(6).await;
    bench.clock.advance(28_979);
    worker.looked().await;
    assert_eq!(bench.posts(), 6, "Slack's wait is kept whole");
    bench.clock.advance(1);
    worker.wake.wake();
    worker.recorded(7).await;
    worker.stop().await;
    assert_eq!(bench.state(&limited).await.0, Sent);
}

#[tokio::test]
async fn a_clock_set_back_while_nobody_serves_stalls_nothing_either() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "one").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::rate_limited(30));
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.stop().await;
    bench.clock.advance(-DAY);
    let mut worker = bench.start();
    worker.looked().await;
    bench.clock.advance(30_000);
    worker.wake.wake();
    worker.recorded(1).await;
    worker.stop().await;
    assert_eq!(bench.state(&id).await.0, Sent);
}

#[tokio::test]
async fn a_crash_before_the_clock_is_set_back_is_noticed_as_soon_as_any() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    let crashed = bench.enqueue(&route, "one").await;
    let next = bench.enqueue(&route, "two").await;
    let worker = bench.start();
    soon(bench.sandbox.handle().wait_for_calls("chat.postMessage", 1)).await;
    worker.crash().await;
    bench.clock.advance(-DAY);
    let mut worker = bench.start_with(
        bench.other_store().await,
        bench.slack(),
        DispatchConfig::default(),
    );
    worker.rescued(1).await;
    worker.recorded(1).await;
    worker.stop().await;
    assert_eq!(
        bench.state(&crashed).await.0,
        leadbell_domain::DeliveryStatus::Ambiguous
    );
    assert_eq!(bench.state(&next).await.0, Sent);
}
