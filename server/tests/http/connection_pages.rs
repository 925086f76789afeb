//! Connections on their pages and over REST: who sees and changes which, and that no token ever comes back.

use leadbell_domain::Role;
use leadbell_sandbox::{Fault, Team, Token, TokenState, demo};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp, person, rule, set, sold};

/// Tokens the sandbox does not know before a test adds them; long enough to be found in anything.
const FRESH: &str = "xoxb-sandbox-canary-fresh-token-0042";
const ELSEWHERE: &str = "xoxb-sandbox-canary-elsewhere-token-0043";

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// A connection of the house, with a rule of product 218 that uses it.
async fn house(app: &TestApp) -> String {
    let new = json!({"auth_token": demo::BOT_TOKEN, "name": "House"});
    let made = app.post("/connections", &new).await;
    let id = made.expect(201).json()["id"].as_str().unwrap().to_owned();
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    id
}

fn page_of(id: &str) -> String {
    format!("/connections/{id}")
}

async fn listed(app: &TestApp) -> Vec<Value> {
    let answer = app.get("/connections").await.expect(200).json();
    answer["connections"].as_array().unwrap().clone()
}

fn add_fresh(app: &TestApp) {
    app.slack()
        .add_token(Token::bot(FRESH, demo::TEAM, demo::BOT_USER, &demo::BOT_SCOPES));
}

fn add_elsewhere(app: &TestApp) {
    app.slack().add_team(Team {
        id: "T0ELSEWHR".into(),
        name: "Elsewhere Inc".into(),
        domain: "elsewhere".into(),
    });
    app.slack().add_token(Token::bot(
        ELSEWHERE,
        "T0ELSEWHR",
        demo::BOT_USER,
        &demo::BOT_SCOPES,
    ));
}

fn revoke(app: &TestApp, token: &str) {
    app.slack()
        .change_token(token, |token| token.state = TokenState::Revoked);
}

