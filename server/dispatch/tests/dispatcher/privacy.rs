//! Tokens and message texts stay out of everything that is written down about the work.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use leadbell_dispatch::{SlackClient, SlackConfig};
use leadbell_sandbox::{Fault, demo};
use tracing_subscriber::fmt::MakeWriter;

use crate::bench::bench;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Captured;
    fn make_writer(&self) -> Captured {
        self.clone()
    }
}

#[tokio::test]
async fn no_log_shows_a_token_or_a_message() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(captured.clone())
        .finish();
    // While there is but one subscriber, a line first met on another test's thread, which has none, counts as switched
    // off for all. A second one makes every line ask them all.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    // Everything of this test runs on this one thread.
    let _guard = tracing::subscriber::set_default(subscriber);

    let bench = bench().await;
    let text = "Jane Doe, 555-0100";
    let tokens = [demo::BOT_TOKEN, demo::REVOKED_TOKEN];
    for (token, target) in [
        (tokens[0], demo::SALES),
        (tokens[0], demo::OPS_PRIVATE),
        (tokens[0], demo::ANN_KIM),
        (tokens[1], demo::CALLS),
    ] {
        let route = bench.route(token, target).await;
        bench.enqueue(&route, text).await;
    }
    bench
        .sandbox
        .handle()
        .fail_next_in("chat.postMessage", demo::SALES, 1, Fault::cut_off());
    let mut worker = bench.start();
    worker.recorded(4).await;
    worker.stop().await;
    // Nobody listens on the port of discard.
    let lost = SlackClient::new(&SlackConfig::new("http://127.0.0.1:9/api")).unwrap();
    let route = bench.route(tokens[0], demo::REJECTS).await;
    bench.enqueue(&route, text).await;
    let mut worker = bench.start_with(bench.store.clone(), lost.clone(), bench.config());
    worker.recorded(1).await;
    worker.stop().await;

    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap() + &format!("{lost:?}");
    for expected in [
        "Slack did not post it now",
        "connect_failed",
        "connection_lost",
        "token_revoked",
        "channel_not_found",
    ] {
        assert!(logged.contains(expected), "{expected} is not in the log");
    }
    for token in tokens {
        assert!(!logged.contains(token), "a token is in the log");
        assert!(
            !logged.contains(token.trim_start_matches("xoxb-")),
            "a part of a token is in the log"
        );
    }
    assert!(
        !logged.contains("Jane Doe") && !logged.contains("555-0100"),
        "a text is in the log"
    );
}
