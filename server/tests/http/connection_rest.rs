//! Connections over REST.

use leadbell_sandbox::{Fault, Token, TokenState, demo};
use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;

const FRESH: &str = "xoxb-sandbox-canary-fresh-token-0042";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_adds_names_changes_checks_and_removes_connections() {
    let app = TestApp::start().await;
    app.slack()
        .add_token(Token::bot(FRESH, demo::TEAM, demo::BOT_USER, &demo::BOT_SCOPES));
    let new = json!({"auth_token": demo::BOT_TOKEN, "name": "One"});
    let one = app.post("/connections", &new).await.expect(201).json();
    assert_eq!(
        (&one["name"], &one["waiting"], &one["missing_scopes"]),
        (&json!("One"), &json!(0), &json!([]))
    );
    let two = app
        .post("/connections", &json!({"auth_token": demo::USER_TOKEN}))
        .await;
    let two = two.expect(201).json();
    assert_eq!(two["name"], "Leadbell Demo · Ann Kim");
    let at = format!("/connections/{}", one["id"].as_str().unwrap());
    assert_eq!(app.get(&at).await.expect(200).json(), one);
    let fields = app
        .put(&at, &json!({"name": "leadbell demo · ANN KIM"}))
        .await
        .fields();
    assert_eq!(fields, ["name"]);
    for (body, field) in [
        (json!({"name": 7}), "name"),
        (json!({"name": " "}), "name"),
        (json!({"auth_token": "x"}), "auth_token"),
        (json!({"auth_token": demo::USER_TOKEN}), "auth_token"),
        (json!({"auth_token": demo::NO_WRITE_TOKEN}), "auth_token"),
        (json!({"other_workspace": "yes"}), "other_workspace"),
    ] {
        assert_eq!(app.put(&at, &body).await.fields(), [field], "{body}");
    }
    let patch = app
        .request(Method::PATCH, &at)
        .json(&json!({"name": "Uno", "auth_token": FRESH}));
    let changed = app.send(patch).await.expect(200).json();
    assert_eq!(
        (&changed["name"], &changed["token"]),
        (&json!("Uno"), &json!("xoxb-…0042"))
    );
    app.slack()
        .change_token(FRESH, |token| token.state = TokenState::Revoked);
    let checked = app
        .post(&format!("{at}/check"), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(checked["status"], "broken");
    app.slack().fail_next("auth.test", 1, Fault::status(502));
    let checked = app
        .post(&format!("{at}/check"), &json!({}))
        .await
        .expect(200)
        .json();
    assert!(
        checked["remark"].is_string() && checked["status"] == "broken",
        "{checked}"
    );
    app.delete(&at).await.expect(204);
    app.get(&at).await.problem(404);
    app.put(&at, &json!({"name": "x"})).await.problem(404);
    app.get("/connections/nothing").await.problem(404);
    let reader = app
        .new_key(&[leadbell_server::http::api_key::ApiScope::Read])
        .await;
    let at = format!("/connections/{}", two["id"].as_str().unwrap());
    let forbidden = app.bare(Method::DELETE, &at).bearer_auth(&reader);
    app.send(forbidden).await.problem(403);
    for token in [FRESH, demo::BOT_TOKEN, demo::USER_TOKEN] {
        assert!(!app.seen().contains(token));
    }
}
