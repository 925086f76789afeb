//! A token is revoked: its messages wait, and go in their order once it is replaced.

use leadbell_domain::DeliveryStatus::{Queued, Retrying, Sent};
use leadbell_domain::SlackToken;
use leadbell_sandbox::{Fault, Token, TokenState, demo};
use leadbell_store::{ConnectionScope, ConnectionStatus};

use crate::bench::{Bench, bench};

const FRESH: &str = "xoxb-sandbox-leadbell-fresh-0042";

fn revoke(bench: &Bench) {
    bench
        .sandbox
        .handle()
        .change_token(demo::BOT_TOKEN, |token| token.state = TokenState::Revoked);
}

/// Puts another token of the same app in the place of the first one, as a person does.
async fn replace(bench: &Bench) {
    let token = Token::bot(FRESH, demo::TEAM, demo::BOT_USER, &demo::BOT_SCOPES);
    bench.sandbox.handle().add_token(token);
    let token = SlackToken::parse(FRESH).unwrap();
    let check = bench.slack().check_connection(&token, 9).await;
    assert_eq!(check.status, ConnectionStatus::Ok);
    let all = bench.store.list_connections(&ConnectionScope::All).await.unwrap();
    let connection = all
        .iter()
        .find(|connection| connection.hint == "xoxb-…0001")
        .unwrap();
    let replaced = bench
        .store
        .replace_token(&connection.id, &ConnectionScope::All, &token, &check)
        .await;
    replaced.unwrap();
}

#[tokio::test]
async fn messages_wait_while_the_token_is_revoked_and_go_in_order_once_it_is_replaced() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let other = bench.route(demo::USER_TOKEN, demo::CALLS).await;
    revoke(&bench);
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(bench.enqueue(&route, text).await);
    }
    let mut worker = bench.start();
    worker.recorded(1).await;
    for _ in 0..5 {
        bench.clock.advance(120_000);
        worker.looked().await;
    }
    assert_eq!(bench.posts(), 1, "one refusal is enough to know");
    let (status, code, outcomes) = bench.state(&ids[0]).await;
    assert_eq!((status, code.as_deref()), (Retrying, Some("token_revoked")));
    assert_eq!(outcomes, ["permanent"]);
    assert_eq!(bench.state(&ids[1]).await.0, Queued);
    // New ones queue up, and who has a good token is not held up.
    ids.push(bench.enqueue(&route, "four").await);
    let free = bench.enqueue(&other, "free").await;
    worker.wake.wake();
    worker.recorded(2).await;
    assert_eq!(bench.state(&free).await.0, Sent);
    assert_eq!(bench.texts(), ["free"]);

    replace(&bench).await;
    for n in 0..4 {
        worker.wake.wake();
        worker.recorded(3 + n).await;
        bench.clock.advance(2_000);
    }
    worker.stop().await;
    assert_eq!(bench.texts(), ["free", "one", "two", "three", "four"]);
    for id in &ids {
        assert_eq!(bench.state(id).await.0, Sent);
    }
}

#[tokio::test]
async fn a_good_check_is_as_good_as_a_new_token() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::error("account_inactive"));
    let id = bench.enqueue(&route, "one").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.looked().await;
    assert_eq!(bench.state(&id).await.0, Retrying);
    let token = SlackToken::parse(demo::BOT_TOKEN).unwrap();
    let check = bench.slack().check_connection(&token, 9).await;
    let connection = bench
        .store
        .list_connections(&ConnectionScope::All)
        .await
        .unwrap()
        .remove(0);
    bench
        .store
        .record_connection_check(&connection.id, &check)
        .await
        .unwrap();
    bench.clock.advance(2_000);
    worker.wake.wake();
    worker.recorded(2).await;
    worker.stop().await;
    assert_eq!(bench.texts(), ["one"]);
    assert_eq!(bench.delivery(&id).await.attempts.len(), 2);
}

#[tokio::test]
async fn what_may_have_been_posted_stays_ambiguous_whatever_becomes_of_the_token() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::cut_off());
    let doubtful = bench.enqueue(&route, "one").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    revoke(&bench);
    bench.enqueue(&route, "two").await;
    bench.clock.advance(2_000);
    worker.wake.wake();
    worker.recorded(2).await;
    replace(&bench).await;
    bench.clock.advance(2_000);
    worker.wake.wake();
    worker.recorded(3).await;
    worker.looked().await;
    worker.stop().await;
    assert_eq!(bench.texts(), ["two"]);
    assert_eq!(
        bench.state(&doubtful).await.0,
        leadbell_domain::DeliveryStatus::Ambiguous
    );
}

#[tokio::test]
async fn messages_wait_while_their_channel_is_refused_and_go_in_order_once_it_takes_them() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let other = bench.route(demo::BOT_TOKEN, demo::CALLS).await;
    bench
        .sandbox
        .handle()
        .fail_next_in("chat.postMessage", demo::SALES, 2, Fault::error("is_archived"));
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(bench.enqueue(&route, text).await);
    }
    let mut worker = bench.start();
    worker.recorded(1).await;
    bench.enqueue(&other, "free").await;
    worker.wake.wake();
    worker.recorded(2).await;
    for _ in 0..5 {
        bench.clock.advance(120_000);
        worker.looked().await;
    }
    assert_eq!(bench.posts(), 2, "one refusal is enough to know");
    assert_eq!(bench.texts(), ["free"], "other channels are not held up");
    let (status, code, _) = bench.state(&ids[0]).await;
    assert_eq!((status, code.as_deref()), (Retrying, Some("is_archived")));
    let notes = bench.delivery(&ids[0]).await.attempts;
    assert_eq!(notes[0].note.as_deref(), Some("waits_for_destination"));

    // After half an hour the first one finds out that nothing has changed, and half an hour later that it has.
    bench.clock.advance(30 * 60_000);
    worker.wake.wake();
    worker.recorded(3).await;
    bench.clock.advance(31 * 60_000);
    for n in 0..3 {
        worker.wake.wake();
        worker.recorded(4 + n).await;
        bench.clock.advance(2_000);
    }
    worker.stop().await;
    assert_eq!(bench.texts(), ["free", "one", "two", "three"]);
    assert_eq!(bench.store.count_refused_destinations().await.unwrap(), 0);
}

#[tokio::test]
async fn a_code_nobody_knows_fails_its_message_and_pauses_nothing() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench
        .sandbox
        .handle()
        .fail_next("chat.postMessage", 1, Fault::error("brand_new_code"));
    let failed = bench.enqueue(&route, "one").await;
    bench.enqueue(&route, "two").await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    bench.clock.advance(2_000);
    worker.wake.wake();
    worker.recorded(2).await;
    worker.stop().await;
    assert_eq!(
        bench.state(&failed).await.0,
        leadbell_domain::DeliveryStatus::Failed
    );
    assert_eq!(bench.texts(), ["two"]);
}
