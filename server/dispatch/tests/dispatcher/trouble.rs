//! Slack is away, or the database is.

use std::net::SocketAddr;
use std::time::Duration;

use leadbell_dispatch::{DispatchConfig, SlackClient, SlackConfig};
use leadbell_domain::DeliveryStatus::{Failed, Retrying, Sending, Sent};
use leadbell_domain::RetryPolicy;
use leadbell_sandbox::{Fault, Sandbox, demo};
use sqlx::Connection;
use tokio::net::{TcpListener, TcpSocket};

use crate::bench::{bench, soon};

/// A port of this machine on which nobody listens, and which stays ours to open.
fn reserved_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[tokio::test]
async fn what_finds_nobody_listening_is_delivered_when_slack_is_back() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "late but here").await;
    let (socket, address) = reserved_port();
    let slack = SlackClient::new(&SlackConfig::new(format!("http://{address}/api"))).unwrap();
    let mut worker = bench.start_with(bench.store.clone(), slack, bench.config());
    worker.recorded(1).await;
    assert_eq!(
        bench.state(&id).await,
        (
            Retrying,
            Some("connect_failed".to_owned()),
            vec!["transient".to_owned()]
        )
    );
    let listener: TcpListener = socket.listen(16).unwrap();
    let sandbox = Sandbox::builder().demo_workspace().build();
    let handle = sandbox.handle();
    let serving = tokio::spawn(sandbox.serve(listener));
    bench.clock.advance(999);
    worker.looked().await;
    assert_eq!(handle.posted(), 0);
    bench.clock.advance(1);
    worker.wake.wake();
    worker.recorded(2).await;
    worker.stop().await;
    serving.abort();
    assert_eq!(bench.state(&id).await.0, Sent);
    assert_eq!(handle.messages()[0].text, "late but here");
}

#[tokio::test]
async fn passing_failures_end_after_the_last_attempt() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "x").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 3, Fault::error("service_unavailable"));
    let retry = RetryPolicy {
        first_ms: 1_000,
        longest_ms: 60_000,
        attempts: 3,
    };
    let mut worker = bench.start_with(
        bench.store.clone(),
        bench.slack(),
        DispatchConfig {
            retry,
            ..bench.config()
        },
    );
    for count in 1..=3 {
        worker.recorded(count).await;
        bench.clock.advance(60_000);
        worker.looked().await;
    }
    worker.stop().await;
    let (status, code, outcomes) = bench.state(&id).await;
    assert_eq!((status, code.as_deref()), (Failed, Some("service_unavailable")));
    assert_eq!(outcomes, ["transient"; 3]);
    assert_eq!(bench.posts(), 3);
}

#[tokio::test]
async fn a_result_is_kept_while_the_database_refuses_it() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue(&route, "one").await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    // Without polls only the recorder asks the database for anything while it refuses.
    let config = DispatchConfig {
        poll: Duration::from_secs(3_600),
        ..bench.config()
    };
    let mut worker = bench.start_with(bench.store.clone(), bench.slack(), config);
    soon(
        bench
            .sandbox
            .handle()
            .wait_for_message(|message| message.text == "one"),
    )
    .await;
    let lock = bench.lock_database().await;
    bench.sandbox.handle().release_held();
    // More than a result gets that the database refuses for a reason of its own.
    worker.failed(5).await;
    assert_eq!(bench.state(&id).await.0, Sending);
    // Even the end waits for it.
    worker.cancel();
    lock.close().await.unwrap();
    worker.stop().await;
    assert_eq!(bench.state(&id).await, (Sent, None, vec!["sent".to_owned()]));
    assert_eq!(bench.posts(), 1);
}
