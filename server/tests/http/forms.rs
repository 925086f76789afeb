//! The same by plain HTML forms: what a browser does before, or without, any script.

use leadbell_domain::Role;
use leadbell_sandbox::demo;

use crate::support::{Browser, PASSWORD, TestApp, person, rule, sold};

/// The second step of the form; the first chooses the trigger.
const NEW: &str = "/products/218/tracking/new?step=2";

/// The fields of a good rule; `changes` replace or add.
fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("do", "save"),
        ("trigger", "lms.lead_sold"),
        ("filters.publisher", "1044"),
        ("filters.price.op", "between"),
        ("filters.price.min", "10"),
        ("filters.price.max", "50"),
        ("action.type", "send_slack_message"),
        ("action.auth_token", demo::BOT_TOKEN),
        ("action.target", "channel"),
        ("action.target.channel_id", demo::SALES),
        ("action.text", "Lead {{lead_id}}\r\nsold"),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes);
    fields
}

async fn admin(app: &TestApp) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, Role::GlobalAdmin).await).await;
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_made_by_a_form_sends_and_is_listed_switched_edited_and_deleted() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    let answer = browser.form(NEW, &fields(&[])).await.expect(303);
    assert_eq!(answer.header("location"), "/products/218/tracking");
    let list = browser.get("/products/218/tracking").await.expect(200);
    assert!(list.text.contains("Rule 1 is saved."), "{}", list.text);
    assert!(list.text.contains("The Global Admin"), "no author: {}", list.text);
    let again = browser.get("/products/218/tracking").await.expect(200);
    assert!(!again.text.contains("Rule 1 is saved."), "the notice stays");

    app.event(&sold("1")).await;
    assert_eq!(app.texts_until(demo::SALES, "Lead 1\nsold").await.len(), 1);

    let made = app.get("/rules").await.expect(200).json()["rules"][0].clone();
    let path = format!("/products/218/tracking/{}", made["id"].as_str().unwrap());
    browser.form(&path, &[("do", "disable")]).await.expect(303);
    app.event(&sold("2")).await;
    browser.form(&path, &[("do", "enable")]).await.expect(303);
    let version = app.get("/rules").await.expect(200).json()["rules"][0]["version"].to_string();
    let form = browser.get(&path).await.expect(200);
    assert!(form.text.contains("sold") && !form.text.contains(demo::BOT_TOKEN));
    let connection = made["action"]["connection_id"].as_str().unwrap();
    let edit = [
        ("version", version.as_str()),
        ("action.auth_token", ""),
        ("action.connection_id", connection),
        ("action.text", "Edited {{lead_id}}"),
    ];
    browser.form(&path, &fields(&edit)).await.expect(303);
    app.event(&sold("3")).await;
    assert_eq!(app.texts_until(demo::SALES, "Edited 3").await.len(), 2);
    // A second window, still open with the old version.
    let late = browser.form(&path, &fields(&edit)).await;
    assert!(matches!(late.status, 409 | 422), "{}", late.status);
    assert!(
        late.text.contains("in the meantime") && late.text.contains("Edited {{lead_id}}"),
        "{}",
        late.text
    );

    browser.form(&path, &[("do", "delete")]).await.expect(303);
    browser.get(&path).await.expect(404);
    assert_eq!(app.get("/rules").await.expect(200).json()["total"], 0);
    assert!(!app.seen().contains(demo::BOT_TOKEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_refused_comes_back_with_everything_typed_but_the_token() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    for (changes, told) in [
        (&[("action.text", "typed {{leed_id}}")][..], "lead_id"),
        (&[("action.text", "typed"), ("filters.price.min", "60")], "above"),
        (
            &[("action.text", "typed"), ("filters.price.min", "-1")],
            "negative",
        ),
        (
            &[
                ("action.text", "typed"),
                ("action.auth_token", demo::REVOKED_TOKEN),
            ],
            "token_revoked",
        ),
        (
            &[("action.text", "typed"), ("action.auth_token", "hunter22")],
            "xoxb-",
        ),
        (
            &[
                ("action.text", "typed"),
                ("action.target.channel_id", demo::ANN_KIM),
            ],
            "typed",
        ),
        (
            &[("action.text", "typed <script>alert(1)</script> {{nope}}")],
            "typed &lt;script",
        ),
    ] {
        let page = browser.form(NEW, &fields(changes)).await.expect(422);
        assert!(
            page.text.contains("typed") && page.text.contains(told),
            "{told}: {}",
            page.text
        );
        assert!(
            page.text.contains("aria-invalid=\"true\""),
            "{told}: no field is marked: {}",
            page.text
        );
        assert!(!page.text.contains("<script>alert"), "typed markup came alive");
    }
    assert_eq!(app.get("/rules").await.expect(200).json()["total"], 0);
    for token in [demo::BOT_TOKEN, demo::REVOKED_TOKEN, "hunter22"] {
        assert!(!app.seen().contains(token), "{token}");
    }
    let huge = "x".repeat(1024 * 1024);
    let page = browser
        .form(NEW, &fields(&[("action.text", &huge)]))
        .await
        .expect(422);
    assert!(page.text.contains("1,048,576"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_posted_after_the_session_has_ended_waits_for_the_login() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    let session = browser.session().unwrap();
    browser.form("/logout", &[]).await.expect(303);
    browser.take_session(&session);
    let page = browser
        .form(NEW, &fields(&[("action.text", "typed long ago")]))
        .await
        .expect(401);
    assert!(
        page.text.contains("typed long ago") && page.text.contains("Log in again"),
        "{}",
        page.text
    );
    assert!(!page.text.contains(demo::BOT_TOKEN), "the token came back");
    let email = "global_admin@leadbell.example";
    let wrong = fields(&[
        ("email", email),
        ("password", "wrong"),
        ("action.text", "typed long ago"),
    ]);
    let page = browser.form(NEW, &wrong).await.expect(401);
    assert!(
        page.text.contains("typed long ago") && page.text.contains("password is wrong"),
        "{}",
        page.text
    );
    let right = fields(&[
        ("email", email),
        ("password", PASSWORD),
        ("action.text", "typed long ago"),
    ]);
    let answer = browser.form(NEW, &right).await.expect(307);
    assert_eq!(answer.header("location"), NEW);
    browser.form(NEW, &right).await.expect(303);
    let made = app.get("/rules").await.expect(200).json();
    assert_eq!(made["rules"][0]["action"]["text"], "typed long ago");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_finds_his_rules_in_his_profile() {
    let app = TestApp::start().await;
    app.rule(&rule("publisher", "1044", "lms.lead_sold", "Earned {{price}}"))
        .await;
    let browser = app.browser();
    browser.log_in(&person(&app, Role::Publisher).await).await;
    let home = browser.get("/").await.expect(200);
    assert!(home.text.contains("href=\"/profile/tracking\""), "{}", home.text);
    let page = browser.get("/profile/tracking").await.expect(200);
    assert!(page.text.contains("Earned {{price}}"), "{}", page.text);
    let own = [("filters.publisher", ""), ("filters.channel", "5521")];
    browser
        .form("/profile/tracking/new", &fields(&own))
        .await
        .expect(303);
    assert_eq!(
        app.get("/rules?level=publisher&entity_id=1044")
            .await
            .expect(200)
            .json()["total"],
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_do_not_exist_say_so() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    for path in [
        "/nothing",
        "/products/424242",
        "/products/424242/tracking",
        "/products/218/tracking/x",
        "/products/218/nothing",
        "/campaigns/%FF",
        "/publishers/%00",
        "/products/218/tracking/0193573e-0000-7000-8000-000000000000",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/rules"] {
        browser.get(path).await.problem(404);
    }
    browser.get("/fn/rules").await.expect(405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn placeholders_of_other_systems_are_converted_by_a_button_of_the_form() {
    let app = TestApp::start().await;
    let browser = admin(&app).await;
    let typed = "Lead {lead_id} of [affiliate] sold, {frobnicate}";
    let page = browser
        .form(NEW, &fields(&[("do", "other"), ("action.text", typed)]))
        .await
        .expect(200);
    assert!(
        page.text.contains("value=\"convert\""),
        "no button: {}",
        page.text
    );
    let converted = fields(&[("do", "convert"), ("action.text", typed)]);
    let page = browser.form(NEW, &converted).await.expect(200);
    for told in [
        "Lead {{lead_id}} of {{publisher_id}} sold, {frobnicate}</textarea>",
        "{lead_id} is now {{lead_id}}, [affiliate] is now {{publisher_id}}.",
        "{frobnicate} stays",
        // What else was typed is there still, and the rule so far in words.
        "value=\"10\"",
        "When a lead of Debt Relief is sold by Blue Traffic for 10–50, post to",
        // The pasted token is a saved connection by now.
        "xoxb-…0001",
    ] {
        assert!(page.text.contains(told), "no {told}: {}", page.text);
    }
    assert!(
        !page.text.contains("value=\"convert\""),
        "the button stays: {}",
        page.text
    );
    assert!(!page.text.contains(demo::BOT_TOKEN));
    assert_eq!(app.get("/rules").await.expect(200).json()["total"], 0);
    let rejected = [
        ("do", "other"),
        ("trigger", "lms.lead_rejected"),
        ("action.text", "x"),
    ];
    let page = browser.form(NEW, &fields(&rejected)).await.expect(200);
    assert!(page.text.contains("has no price"), "{}", page.text);
}
