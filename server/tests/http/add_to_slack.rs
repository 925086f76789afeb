//! "Add to Slack", with the sandbox in Slack's place.

use std::sync::Arc;

use leadbell_dispatch::{Clock as _, ManualClock, SystemClock};
use leadbell_domain::Role;
use leadbell_sandbox::{Fault, TokenState, demo};
use reqwest::Url;
use serde_json::{Value, json};

use crate::support::{Browser, Database, Logs, Settings, TestApp, person, rule, set, sold, soon};

async fn start() -> TestApp {
    let settings = Settings {
        slack_app: true,
        ..Settings::default()
    };
    TestApp::on(Database::sqlite(), settings).await
}

async fn logged_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// Goes to Slack; the ways back that its page offers: allowed, and not.
pub async fn at_slack(browser: &Browser) -> (String, String) {
    let to = browser.get("/connections/slack").await.expect(303);
    let to = to.headers["location"].to_str().unwrap().to_owned();
    let page = soon(reqwest::get(&to)).await.unwrap().text().await.unwrap();
    let mut ways = page.split("href=\"").skip(1).filter_map(|rest| {
        let link = rest.split('"').next()?.replace("&amp;", "&");
        let url = Url::parse(&link).ok()?;
        Some(format!("{}?{}", url.path(), url.query()?))
    });
    let allow = ways.next().unwrap_or_else(|| panic!("{page}"));
    (allow, ways.next().unwrap())
}

