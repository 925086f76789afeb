//! Channels that Slack refuses: who is told, and what people can do.

use leadbell_domain::Role;
use leadbell_sandbox::{Fault, demo};
use serde_json::json;

use crate::support::{Browser, TestApp, person, rule, set, sold};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// A product's rule and a publisher's rule whose channel is archived, with a message each that waits.
async fn archived(app: &TestApp) -> serde_json::Value {
    app.rule(&rule("product", "218", "lms.lead_sold", "Sold {{lead_id}}"))
        .await;
    app.slack()
        .fail_next_in("chat.postMessage", demo::SALES, 1, Fault::error("is_archived"));
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    app.event(&sold("lead-2")).await;
    let all = app.get("/destinations").await.expect(200).json();
    let found = all["destinations"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{all}");
    found[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_channel_is_told_with_its_queue_and_drains_when_somebody_mended_it() {
    let app = TestApp::start().await;
    let place = archived(&app).await;
    assert_eq!(
        (&place["waiting"], &place["code"]),
        (&json!(2), &json!("is_archived"))
    );
    assert_eq!(place["meaning"], "The channel is archived.");
    assert_eq!(place["expected_delay_ms"], json!(null));
    let id = place["id"].as_str().unwrap();
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let page = admin.get("/health").await.expect(200).text;
    for part in [
        "Refused by Slack",
        "The channel is archived.",
        demo::SALES,
        "Try again now",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let banner = format!("Messages to # {} wait: The channel is archived.", demo::SALES);
    assert!(admin.get("/connections").await.text.contains(&banner));
    let refused = app.get("/destinations?refused=true").await.expect(200).json();
    assert_eq!(refused["destinations"].as_array().unwrap().len(), 1);
    let path = format!("/health/destinations/{id}");
    admin.form(&path, &[("do", "retry")]).await.expect(303);
    assert_eq!(
        app.texts_until(demo::SALES, "Sold lead-2").await,
        ["Sold lead-1", "Sold lead-2"]
    );
    app.recorded(3).await;
    let page = admin.get("/health").await.expect(200).text;
    assert!(page.contains("All is well") && !page.contains(&banner), "{page}");
    let audit = admin
        .get("/audit?action=destination.retried")
        .await
        .expect(200)
        .text;
    assert!(audit.contains(demo::SALES), "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_channel_that_is_gone_can_be_given_up_after_a_question() {
    let app = TestApp::start().await;
    let id = archived(&app).await["id"].as_str().unwrap().to_owned();
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let path = format!("/health/destinations/{id}");
    let page = admin.get(&path).await.expect(200).text;
    assert!(page.contains("Give up 2 messages"), "{page}");
    admin.form(&path, &[("do", "give_up")]).await.expect(303);
    for event in ["lead-1", "lead-2"] {
        let delivery = &app.deliveries(event).await[0];
        assert_eq!(
            (&delivery["status"], &delivery["last_code"]),
            (&json!("failed"), &json!("given_up"))
        );
    }
    let page = admin.get("/log/deliveries?code=given_up").await.expect(200).text;
    assert!(page.contains("Somebody gave it up"), "{page}");
    admin.form(&path, &[("do", "nonsense")]).await;
    admin.get("/health/destinations/nonsense").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_change_connections_only_looks_and_a_publisher_sees_nothing_of_the_house() {
    let app = TestApp::start().await;
    let id = archived(&app).await["id"].as_str().unwrap().to_owned();
    let path = format!("/health/destinations/{id}");
    for (role, sees, status) in [
        (Role::Support, true, 403),
        (Role::Qa, true, 403),
        (Role::Publisher, false, 404),
    ] {
        let browser = as_role(&app, role).await;
        let page = browser.get("/health").await.expect(200).text;
        assert_eq!(page.contains(demo::SALES), sees, "{}: {page}", role.label());
        assert!(!page.contains("Try again now"), "{}", role.label());
        for deed in ["retry", "give_up", "nonsense"] {
            let answer = browser.form(&path, &[("do", deed)]).await;
            assert_eq!(answer.status, status, "{} {deed}", role.label());
        }
        browser.get(&path).await.expect(status);
    }
    assert_eq!(app.deliveries("lead-1").await[0]["status"], "retrying");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_is_told_that_his_messages_wait_whoever_keeps_the_connection() {
    let app = TestApp::start().await;
    let own = rule("publisher", "1044", "lms.lead_sold", "Yours");
    app.rule(&set(own, "action.target", json!({"channel_id": demo::CALLS})))
        .await;
    app.slack().fail_next_in(
        "chat.postMessage",
        demo::CALLS,
        1,
        Fault::error("channel_not_found"),
    );
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    let dana = as_role(&app, Role::Publisher).await;
    let page = dana.get("/account").await.expect(200).text;
    assert!(
        page.contains(&format!("Messages to # {} wait", demo::CALLS)),
        "{page}"
    );
    let waits = format!("/log/deliveries?status=retrying&amp;to={}", demo::CALLS);
    assert!(page.contains(&waits), "{page}");
    let other = as_role(&app, Role::CallLogicAdmin).await;
    assert!(!other.get("/audit").await.text.contains("Messages to #"));
}

async fn connection(app: &TestApp) -> String {
    let all = app.get("/connections").await.expect(200).json();
    all["connections"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_and_its_end_are_told_once_each_where_somebody_said() {
    let app = TestApp::start().await;
    let place = archived(&app).await;
    let id = connection(&app).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let set_to = async |target: &str| {
        let form = [("do", "set"), ("connection_id", id.as_str()), ("target", target)];
        admin.form("/health/alerts", &form).await
    };
    assert!(set_to("nonsense").await.expect(422).text.contains("aria-invalid"));
    assert!(
        set_to(demo::ARCHIVED)
            .await
            .expect(422)
            .text
            .contains("The channel is archived.")
    );
    set_to(demo::CALLS).await.expect(303);
    for _ in 0..3 {
        leadbell_server::alerts::look(app.state()).await.unwrap();
    }
    let told = || -> Vec<String> {
        let all = app.slack().messages_in(demo::CALLS);
        all.into_iter().map(|message| message.text).collect()
    };
    assert_eq!(told().len(), 2, "{:?}", told());
    assert!(
        told()[1].contains("wait: The channel is archived."),
        "{:?}",
        told()
    );
    let path = format!("/health/destinations/{}", place["id"].as_str().unwrap());
    admin.form(&path, &[("do", "retry")]).await.expect(303);
    app.texts_until(demo::SALES, "Sold lead-2").await;
    app.recorded(3).await;
    for _ in 0..3 {
        leadbell_server::alerts::look(app.state()).await.unwrap();
    }
    assert_eq!(told().len(), 3, "{:?}", told());
    assert!(told()[2].contains("again"), "{:?}", told());
    let page = admin.get("/health/alerts").await.expect(200).text;
    assert_eq!(page.matches(">Sent<").count(), 2, "{page}");
    admin.form("/health/alerts", &[("do", "stop")]).await.expect(303);
    assert!(app.state().store.alert_routes().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_are_set_by_who_answers_for_the_connections_and_with_his_own() {
    let app = TestApp::start().await;
    archived(&app).await;
    let house = connection(&app).await;
    let form = [
        ("do", "set"),
        ("connection_id", house.as_str()),
        ("target", demo::CALLS),
    ];
    for role in [Role::Support, Role::BuyerAgent, Role::PublisherAgent, Role::Qa] {
        let browser = as_role(&app, role).await;
        browser.get("/health/alerts").await.expect(403);
        browser.form("/health/alerts", &form).await.expect(403);
        browser
            .form("/health/alerts", &[("do", "stop")])
            .await
            .expect(403);
    }
    let dana = as_role(&app, Role::Publisher).await;
    let page = dana.get("/health/alerts").await.expect(200).text;
    assert!(
        !page.contains(&house),
        "the house's connections are not his: {page}"
    );
    let refused = dana.form("/health/alerts", &form).await.expect(422).text;
    assert!(refused.contains("Choose one of the connections."), "{refused}");
    assert!(app.slack().messages_in(demo::CALLS).is_empty());
}
