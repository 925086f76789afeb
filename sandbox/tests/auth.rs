//! Tokens, scopes, headers and unreadable requests.

mod common;

use common::{answer, bench};
use leadbell_sandbox::{TokenState, demo};
use serde_json::json;

#[tokio::test]
async fn each_bad_token_has_its_code() {
    let b = bench().await;
    for (token, code) in [
        ("xoxb-nobody", "invalid_auth"),
        (demo::REVOKED_TOKEN, "token_revoked"),
        (demo::INACTIVE_TOKEN, "account_inactive"),
        (demo::EXPIRED_TOKEN, "token_expired"),
    ] {
        let refused = b.post(token, demo::SALES, "x").await;
        assert_eq!((refused.status, refused.error()), (200, code));
        assert_eq!(refused.header("x-oauth-scopes"), None);
    }
    let refused = b.form("chat.postMessage", "channel=C0SALES01&text=x").await;
    assert_eq!(refused.error(), "not_authed");
}

#[tokio::test]
async fn a_token_inside_a_json_body_is_not_looked_at() {
    let b = bench().await;
    let request = b.http.post(format!("{}/auth.test", b.sandbox.api_url()));
    let refused = answer(request.json(&json!({"token": demo::BOT_TOKEN}))).await;
    assert_eq!(refused.error(), "not_authed");
}

#[tokio::test]
async fn a_missing_scope_says_what_is_needed_and_what_is_there() {
    let b = bench().await;
    let refused = b.post(demo::NO_WRITE_TOKEN, demo::SALES, "x").await;
    assert_eq!(refused.error(), "missing_scope");
    assert_eq!(refused.body["needed"], "chat:write");
    assert_eq!(refused.body["provided"], "channels:join,im:write");
    assert_eq!(refused.header("x-oauth-scopes"), Some("channels:join,im:write"));
    assert_eq!(refused.header("x-accepted-oauth-scopes"), Some("chat:write"));
}

#[tokio::test]
async fn every_known_caller_is_told_its_scopes() {
    let b = bench().await;
    let told = b.json(demo::BOT_TOKEN, "auth.test", json!({})).await;
    assert_eq!(
        told.header("x-oauth-scopes"),
        Some("channels:join,chat:write,chat:write.public,im:write")
    );
    assert!(told.header("x-slack-req-id").is_some_and(|id| id.len() == 32));
    assert_eq!(
        told.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    let again = b.json(demo::BOT_TOKEN, "auth.test", json!({})).await;
    assert_ne!(told.header("x-slack-req-id"), again.header("x-slack-req-id"));
}

#[tokio::test]
async fn auth_test_tells_a_bot_and_a_user_who_they_are_by_post_and_by_get() {
    let b = bench().await;
    let bot = b.json(demo::BOT_TOKEN, "auth.test", json!({})).await.ok();
    assert_eq!(bot["team"], "Leadbell Demo");
    assert_eq!(bot["team_id"], demo::TEAM);
    assert_eq!(bot["user_id"], demo::BOT_USER);
    assert_eq!(bot["bot_id"], "B0LEADBEL");
    assert_eq!(bot["app_name"], "Leadbell");
    assert_eq!(bot["url"], "https://leadbell-demo.slack.com/");
    let get = b
        .http
        .get(format!("{}/auth.test", b.sandbox.api_url()))
        .bearer_auth(demo::USER_TOKEN);
    let user = answer(get).await.ok();
    assert_eq!(
        (user["user"].as_str(), user["user_id"].as_str()),
        (Some("Ann Kim"), Some(demo::ANN_KIM))
    );
    assert!(user.get("bot_id").is_none());
    let form = b.form("auth.test", &format!("token={}", demo::BOT_TOKEN)).await;
    form.ok();
}

#[tokio::test]
async fn a_token_works_again_once_it_is_repaired() {
    let b = bench().await;
    b.sandbox
        .handle()
        .change_token(demo::REVOKED_TOKEN, |t| t.state = TokenState::Active);
    b.post(demo::REVOKED_TOKEN, demo::SALES, "back").await.ok();
}

#[tokio::test]
async fn an_unknown_method_is_named_in_the_answer() {
    let b = bench().await;
    let refused = b.json(demo::BOT_TOKEN, "chat.postmessage", json!({})).await;
    assert_eq!((refused.status, refused.error()), (200, "unknown_method"));
    assert_eq!(refused.body["req_method"], "chat.postmessage");
}

#[tokio::test]
async fn unreadable_bodies_are_refused_without_a_post() {
    let b = bench().await;
    let url = format!("{}/chat.postMessage", b.sandbox.api_url());
    for (kind, body, code) in [
        (Some("application/json"), "{", "invalid_json"),
        (Some("application/json"), "[]", "json_not_object"),
        (Some("application/json; charset=latin-9"), "{}", "invalid_charset"),
        (Some("text/csv"), "a,b", "invalid_post_type"),
        (None, "channel=C0SALES01&text=x", "missing_post_type"),
    ] {
        let mut request = b.http.post(&url).bearer_auth(demo::BOT_TOKEN).body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        assert_eq!(answer(request).await.error(), code);
    }
    assert_eq!(b.sandbox.handle().posted(), 0);
}

#[tokio::test]
async fn no_token_is_ever_shown_in_full() {
    let b = bench().await;
    b.say(demo::SALES, &format!("pasted by mistake: {}", demo::USER_TOKEN))
        .await
        .ok();
    b.form(
        "chat.postMessage",
        &format!("token={}&channel=C1&text=x", demo::REVOKED_TOKEN),
    )
    .await;
    b.post("xoxb-a-real-looking-one-9z8y", demo::SALES, "x").await;
    let calls = b.get("/sandbox/api/requests").await.1;
    assert!(
        calls.contains("Bearer xoxb-…0001")
            && calls.contains("token=xoxb-…0004")
            && calls.contains("xoxb-…9z8y")
    );
    let raw = b.get("/sandbox/view/requests/2").await.1;
    assert!(raw.contains("token=xoxb-…0004"), "{raw}");
    let debug = format!("{:?}", b.sandbox.handle().workspace());
    let elsewhere = [
        calls,
        raw,
        b.get("/sandbox/api/workspace").await.1,
        b.get("/").await.1,
    ];
    for text in &elsewhere {
        for token in [
            demo::BOT_TOKEN,
            demo::REVOKED_TOKEN,
            "xoxb-a-real-looking-one-9z8y",
        ] {
            assert!(!text.contains(token), "{token} in {text}");
        }
    }
    assert!(debug.contains("xoxb-…0001"));
}
