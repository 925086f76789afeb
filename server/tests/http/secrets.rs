//! Secrets stay where they belong: in no log, no answer, no file.

use leadbell_sandbox::{Fault, demo};
use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Database, Logs, Settings, TestApp, rule, set, sold, soon};

/// Tokens in the shapes that Slack's have, not known to the sandbox.
const UNKNOWN: &str = "xoxb-424242424242-424242424242-SecretSecretSecret000042";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_and_no_answer_shows_a_token_a_key_or_the_database_key() {
    let logs = Logs::capture();
    let mut app = TestApp::on(Database::sqlite(), Settings::default()).await;
    let other = app.new_key(&[ApiScope::Read]).await;

    // What goes well.
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.post("/connections", &json!({"auth_token": demo::USER_TOKEN}))
        .await
        .expect(201);
    app.event(&sold("1")).await;
    app.texts_until(demo::SALES, "1").await;
    for path in ["/rules", "/connections", "/deliveries", "/events/1", "/meta"] {
        app.get(path).await.expect(200);
    }
    // What goes wrong: refused tokens, tokens in wrong places, answers that make no sense, a revoked token.
    for token in [
        UNKNOWN,
        demo::REVOKED_TOKEN,
        demo::NO_WRITE_TOKEN,
        demo::EXPIRED_TOKEN,
    ] {
        let wrong = rule("product", "218", "lms.lead_sold", "x");
        app.post("/rules", &set(wrong, "action.auth_token", json!(token)))
            .await
            .expect(422);
    }
    let wrong = rule("product", "218", "lms.lead_sold", "x");
    let lost: Value = set(wrong, "action.target", json!({"channel_id": UNKNOWN}));
    app.post("/rules", &lost).await.expect(422);
    let request = app
        .request(Method::POST, "/connections")
        .body(format!("{{\"auth_token\": \"{UNKNOWN}\""));
    app.send(request).await.expect(400);
    app.send(
        app.bare(Method::POST, "/events")
            .bearer_auth(&other)
            .json(&sold("x")),
    )
    .await
    .expect(403);
    app.send(app.bare(Method::GET, "/rules").bearer_auth(format!("{other}x")))
        .await
        .expect(401);
    for fault in [
        Fault::status(503),
        Fault::cut_off(),
        Fault::reply(200, &[], "<html>"),
    ] {
        app.slack().fail_next("auth.test", 1, fault);
        app.post("/connections", &json!({"auth_token": UNKNOWN}))
            .await
            .expect(201);
    }
    app.slack().fail_next("chat.postMessage", 1, Fault::cut_off());
    app.event(&sold("2")).await;
    app.recorded(2).await;
    app.slack().change_token(demo::BOT_TOKEN, |token| {
        token.state = leadbell_sandbox::TokenState::Revoked;
    });
    app.event(&sold("3")).await;
    app.recorded(3).await;
    assert_eq!(app.deliveries("3").await[0]["last_code"], "token_revoked");
    app.slack().fail_next("chat.postMessage", 1, Fault::hang());
    app.crash().await;
    app.boot().await.expect("it starts again");
    soon(async { app.get("/deliveries").await.expect(200) }).await;

    let (logged, answered) = (logs.text(), app.seen());
    assert!(logged.contains("leadbell_dispatch"), "nothing was logged");
    assert!(answered.contains("token_revoked"), "nothing was answered");
    let database_key = Database::key();
    let database_key = secrecy::ExposeSecret::expose_secret(&database_key.encode()).to_owned();
    for secret in [
        demo::BOT_TOKEN,
        demo::USER_TOKEN,
        demo::REVOKED_TOKEN,
        demo::NO_WRITE_TOKEN,
        demo::EXPIRED_TOKEN,
        UNKNOWN,
        &app.key,
        &other,
        &database_key,
    ] {
        for (place, text) in [("log", &logged), ("answers", &answered)] {
            if let Some(at) = text.find(secret) {
                let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                let shown: String = text[line..].chars().take(400).collect();
                panic!("a secret in the {place}: {shown}");
            }
        }
    }
}
