//! Threads: replies, messages that are gone, edits, and how the page shows them.

mod common;

use common::{Answer, Bench, bench};
use leadbell_sandbox::demo;
use serde_json::{Value, json};

async fn reply(b: &Bench, channel: &str, text: &str, thread_ts: &Value) -> Answer {
    let body = json!({"channel": channel, "text": text, "thread_ts": thread_ts});
    b.json(demo::BOT_TOKEN, "chat.postMessage", body).await
}

#[tokio::test]
async fn a_reply_stands_in_the_thread_of_its_message_and_a_reply_to_a_reply_in_the_same() {
    let b = bench().await;
    let first = b.say(demo::SALES, "sold").await.ok()["ts"].clone();
    let second = reply(&b, demo::SALES, "paid", &first).await.ok();
    assert_eq!(second["message"]["thread_ts"], first);
    let third = reply(&b, demo::SALES, "returned", &second["ts"]).await.ok();
    assert_eq!(third["message"]["thread_ts"], first);
    let kept = b.sandbox.handle().messages_in(demo::SALES);
    assert_eq!(kept[0].thread_ts, None);
    assert!(kept[1..].iter().all(|m| m.thread_ts.as_deref() == first.as_str()));
}

#[tokio::test]
async fn a_reply_to_a_message_that_is_gone_or_elsewhere_stands_in_the_channel_and_slack_says_nothing() {
    let b = bench().await;
    let first = b.say(demo::SALES, "sold").await.ok()["ts"].clone();
    assert!(
        b.sandbox
            .handle()
            .delete_message(demo::SALES, first.as_str().unwrap())
    );
    assert!(
        !b.sandbox
            .handle()
            .delete_message(demo::SALES, first.as_str().unwrap())
    );
    let alone = reply(&b, demo::SALES, "paid", &first).await.ok();
    assert!(alone["message"].get("thread_ts").is_none());
    let elsewhere = reply(&b, demo::REJECTS, "paid", &alone["ts"]).await.ok();
    assert!(elsewhere["message"].get("thread_ts").is_none());
}

#[tokio::test]
async fn a_message_that_is_gone_can_not_be_changed() {
    let b = bench().await;
    let first = b.say(demo::SALES, "sold").await.ok()["ts"].clone();
    b.sandbox
        .handle()
        .delete_message(demo::SALES, first.as_str().unwrap());
    let edit = json!({"channel": demo::SALES, "ts": first, "text": "x"});
    let answer = b.json(demo::BOT_TOKEN, "chat.update", edit).await;
    assert_eq!(answer.error(), "message_not_found");
}

#[tokio::test]
async fn blocks_that_an_edit_does_not_name_stay_and_an_empty_list_takes_them_away() {
    let b = bench().await;
    let blocks = json!([{"type": "section", "text": {"type": "mrkdwn", "text": "card"}}]);
    let body = json!({"channel": demo::SALES, "text": "a", "blocks": blocks});
    let ts = b.json(demo::BOT_TOKEN, "chat.postMessage", body).await.ok()["ts"].clone();
    let edit = json!({"channel": demo::SALES, "ts": ts, "text": "b"});
    b.json(demo::BOT_TOKEN, "chat.update", edit).await.ok();
    assert_eq!(b.sandbox.handle().messages()[0].blocks.as_ref(), Some(&blocks));
    let edit = json!({"channel": demo::SALES, "ts": ts, "text": "c", "blocks": []});
    b.json(demo::BOT_TOKEN, "chat.update", edit).await.ok();
    let kept = &b.sandbox.handle().messages()[0];
    assert_eq!((kept.text.as_str(), &kept.blocks), ("c", &None));
}

#[tokio::test]
async fn the_page_shows_replies_below_their_message_and_what_was_edited() {
    let b = bench().await;
    let first = b.say(demo::SALES, "first lead").await.ok()["ts"].clone();
    b.say(demo::SALES, "second lead").await.ok();
    reply(&b, demo::SALES, "first again", &first).await.ok();
    let edit = json!({"channel": demo::SALES, "ts": first, "text": "first lead, told twice"});
    b.json(demo::BOT_TOKEN, "chat.update", edit).await.ok();
    let page = b.get("/").await.1;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not there"));
    assert!(at("first lead, told twice") < at("(edited)") && at("(edited)") < at("first again"));
    assert!(at("first again") < at("second lead"));
    assert!(page.contains(&format!("data-thread=\"{}\"", first.as_str().unwrap())));
}
