//! The handle: waiting for messages and calls, ordering faults, starting anew.

mod common;

use std::time::Duration;

use common::{answer, bench};
use leadbell_sandbox::{Fault, demo};
use serde_json::json;

#[tokio::test]
async fn waiting_finds_messages_past_and_coming() {
    let b = bench().await;
    b.say(demo::SALES, "first").await.ok();
    let handle = b.sandbox.handle().clone();
    assert_eq!(
        handle.wait_for_message(|m| m.text == "first").await.channel,
        demo::SALES
    );
    let coming = tokio::spawn(async move { handle.wait_for_message(|m| m.text == "second").await });
    b.say(demo::CALLS, "second").await.ok();
    assert_eq!(coming.await.expect("found").channel, demo::CALLS);
    assert_eq!(b.sandbox.handle().wait_for_messages(2).await.len(), 2);
}

#[tokio::test]
async fn the_next_calls_of_a_method_can_be_made_to_fail() {
    let b = bench().await;
    let handle = b.sandbox.handle();
    handle.fail_next("chat.postMessage", 1, Fault::status(503));
    handle.fail_next("chat.postMessage", 1, Fault::rate_limited(7));
    handle.fail_next("chat.postMessage", 1, Fault::error("internal_error"));
    handle.fail_next_in(
        "chat.postMessage",
        demo::CALLS,
        1,
        Fault::reply(500, &[("x-odd", "1")], "{}"),
    );
    b.json(demo::BOT_TOKEN, "auth.test", json!({})).await.ok();
    assert_eq!(b.say(demo::SALES, "x").await.status, 503);
    let limited = b.say(demo::SALES, "x").await;
    assert_eq!(
        (limited.status, limited.header("retry-after"), limited.error()),
        (429, Some("7"), "rate_limited")
    );
    assert_eq!(b.say(demo::SALES, "x").await.error(), "internal_error");
    b.say(demo::SALES, "x").await.ok();
    let odd = b.say(demo::CALLS, "x").await;
    assert_eq!((odd.status, odd.header("x-odd")), (500, Some("1")));
    assert_eq!(handle.posted(), 1);
    let injected: Vec<bool> = handle
        .calls_of("chat.postMessage")
        .iter()
        .map(|c| c.injected)
        .collect();
    assert_eq!(injected, [true, true, true, false, true]);
}

#[tokio::test]
async fn a_fault_after_the_work_posts_and_then_lies() {
    let b = bench().await;
    b.fail("chat.postMessage", Fault::status(502).after_the_work());
    assert_eq!(b.say(demo::SALES, "posted all the same").await.status, 502);
    assert_eq!(b.sandbox.handle().messages()[0].text, "posted all the same");
    assert!(b.sandbox.handle().calls()[0].ts.is_some());
}

#[tokio::test]
async fn a_held_call_is_seen_while_it_waits_and_answered_on_release() {
    let b = bench().await;
    b.fail("chat.postMessage", Fault::hang().after_the_work());
    let handle = b.sandbox.handle().clone();
    let release = async {
        let held = handle.wait_for_call(|c| c.method == "chat.postMessage").await;
        assert!(held.reply.is_none());
        handle.release_held();
    };
    let (answer, ()) = tokio::join!(b.say(demo::SALES, "late"), release);
    answer.ok();
    assert_eq!(handle.calls()[0].reply.as_ref().map(|r| r.status), Some(200));
    b.fail("chat.postMessage", Fault::hang());
    let release = async {
        handle.wait_for_calls("chat.postMessage", 2).await;
        handle.release_held();
    };
    let (answer, ()) = tokio::join!(b.say(demo::SALES, "never"), release);
    assert_eq!(answer.status, 503);
    assert_eq!(handle.posted(), 1);
}

#[tokio::test]
async fn a_held_call_runs_into_the_callers_timeout() {
    let b = bench().await;
    b.fail("auth.test", Fault::hang());
    let request = b
        .http
        .post(format!("{}/auth.test", b.sandbox.api_url()))
        .timeout(Duration::from_millis(50));
    assert!(request.send().await.expect_err("a timeout").is_timeout());
}

#[tokio::test]
async fn a_cut_answer_cannot_be_read() {
    let b = bench().await;
    b.fail("chat.postMessage", Fault::cut_off());
    let request = b
        .http
        .post(format!("{}/chat.postMessage", b.sandbox.api_url()))
        .bearer_auth(demo::BOT_TOKEN);
    let request = request.json(&json!({"channel": demo::SALES, "text": "x"}));
    let read = async { request.send().await?.text().await };
    assert!(read.await.is_err());
    assert_eq!(b.sandbox.handle().posted(), 0);
}

#[tokio::test]
async fn a_reset_brings_the_first_workspace_back_but_no_ts_twice() {
    let b = bench().await;
    let before = b.say(demo::ANN_KIM, "x").await.ok();
    b.sandbox
        .handle()
        .change_channel(demo::SALES, |c| c.archived = true);
    b.fail("chat.postMessage", Fault::hang());
    let reset = b.http.post(format!("{}/sandbox/api/reset", b.sandbox.url()));
    assert_eq!(answer(reset).await.status, 204);
    let handle = b.sandbox.handle();
    assert_eq!(
        (handle.posted(), handle.messages().len(), handle.calls().len()),
        (0, 0, 0)
    );
    assert!(
        !handle
            .workspace()
            .channels
            .contains_key(before["channel"].as_str().expect("an id"))
    );
    b.say(demo::SALES, "x").await.ok();
    assert_ne!(b.say(demo::ANN_KIM, "x").await.ok()["ts"], before["ts"]);
}

#[tokio::test]
async fn the_memory_is_bounded() {
    let b = common::bench_with(|b| b.history(3).limits(leadbell_sandbox::Limits::off())).await;
    for n in 0..10 {
        b.say(demo::SALES, &n.to_string()).await.ok();
    }
    let texts: Vec<String> = b
        .sandbox
        .handle()
        .messages()
        .into_iter()
        .map(|m| m.text)
        .collect();
    assert_eq!(texts, ["7", "8", "9"]);
    assert_eq!(
        (b.sandbox.handle().posted(), b.sandbox.handle().calls().len()),
        (10, 6)
    );
}
