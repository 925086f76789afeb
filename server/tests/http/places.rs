//! Looking at a channel or a person before a rule sends there.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, person, rule};

async fn connection(app: &TestApp, token: &str) -> String {
    let made = app
        .post("/connections", &json!({"auth_token": token}))
        .await
        .expect(201);
    made.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_looks_at_a_place_and_sends_a_test_message_there() {
    let app = TestApp::start().await;
    let id = connection(&app, demo::BOT_TOKEN).await;
    let path = format!("/connections/{id}/check");
    let look = async |body: Value| app.post(&path, &body).await.expect(200).json()["place"].clone();
    let place = look(json!({"target": {"channel_id": demo::REJECTS}})).await;
    assert_eq!(
        (&place["reach"], &place["name"]),
        (&json!("open"), &json!("rejects"))
    );
    assert_eq!(place["test"], Value::Null);
    assert_eq!(app.slack().posted(), 0);
    let link = format!("https://demo.slack.com/archives/{}", demo::SALES);
    let place = look(json!({"target": {"channel_id": link}, "send_test": true})).await;
    assert_eq!(place["test"]["posted"], true);
    let text = app.slack().messages_in(demo::SALES)[0].text.clone();
    assert!(text.starts_with("*TEST* "), "{text}");
    // A private channel tells only by a message whether the app is in it.
    let place = look(json!({"target": {"channel_id": demo::BLUE_TRAFFIC}})).await;
    assert_eq!(place["reach"], "untold");
    assert!(
        place["advice"].as_str().unwrap().contains("/invite @leadbell"),
        "{place}"
    );
    let place = look(json!({"target": {"channel_id": demo::BLUE_TRAFFIC}, "send_test": true})).await;
    assert_eq!(place["reach"], "open");
    let place = look(json!({"target": {"channel_id": demo::OPS_PRIVATE}, "send_test": true})).await;
    assert_eq!(
        (&place["reach"], &place["test"]["posted"]),
        (&json!("untold"), &json!(false))
    );
    let place = look(json!({"target": {"member_id": demo::ANN_KIM}})).await;
    assert_eq!((&place["reach"], &place["name"]), (&json!("open"), &Value::Null));
    let place = look(json!({"target": {"channel_id": demo::ARCHIVED}, "send_test": true})).await;
    assert_eq!(
        (&place["reach"], &place["code"]),
        (&json!("closed"), &json!("is_archived"))
    );
    assert_eq!(place["test"], Value::Null);

    for (body, field) in [
        (json!({"target": "C0SALES01"}), "target"),
        (json!({"target": {"channel_id": "#sales"}}), "target.channel_id"),
        (json!({"target": {"member_id": demo::SALES}}), "target.member_id"),
        (json!({"send_test": true}), "target"),
        (json!({"send_test": 1}), "send_test"),
        (json!({"nonsense": 1}), "nonsense"),
    ] {
        assert_eq!(app.post(&path, &body).await.fields(), [field], "{body}");
    }
    let body = json!({"target": {"channel_id": demo::SALES}});
    app.post("/connections/nothing/check", &body).await.problem(404);
    let reader = app.new_key(&[ApiScope::Read]).await;
    let forbidden = app.bare(Method::POST, &path).bearer_auth(&reader).json(&body);
    app.send(forbidden).await.problem(403);
    assert!(!app.seen().contains(demo::BOT_TOKEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_is_looked_at_from_the_rule_and_its_name_stands_in_the_list() {
    let app = TestApp::start().await;
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let browser = app.browser();
    browser.log_in(&person(&app, Role::GlobalAdmin).await).await;
    let tracking = "/products/218/tracking";
    assert!(
        browser
            .get(tracking)
            .await
            .expect(200)
            .text
            .contains("# C0SALES01")
    );
    let from = format!("{tracking}/{}/check", made["id"].as_str().unwrap());
    let to = browser.get(&from).await.expect(303);
    let to = to.headers["location"].to_str().unwrap().to_owned();
    let page = browser.get(&to).await.expect(200).text;
    assert!(
        page.contains("value=\"C0SALES01\"") && page.contains("Leadbell Demo · leadbell"),
        "{page}"
    );
    let id = made["action"]["connection_id"].as_str().unwrap();
    let fields = [("connection", id), ("target", demo::SALES), ("do", "send")];
    let page = browser.form("/connections/check", &fields).await.expect(200).text;
    assert!(
        page.contains("#sales (C0SALES01)") && page.contains("Test message sent"),
        "{page}"
    );
    assert_eq!(app.slack().messages_in(demo::SALES).len(), 1);
    assert!(
        browser
            .get(tracking)
            .await
            .expect(200)
            .text
            .contains("#sales (C0SALES01)")
    );
    let refused = browser
        .form("/connections/check", &[("connection", id), ("target", "#sales")])
        .await;
    let refused = refused.expect(422).text;
    assert!(
        refused.contains("not its name") && refused.contains("value=\"#sales\""),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_looks_with_his_own_connections_and_who_makes_no_rules_not_at_all() {
    let app = TestApp::start().await;
    let house = connection(&app, demo::BOT_TOKEN).await;
    let fields = [("connection", house.as_str()), ("target", demo::SALES)];
    let publisher = app.browser();
    publisher.log_in(&person(&app, Role::Publisher).await).await;
    publisher.form("/connections/check", &fields).await.expect(404);
    assert!(
        !publisher
            .get("/connections/check")
            .await
            .expect(200)
            .text
            .contains(&house)
    );
    let reader = app.browser();
    reader.log_in(&person(&app, Role::Qa).await).await;
    let answer = reader.form("/connections/check", &fields).await;
    assert!(matches!(answer.status, 403 | 404), "{}", answer.status);
    assert!(app.slack().calls_of("conversations.join").is_empty());
}