async fn replace(browser: &Browser, id: &str, token: &str) -> Answer {
    let fields = [("do", "replace"), ("auth_token", token)];
    browser.form(&page_of(id), &fields).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_added_named_checked_and_removed_on_its_pages() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let empty = browser.get("/connections").await.expect(200);
    assert!(empty.text.contains("No connections yet"), "{}", empty.text);
    let form = browser.get("/connections/new").await.expect(200);
    assert!(
        form.text
            .contains("https://api.slack.com/apps?new_app=1&amp;manifest_json=%7B")
    );

    // Complaints keep what was typed, but for the token.
    let fields = [("auth_token", "xapp-1-nonsense"), ("name", "Sales “bot”")];
    let refused = browser.form("/connections/new", &fields).await.expect(422);
    assert!(refused.text.contains("app-level token") && refused.text.contains("Sales “bot”"));
    assert!(!refused.text.contains("nonsense"));
    let fields = [("auth_token", demo::BOT_TOKEN), ("name", demo::BOT_TOKEN)];
    let refused = browser.form("/connections/new", &fields).await.expect(422);
    assert!(refused.text.contains("This is a token"), "{}", refused.text);

    let fields = [("auth_token", demo::NO_WRITE_TOKEN), ("name", "Sales")];
    let made = browser.form("/connections/new", &fields).await.expect(303);
    let page = made.header("location").to_owned();
    let shown = browser.get(&page).await.expect(200).text;
    for part in [
        "Sales",
        "Leadbell Demo",
        "xoxb-…0005",
        "chat:write",
        "missing",
        "Bot Token Scopes",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // Without chat:write nothing can be posted, and a check says so.
    browser.form(&page, &[("do", "check")]).await.expect(303);
    let shown = browser.get(&page).await.expect(200).text;
    assert!(
        shown.contains("Refused by Slack") && shown.contains("lacks a scope"),
        "{shown}"
    );
    app.slack().change_token(demo::NO_WRITE_TOKEN, |token| {
        token.scopes.push("chat:write".to_owned());
    });
    browser.form(&page, &[("do", "check")]).await.expect(303);
    assert_eq!(listed(&app).await[0]["status"], "ok");

    let fields = [("auth_token", demo::BOT_TOKEN), ("name", " sales ")];
    let refused = browser.form("/connections/new", &fields).await.expect(422);
    assert!(refused.text.contains("has this name already"), "{}", refused.text);
    let renamed = browser.form(&page, &[("do", "rename"), ("name", "Calls")]).await;
    renamed.expect(303);
    assert_eq!(listed(&app).await[0]["name"], "Calls");
    for name in ["", "a\u{7}b", &"x".repeat(81)] {
        browser
            .form(&page, &[("do", "rename"), ("name", name)])
            .await
            .expect(422);
    }
    let found = browser.get("/connections?q=CALL").await.expect(200).text;
    assert!(found.contains("xoxb-…0005"));
    let nothing = browser.get("/connections?q=%3Cscript%3E").await.expect(200).text;
    assert!(nothing.contains("No connections found") && !nothing.contains("<script"));

    let ask = browser.get(&format!("{page}/remove")).await.expect(200);
    assert!(ask.text.contains("can't be undone"));
    browser.form(&format!("{page}/remove"), &[]).await.expect(303);
    assert!(listed(&app).await.is_empty());
    browser.get(&page).await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_connection_is_not_removed_and_its_page_names_its_rules() {
    let app = TestApp::start().await;
    let id = house(&app).await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let shown = browser.get(&page_of(&id)).await.expect(200).text;
    assert!(
        shown.contains("Rule 1") && shown.contains("/products/218/tracking?q=1"),
        "{shown}"
    );
    let refused = browser
        .form(&format!("{}/remove", page_of(&id)), &[])
        .await
        .expect(422);
    assert!(refused.text.contains("still in use"));
    app.delete(&format!("/connections/{id}")).await.problem(409);
    assert_eq!(listed(&app).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_told_to_everybody_concerned_and_replaced_in_one_place() {
    let app = TestApp::start().await;
    let id = house(&app).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let publisher = as_role(&app, Role::Publisher).await;
    app.event(&sold("one")).await;
    app.texts_until(demo::SALES, "one").await;
    revoke(&app, demo::BOT_TOKEN);
    app.event(&sold("two")).await;
    app.recorded(2).await;
    app.event(&sold("three")).await;
    assert_eq!(app.deliveries("two").await[0]["status"], "retrying");

    let told = &listed(&app).await[0];
    assert_eq!(
        (&told["status"], &told["last_error"]),
        (&json!("broken"), &json!("token_revoked"))
    );
    assert_eq!((&told["waiting"], &told["rules"]), (&json!(2), &json!(1)));
    assert!(
        told["broken_since"].is_string() && told["problem"].is_string(),
        "{told}"
    );
    // A banner for who sees the connection, on desk pages and in the program's frame; nothing for who does not.
    let banner = "Messages through “House” wait";
    assert!(admin.get("/products").await.expect(200).text.contains(banner));
    let frame = admin.call("frame", &json!({})).await.expect(200).json();
    assert!(
        frame["alert"]["text"].as_str().unwrap().contains(banner),
        "{frame}"
    );
    assert_eq!(frame["alert"]["href"], page_of(&id));
    assert!(
        !publisher
            .get("/help/slack")
            .await
            .expect(200)
            .text
            .contains("wait:")
    );
    assert_eq!(
        publisher.call("frame", &json!({})).await.expect(200).json()["alert"],
        Value::Null
    );
    let shown = admin.get(&page_of(&id)).await.expect(200).text;
    assert!(
        shown.contains("2 messages wait") && shown.contains("The token was revoked"),
        "{shown}"
    );
    assert!(
        admin
            .get("/connections?show=broken")
            .await
            .expect(200)
            .text
            .contains("House")
    );

    // A token that is of no use does not take its place.
    for (token, why) in [
        (demo::REVOKED_TOKEN, "token_revoked"),
        ("xoxe-1-refresh-canary", "refresh token"),
        ("https://hooks.slack.com/services/T0/B0/canary", "web address"),
    ] {
        let refused = replace(&admin, &id, token).await.expect(422);
        assert!(refused.text.contains(why), "{}", refused.text);
    }
    app.slack().fail_next("auth.test", 1, Fault::status(503));
    let refused = replace(&admin, &id, FRESH).await.expect(422);
    assert!(refused.text.contains("The present one stays"));

    add_fresh(&app);
    replace(&admin, &id, FRESH).await.expect(303);
    assert_eq!(
        app.texts_until(demo::SALES, "three").await,
        ["one", "two", "three"]
    );
    let told = &listed(&app).await[0];
    assert_eq!(
        (&told["status"], &told["broken_since"]),
        (&json!("ok"), &Value::Null)
    );
    assert!(!admin.get("/products").await.expect(200).text.contains(banner));
    let seen = app.seen();
    for token in [
        FRESH,
        demo::BOT_TOKEN,
        demo::REVOKED_TOKEN,
        "refresh-canary",
        "B0/canary",
    ] {
        assert!(!seen.contains(token), "{token} was answered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_workspace_is_asked_about_and_is_an_administrators_to_choose() {
    let app = TestApp::start().await;
    let id = house(&app).await;
    add_elsewhere(&app);
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let refused = replace(&admin, &id, ELSEWHERE).await.expect(422);
    assert!(refused.text.contains("Elsewhere Inc") && refused.text.contains("Tick the box"));
    let body = json!({"auth_token": ELSEWHERE});
    let fields = app.put(&format!("/connections/{id}"), &body).await.fields();
    assert_eq!(fields, ["other_workspace"]);
    // A buyer's agent may exchange the house's token for another of the same workspace only.
    let agent = as_role(&app, Role::BuyerAgent).await;
    let fields = [
        ("do", "replace"),
        ("auth_token", ELSEWHERE),
        ("other_workspace", "yes"),
    ];
    let refused = agent.form(&page_of(&id), &fields).await.expect(422);
    assert!(refused.text.contains("Only an administrator"), "{}", refused.text);
    assert!(!refused.text.contains("Elsewhere Inc"));
    admin.form(&page_of(&id), &fields).await.expect(303);
    assert_eq!(listed(&app).await[0]["team"], "Elsewhere Inc");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_sees_and_changes_just_the_connections_that_are_its_own_to() {
    let app = TestApp::start().await;
    let house = house(&app).await;
    // A publisher's own, made in a rule of his.
    let owner = as_role(&app, Role::Publisher).await;
    let fields = [("auth_token", demo::USER_TOKEN), ("name", "His own")];
    let made = owner.form("/connections/new", &fields).await.expect(303);
    let his = made.header("location").rsplit('/').next().unwrap().to_owned();
    for role in Role::ALL {
        let browser = if role == Role::Publisher {
            app.browser()
        } else {
            as_role(&app, role).await
        };
        if role == Role::Publisher {
            browser.log_in("publisher@leadbell.example").await;
        }
        let (sees_house, sees_his, changes) = match role {
            Role::Publisher => (false, true, true),
            Role::PublisherAgent => (true, true, true),
            Role::BuyerAgent | Role::BuyerEditor => (true, false, true),
            Role::Support | Role::Qa => (true, true, false),
            _ => (true, true, true),
        };
        let list = browser.get("/connections").await.expect(200).text;
        for (id, name, sees) in [(&house, "House", sees_house), (&his, "His own", sees_his)] {
            let told = format!("{} {name}", role.label());
            assert_eq!(list.contains(name), sees, "{told}");
            let page = browser.get(&page_of(id)).await;
            assert_eq!(page.status, if sees { 200 } else { 404 }, "{told}");
            assert_eq!(page.text.contains("Check again"), sees && changes, "{told}");
            let wanted = match (sees, changes) {
                (false, _) => 404,
                (true, false) => 403,
                (true, true) => 303,
            };
            for fields in [vec![("do", "check")], vec![("do", "rename"), ("name", name)]] {
                let status = browser.form(&page_of(id), &fields).await.status;
                assert_eq!(status, wanted, "{told} {fields:?}");
            }
            if wanted != 303 {
                let status = replace(&browser, id, demo::BOT_TOKEN).await.status;
                assert_eq!(status, wanted, "{told} replace");
                let status = browser.form(&format!("{}/remove", page_of(id)), &[]).await.status;
                assert_eq!(status, wanted, "{told} remove");
            }
        }
        let new = browser.get("/connections/new").await.status;
        assert_eq!(new, if changes { 200 } else { 403 }, "{}", role.label());
    }
    assert_eq!(listed(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_learns_nothing_of_rules_of_the_house_that_use_his_connection() {
    let app = TestApp::start().await;
    let owner = as_role(&app, Role::Publisher).await;
    let fields = [("auth_token", demo::USER_TOKEN), ("name", "His own")];
    let made = owner.form("/connections/new", &fields).await.expect(303);
    let page = made.header("location").to_owned();
    let id = page.rsplit('/').next().unwrap();
    let mut secret = rule("product", "218", "lms.lead_sold", "x");
    secret["name"] = json!("hyena");
    secret["action"].as_object_mut().unwrap().remove("auth_token");
    app.rule(&set(secret, "action.connection_id", json!(id))).await;
    let shown = owner.get(&page).await.expect(200).text;
    assert!(
        shown.contains("No rules") && !shown.contains("hyena") && !shown.contains("218"),
        "{shown}"
    );
    // It can't be removed all the same, and he is told no more than that.
    let refused = owner.form(&format!("{page}/remove"), &[]).await.expect(422).text;
    assert!(refused.contains("still in use") && !refused.contains("hyena"));
}
