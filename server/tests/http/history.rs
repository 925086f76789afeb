//! What rules were, who changed them, and bringing it back: over REST and on pages.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp, person, rule, set, sold};

pub fn id(rule: &Value) -> &str {
    rule["id"].as_str().expect("an id")
}

async fn versions(app: &TestApp, rule: &Value) -> Vec<Value> {
    let answer = app.get(&format!("/rules/{}/versions", id(rule))).await;
    answer.expect(200).json()["versions"].as_array().unwrap().clone()
}

async fn restore(app: &TestApp, rule: &Value, body: &Value) -> Answer {
    app.post(&format!("/rules/{}/restore", id(rule)), body).await
}

/// The texts of the changes of a version.
fn told(version: &Value) -> Vec<&str> {
    let changes = version["changes"].as_array().expect("changes");
    changes
        .iter()
        .map(|change| change["text"].as_str().unwrap())
        .collect()
}

pub async fn every_version_of_a_rule_is_told_and_can_be_brought_back_over_rest(app: &mut TestApp) {
    let first = set(
        rule("product", "218", "lms.lead_sold", "one"),
        "filters",
        json!({"publisher": {"any_of": ["1044"]}, "price": {"op": "between", "min": "10", "max": "50"}}),
    );
    let made = app.rule(&first).await;
    let mut edited = set(made.clone(), "action.text", json!("two"));
    edited["filters"] = json!({"publisher": {"any_of": ["1051"]}, "price": {"op": "gte", "value": "20"}});
    app.put(&format!("/rules/{}", id(&made)), &edited)
        .await
        .expect(200);
    let found = versions(app, &made).await;
    assert_eq!(found.len(), 2);
    assert_eq!(
        told(&found[0]),
        [
            "Publisher: added North Leads; removed Blue Traffic",
            "Price Restrictions: Price 10.00 – 50.00 → Price is at least 20.00",
            "Message Text: one → two",
        ]
    );
    assert_eq!(
        (&found[0]["version"], &found[0]["change"]),
        (&json!(2), &json!("edited"))
    );
    assert_eq!(
        (&found[1]["change"], &found[1]["changes"]),
        (&json!("created"), &Value::Null)
    );
    let by = &found[0]["by"];
    assert_eq!((&by["kind"], &by["name"]), (&json!("api_key"), &json!("Test")));
    assert_eq!(found[1]["rule"], made);

    // An old version is brought back by who has seen the newest one.
    let request = |tag: &str| {
        let path = format!("/rules/{}/restore", id(&made));
        let request = app
            .request(Method::POST, &path)
            .header("if-match", tag.to_owned());
        app.send(request.json(&json!({"version": 1})))
    };
    request("\"1\"").await.problem(412);
    let answer = request("\"2\"").await.expect(200);
    assert_eq!(answer.header("etag"), "\"3\"");
    let back = answer.json();
    assert_eq!(
        (&back["filters"], &back["action"]),
        (&made["filters"], &made["action"])
    );
    assert_eq!(versions(app, &made).await[0]["change"], "restored");

    assert_eq!(
        restore(app, &made, &json!({"version": 9})).await.fields(),
        ["version"]
    );
    assert_eq!(
        restore(app, &made, &json!({"version": "1"})).await.fields(),
        ["version"]
    );
    assert_eq!(restore(app, &made, &json!({})).await.fields(), ["version"]);
    assert_eq!(restore(app, &made, &json!([])).await.fields(), [""]);
    let nobody = json!({"id": "0193573e-0000-7000-8000-000000000000"});
    restore(app, &nobody, &json!({"version": 1})).await.problem(404);
    app.get(&format!("/rules/{}/versions", id(&nobody)))
        .await
        .problem(404);
    let page = app
        .get(&format!("/rules/{}/versions?limit=1&offset=1", id(&made)))
        .await;
    let page = page.expect(200).json();
    assert_eq!(
        (&page["total"], page["versions"].as_array().unwrap().len()),
        (&json!(3), 1)
    );
    assert_eq!(page["versions"][0]["version"], 2);
    // What it is compared with is on the next page.
    assert_eq!(told(&page["versions"][0]).len(), 3);
}

