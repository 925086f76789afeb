//! Secrets stay where they belong: in no log, no answer, no file.

use std::sync::Mutex;

use leadbell_domain::Role;
use leadbell_sandbox::{Fault, demo};
use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, Database, Logs, PASSWORD, Settings, TestApp, person, rule, set, sold, soon};

/// Tokens in the shapes that Slack's have, not known to the sandbox.
const UNKNOWN: &str = "xoxb-424242424242-424242424242-SecretSecretSecret000042";

const WRONG_PASSWORD: &str = "a wrong password that was typed";
const CHOSEN_PASSWORD: &str = "a password that was chosen";

/// The one-time link's token, once it is known.
static LINK: Mutex<String> = Mutex::new(String::new());

/// The same in a browser: logging in, well and badly, and forms with tokens, good and bad.
async fn pages(app: &TestApp) {
    let email = person(app, Role::GlobalAdmin).await;
    let browser = app.browser();
    for path in ["/login", "/fn/log_in"] {
        let fields = [("email", email.as_str()), ("password", WRONG_PASSWORD)];
        browser.form(path, &fields).await;
    }
    let typed = json!({"email": email, "password": WRONG_PASSWORD});
    browser.call("log_in", &typed).await.expect(422);
    browser.log_in(&email).await;
    let new = "/products/218/tracking/new?step=2";
    for (token, text) in [
        (demo::USER_TOKEN, "x"),
        (demo::USER_TOKEN, "{{wrong}}"),
        (demo::REVOKED_TOKEN, "x"),
        (UNKNOWN, "x"),
    ] {
        let fields = [
            ("do", "save"),
            ("trigger", "lms.lead_sold"),
            ("action.auth_token", token),
            ("action.target", "channel"),
            ("action.target.channel_id", demo::SALES),
            ("action.text", text),
        ];
        browser.form(new, &fields).await;
        let draft =
            json!({"trigger": "lms.lead_sold", "auth_token": token, "target": "channel", "text": text});
        let save = json!({"level": "product", "entity": "218", "editing": null, "draft": draft});
        browser
            .call("save_rule", &json!({"save": save}))
            .await
            .expect(422);
    }
    browser.get("/products/218/tracking").await.expect(200);
    people(app, &browser, &email).await;
    // A pingback's key travels in its address.
    let ping = format!(
        "/pingback?key={}&event_id=ping&trigger=lms.lead_sold&product_id=218&lead_id=1",
        app.key
    );
    app.send(app.bare(Method::GET, &ping)).await.expect(202);
}

/// A new person's way in by a one-time link, badly and well, and a change of one's password.
async fn people(app: &TestApp, admin: &Browser, email: &str) {
    let form = [
        ("do", "save"),
        ("name", "Ben"),
        ("address", "ben@leadbell.example"),
        ("role", "qa"),
    ];
    let page = admin.form("/users/new", &form).await.expect(200).text;
    let at = page.find("/reset/").expect("a link");
    let link: String = page[at..].chars().take_while(|sign| *sign != '<').collect();
    // It is for the one who made it to hand over: shown to him, and never again. So it is no leak, and forgotten here.
    app.forget(&link["/reset/".len()..]);
    let fields = [("new_password", CHOSEN_PASSWORD), ("new_password_again", "x")];
    admin.get(&link).await.expect(200);
    app.browser().form(&link, &fields).await.expect(422);
    let fields = [
        ("new_password", CHOSEN_PASSWORD),
        ("new_password_again", CHOSEN_PASSWORD),
    ];
    app.browser().form(&link, &fields).await.expect(303);
    app.browser().form(&link, &fields).await.expect(404);
    for old in [WRONG_PASSWORD, PASSWORD] {
        let mut fields = fields.to_vec();
        fields.extend([("do", "password"), ("old_password", old)]);
        admin.form("/account", &fields).await;
    }
    let fields = [("email", email), ("password", CHOSEN_PASSWORD)];
    app.browser().form("/login", &fields).await.expect(303);
    *LINK.lock().expect("not poisoned") = link["/reset/".len()..].to_owned();
}

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
        .header("content-type", "application/json")
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
    pages(&app).await;
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
        PASSWORD,
        WRONG_PASSWORD,
        CHOSEN_PASSWORD,
        &LINK.lock().expect("not poisoned"),
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
