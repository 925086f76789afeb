//! The dashboard and the health of rules: everybody's own, and nothing of anybody else.

use leadbell_domain::Role;
use leadbell_sandbox::{Fault, demo};
use serde_json::json;

use crate::support::{Browser, TestApp, event, person, rule, set, sold};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The number in a tile of the page.
fn tile(page: &str, name: &str) -> String {
    // Marks of the renderer.
    let page = page.replace("<!>", "");
    let (_, rest) = page
        .split_once(&format!("<dt>{name}</dt>"))
        .unwrap_or_else(|| panic!("{name}: {page}"));
    let (_, value) = rest.split_once("tiles__value\">").expect("a value");
    let text = value.split("</dd>").next().unwrap_or_default();
    let plain: Vec<&str> = text
        .split('<')
        .filter_map(|piece| {
            piece
                .split_once('>')
                .map_or(Some(piece), |(_, after)| Some(after))
        })
        .collect();
    plain.concat().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_begins_with_the_figures_of_what_is_his() {
    let app = TestApp::start().await;
    app.rule(&set(
        rule("product", "218", "lms.lead_sold", "House {{lead_id}}"),
        "name",
        json!("Of the house"),
    ))
    .await;
    app.rule(&set(
        rule("publisher", "1044", "lms.lead_sold", "Earned"),
        "name",
        json!("Of Blue"),
    ))
    .await;
    app.rule(&set(
        rule("campaign", "8807", "lms.campaign_sold", "Bought"),
        "name",
        json!("Of Acme"),
    ))
    .await;
    app.event(&sold("lead-1")).await;
    app.event(&event("lms.campaign_sold", "sale-1")).await;
    app.recorded(3).await;
    for (role, events, sent, rules) in [
        (
            Role::GlobalAdmin,
            "2",
            "3",
            ["Of the house", "Of Blue", "Of Acme"].as_slice(),
        ),
        (Role::Support, "2", "3", &["Of the house", "Of Blue", "Of Acme"]),
        (Role::LmsAdmin, "2", "3", &["Of the house", "Of Blue", "Of Acme"]),
        (Role::CallLogicAdmin, "0", "0", &[]),
        (Role::BuyerAgent, "1", "1", &["Of Acme"]),
        (Role::PublisherAgent, "1", "1", &["Of Blue"]),
        (Role::CompliancePublisher, "1", "1", &["Of Blue"]),
        (Role::Publisher, "1", "1", &["Of Blue"]),
    ] {
        let page = as_role(&app, role).await.get("/").await.expect(200).text;
        assert_eq!(tile(&page, "Events"), events, "{}", role.label());
        assert_eq!(tile(&page, "Messages sent"), sent, "{}", role.label());
        for name in ["Of the house", "Of Blue", "Of Acme"] {
            assert_eq!(
                page.contains(name),
                rules.contains(&name),
                "{}: {name}",
                role.label()
            );
        }
        assert!(page.contains("role=\"img\""), "{}", role.label());
    }
    let qa = as_role(&app, Role::Qa).await.get("/").await.expect(200).text;
    assert!(
        qa.contains("Test runs") && !qa.contains("Of the house") && !qa.contains("<dl class=\"tiles\""),
        "{qa}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_house_is_told_what_to_do_first() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let page = admin.get("/").await.expect(200).text;
    for part in [
        "First steps",
        "/connections/new",
        "/users/keys",
        "href=\"/products\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let his = as_role(&app, Role::Publisher)
        .await
        .get("/")
        .await
        .expect(200)
        .text;
    assert!(
        his.contains("First steps") && !his.contains("/users/keys"),
        "{his}"
    );
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    app.event(&sold("lead-1")).await;
    let page = admin.get("/").await.expect(200).text;
    assert!(!page.contains("First steps"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_health_of_a_rule_tells_its_failures_and_what_keeps_events_out() {
    let app = TestApp::start().await;
    let silent = set(
        rule("product", "218", "lms.lead_sold", "x"),
        "filters",
        json!({"price": {"op": "gt", "value": "99999"}, "method": {"any_of": ["POST"]}}),
    );
    let silent = app.rule(&silent).await["id"].as_str().unwrap().to_owned();
    let failing = app.rule(&rule("product", "218", "lms.lead_sold", "y")).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.slack()
        .fail_next_in("chat.postMessage", demo::SALES, 1, Fault::error("msg_too_long"));
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    let page = |rule: &str| format!("/products/218/tracking/{rule}/health");
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let health = admin.get(&page(&silent)).await.expect(200).text;
    for part in [
        "It has never fired since it was made",
        "Price Restrictions",
        "Price is greater than 99999.00: was 42.50",
        "/log/events/lead-1",
    ] {
        assert!(health.contains(part), "{part}: {health}");
    }
    // What Support may not know of amounts stands nowhere.
    let support = as_role(&app, Role::Support).await;
    let masked = support.get(&page(&silent)).await.expect(200).text;
    assert!(masked.contains("•••") && !masked.contains("42.50"), "{masked}");
    let health = admin.get(&page(&failing)).await.expect(200).text;
    assert_eq!(tile(&health, "Failures in a row"), "1");
    app.event(&sold("lead-2")).await;
    app.recorded(2).await;
    let health = admin.get(&page(&failing)).await.expect(200).text;
    assert_eq!(tile(&health, "Failures in a row"), "None");
    assert!(health.contains("of the last message"), "{health}");
    let qa = as_role(&app, Role::Qa)
        .await
        .get(&page(&failing))
        .await
        .expect(200)
        .text;
    assert!(
        qa.contains("Not told to your role") && !qa.contains("lead-1"),
        "{qa}"
    );
    for role in [
        Role::Publisher,
        Role::PublisherAgent,
        Role::BuyerAgent,
        Role::CallLogicAdmin,
    ] {
        as_role(&app, role).await.get(&page(&failing)).await.expect(404);
    }
    // Not by another entity's address either.
    admin
        .get(&format!("/products/219/tracking/{failing}/health"))
        .await
        .expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn support_tries_rules_without_learning_amounts() {
    let app = TestApp::start().await;
    let made = set(
        rule("product", "218", "lms.lead_sold", "For {{price}}"),
        "filters",
        json!({"price": {"op": "gt", "value": "31.31"}}),
    );
    let id = app.rule(&made).await["id"].as_str().unwrap().to_owned();
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    let path = format!("/products/218/tracking/{id}/test");
    let chosen = [("try.source", "event"), ("try.event_id", "lead-1")];
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let tried = admin.form(&path, &chosen).await.expect(200).text;
    assert!(tried.contains("For 42.50"), "{tried}");
    let support = as_role(&app, Role::Support).await;
    let (_, result) = tried.split_once("id=\"try-result\"").expect("a result");
    let kept = result
        .split("href=\"")
        .find(|rest| rest.starts_with("/log/test-runs/"))
        .and_then(|rest| rest.split('"').next())
        .expect("kept");
    for page in [
        support.form(&path, &chosen).await.expect(200).text,
        support.get(kept).await.expect(200).text,
    ] {
        let shown = page.split("It would fire").last().unwrap_or_default();
        assert!(!shown.contains("42.5"), "{shown}");
        assert!(shown.contains("•••"), "{shown}");
    }
}
