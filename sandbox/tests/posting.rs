//! chat.postMessage and chat.update: what is posted, and every refusal.

mod common;

use common::bench;
use leadbell_sandbox::{Posting, demo};
use serde_json::json;

#[tokio::test]
async fn a_posted_message_is_answered_and_remembered() {
    let b = bench().await;
    let reply = b.say(demo::SALES, "Lead 1 sold for *$42.50*").await.ok();
    assert_eq!(reply["channel"], demo::SALES);
    assert_eq!(reply["ts"], "1763900000.000000");
    assert_eq!(reply["message"]["text"], "Lead 1 sold for *$42.50*");
    assert_eq!(reply["message"]["bot_id"], "B0LEADBEL");
    let kept = b.sandbox.handle().messages_in(demo::SALES);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].ts, reply["ts"].as_str().expect("text"));
    assert_eq!(kept[0].token, "xoxb-…0001");
}

#[tokio::test]
async fn a_ts_is_unique_within_its_channel_even_in_the_same_millisecond() {
    let b = bench().await;
    let first = b.say(demo::SALES, "1").await.ok();
    let second = b.say(demo::SALES, "2").await.ok();
    assert_eq!(
        (first["ts"].as_str(), second["ts"].as_str()),
        (Some("1763900000.000000"), Some("1763900000.000001"))
    );
}

#[tokio::test]
async fn a_form_posts_like_json() {
    let b = bench().await;
    let body = format!(
        "token={}&channel={}&text=a%26b+%3Cc%3E",
        demo::BOT_TOKEN,
        demo::SALES
    );
    b.form("chat.postMessage", &body).await.ok();
    assert_eq!(b.sandbox.handle().messages()[0].text, "a&b <c>");
}

#[tokio::test]
async fn json_without_a_charset_is_taken_with_a_warning() {
    let b = bench().await;
    let request = b
        .http
        .post(format!("{}/chat.postMessage", b.sandbox.api_url()))
        .bearer_auth(demo::BOT_TOKEN);
    let reply = common::answer(request.json(&json!({"channel": demo::SALES, "text": "x"})))
        .await
        .ok();
    assert_eq!(reply["warning"], "missing_charset");
    assert_eq!(reply["response_metadata"]["warnings"], json!(["missing_charset"]));
}

#[tokio::test]
async fn each_channel_rule_has_its_code() {
    let b = bench().await;
    for (token, channel, code) in [
        (demo::BOT_TOKEN, "C0NOWHERE", "channel_not_found"),
        (demo::BOT_TOKEN, demo::OPS_PRIVATE, "channel_not_found"),
        (demo::BOT_TOKEN, demo::ARCHIVED, "is_archived"),
        (
            demo::BOT_TOKEN,
            demo::READ_ONLY,
            "restricted_action_read_only_channel",
        ),
        (demo::BOT_TOKEN, demo::RESTRICTED, "restricted_action"),
        (demo::JOINING_BOT_TOKEN, demo::REJECTS, "not_in_channel"),
        (demo::USER_TOKEN, demo::BLUE_TRAFFIC, ""),
        (demo::USER_TOKEN, "C0READONL", "not_in_channel"),
        (demo::BOT_TOKEN, demo::REJECTS, ""),
        (demo::BOT_TOKEN, "#sales", ""),
        (demo::BOT_TOKEN, "#ops-private", "channel_not_found"),
    ] {
        let answer = b.post(token, channel, "x").await;
        assert_eq!(answer.status, 200);
        if code.is_empty() {
            answer.ok();
        } else {
            assert_eq!(answer.error(), code, "{channel}");
        }
    }
    assert_eq!(b.sandbox.handle().posted(), 3);
}

#[tokio::test]
async fn a_thread_only_channel_takes_replies() {
    let b = bench().await;
    let first = b.say(demo::SALES, "first").await.ok()["ts"].clone();
    b.sandbox
        .handle()
        .change_channel(demo::SALES, |c| c.posting = Posting::ThreadsOnly);
    assert_eq!(
        b.say(demo::SALES, "x").await.error(),
        "restricted_action_thread_only_channel"
    );
    let reply = json!({"channel": demo::SALES, "text": "x", "thread_ts": first});
    b.json(demo::BOT_TOKEN, "chat.postMessage", reply).await.ok();
    assert_eq!(
        b.sandbox.handle().messages()[1].thread_ts.as_deref(),
        first.as_str()
    );
    let nowhere = json!({"channel": demo::SALES, "text": "x", "thread_ts": "1700000000.000000"});
    assert_eq!(
        b.json(demo::BOT_TOKEN, "chat.postMessage", nowhere).await.error(),
        "restricted_action_thread_only_channel"
    );
}

