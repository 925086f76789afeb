//! Faults that stand: switched on over HTTP, seen by a client exactly as Slack or a proxy would show them.

mod common;

use std::error::Error;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use common::{Bench, bench};
use leadbell_sandbox::demo;
use serde_json::json;

impl Bench {
    /// A message to #sales that gets no answer one could read.
    async fn breaks(&self) -> reqwest::Error {
        let request = self
            .http
            .post(format!("{}/chat.postMessage", self.sandbox.api_url()))
            .bearer_auth(demo::BOT_TOKEN)
            .json(&json!({"channel": demo::SALES, "text": "x"}));
        let read = async { request.send().await?.text().await };
        read.await.expect_err("no answer")
    }
}

fn is_reset(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && io.kind() == ErrorKind::ConnectionReset
        {
            return true;
        }
        cause = error.source();
    }
    false
}

#[tokio::test]
async fn a_429_stands_with_any_retry_after_until_it_is_switched_off() {
    let b = bench().await;
    let id = b
        .on(json!({"fault": "rate_limited", "retry_after_s": 37, "channel": "C0SALES01"}))
        .await;
    for _ in 0..2 {
        let limited = b.say(demo::SALES, "x").await;
        assert_eq!(
            (limited.status, limited.header("retry-after"), limited.error()),
            (429, Some("37"), "rate_limited")
        );
        assert_eq!(limited.body["retry_after"], 37);
    }
    b.say(demo::CALLS, "x").await.ok();
    assert_eq!(b.sandbox.handle().rate_limited(), 2);
    assert_eq!((b.off(id).await, b.off(id).await), (204, 404));
    b.say(demo::SALES, "x").await.ok();
}

#[tokio::test]
async fn a_429_may_come_without_a_retry_after_and_to_every_method() {
    let b = bench().await;
    b.on(json!({"fault": "rate_limited", "retry_after_s": null}))
        .await;
    let limited = b.json(demo::BOT_TOKEN, "auth.test", json!({})).await;
    assert_eq!(
        (limited.status, limited.header("retry-after"), limited.error()),
        (429, None, "ratelimited")
    );
}

#[tokio::test]
async fn an_error_page_is_html_and_posts_only_if_it_comes_after_the_work() {
    let b = bench().await;
    for (status, after, posted) in [(500, false, 0), (502, true, 1), (503, false, 1)] {
        let id = b
            .on(json!({"fault": "http_error", "status": status, "after_the_work": after}))
            .await;
        let answer = b.say(demo::SALES, "x").await;
        assert_eq!(answer.status, status);
        assert!(
            answer
                .header("content-type")
                .is_some_and(|t| t.starts_with("text/html"))
        );
        assert_eq!(b.sandbox.handle().posted(), posted);
        b.off(id).await;
    }
}

#[tokio::test]
async fn html_can_come_where_json_should_be() {
    let b = bench().await;
    b.on(json!({"fault": "html", "after_the_work": true})).await;
    let answer = b.say(demo::SALES, "x").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .body
            .as_str()
            .is_some_and(|t| t.starts_with("<!DOCTYPE html>"))
    );
    assert_eq!(b.sandbox.handle().posted(), 1);
}

#[tokio::test]
async fn codes_come_as_slack_sends_them() {
    let b = bench().await;
    for (fault, code) in [
        (json!({"fault": "internal_error"}), "internal_error"),
        (
            json!({"fault": "fatal_error", "after_the_work": true}),
            "fatal_error",
        ),
        (
            json!({"fault": "is_archived", "channel": "#sales"}),
            "is_archived",
        ),
        (
            json!({"fault": "token_revoked", "token": demo::BOT_TOKEN}),
            "token_revoked",
        ),
        (
            json!({"fault": "error", "code": "message_limit_exceeded"}),
            "message_limit_exceeded",
        ),
    ] {
        let id = b.on(fault).await;
        let answer = b.say(demo::SALES, "x").await;
        assert_eq!((answer.status, answer.error()), (200, code));
        assert!(
            answer
                .header("x-oauth-scopes")
                .is_some_and(|s| s.contains("chat:write"))
        );
        b.off(id).await;
    }
    // Only the fatal error came after the message was posted.
    assert_eq!(b.sandbox.handle().posted(), 1);
}

#[tokio::test]
async fn a_code_brings_the_fields_one_gives_it() {
    let b = bench().await;
    let fields =
        json!({"needed": "a:b", "provided": "c:d", "response_metadata": {"messages": ["[ERROR] no"]}});
    b.on(json!({"fault": "error", "code": "invalid_blocks", "fields": fields}))
        .await;
    let answer = b.say(demo::SALES, "x").await;
    assert_eq!(answer.error(), "invalid_blocks");
    assert_eq!(
        (&answer.body["needed"], &answer.body["provided"]),
        (&json!("a:b"), &json!("c:d"))
    );
    assert_eq!(answer.body["response_metadata"]["messages"][0], "[ERROR] no");
}

#[tokio::test]
async fn a_missing_scope_is_missing_from_what_the_token_has() {
    let b = bench().await;
    let id = b
        .on(json!({"fault": "missing_scope", "needed": "chat:write.public"}))
        .await;
    let answer = b.say(demo::SALES, "x").await;
    assert_eq!(answer.error(), "missing_scope");
    assert_eq!(answer.body["needed"], "chat:write.public");
    assert_eq!(answer.body["provided"], "channels:join,chat:write,im:write");
    assert_eq!(
        answer.header("x-oauth-scopes"),
        Some("channels:join,chat:write,im:write")
    );
    b.off(id).await;
    b.on(json!({"fault": "missing_scope", "method": "conversations.join"}))
        .await;
    b.say(demo::SALES, "x").await.ok();
    let join = b
        .json(
            demo::BOT_TOKEN,
            "conversations.join",
            json!({"channel": demo::REJECTS}),
        )
        .await;
    assert_eq!(
        (join.error(), &join.body["needed"]),
        ("missing_scope", &json!("channels:join"))
    );
}

