//! Logging in and out.

use std::sync::Arc;

use leadbell_dispatch::ManualClock;
use leadbell_domain::Role;
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::support::{Answer, PASSWORD, Settings, TestApp, person};

const WRONG: &str = "The e-mail address or the password is wrong.";

/// What differs between two drawings of the login page: the typed address.
fn without_what_differs(answer: &Answer, email: &str) -> String {
    answer.text.replace(email, "EMAIL")
}

fn cookie(answer: &Answer) -> Vec<String> {
    let line = answer.header("set-cookie");
    line.split("; ").map(str::to_ascii_lowercase).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    let answer = browser.form("/login", &fields).await.expect(303);
    let cookie = cookie(&answer);
    assert!(cookie[0].starts_with("leadbell="), "{cookie:?}");
    for part in ["httponly", "samesite=lax", "path=/"] {
        assert!(cookie.iter().any(|found| found == part), "{part}: {cookie:?}");
    }
    assert!(!cookie.iter().any(|part| part == "secure"), "{cookie:?}");
    assert_eq!(browser.person().await["email"], email.as_str());
    // Any case of the address, and spaces around it, are the same person.
    let fields = [
        ("email", " Global_ADMIN@leadbell.example "),
        ("password", PASSWORD),
    ];
    app.browser().form("/login", &fields).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_https_the_cookie_is_secure() {
    let app = TestApp::with(Settings {
        public_url: Some("https://bell.example.com".to_owned()),
        ..Settings::default()
    })
    .await;
    let email = person(&app, Role::GlobalAdmin).await;
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    let answer = app.browser().form("/login", &fields).await.expect(303);
    assert!(cookie(&answer).iter().any(|part| part == "secure"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_an_unknown_address_cannot_be_told_apart() {
    let app = TestApp::start().await;
    let known = person(&app, Role::GlobalAdmin).await;
    let unknown = "nobody@leadbell.example";
    let disabled = person(&app, Role::Qa).await;
    disable(&app, &disabled).await;
    let mut pages = Vec::new();
    let mut answers = Vec::new();
    for (email, password) in [
        (known.as_str(), "wrong horse battery"),
        (unknown, "wrong horse battery"),
        (unknown, PASSWORD),
        (disabled.as_str(), PASSWORD),
        (known.as_str(), ""),
        (known.as_str(), &"x".repeat(5_000)),
    ] {
        let browser = app.browser();
        let fields = [("email", email), ("password", password)];
        let page = browser.form("/login", &fields).await.expect(422);
        assert!(page.text.contains(WRONG), "{}", page.text);
        pages.push(without_what_differs(&page, email));
        let call = json!({"email": email, "password": password});
        let answer = browser.call("log_in", &call).await.expect(422);
        answers.push(answer.text);
        assert_eq!(browser.session(), None);
    }
    for list in [&pages, &answers] {
        assert!(list.iter().all(|text| *text == list[0]), "{list:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_login_has_a_new_session_and_the_old_one_is_worth_nothing() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    browser.log_in(&email).await;
    let first = browser.session().unwrap();
    browser.log_in(&email).await;
    assert_ne!(browser.session().unwrap(), first);
    let thief = app.browser();
    thief.take_session(&first);
    assert_eq!(thief.person().await, Value::Null);
    // A session that the server never gave is not taken over either.
    let victim = app.browser();
    victim.take_session("AAAAAAAAAAAAAAAAAAAAAA");
    victim.log_in(&email).await;
    assert_ne!(victim.session().unwrap(), "AAAAAAAAAAAAAAAAAAAAAA");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_out_ends_the_session_for_every_copy_of_its_cookie() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    browser.log_in(&email).await;
    let session = browser.session().unwrap();
    let answer = browser.form("/logout", &[]).await.expect(303);
    assert_eq!(answer.header("location"), "/login");
    let copy = app.browser();
    copy.take_session(&session);
    assert_eq!(copy.person().await, Value::Null);
    copy.call(
        "rules",
        &json!({"place": {"Entity": ["product", "218"]}, "search": {}}),
    )
    .await
    .expect(401);
    // Logging out is for a click, not for a link or an image.
    browser.log_in(&email).await;
    browser.get("/logout").await.expect(405);
    assert_eq!(browser.person().await["email"], email.as_str());
}

/// Nobody can be disabled through Leadbell yet, so the database is told.
async fn disable(app: &TestApp, email: &str) {
    let mut database = sqlx::SqliteConnection::connect(&app.database.url())
        .await
        .unwrap();
    let changed = sqlx::query("UPDATE users SET active = 0 WHERE email = ?")
        .bind(email)
        .execute(&mut database)
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_disabled_is_out_with_the_next_click() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    browser.log_in(&email).await;
    browser.get("/products/218/tracking").await.expect(200);
    disable(&app, &email).await;
    browser.get("/products/218/tracking").await.expect(303);
    browser
        .call("entity", &json!({"place": {"Entity": ["product", "218"]}}))
        .await
        .expect(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_outlive_a_restart() {
    let mut app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    browser.log_in(&email).await;
    let session = browser.session().unwrap();
    app.crash().await;
    app.boot().await.unwrap();
    let browser = app.browser();
    browser.take_session(&session);
    assert_eq!(browser.person().await["email"], email.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ten_wrong_passwords_even_the_right_one_has_to_wait_a_quarter_of_an_hour() {
    let clock = ManualClock::at(1_763_900_000_000);
    let app = TestApp::with(Settings {
        clock: Arc::new(clock.clone()),
        ..Settings::default()
    })
    .await;
    let email = person(&app, Role::GlobalAdmin).await;
    let other = person(&app, Role::Qa).await;
    let browser = app.browser();
    let log_in = async |email: &str, password: &str| {
        let call = json!({"email": email, "password": password});
        browser.call("log_in", &call).await
    };
    let unknown = "nobody@leadbell.example";
    for _ in 0..10 {
        assert!(log_in(&email, "wrong").await.expect(422).text.contains(WRONG));
        assert!(log_in(unknown, "wrong").await.expect(422).text.contains(WRONG));
    }
    let refused = log_in(&email, PASSWORD).await.expect(422).text;
    assert!(refused.contains("Too many tries"), "{refused}");
    assert_eq!(log_in(unknown, "wrong").await.expect(422).text, refused);
    assert_eq!(browser.session(), None);
    log_in(&other, PASSWORD).await.expect(200);
    clock.advance(15 * 60 * 1_000);
    log_in(&email, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_logged_in_is_sent_to_log_in_and_comes_back() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    for path in [
        "/products",
        "/products/218/tracking?q=a%20b",
        "/publishers/1044/tracking/new",
        "/profile/tracking",
    ] {
        let answer = browser.get(path).await.expect(303);
        let to = answer.header("location").to_owned();
        assert!(to.starts_with("/login?next=%2F"), "{path}: {to}");
    }
    for (next, to) in [
        ("/products/218/tracking?q=a", "/products/218/tracking?q=a"),
        ("", "/"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
    ] {
        let fields = [("email", email.as_str()), ("password", PASSWORD), ("next", next)];
        let answer = app.browser().form("/login", &fields).await.expect(303);
        assert_eq!(answer.header("location"), to, "{next}");
    }
    for function in [
        "entity",
        "rules",
        "rule_form",
        "choices",
        "save_rule",
        "set_rule_status",
        "delete_rule",
    ] {
        let answer = browser.call(function, &arguments(function)).await;
        assert_eq!(answer.status, 401, "{function}: {}", answer.text);
        assert!(answer.text.contains("LoggedOut"), "{function}: {}", answer.text);
    }
}

fn arguments(function: &str) -> Value {
    let nobody = "0193573e-0000-7000-8000-000000000000";
    match function {
        "entity" => json!({"place": {"Entity": ["product", "218"]}}),
        "rules" => json!({"place": {"Entity": ["product", "218"]}, "search": {}}),
        "rule_form" => json!({"level": "product", "entity": "218", "rule": null}),
        "choices" => {
            json!({"query": {"level": "product", "entity": "218", "filter": "buyer", "q": "", "publishers": [], "buyers": []}})
        }
        "save_rule" => json!({"save": {"level": "product", "entity": "218", "editing": null, "draft": {}}}),
        "set_rule_status" => json!({"level": "product", "rule": nobody, "status": "active"}),
        "delete_rule" => json!({"level": "product", "rule": nobody}),
        other => panic!("{other}"),
    }
}
