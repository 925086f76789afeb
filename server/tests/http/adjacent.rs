//! Adjacent rules: counted in the list, listed on a page with the reason, told when a rule doubles another, and hidden
//! from publishers.

use leadbell_domain::Role;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set};

/// Adds a rule; its id.
async fn add(app: &TestApp, level: &str, entity: &str, text: &str, filters: Value) -> String {
    let made = app
        .rule(&set(
            rule(level, entity, "lms.lead_sold", text),
            "filters",
            filters,
        ))
        .await;
    made["id"].as_str().unwrap().to_owned()
}

async fn log_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// What the list says of a rule's adjacent rules.
async fn told(browser: &Browser, level: &str, entity: &str, id: &str) -> Value {
    let query = json!({"place": {"Entity": [level, entity]}, "search": {}});
    let rows = browser.call("rules", &query).await.expect(200).json()["rows"].clone();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == id)
        .unwrap();
    row["adjacent"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn adjacent_rules_are_counted_and_listed_with_their_reason() {
    let app = TestApp::start().await;
    let blue = add(
        &app,
        "product",
        "218",
        "Blue {{lead_id}}",
        json!({"publisher": {"any_of": ["1044"]}}),
    )
    .await;
    let all = add(
        &app,
        "product",
        "218",
        "All {{lead_id}}",
        json!({"price": {"op": "gt", "value": "10"}}),
    )
    .await;
    add(
        &app,
        "product",
        "218",
        "North {{lead_id}}",
        json!({"channel": {"any_of": ["5601"]}}),
    )
    .await;
    add(&app, "publisher", "1044", "Own {{lead_id}}", json!({})).await;
    add(&app, "product", "219", "Elsewhere {{lead_id}}", json!({})).await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    // The channel of publisher 1051 can't bring a lead of publisher 1044.
    assert_eq!(told(&admin, "product", "218", &blue).await, json!([2, false]));
    assert_eq!(told(&admin, "product", "218", &all).await, json!([3, false]));

    let path = format!("/products/218/tracking/{blue}/adjacent");
    let page = admin.get(&path).await.expect(200).text;
    for part in [
        "Adjacent rules of rule 1",
        "Publisher is Blue Traffic",
        "Publisher Blue Traffic",
        "Price is greater than 10.00",
    ] {
        assert!(page.contains(part), "no {part}: {page}");
    }
    assert!(
        !page.contains("Personal Loans") && !page.contains("North POST"),
        "{page}"
    );
    for nothing in [
        format!("/products/219/tracking/{blue}/adjacent"),
        format!("/publishers/1044/tracking/{blue}/adjacent"),
        "/products/218/tracking/new/adjacent".to_owned(),
    ] {
        admin.get(&nothing).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_would_tell_the_same_twice_is_remarked_on() {
    let app = TestApp::start().await;
    let first = rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}");
    let made = app.rule(&first).await;
    assert_eq!(made.get("remark"), None, "{made}");
    let other = app
        .rule(&set(
            first.clone(),
            "filters",
            json!({"method": {"any_of": ["POST"]}}),
        ))
        .await;
    let remark = other["remark"].as_str().unwrap_or_default();
    assert!(remark.contains("Rule 1") && remark.contains("twice"), "{other}");
    let disabled = app.rule(&set(first.clone(), "status", json!("disabled"))).await;
    assert_eq!(disabled.get("remark"), None, "{disabled}");
    let elsewhere = rule("product", "219", "lms.lead_sold", "Lead {{lead_id}}");
    assert_eq!(app.rule(&elsewhere).await.get("remark"), None);

    let admin = log_in(&app, Role::GlobalAdmin).await;
    let id = other["id"].as_str().unwrap();
    assert_eq!(told(&admin, "product", "218", id).await, json!([1, true]));
    let page = admin
        .get(&format!("/products/218/tracking/{id}/adjacent"))
        .await
        .expect(200);
    assert!(
        page.text.contains("Posts the same message to the same place"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_told_of_adjacent_rules_in_his_own_reach_only() {
    let app = TestApp::start().await;
    let own = add(&app, "publisher", "1044", "Lead {{lead_id}}", json!({})).await;
    add(&app, "publisher", "1044", "Once more {{lead_id}}", json!({})).await;
    add(&app, "product", "218", "Lead {{lead_id}}", json!({})).await;
    let path = format!("/publishers/1044/tracking/{own}/adjacent");

    let admin = log_in(&app, Role::GlobalAdmin).await;
    assert_eq!(told(&admin, "publisher", "1044", &own).await, json!([2, true]));
    assert!(
        admin
            .get(&path)
            .await
            .expect(200)
            .text
            .contains("Product Debt Relief")
    );

    let agent = log_in(&app, Role::PublisherAgent).await;
    assert_eq!(told(&agent, "publisher", "1044", &own).await, json!([1, false]));
    let page = agent.get(&path).await.expect(200).text;
    assert!(
        page.contains("Publisher Blue Traffic") && !page.contains("Debt Relief"),
        "{page}"
    );

    let publisher = log_in(&app, Role::Publisher).await;
    assert_eq!(told(&publisher, "publisher", "1044", &own).await, Value::Null);
    publisher.get(&path).await.expect(404);
    publisher
        .get(&format!("/profile/tracking/{own}/adjacent"))
        .await
        .expect(404);
    app.browser().get(&path).await.expect(303);
}
