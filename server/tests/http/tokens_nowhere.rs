//! A whole life of tokens (pasted, replaced, brought by Slack, exchanged, used, refused), and then every place where one
//! might have been left: the files or rows of the database, the log at its most talkative, every page of every role,
//! REST, the metrics, and what a panic would say.

use leadbell_domain::{Role, SlackToken};
use leadbell_sandbox::{Token, TokenState, demo};
use reqwest::Method;
use serde_json::json;

use crate::add_to_slack::at_slack;
use crate::support::{Database, Logs, Settings, TestApp, crawl, person, rule, set, sold};

const FIRST: &str = "xoxb-sandbox-nowhere-canary-first-1101";
const SECOND: &str = "xoxb-sandbox-nowhere-canary-second-1102";
const REFUSED: &str = "xoxb-sandbox-nowhere-canary-refused-1103";

/// What must be nowhere: whole tokens, the middle of those that the sandbox makes up, and what proves that it is us.
const NOWHERE: [&str; 8] = [
    "nowhere-canary",
    "sandbox-granted-token",
    "sandbox-refresh",
    demo::CLIENT_SECRET,
    FIRST,
    SECOND,
    REFUSED,
    "sandbox-code-",
];

/// Pasted, used, replaced, used again, revoked.
async fn pasted(app: &TestApp) {
    for token in [FIRST, SECOND] {
        app.slack()
            .add_token(Token::bot(token, demo::TEAM, demo::BOT_USER, &demo::BOT_SCOPES));
    }
    let made = app
        .post("/connections", &json!({"auth_token": FIRST, "name": "Pasted"}))
        .await;
    let id = made.expect(201).json()["id"].as_str().unwrap().to_owned();
    let with_it = set(
        rule("product", "218", "lms.lead_sold", "{{lead_id}}"),
        "action.auth_token",
        json!(FIRST),
    );
    app.rule(&with_it).await;
    app.event(&sold("with-the-first")).await;
    app.texts_until(demo::SALES, "with-the-first").await;
    let at = format!("/connections/{id}");
    let patch = app
        .request(Method::PATCH, &at)
        .json(&json!({"auth_token": SECOND}));
    app.send(patch).await.expect(200);
    app.event(&sold("with-the-second")).await;
    app.texts_until(demo::SALES, "with-the-second").await;
    let patch = app
        .request(Method::PATCH, &at)
        .json(&json!({"auth_token": REFUSED}));
    app.send(patch).await.expect(422);
    let before = app.slack().calls_of("chat.postMessage").len();
    app.slack()
        .change_token(SECOND, |token| token.state = TokenState::Revoked);
    app.event(&sold("refused")).await;
    crate::support::soon(app.slack().wait_for_calls("chat.postMessage", before + 1)).await;
}

/// Brought by "Add to Slack", ended, exchanged for the next one, and one that can't be exchanged.
async fn rotated(app: &TestApp) {
    app.slack().rotate_tokens(true);
    let admin = app.browser();
    admin.log_in(&person(app, Role::GlobalAdmin).await).await;
    let (allow, _) = at_slack(&admin).await;
    let page = admin.get(&allow).await.expect(303);
    let page = page.header("location").to_owned();
    let page = page.split('?').next().unwrap();
    let id = page.rsplit('/').next().unwrap().to_owned();
    let mut with_it = rule("publisher", "1044", "lms.lead_sold", "{{lead_id}}");
    with_it["action"].as_object_mut().unwrap().remove("auth_token");
    let with_it = set(with_it, "action.connection_id", json!(id));
    app.rule(&set(with_it, "action.target", json!({"channel_id": demo::CALLS})))
        .await;
    for round in ["one", "two"] {
        let workspace = app.slack().workspace();
        let granted = workspace.tokens.keys().filter(|value| value.contains("granted"));
        for token in granted {
            app.slack()
                .change_token(token, |token| token.state = TokenState::Expired);
        }
        app.event(&sold(round)).await;
        app.texts_until(demo::CALLS, round).await;
    }
    let audit = admin.get("/audit?q=renewed").await.expect(200).text;
    assert!(audit.contains("The token was renewed"), "{audit}");
}

async fn everywhere(app: &mut TestApp) -> Vec<(&'static str, Vec<u8>)> {
    for role in Role::ALL {
        let browser = app.browser();
        if role != Role::GlobalAdmin {
            person(app, role).await;
        }
        browser.log_in(&format!("{}@leadbell.example", role.key())).await;
        crawl(&browser).await;
    }
    for path in [
        "/rules",
        "/connections",
        "/deliveries",
        "/rules/export",
        "/meta",
        "/destinations",
    ] {
        app.get(path).await;
    }
    for path in ["/metrics", "/healthz", "/readyz"] {
        app.browser().get(path).await.expect(200);
    }
    let while_serving = app.database.bytes().await;
    // What a panic says of what it holds.
    let token = SlackToken::parse(FIRST).unwrap();
    let panicked = std::panic::catch_unwind(move || panic!("{token:?}"));
    let panicked = panicked.unwrap_err().downcast_ref::<String>().unwrap().clone();
    assert!(panicked.contains("xoxb-"), "{panicked}");
    vec![
        ("the database", while_serving),
        ("a panic", panicked.into_bytes()),
        ("the answers", app.seen().into_bytes()),
    ]
}

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn contains(place: &[u8], wanted: &str) -> bool {
    place
        .windows(wanted.len())
        .any(|window| window == wanted.as_bytes())
}

async fn no_token_anywhere(database: Database) {
    let logs = Logs::capture();
    let settings = Settings {
        slack_app: true,
        ..Settings::default()
    };
    let mut app = TestApp::on(database, settings).await;
    pasted(&app).await;
    rotated(&app).await;
    let mut places = everywhere(&mut app).await;
    app.crash().await;
    places.push(("the database after a crash", app.database.bytes().await));
    let log = logs.text();
    assert!(log.contains("exchanged for the next one"), "nothing was logged");
    places.push(("the log", log.into_bytes()));
    for (name, place) in &places {
        if name.starts_with("the database") {
            assert!(contains(place, "Debt Relief"), "nothing of {name} was read");
        }
        for secret in NOWHERE {
            // Slack's way back has the code in its address, which is worth something once.
            let told = contains(place, secret) || contains(place, &hexadecimal(secret));
            assert!(!told, "{secret} is in {name}");
        }
    }
    app.database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_left_anywhere_on_sqlite() {
    no_token_anywhere(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_left_anywhere_on_postgres() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    no_token_anywhere(database).await;
}
