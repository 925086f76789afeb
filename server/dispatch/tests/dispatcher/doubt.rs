//! Whatever may have reached Slack is never sent again by itself.

use std::time::Duration;

use leadbell_dispatch::{DispatchConfig, SlackClient, SlackConfig};
use leadbell_domain::DeliveryStatus::{Ambiguous, Sent};
use leadbell_sandbox::{Fault, demo};

use crate::bench::{bench, soon};

/// Longer than every wait of a retry, and than a lease, milliseconds.
const LONG: i64 = 3_600_000;

#[tokio::test]
async fn after_a_server_error_the_message_is_ambiguous_and_the_next_one_goes_out() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let first = bench.enqueue(&route, "one").await;
    let second = bench.enqueue(&route, "two").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::status(502).after_the_work());
    let mut worker = bench.start();
    worker.recorded(2).await;
    bench.clock.advance(LONG);
    worker.looked().await;
    worker.stop().await;
    let expected = (
        Ambiguous,
        Some("http_502".to_owned()),
        vec!["ambiguous".to_owned()],
    );
    assert_eq!(bench.state(&first).await, expected);
    assert_eq!(bench.state(&second).await.0, Sent);
    assert_eq!(bench.posts(), 2);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_ambiguous() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "one").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    let impatient = SlackConfig {
        api_url: bench.sandbox.api_url(),
        call_timeout: Duration::from_millis(300),
    };
    let mut worker = bench.start_with(
        bench.store.clone(),
        SlackClient::new(&impatient).unwrap(),
        bench.config(),
    );
    worker.recorded(1).await;
    bench.clock.advance(LONG);
    worker.looked().await;
    worker.stop().await;
    let expected = (
        Ambiguous,
        Some("timeout".to_owned()),
        vec!["ambiguous".to_owned()],
    );
    assert_eq!(bench.state(&id).await, expected);
    assert_eq!(bench.texts(), ["one"]);
}

#[tokio::test]
async fn a_crash_between_sending_and_recording_leaves_it_ambiguous_when_the_server_is_back() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "one").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    let worker = bench.start();
    soon(
        bench
            .sandbox
            .handle()
            .wait_for_message(|message| message.text == "one"),
    )
    .await;
    worker.crash().await;

    // Alone on its database, the server knows at once.
    let mut worker = bench.start();
    worker.rescued(1).await;
    worker.looked().await;
    worker.stop().await;
    let expected = (
        Ambiguous,
        Some("lease_expired".to_owned()),
        vec!["ambiguous".to_owned()],
    );
    assert_eq!(bench.state(&id).await, expected);
    assert_eq!(bench.posts(), 1);
}

#[tokio::test]
async fn a_crash_is_seen_by_the_others_once_the_lease_is_over() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    // Without polls it looks only when told to.
    let config = DispatchConfig {
        poll: Duration::from_secs(3_600),
        ..bench.config()
    };
    let mut other = bench.start_with(bench.other_store().await, bench.slack(), config);
    other.looked().await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    let mut worker = bench.start();
    worker.looked().await;
    let id = bench.enqueue(&route, "one").await;
    worker.wake.wake();
    soon(
        bench
            .sandbox
            .handle()
            .wait_for_message(|message| message.text == "one"),
    )
    .await;
    worker.crash().await;
    let next = bench.enqueue(&route, "two").await;

    bench.clock.advance(29_999);
    other.looked().await;
    assert_eq!(bench.posts(), 1);
    bench.clock.advance(3_000);
    other.wake.wake();
    other.rescued(1).await;
    other.recorded(1).await;
    other.stop().await;
    assert_eq!(bench.state(&id).await.0, Ambiguous);
    assert_eq!(bench.state(&next).await.0, Sent);
    assert_eq!(bench.texts(), ["one", "two"]);
}

#[tokio::test]
async fn the_true_answer_is_believed_even_after_the_lease() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "one").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    let mut worker = bench.start();
    soon(
        bench
            .sandbox
            .handle()
            .wait_for_message(|message| message.text == "one"),
    )
    .await;
    bench.clock.advance(60_000);
    worker.looked().await;
    worker.rescued(1).await;
    assert_eq!(bench.state(&id).await.0, Ambiguous);
    bench.sandbox.handle().release_held();
    worker.recorded(1).await;
    worker.stop().await;
    assert_eq!(bench.state(&id).await.0, Sent);
    assert_eq!(bench.posts(), 1);
}

#[tokio::test]
async fn every_claim_has_a_lease_of_its_own() {
    // Otherwise a result recorded late could end the lease of a later claim whose call is under way, and a third
    // claim would send the same message again.
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.enqueue(&route, "one").await;
    // A call held before its work is answered 503 service_unavailable when it is let go: worth another try.
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 2, Fault::hang());
    let mut worker = bench.start();
    let mut owners = Vec::new();
    for count in 1..=2 {
        soon(bench.sandbox.handle().wait_for_calls("chat.postMessage", count)).await;
        owners.push(bench.lease_owner().await);
        bench.sandbox.handle().release_held();
        worker.recorded(count as u64).await;
        bench.clock.advance(LONG);
        worker.wake.wake();
    }
    worker.recorded(3).await;
    worker.stop().await;
    assert_ne!(owners[0], owners[1]);
}