#[tokio::test]
async fn a_reset_is_a_reset_before_and_after_the_work() {
    let b = bench().await;
    let before = b.on(json!({"fault": "connection_reset"})).await;
    let error = b.breaks().await;
    assert!(is_reset(&error), "{error:?}");
    assert_eq!(b.sandbox.handle().posted(), 0);
    b.off(before).await;
    b.on(json!({"fault": "connection_reset", "after_the_work": true, "times": 1}))
        .await;
    assert!(is_reset(&b.breaks().await));
    assert_eq!(b.sandbox.handle().posted(), 1);
    let reply = b.sandbox.handle().calls()[1].reply.clone().expect("a record");
    assert_eq!(
        (reply.status, reply.error.as_deref()),
        (0, Some("(connection reset)"))
    );
    // The next connection is as good as any.
    b.say(demo::SALES, "y").await.ok();
}

#[tokio::test]
async fn an_answer_can_be_cut_off() {
    let b = bench().await;
    b.on(json!({"fault": "cut_off", "after_the_work": true, "times": 1}))
        .await;
    let error = b.breaks().await;
    assert!(error.is_decode() || error.is_body(), "{error:?}");
    assert_eq!(b.sandbox.handle().posted(), 1);
    b.on(json!({"fault": "cut_off", "times": 1})).await;
    b.breaks().await;
    assert_eq!(b.sandbox.handle().posted(), 1);
}

#[tokio::test]
async fn a_hang_holds_until_it_is_switched_off() {
    let b = bench().await;
    for (after, status, posted) in [(false, 503, 0), (true, 200, 1)] {
        let id = b
            .on(json!({"fault": "hang", "after_the_work": after, "channel": "C0SALES01"}))
            .await;
        let other = b.on(json!({"fault": "hang", "channel": "C0CALLS01"})).await;
        let release = async {
            let held = |c: &leadbell_sandbox::Call| c.reply.is_none();
            b.sandbox.handle().wait_for_call(held).await;
            assert_eq!(b.sandbox.handle().posted(), posted);
            // Another fault's end is nothing to this call.
            b.off(other).await;
            assert!(b.sandbox.handle().calls().iter().any(held));
            b.off(id).await;
        };
        let (answer, ()) = tokio::join!(b.say(demo::SALES, "x"), release);
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn a_slow_answer_comes_late_and_right() {
    let b = bench().await;
    for after in [false, true] {
        let id = b
            .on(json!({"fault": "slow", "ms": 80, "after_the_work": after}))
            .await;
        let begun = Instant::now();
        let watch = async {
            let call = b
                .sandbox
                .handle()
                .wait_for_call(|c| c.seq == if after { 2 } else { 1 })
                .await;
            // Already in the log, with nothing posted yet if the delay comes first.
            assert_eq!((call.reply.is_some(), call.ts.is_some()), (after, after));
        };
        let (answer, ()) = tokio::join!(b.say(demo::SALES, "x"), watch);
        answer.ok();
        assert!(begun.elapsed() >= Duration::from_millis(80));
        b.off(id).await;
    }
    let calls = b.sandbox.handle().calls();
    assert!(calls.len() == 2 && calls.iter().all(|c| c.injected && !c.is_refused()));
    let counts = b.get_json("/sandbox/api/messages").await;
    assert_eq!((&counts["posted"], &counts["refused"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn any_answer_can_be_ordered() {
    let b = bench().await;
    b.on(json!({"fault": "reply", "status": 429, "headers": {"retry-after": "soon"}, "body": "later"}))
        .await;
    let answer = b.say(demo::SALES, "x").await;
    assert_eq!(
        (answer.status, answer.header("retry-after"), &answer.body),
        (429, Some("soon"), &json!("later"))
    );
}

#[tokio::test]
async fn a_repeated_client_msg_id_can_be_honoured_and_not() {
    let b = bench().await;
    let say = async |id: &str| {
        let body = json!({"channel": demo::SALES, "text": "x", "client_msg_id": id});
        b.json(demo::BOT_TOKEN, "chat.postMessage", body).await
    };
    // As Slack is said to do it: what was posted and then answered 500 is not posted again.
    let honoured = b.on(json!({"fault": "client_msg_id", "honoured": true})).await;
    b.on(json!({"fault": "http_error", "after_the_work": true, "times": 1}))
        .await;
    assert_eq!(say("one").await.status, 500);
    let again = say("one").await.ok();
    assert_eq!(again["ts"], b.sandbox.handle().messages()[0].ts.as_str());
    assert_eq!(b.sandbox.handle().posted(), 1);
    b.off(honoured).await;
    // As the sandbox does it unless told otherwise.
    say("one").await.ok();
    assert_eq!(b.sandbox.handle().posted(), 2);
    let strict = common::bench_with(|b| b.honour_client_msg_id(true)).await;
    strict
        .on(json!({"fault": "client_msg_id", "honoured": false}))
        .await;
    let body = json!({"channel": demo::SALES, "text": "x", "client_msg_id": "two"});
    for _ in 0..2 {
        strict
            .json(demo::BOT_TOKEN, "chat.postMessage", body.clone())
            .await
            .ok();
    }
    assert_eq!(strict.sandbox.handle().posted(), 2);
}
