//! The list of rules: what narrows and sorts it, and what a row tells.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set};

const LIST: &str = "/products/218/tracking";

async fn logged_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The numbers of the rules that a search finds, in their order.
async fn numbers(browser: &Browser, place: &Value, search: Value) -> Vec<i64> {
    let answer = browser
        .call("rules", &json!({"place": place, "search": search}))
        .await;
    let answer = answer.expect(200).json();
    let rows = answer["rows"].as_array().expect("rows");
    rows.iter()
        .map(|row| row["number"].as_i64().expect("a number"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_narrowed_by_author_and_destination_and_sorted_by_its_address() {
    let app = TestApp::start().await;
    let browser = logged_in(&app, Role::GlobalAdmin).await;
    let plain = rule("product", "218", "lms.lead_sold", "x");
    app.rule(&set(plain.clone(), "name", json!("Zebra"))).await;
    let to_ann = set(plain, "action.target", json!({"member_id": demo::ANN_KIM}));
    app.rule(&set(to_ann, "name", json!("Ant"))).await;
    let draft = json!({
        "trigger": "lms.lead_rejected", "auth_token": demo::BOT_TOKEN, "target": "channel",
        "channel_id": demo::SALES, "text": "x",
    });
    let save = json!({"level": "product", "entity": "218", "editing": null, "draft": draft});
    browser
        .call("save_rule", &json!({"save": save}))
        .await
        .expect(200);
    let place = json!({"Entity": ["product", "218"]});
    let view = browser
        .call("entity", &json!({"place": place}))
        .await
        .expect(200)
        .json();
    let authors = view["authors"].as_array().expect("authors");
    let ids: Vec<&str> = authors
        .iter()
        .map(|author| author["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        (authors[0]["name"].as_str(), ids[1]),
        (Some("The Global Admin"), "api")
    );
    assert_eq!(view["destinations"][0]["name"], format!("# {}", demo::SALES));
    assert_eq!(view["destinations"][1]["id"], demo::ANN_KIM);
    for (search, expected) in [
        (json!({"author": ids[0]}), vec![3]),
        (json!({"author": "api"}), vec![2, 1]),
        (json!({"author": "nobody we know"}), vec![3, 2, 1]),
        (json!({"to": demo::ANN_KIM}), vec![2]),
        (json!({"to": demo::SALES, "sort": "oldest"}), vec![1, 3]),
        (json!({"sort": "name"}), vec![2, 1, 3]),
        (json!({"sort": "trigger"}), vec![3, 2, 1]),
        (json!({"sort": "backwards"}), vec![3, 2, 1]),
    ] {
        assert_eq!(
            numbers(&browser, &place, search.clone()).await,
            expected,
            "{search}"
        );
    }
    let page = browser
        .get(&format!("{LIST}?to={}&sort=name", demo::ANN_KIM))
        .await
        .expect(200);
    assert!(
        page.text.contains("Ant") && !page.text.contains("Zebra"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_shows_name_note_and_what_became_of_its_filters() {
    let app = TestApp::start().await;
    let mut made = rule("product", "218", "lms.lead_sold", "x");
    for (field, value) in [
        ("name", json!("Big sales")),
        ("note", json!("Ask Kim\nfirst")),
        ("filters", json!({"publisher": {"any_of": ["1044"]}})),
    ] {
        made = set(made, field, value);
    }
    let made = app.rule(&made).await;
    let gone = json!({"publishers": [{"id": 1044, "name": "Blue Traffic", "status": "disabled"}]});
    app.put("/catalog", &gone).await.expect(200);
    let browser = logged_in(&app, Role::GlobalAdmin).await;
    let page = browser.get(LIST).await.expect(200).text;
    let address = format!("{LIST}/{}", made["id"].as_str().unwrap());
    for told in [
        "Big sales",
        "Ask Kim first",
        "Publisher is Blue Traffic (disabled)",
        &format!("action=\"{LIST}/bulk\""),
        &format!("href=\"{address}/copy\""),
        &format!("href=\"{address}/history\""),
        &format!("href=\"{LIST}/deleted\""),
        &format!("href=\"{address}/adjacent\""),
    ] {
        assert!(page.contains(told), "no {told} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_is_not_told_who_made_his_rules_nor_what_is_adjacent() {
    let app = TestApp::start().await;
    let agent = logged_in(&app, Role::PublisherAgent).await;
    let draft = json!({
        "trigger": "lms.lead_sold", "auth_token": demo::BOT_TOKEN, "target": "channel",
        "channel_id": demo::SALES, "text": "x",
    });
    let save = json!({"level": "publisher", "entity": "1044", "editing": null, "draft": draft});
    agent.call("save_rule", &json!({"save": save})).await.expect(200);
    let place = json!({"Entity": ["publisher", "1044"]});
    let view = agent
        .call("entity", &json!({"place": place}))
        .await
        .expect(200)
        .json();
    let staff = view["authors"][0]["id"].as_str().expect("an author").to_owned();

    let publisher = logged_in(&app, Role::Publisher).await;
    let view = publisher
        .call("entity", &json!({"place": "Own"}))
        .await
        .expect(200)
        .json();
    assert_eq!(view["authors"], json!([]));
    assert_eq!(view["destinations"][0]["id"], demo::SALES);
    // Asking by author tells nothing either: every author finds the same.
    for author in [staff.as_str(), "api", "01931c3e-7b1a-7c3e-8a55-0242ac120002"] {
        assert_eq!(
            numbers(&publisher, &json!("Own"), json!({"author": author})).await,
            [1]
        );
    }
    let page = publisher.get("/profile/tracking").await.expect(200).text;
    assert!(page.contains("action=\"/profile/tracking/bulk\"") && page.contains("/history\""));
    for hidden in ["Author", "Adjacent", "/adjacent", "The Publisher Agent", &staff] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_answered_with_a_sentence_that_sums_them_up() {
    let app = TestApp::start().await;
    let filters =
        json!({"publisher": {"any_of": ["1044"]}, "price": {"op": "between", "min": "10", "max": "50"}});
    let made = app
        .rule(&set(
            rule("product", "218", "lms.lead_sold", "x"),
            "filters",
            filters,
        ))
        .await;
    let sentence = format!(
        "When a lead of Debt Relief is sold by Blue Traffic for 10–50, post to {}.",
        demo::SALES
    );
    assert_eq!(made["summary"], sentence);
    app.rule(&rule("campaign", "8807", "lms.campaign_sold", "x"))
        .await;
    let channel = json!({"channel": {"none_of": ["5521"]}});
    let own = set(rule("publisher", "1044", "cl.lead_sold", "x"), "filters", channel);
    app.rule(&own).await;
    let list = app.get("/rules").await.expect(200).json();
    let told: Vec<&str> = list["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["summary"].as_str().unwrap())
        .collect();
    let to = demo::SALES;
    assert_eq!(
        told,
        [
            sentence,
            format!("When Acme CA buys a lead, post to {to}."),
            format!("When a call of Blue Traffic is sold not through Blue POST 1, post to {to}."),
        ]
    );
    // What was fetched can be sent back.
    let mut again = list["rules"][0].clone();
    again["name"] = json!("Renamed");
    let path = format!("/rules/{}", again["id"].as_str().unwrap());
    let put = app.put(&path, &again).await.expect(200).json();
    assert_eq!(
        (&put["name"], &put["summary"]),
        (&json!("Renamed"), &made["summary"])
    );
}
