//! Slack tokens: checked when they come, and never seen again.

use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{Settings, TestApp, rule, set};

fn with_token(token: &str) -> Value {
    set(
        rule("product", "218", "lms.lead_sold", "x"),
        "action.auth_token",
        json!(token),
    )
}

fn to_member(rule: Value) -> Value {
    set(rule, "action.target", json!({"member_id": demo::ANN_KIM}))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_slack_refuses_is_a_complaint_at_its_field() {
    let app = TestApp::start().await;
    for (token, code) in [
        (demo::REVOKED_TOKEN, "token_revoked"),
        (demo::INACTIVE_TOKEN, "account_inactive"),
        (demo::EXPIRED_TOKEN, "token_expired"),
        ("xoxb-000000000000-nobody-knows-this-token", "invalid_auth"),
    ] {
        let complaints = app.post("/rules", &with_token(token)).await.complaints();
        assert!(complaints["action.auth_token"].contains(code), "{complaints:?}");
        let complaints = app
            .post("/connections", &json!({"auth_token": token}))
            .await
            .complaints();
        assert!(complaints["auth_token"].contains(code), "{complaints:?}");
    }
    assert_eq!(
        app.get("/connections").await.expect(200).json()["connections"],
        json!([])
    );
    assert_eq!(app.get("/rules").await.expect(200).json()["total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_without_the_scope_that_its_target_needs_is_refused() {
    let app = TestApp::start().await;
    let complaints = app
        .post("/rules", &with_token(demo::NO_WRITE_TOKEN))
        .await
        .complaints();
    assert!(
        complaints["action.auth_token"].contains("chat:write"),
        "{complaints:?}"
    );
    app.slack().change_token(demo::BOT_TOKEN, |token| {
        token.scopes.retain(|scope| scope != "im:write")
    });
    app.rule(&with_token(demo::BOT_TOKEN)).await;
    let complaints = app
        .post("/rules", &to_member(with_token(demo::BOT_TOKEN)))
        .await
        .complaints();
    assert!(
        complaints["action.auth_token"].contains("im:write"),
        "{complaints:?}"
    );
    // Once the app has the scope, the same token is as good as new.
    app.slack().change_token(demo::BOT_TOKEN, |token| {
        token.scopes.insert(0, "im:write".to_owned())
    });
    app.rule(&to_member(with_token(demo::BOT_TOKEN))).await;
    assert_eq!(
        app.get("/connections").await.expect(200).json()["connections"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_saved_with_a_remark_while_slack_cannot_be_reached() {
    // A port that was free a moment ago, with nobody behind it.
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let app = TestApp::with(Settings {
        slack_api_url: Some(format!("http://{address}/api")),
        ..Settings::default()
    })
    .await;
    let made = app.rule(&with_token(demo::BOT_TOKEN)).await;
    assert!(made["remark"].as_str().unwrap().contains("not checked"), "{made}");
    let connection = app
        .post("/connections", &json!({"auth_token": demo::USER_TOKEN}))
        .await;
    let connection = connection.expect(201).json();
    assert_eq!(connection["status"], "unchecked");
    assert!(connection["remark"].is_string(), "{connection}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_tells_what_slack_says_of_the_token_and_never_the_token() {
    let app = TestApp::start().await;
    let answer = app
        .post("/connections", &json!({"auth_token": demo::BOT_TOKEN}))
        .await
        .expect(201);
    let made = answer.json();
    assert_eq!(made["team"], "Leadbell Demo");
    assert_eq!((&made["kind"], &made["status"]), (&json!("bot"), &json!("ok")));
    let scopes: Vec<&str> = made["scopes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for scope in demo::BOT_SCOPES {
        assert!(scopes.contains(&scope), "{made}");
    }
    let hint = made["token"].as_str().unwrap();
    assert!(
        hint.starts_with("xoxb-") && hint.ends_with("0001") && hint.chars().count() < 15,
        "{hint}"
    );
    // The same token again, also within a rule, is the same connection.
    let again = app
        .post("/connections", &json!({"auth_token": demo::BOT_TOKEN}))
        .await
        .expect(201);
    assert_eq!(again.json()["id"], made["id"]);
    let rule = app.rule(&with_token(demo::BOT_TOKEN)).await;
    assert_eq!(rule["action"]["connection_id"], made["id"]);
    let listed = app.get("/connections").await.expect(200).json();
    assert_eq!(listed["connections"].as_array().unwrap().len(), 1);
    assert!(!app.seen().contains(demo::BOT_TOKEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_may_name_a_saved_connection_that_exists() {
    let app = TestApp::start().await;
    let made = app
        .post("/connections", &json!({"auth_token": demo::USER_TOKEN}))
        .await
        .expect(201)
        .json();
    let by_id = |id: Value| {
        let mut rule = rule("product", "218", "lms.lead_sold", "{{lead_id}}");
        rule["action"].as_object_mut().unwrap().remove("auth_token");
        set(rule, "action.connection_id", id)
    };
    app.rule(&by_id(made["id"].clone())).await;
    for wrong in [json!("0193573e-0000-7000-8000-000000000000"), json!("x")] {
        let fields = app.post("/rules", &by_id(wrong)).await.fields();
        assert_eq!(fields, ["action.connection_id"]);
    }
    app.event(&crate::support::sold("1")).await;
    let message = crate::support::soon(app.slack().wait_for_message(|_| true)).await;
    assert_eq!(message.user, demo::ANN_KIM);
}
