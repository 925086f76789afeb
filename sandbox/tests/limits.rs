//! Rate limits, under a clock that is moved by hand.

mod common;

use std::time::Duration;

use common::bench_with;
use leadbell_sandbox::{Limits, Rate, demo};
use serde_json::json;

#[tokio::test]
async fn a_channel_takes_a_burst_then_one_message_a_second() {
    let b = bench_with(|b| b).await;
    for _ in 0..4 {
        b.say(demo::SALES, "x").await.ok();
    }
    let refused = b.say(demo::SALES, "x").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        refused.body,
        json!({"ok": false, "error": "rate_limited", "retry_after": 1})
    );
    assert_eq!(
        refused.header("x-oauth-scopes"),
        Some("channels:join,chat:write,chat:write.public,im:write")
    );
    b.clock.advance(Duration::from_millis(999));
    assert_eq!(b.say(demo::SALES, "x").await.status, 429);
    b.clock.advance(Duration::from_millis(1));
    b.say(demo::SALES, "x").await.ok();
    assert_eq!(
        (b.sandbox.handle().posted(), b.sandbox.handle().rate_limited()),
        (5, 2)
    );
}

#[tokio::test]
async fn channels_and_apps_have_limits_of_their_own() {
    let b = bench_with(|b| b.limits(Limits::default().per_channel(1, 1_000))).await;
    b.say(demo::SALES, "x").await.ok();
    b.say(demo::CALLS, "x").await.ok();
    assert_eq!(b.say(demo::SALES, "x").await.status, 429);
    b.json(
        demo::JOINING_BOT_TOKEN,
        "conversations.join",
        json!({"channel": demo::SALES}),
    )
    .await
    .ok();
    b.post(demo::JOINING_BOT_TOKEN, demo::SALES, "x").await.ok();
}

#[tokio::test]
async fn a_message_to_a_member_and_to_the_direct_message_share_a_limit() {
    let b = bench_with(|b| b.limits(Limits::default().per_channel(1, 1_000))).await;
    let direct = b.say(demo::ANN_KIM, "x").await.ok();
    let direct = direct["channel"].as_str().expect("an id").to_owned();
    assert_eq!(b.say(&direct, "x").await.status, 429);
    assert_eq!(b.say(demo::ANN_KIM, "x").await.status, 429);
}

#[tokio::test]
async fn a_workspace_has_a_limit_over_all_channels() {
    let b = bench_with(|b| b.limits(Limits::off().per_workspace(Rate::new(2, 2_500)))).await;
    b.say(demo::SALES, "x").await.ok();
    b.say(demo::CALLS, "x").await.ok();
    let refused = b.say(demo::REJECTS, "x").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3")));
}

#[tokio::test]
async fn a_method_has_its_tier() {
    let b = bench_with(|b| b).await;
    for _ in 0..50 {
        b.json(
            demo::BOT_TOKEN,
            "conversations.open",
            json!({"users": demo::ANN_KIM}),
        )
        .await
        .ok();
    }
    let refused = b
        .json(
            demo::BOT_TOKEN,
            "conversations.open",
            json!({"users": demo::ANN_KIM}),
        )
        .await;
    assert_eq!(
        (refused.status, refused.error(), refused.header("retry-after")),
        (429, "ratelimited", Some("2"))
    );
    b.json(
        demo::BOT_TOKEN,
        "conversations.join",
        json!({"channel": demo::REJECTS}),
    )
    .await
    .ok();
}

#[tokio::test]
async fn refused_messages_cost_nothing_of_the_limit_of_a_channel() {
    let b = bench_with(|b| b.limits(Limits::default().per_channel(1, 1_000))).await;
    for _ in 0..3 {
        assert_eq!(
            b.json(
                demo::BOT_TOKEN,
                "chat.postMessage",
                json!({"channel": demo::SALES})
            )
            .await
            .error(),
            "no_text"
        );
    }
    b.say(demo::SALES, "x").await.ok();
}