pub async fn a_deleted_rule_comes_back_and_speaks_again(app: &mut TestApp) {
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}"))
        .await;
    let path = format!("/rules/{}", id(&made));
    app.delete(&path).await.expect(204);
    app.event(&sold("1")).await;
    app.get(&path).await.problem(404);
    assert_eq!(versions(app, &made).await[0]["change"], "deleted");
    let back = restore(app, &made, &json!({})).await.expect(200).json();
    assert_eq!((&back["number"], &back["version"]), (&made["number"], &json!(3)));
    app.event(&sold("2")).await;
    assert_eq!(app.texts_until(demo::SALES, "Lead 2").await, ["Lead 2"]);
}

pub async fn browser(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The first address of this name in the tag that `marker` stands in, or after it.
fn address(page: &str, marker: &str, attribute: &str) -> String {
    let at = page.find(marker).unwrap_or_else(|| panic!("no {marker}: {page}"));
    let rest = &page[page[..at].rfind('<').unwrap_or(at)..];
    let start = rest.find(&format!("{attribute}=\"")).expect("the attribute") + attribute.len() + 2;
    let end = rest[start..].find('"').expect("its end");
    rest[start..start + end].replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_tells_who_did_what_and_brings_a_version_back() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "one")).await;
    let admin = browser(&app, Role::GlobalAdmin).await;
    let path = format!("/products/218/tracking/{}", id(&made));
    let edit = json!({"level": "product", "entity": "218", "editing": [made["id"], 1], "draft": {
        "trigger": "lms.lead_sold", "connection_id": made["action"]["connection_id"],
        "target": "channel", "channel_id": demo::SALES, "text": "two <b>",
    }});
    admin.call("save_rule", &json!({"save": edit})).await.expect(200);
    admin.form(&path, &[("do", "disable")]).await.expect(303);
    let page = admin.get(&format!("{path}/history")).await.expect(200).text;
    for said in [
        "Version 3",
        "Version 2",
        "Version 1",
        "Disabled",
        "Edited",
        "Added",
        "You",
        "API key “Test”",
        "Message Text",
        "two &lt;b&gt;",
        "Restore this version",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("two <b>"), "typed markup came alive");
    // The version that is in force is not to be brought back.
    assert_eq!(page.matches("Restore this version").count(), 2);
    let to = address(&page, "Version 1<", "action");
    let answer = admin.form(&to, &[("from_history", "yes")]).await.expect(303);
    assert_eq!(answer.header("location"), format!("{path}/history"));
    let page = admin.get(answer.header("location")).await.expect(200).text;
    assert!(page.contains("again what it was in version 1"), "{page}");
    let now = app.get(&format!("/rules/{}", id(&made))).await.expect(200).json();
    assert_eq!(
        (&now["action"]["text"], &now["status"]),
        (&json!("one"), &json!("active"))
    );
    // A second window that still shows the old state is told.
    let late = admin.form(&to, &[("from_history", "yes")]).await.expect(422);
    assert!(late.text.contains("changed in the meantime"), "{}", late.text);
    for wrong in [
        "/restore",
        "/restore?version=1",
        "/restore?version=1&seen=x",
        "/restore?version=99&seen=4",
    ] {
        admin.form(&format!("{path}{wrong}"), &[]).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_is_undone_by_the_button_of_its_notice() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "one")).await;
    let admin = browser(&app, Role::GlobalAdmin).await;
    let path = format!("/products/218/tracking/{}", id(&made));
    admin.form(&path, &[("do", "delete")]).await.expect(303);
    let list = admin.get("/products/218/tracking").await.expect(200).text;
    assert!(list.contains("The rule is deleted."), "{list}");
    let undo = address(&list, "notice__undo", "action");
    let gone = admin.get("/products/218/tracking/deleted").await.expect(200).text;
    assert!(gone.contains("Rule 1") && gone.contains("one"), "{gone}");
    assert_eq!(address(&gone, "version__restore", "action"), undo);
    let history = admin.get(&format!("{path}/history")).await.expect(200).text;
    assert!(history.contains("This rule was deleted"), "{history}");

    let back = admin.form(&undo, &[]).await.expect(303);
    assert_eq!(back.header("location"), "/products/218/tracking");
    let list = admin.get("/products/218/tracking").await.expect(200).text;
    assert!(list.contains("Rule 1 is back."), "{list}");
    let now = app.get(&format!("/rules/{}", id(&made))).await.expect(200).json();
    assert_eq!((&now["version"], &now["number"]), (&json!(3), &json!(1)));
    let gone = admin.get("/products/218/tracking/deleted").await.expect(200).text;
    assert!(gone.contains("No deleted rules"), "{gone}");

    // The same with a script: the answer names the version by which it is undone.
    let target = json!({"level": "product", "rule": made["id"]});
    let version = admin.call("delete_rule", &target).await.expect(200).json();
    assert_eq!(version, 4);
    admin
        .form(&format!("{path}/restore?version=4&seen=4"), &[])
        .await
        .expect(303);
    app.get(&format!("/rules/{}", id(&made))).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_sees_and_restores_his_own_and_learns_no_name_of_the_house() {
    let app = TestApp::start().await;
    let made = app
        .rule(&rule("publisher", "1044", "lms.lead_sold", "Earned {{price}}"))
        .await;
    let other = app.rule(&rule("publisher", "1051", "lms.lead_sold", "x")).await;
    let admin = browser(&app, Role::GlobalAdmin).await;
    let path = format!("/publishers/1044/tracking/{}", id(&made));
    admin.form(&path, &[("do", "disable")]).await.expect(303);
    let his = browser(&app, Role::Publisher).await;
    let own = format!("/profile/tracking/{}", id(&made));
    his.form(&own, &[("do", "enable")]).await.expect(303);
    let before = app.seen().len();
    for page in [format!("{own}/history"), format!("{path}/history")] {
        let page = his.get(&page).await.expect(200).text;
        assert!(page.contains("Your manager") && page.contains("You"), "{page}");
        assert!(page.contains("Restore this version"), "{page}");
    }
    his.form(&format!("{own}/restore?version=2&seen=3"), &[])
        .await
        .expect(303);
    let now = app.get(&format!("/rules/{}", id(&made))).await.expect(200).json();
    assert_eq!(now["status"], "disabled");
    his.form(&own, &[("do", "delete")]).await.expect(303);
    let list = his.get("/profile/tracking").await.expect(200).text;
    let undo = address(&list, "notice__undo", "action");
    assert!(undo.starts_with("/profile/tracking/"), "{undo}");
    let gone = his.get("/profile/tracking/deleted").await.expect(200).text;
    assert!(gone.contains("Rule 1"), "{gone}");
    his.form(&undo, &[]).await.expect(303);
    let seen = &app.seen()[before..];
    for secret in ["The Global Admin", "API key", "“Test”", "Leadbell Demo", "Test\""] {
        assert!(!seen.contains(secret), "{secret}");
    }
    // Nothing of another publisher, not even that it is there.
    let theirs = id(&other);
    for place in [
        "/profile",
        "/publishers/1044",
        "/publishers/1051",
        "/products/218",
    ] {
        his.get(&format!("{place}/tracking/{theirs}/history"))
            .await
            .expect(404);
        let to = format!("{place}/tracking/{theirs}/restore?version=1&seen=1");
        his.form(&to, &[]).await.expect(404);
    }
    his.get("/publishers/1051/tracking/deleted").await.expect(404);
    his.get("/products/218/tracking/deleted").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_longer_allowed_is_not_brought_back_and_the_reason_is_told() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("publisher", "1044", "lms.lead_sold", "one")).await;
    let his = browser(&app, Role::Publisher).await;
    let edit = json!({"level": "publisher", "entity": "1044", "editing": [made["id"], 1], "draft": {
        "trigger": "lms.lead_sold", "auth_token": demo::BOT_TOKEN, "target": "channel",
        "channel_id": demo::SALES, "text": "two",
    }});
    his.call("save_rule", &json!({"save": edit})).await.expect(200);
    // The first version sends with a token of the house: his no more.
    let own = format!("/profile/tracking/{}", id(&made));
    let refused = his
        .form(&format!("{own}/restore?version=1&seen=2"), &[])
        .await
        .expect(422);
    assert!(
        refused.text.contains("can&#x27;t be brought back") || refused.text.contains("can't be brought back"),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("Saved connection"), "{}", refused.text);
    let now = app.get(&format!("/rules/{}", id(&made))).await.expect(200).json();
    assert_eq!(
        (&now["version"], &now["action"]["text"]),
        (&json!(2), &json!("two"))
    );
    // Who may look only may not bring back either.
    let looks = browser(&app, Role::Qa).await;
    let page = looks
        .get(&format!("/publishers/1044/tracking/{}/history", id(&made)))
        .await;
    assert!(!page.expect(200).text.contains("Restore this version"));
    let to = format!("/publishers/1044/tracking/{}/restore?version=1&seen=2", id(&made));
    looks.form(&to, &[]).await.expect(403);
    let agent = browser(&app, Role::BuyerAgent).await;
    agent.form(&to, &[]).await.expect(404);
}
