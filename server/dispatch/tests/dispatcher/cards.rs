//! Cards: sent with their text, and as their text alone where Slack refuses them.

use leadbell_domain::DeliveryStatus::{Ambiguous, Sent};
use leadbell_domain::{Block, Blocks, CardText};
use leadbell_sandbox::{Fault, demo};
use serde_json::json;

use crate::bench::{Bench, bench};

fn card(header: &str) -> Blocks {
    let header = CardText::PlainText {
        text: header.to_owned(),
        emoji: true,
    };
    let body = CardText::Mrkdwn {
        text: "*Sold*".to_owned(),
    };
    Blocks(vec![
        Block::Header { text: header },
        Block::Section {
            text: Some(body),
            fields: Vec::new(),
        },
    ])
}

fn fail(bench: &Bench, times: u32, fault: Fault) {
    bench.sandbox.handle().fail_next("chat.postMessage", times, fault);
}

#[tokio::test]
async fn a_card_goes_out_with_the_text_that_notifications_read() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue_card(&route, "Sold", Some(card("Lead 7"))).await;
    let plain = bench.enqueue(&route, "text").await;
    let mut worker = bench.start();
    worker.recorded(2).await;
    worker.stop().await;
    let messages = bench.sandbox.handle().messages_in(demo::SALES);
    assert_eq!(messages[0].text, "Sold");
    assert_eq!(messages[0].blocks, Some(json!(card("Lead 7"))));
    assert_eq!((messages[1].text.as_str(), &messages[1].blocks), ("text", &None));
    let (card_of, none) = (
        bench.delivery(&id).await.blocks,
        bench.delivery(&plain).await.blocks,
    );
    assert_eq!((card_of, none), (Some(card("Lead 7")), None));
}

#[tokio::test]
async fn a_card_that_slack_refuses_goes_out_as_text_once_in_the_same_attempt_and_the_log_says_so() {
    for code in ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"] {
        let bench = bench().await;
        let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
        let id = bench.enqueue_card(&route, "Sold", Some(card("x"))).await;
        fail(&bench, 1, Fault::error(code));
        let mut worker = bench.start();
        worker.recorded(1).await;
        worker.stop().await;
        let messages = bench.sandbox.handle().messages_in(demo::SALES);
        assert_eq!(messages.len(), 1, "{code}");
        assert_eq!((messages[0].text.as_str(), &messages[0].blocks), ("Sold", &None));
        assert_eq!(messages[0].client_msg_id.as_deref(), Some(id.as_str()));
        assert_eq!(bench.posts(), 2);
        let delivery = bench.delivery(&id).await;
        assert_eq!((delivery.status, delivery.attempts.len()), (Sent, 1));
        let note = format!("sent_as_text:{code}");
        assert_eq!(delivery.attempts[0].note.as_deref(), Some(note.as_str()));
    }
}

/// Slack itself is asked here: a header without a letter is none.
#[tokio::test]
async fn everything_mended_on_the_way_is_told() {
    let bench = bench().await;
    let route = bench.route(demo::JOINING_BOT_TOKEN, demo::REJECTS).await;
    let id = bench.enqueue_card(&route, "Sold", Some(card(""))).await;
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.stop().await;
    let delivery = bench.delivery(&id).await;
    assert_eq!(delivery.status, Sent);
    assert_eq!(
        delivery.attempts[0].note.as_deref(),
        Some("joined_channel;sent_as_text:invalid_blocks")
    );
    assert_eq!(bench.texts(), ["Sold"]);
}

#[tokio::test]
async fn when_the_text_is_not_clearly_answered_nothing_goes_out_again_by_itself() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    let id = bench.enqueue_card(&route, "Sold", Some(card(""))).await;
    // The card is refused for what it is; then the text is posted, and the answer lost.
    fail(&bench, 1, Fault::error("invalid_blocks"));
    fail(&bench, 1, Fault::status(502).after_the_work());
    let mut worker = bench.start();
    worker.recorded(1).await;
    bench.clock.advance(3_600_000);
    worker.looked().await;
    worker.stop().await;
    assert_eq!(bench.delivery(&id).await.status, Ambiguous);
    assert_eq!(bench.texts(), ["Sold"]);
    assert_eq!(bench.posts(), 2);
}

#[tokio::test]
async fn other_refusals_are_not_answered_with_the_text() {
    let bench = bench().await;
    let route = bench.route(demo::BOT_TOKEN, demo::SALES).await;
    bench.enqueue_card(&route, "Sold", Some(card("x"))).await;
    fail(&bench, 1, Fault::error("no_text"));
    let mut worker = bench.start();
    worker.recorded(1).await;
    worker.stop().await;
    assert_eq!((bench.posts(), bench.texts().len()), (1, 0));
}