async fn connections(app: &TestApp) -> Vec<Value> {
    let listed = app.get("/connections").await.expect(200).json();
    listed["connections"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_added_at_slack_and_added_again_it_is_the_same_connection() {
    let logs = Logs::capture();
    let app = start().await;
    let admin = logged_in(&app, Role::GlobalAdmin).await;
    assert!(
        admin
            .get("/connections/new")
            .await
            .expect(200)
            .text
            .contains("Add to Slack")
    );
    let (allow, _) = at_slack(&admin).await;
    let back = admin.get(&allow).await.expect(303);
    let page = back.headers["location"].to_str().unwrap().to_owned();
    assert!(admin.get(&page).await.expect(200).text.contains("is added"));
    let first = connections(&app).await;
    assert_eq!((first.len(), &first[0]["status"]), (1, &json!("ok")));
    assert_eq!(first[0]["missing_scopes"], json!([]));
    // The way back works once.
    let again = admin.get(&allow).await.expect(422).text;
    assert!(again.contains("was used before"), "{again}");
    let (allow, _) = at_slack(&admin).await;
    admin.get(&allow).await.expect(303);
    let second = connections(&app).await;
    assert_eq!((second.len(), &second[0]["id"]), (1, &first[0]["id"]));
    assert_ne!(second[0]["token"], first[0]["token"]);
    for text in [logs.text(), app.seen()] {
        assert!(!text.contains("sandbox-granted-token") && !text.contains(demo::CLIENT_SECRET));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_went_comes_back_and_what_slack_refuses_is_told() {
    let app = start().await;
    let admin = logged_in(&app, Role::GlobalAdmin).await;
    let (allow, cancel) = at_slack(&admin).await;
    let other = logged_in(&app, Role::LmsAdmin).await;
    let refused = other.get(&allow).await.expect(422).text;
    assert!(refused.contains("was not begun here"), "{refused}");
    app.browser().get(&allow).await.expect(303);
    for forged in ["/connections/oauth", "/connections/oauth?state=abc&code=x"] {
        assert!(
            admin
                .get(forged)
                .await
                .expect(422)
                .text
                .contains("was not begun here")
        );
    }
    let denied = admin.get(&cancel).await.expect(422).text;
    assert!(denied.contains("chose not to allow"), "{denied}");
    // A code that Slack does not know, with a way back that is ours.
    let (allow, _) = at_slack(&admin).await;
    let (path, query) = allow.split_once('?').unwrap();
    let state = query.split('&').find(|pair| pair.starts_with("state=")).unwrap();
    let wrong = admin
        .get(&format!("{path}?code=nonsense&{state}"))
        .await
        .expect(422)
        .text;
    assert!(
        wrong.contains("invalid_code") && wrong.contains("begin again"),
        "{wrong}"
    );
    assert_eq!(connections(&app).await, Vec::<Value>::new());
    let reader = logged_in(&app, Role::Qa).await;
    reader.get("/connections/slack").await.expect(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publishers_app_is_his_own() {
    let app = start().await;
    let publisher = logged_in(&app, Role::Publisher).await;
    let (allow, _) = at_slack(&publisher).await;
    publisher.get(&allow).await.expect(303);
    assert!(connections(&app).await[0]["publisher_id"].is_string());
    // The house's own of the same app and workspace is another.
    let admin = logged_in(&app, Role::GlobalAdmin).await;
    let (allow, _) = at_slack(&admin).await;
    admin.get(&allow).await.expect(303);
    assert_eq!(connections(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_app_s_credentials_nothing_is_offered() {
    let app = TestApp::start().await;
    let admin = logged_in(&app, Role::GlobalAdmin).await;
    assert!(
        !admin
            .get("/connections/new")
            .await
            .expect(200)
            .text
            .contains("Add to Slack")
    );
    admin.get("/connections/slack").await.expect(404);
    admin.get("/connections/oauth?state=a&code=b").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_has_ended_is_exchanged_and_what_waited_is_sent() {
    let logs = Logs::capture();
    let app = start().await;
    app.slack().rotate_tokens(true);
    let admin = logged_in(&app, Role::GlobalAdmin).await;
    let (allow, _) = at_slack(&admin).await;
    let page = admin.get(&allow).await.expect(303).headers["location"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        admin
            .get(&page)
            .await
            .expect(200)
            .text
            .contains("renewed by itself")
    );
    let id = connections(&app).await[0]["id"].clone();
    let mut by_id = rule("product", "218", "lms.lead_sold", "{{lead_id}}");
    by_id["action"].as_object_mut().unwrap().remove("auth_token");
    app.rule(&set(by_id, "action.connection_id", id)).await;
    let workspace = app.slack().workspace();
    let granted = workspace
        .tokens
        .keys()
        .find(|value| value.contains("granted"))
        .unwrap();
    app.slack()
        .change_token(granted, |token| token.state = TokenState::Expired);
    app.event(&sold("1")).await;
    app.texts_until(demo::SALES, "1").await;
    let now = connections(&app).await[0].clone();
    assert_eq!(now["status"], "ok");
    assert_eq!(app.slack().calls_of("oauth.v2.access").len(), 2);
    let recorded = format!("{:?}", app.slack().calls_of("oauth.v2.access"));
    for text in [logs.text(), app.seen(), recorded] {
        assert!(
            !text.contains("granted-token") && !text.contains("sandbox-refresh"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_next_token_that_is_lost_on_its_way_is_told_with_what_to_do() {
    let clock = ManualClock::at(SystemClock.now_ms());
    let settings = Settings {
        slack_app: true,
        clock: Arc::new(clock.clone()),
        ..Settings::default()
    };
    let app = TestApp::on(Database::sqlite(), settings).await;
    app.slack().rotate_tokens(true);
    let admin = logged_in(&app, Role::GlobalAdmin).await;
    let (allow, _) = at_slack(&admin).await;
    let page = admin.get(&allow).await.expect(303).header("location").to_owned();
    let id = connections(&app).await[0]["id"].clone();
    let mut by_id = rule("product", "218", "lms.lead_sold", "{{lead_id}}");
    by_id["action"].as_object_mut().unwrap().remove("auth_token");
    app.rule(&set(by_id, "action.connection_id", id)).await;
    let workspace = app.slack().workspace();
    let granted = workspace.tokens.keys().find(|value| value.contains("granted"));
    app.slack()
        .change_token(granted.unwrap(), |token| token.state = TokenState::Expired);
    // Slack gives the next token and forgets what it was fetched with; the answer never comes.
    app.slack()
        .fail_next("oauth.v2.access", 1, Fault::cut_off().after_the_work());
    app.event(&sold("1")).await;
    soon(app.slack().wait_for_calls("oauth.v2.access", 2)).await;
    // The turn is over, and what is left is of no use.
    clock.advance(61_000);
    soon(app.slack().wait_for_calls("oauth.v2.access", 3)).await;
    let told = soon(async {
        loop {
            let told = admin.get("/audit?q=renewed").await.expect(200).text;
            if told.contains("could not be renewed") {
                return told;
            }
        }
    })
    .await;
    assert!(told.contains("invalid_refresh_token"), "{told}");
    let now = connections(&app).await[0].clone();
    assert_eq!(
        (&now["status"], &now["last_error"]),
        (&json!("broken"), &json!("token_expired"))
    );
    let page = admin.get(&page).await.expect(200).text;
    assert!(page.contains("Add the app again with"), "{page}");
    assert_eq!(app.deliveries("1").await[0]["status"], "retrying");
    // Added again it is the same connection, and what waited goes out.
    let (allow, _) = at_slack(&admin).await;
    admin.get(&allow).await.expect(303);
    clock.advance(2_000);
    app.texts_until(demo::SALES, "1").await;
}