#[tokio::test]
async fn each_wrong_payload_has_its_code() {
    let b = bench().await;
    let many: Vec<_> = (0..101).map(|_| json!({"text": "a"})).collect();
    for (body, code) in [
        (json!({"channel": demo::SALES}), "no_text"),
        (json!({"channel": demo::SALES, "text": "  \n"}), "no_text"),
        (json!({"text": "x"}), "invalid_arguments"),
        (
            json!({"channel": demo::SALES, "text": ["x"]}),
            "invalid_array_arg",
        ),
        (
            json!({"channel": demo::SALES, "text": "x", "blocks": "nonsense"}),
            "invalid_blocks_format",
        ),
        (
            json!({"channel": demo::SALES, "blocks": [{"text": "no type"}]}),
            "invalid_blocks",
        ),
        (
            json!({"channel": demo::SALES, "attachments": many}),
            "too_many_attachments",
        ),
        (
            json!({"channel": demo::SALES, "text": "x", "markdown_text": "y"}),
            "markdown_text_conflict",
        ),
        (
            json!({"channel": demo::SALES, "markdown_text": "y".repeat(12_001)}),
            "msg_too_long",
        ),
    ] {
        let answer = b.json(demo::BOT_TOKEN, "chat.postMessage", body).await;
        assert_eq!(answer.error(), code);
    }
    let missing = b
        .json(demo::BOT_TOKEN, "chat.postMessage", json!({"text": "x"}))
        .await
        .body;
    assert_eq!(
        missing["response_metadata"]["messages"],
        json!(["[ERROR] missing required field: channel [json-pointer:/channel]"])
    );
    assert_eq!(b.sandbox.handle().posted(), 0);
}

#[tokio::test]
async fn a_text_over_forty_thousand_characters_is_cut_silently() {
    let b = bench().await;
    let reply = b.say(demo::SALES, &"ä".repeat(40_001)).await.ok();
    assert!(reply.get("warning").is_none());
    let kept = &b.sandbox.handle().messages()[0];
    assert_eq!(kept.text.chars().count(), 40_000);
    assert!(kept.truncated);
    b.say(demo::SALES, &"ä".repeat(40_000)).await.ok();
    assert!(!b.sandbox.handle().messages()[1].truncated);
}

#[tokio::test]
async fn an_edit_changes_the_message_and_marks_it() {
    let b = bench().await;
    let ts = b.say(demo::SALES, "before").await.ok()["ts"].clone();
    let edit = json!({"channel": demo::SALES, "ts": ts, "text": "after"});
    let reply = b.json(demo::BOT_TOKEN, "chat.update", edit).await.ok();
    assert_eq!((&reply["ts"], &reply["text"]), (&ts, &json!("after")));
    let kept = b.sandbox.handle().messages();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].text, "after");
    assert!(kept[0].edited.is_some());
}

#[tokio::test]
async fn only_its_own_app_may_edit_a_message() {
    let b = bench().await;
    let ts = b.say(demo::SALES, "mine").await.ok()["ts"].clone();
    let edit = |ts: &serde_json::Value| json!({"channel": demo::SALES, "ts": ts, "text": "x"});
    let theirs = b.json(demo::USER_TOKEN, "chat.update", edit(&ts)).await;
    assert_eq!(theirs.error(), "cant_update_message");
    let nowhere = b
        .json(demo::BOT_TOKEN, "chat.update", edit(&json!("1.000000")))
        .await;
    assert_eq!(nowhere.error(), "message_not_found");
    let long = json!({"channel": demo::SALES, "ts": ts, "text": "x".repeat(4_001)});
    assert_eq!(
        b.json(demo::BOT_TOKEN, "chat.update", long).await.error(),
        "msg_too_long"
    );
    b.sandbox
        .handle()
        .change_channel(demo::SALES, |c| c.archived = true);
    assert_eq!(
        b.json(demo::BOT_TOKEN, "chat.update", edit(&ts)).await.error(),
        "is_inactive"
    );
    assert_eq!(b.sandbox.handle().messages()[0].text, "mine");
}

#[tokio::test]
async fn a_repeated_client_msg_id_posts_again_and_is_marked() {
    let b = bench().await;
    let body =
        json!({"channel": demo::SALES, "text": "x", "client_msg_id": "1b4e28ba-2fa1-51d2-883f-0016d3cca427"});
    b.json(demo::BOT_TOKEN, "chat.postMessage", body.clone())
        .await
        .ok();
    b.json(demo::BOT_TOKEN, "chat.postMessage", body).await.ok();
    let repeats: Vec<bool> = b
        .sandbox
        .handle()
        .messages()
        .iter()
        .map(|m| m.repeats_client_msg_id)
        .collect();
    assert_eq!(repeats, [false, true]);
}

#[tokio::test]
async fn a_repeated_client_msg_id_is_suppressed_where_asked_for_and_per_channel() {
    let b = common::bench_with(|b| b.honour_client_msg_id(true)).await;
    let body = |channel: &str| json!({"channel": channel, "text": "x", "client_msg_id": "id-1"});
    let first = b
        .json(demo::BOT_TOKEN, "chat.postMessage", body(demo::SALES))
        .await
        .ok();
    let again = b
        .json(demo::BOT_TOKEN, "chat.postMessage", body(demo::SALES))
        .await
        .ok();
    assert_eq!(first["ts"], again["ts"]);
    b.json(demo::BOT_TOKEN, "chat.postMessage", body(demo::CALLS))
        .await
        .ok();
    assert_eq!(b.sandbox.handle().posted(), 2);
}
