//! Copying rules, and changing many of them at once.

use leadbell_domain::Role;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set};

async fn add(app: &TestApp, rule: &Value) -> String {
    app.rule(rule).await["id"].as_str().unwrap().to_owned()
}

async fn log_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

async fn rules(app: &TestApp, query: &str) -> Vec<Value> {
    let found = app.get(&format!("/rules?{query}")).await.expect(200).json();
    found["rules"].as_array().unwrap().clone()
}

async fn status(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/rules/{id}")).await.expect(200).json()["status"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_copied_to_several_places_at_once_and_starts_disabled() {
    let app = TestApp::start().await;
    let source = rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}");
    let filters = json!({"channel": {"any_of": ["5521"]}, "price": {"op": "gt", "value": "10.00"}});
    let source = set(
        set(source, "filters", filters.clone()),
        "name",
        json!("Blue leads"),
    );
    let id = add(&app, &source).await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    let page = admin
        .get(&format!("/products/218/tracking/{id}/copy"))
        .await
        .expect(200);
    assert!(page.text.contains("Copy rule 1") && page.text.contains("Personal Loans"));
    // A search keeps what is ticked.
    let path = format!("/products/218/tracking/copy?rule={id}&to=product%3A219&level=publisher&q=blue");
    let page = admin.get(&path).await.expect(200).text;
    assert!(
        page.contains("Personal Loans") && page.contains("Publisher Blue Traffic"),
        "{page}"
    );
    assert!(!page.contains("North Leads"), "{page}");

    let copy = [
        ("rule", id.as_str()),
        ("to", "product:219"),
        ("to", "product:218"),
        ("to", "publisher:1044"),
    ];
    let answer = admin.form("/products/218/tracking/copy", &copy).await.expect(303);
    let copied = admin.get(answer.header("location")).await.expect(200).text;
    assert!(
        copied.contains("3 copies are made.") && copied.contains("Publisher Blue Traffic"),
        "{copied}"
    );
    let made = rules(&app, "status=disabled").await;
    assert_eq!(made.len(), 3);
    for copy in &made {
        assert_eq!(copy["filters"], filters, "{copy}");
        assert_eq!(copy["name"], "Blue leads");
        assert_eq!(copy["action"]["text"], "Lead {{lead_id}}");
    }
    let mut places: Vec<&str> = made
        .iter()
        .map(|copy| copy["entity_id"].as_str().unwrap())
        .collect();
    places.sort_unstable();
    assert_eq!(places, ["1044", "218", "219"]);

    // Enabled at once, beside the rule it doubles: that is said.
    let copy = [("rule", id.as_str()), ("to", "product:218"), ("active", "yes")];
    let answer = admin.form("/products/218/tracking/copy", &copy).await.expect(303);
    let copied = admin.get(answer.header("location")).await.expect(200).text;
    assert!(copied.contains("Rule 1 posts the same message"), "{copied}");
    assert_eq!(rules(&app, "status=active").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_shown_before_and_refused_with_its_field() {
    let app = TestApp::start().await;
    let source = rule("product", "218", "lms.lead_sold", "Sold to {{buyer_name}}");
    let filters = json!({"buyer": {"any_of": ["402"]}, "channel": {"any_of": ["5521"]}});
    let id = add(&app, &set(source, "filters", filters)).await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    let path = format!("/products/218/tracking/copy?rule={id}");
    for (level, expected) in [
        ("product", "This product belongs to Call Logic."),
        ("campaign", "is not available at Campaign level."),
        ("publisher", "The filter Buyer is not available for this rule."),
    ] {
        let page = admin.get(&format!("{path}&level={level}")).await.expect(200);
        assert!(
            page.text.contains(expected) && page.text.contains("disabled"),
            "{level}: {}",
            page.text
        );
    }
    for (to, field) in [
        ("product:310", "Trigger"),
        ("campaign:8807", "Trigger"),
        ("publisher:1044", "Message Text"),
        ("publisher:1051", "Buyer"),
        ("product:999", "Copy to"),
    ] {
        // All or nothing: the place where it fits gets no copy either.
        let copy = [("rule", id.as_str()), ("to", to), ("to", "product:219")];
        let page = admin.form("/products/218/tracking/copy", &copy).await.expect(422);
        assert!(page.text.contains(&format!(">{field}<")), "{to}: {}", page.text);
    }
    let none = [("rule", id.as_str())];
    let page = admin.form("/products/218/tracking/copy", &none).await.expect(422);
    assert!(page.text.contains("Choose at least one place"), "{}", page.text);
    assert_eq!(rules(&app, "").await.len(), 1);
    for nothing in [
        format!("/products/219/tracking/copy?rule={id}"),
        "/products/218/tracking/copy?rule=nonsense".to_owned(),
        format!("/products/218/tracking/copy?rule={id}&to=buyer%3A1"),
    ] {
        admin.get(&nothing).await.expect(404);
    }
    // Without a rule there is nothing to copy: back to where one is chosen.
    let back = admin.get("/products/218/tracking/copy").await.expect(303);
    assert_eq!(back.header("location"), "/products/218/tracking");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_copies_within_his_own_reach_only() {
    let app = TestApp::start().await;
    let own = add(
        &app,
        &rule("publisher", "1044", "lms.lead_sold", "Own {{lead_id}}"),
    )
    .await;
    let calls = add(
        &app,
        &rule("publisher", "1044", "cl.lead_sold", "Call {{lead_id}}"),
    )
    .await;
    let other = add(
        &app,
        &rule("publisher", "1051", "lms.lead_sold", "Other {{lead_id}}"),
    )
    .await;

    let publisher = log_in(&app, Role::Publisher).await;
    let page = publisher
        .get(&format!("/profile/tracking/{own}/copy"))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("Publisher Blue Traffic") && !page.contains("North Leads"),
        "{page}"
    );
    assert!(!page.contains("Debt Relief") && !page.contains("Acme"), "{page}");
    let copy = |rule: &str, to: &str| vec![("rule", rule.to_owned()), ("to", to.to_owned())];
    let post = async |browser: &Browser, path: &str, fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        browser.form(path, &fields).await
    };
    post(&publisher, "/profile/tracking/copy", copy(&own, "publisher:1044"))
        .await
        .expect(303);
    for forged in ["publisher:1051", "product:218", "campaign:8807"] {
        let answer = post(&publisher, "/profile/tracking/copy", copy(&own, forged))
            .await
            .expect(422);
        assert!(
            !answer.text.contains("North") && !answer.text.contains("Debt"),
            "{}",
            answer.text
        );
    }
    post(
        &publisher,
        "/profile/tracking/copy",
        copy(&other, "publisher:1044"),
    )
    .await
    .expect(404);

    let lms = log_in(&app, Role::LmsAdmin).await;
    let path = "/publishers/1044/tracking/copy";
    post(&lms, path, copy(&calls, "publisher:1051")).await.expect(404);
    post(&lms, path, copy(&own, "product:310")).await.expect(422);
    post(&lms, path, copy(&own, "publisher:1051")).await.expect(303);
    let support = log_in(&app, Role::Support).await;
    support
        .get(&format!("/publishers/1044/tracking/{own}/copy"))
        .await
        .expect(403);
    post(&support, path, copy(&own, "publisher:1051"))
        .await
        .expect(403);
    assert_eq!(rules(&app, "").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rules_are_switched_and_deleted_at_once_and_this_is_undone() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let text = format!("{number} {{{{lead_id}}}}");
        ids.push(add(&app, &rule("product", "218", "lms.lead_sold", &text)).await);
    }
    let admin = log_in(&app, Role::GlobalAdmin).await;
    let path = "/products/218/tracking/bulk";
    let picked = |what: &'static str| {
        let mut fields = vec![("do", what)];
        fields.extend(ids.iter().map(|id| ("rule", id.as_str())));
        fields
    };
    let said = async |what: &str| {
        let page = admin.get("/products/218/tracking").await.expect(200).text;
        assert!(page.contains(what), "no {what}: {page}");
        page
    };
    admin
        .form(path, &[("do", "disable"), ("rule", ids[0].as_str())])
        .await
        .expect(303);
    said("1 rule is disabled.").await;
    admin.form(path, &picked("disable")).await.expect(303);
    said("2 rules are disabled; 1 was already.").await;
    for id in &ids {
        assert_eq!(status(&app, id).await, "disabled");
    }
    // Back go only the two that changed.
    let undo = format!("{path}?do=undo&changed={}.2%2C{}.2", ids[1], ids[2]);
    admin.form(&undo, &[]).await.expect(303);
    said("2 rules are as they were before.").await;
    assert_eq!(
        [
            status(&app, &ids[0]).await,
            status(&app, &ids[1]).await,
            status(&app, &ids[2]).await
        ],
        ["disabled", "active", "active"]
    );
    // Once is enough: by now they have another version.
    admin.form(&undo, &[]).await.expect(409);

    admin.form(path, &picked("delete")).await.expect(303);
    said("3 rules are deleted.").await;
    assert!(rules(&app, "").await.is_empty());
    let versions = [3, 4, 4];
    let changed: Vec<String> = ids
        .iter()
        .zip(versions)
        .map(|(id, version)| format!("{id}.{version}"))
        .collect();
    let undo = format!("{path}?do=undo&changed={}", changed.join("%2C"));
    admin.form(&undo, &[]).await.expect(303);
    assert_eq!(rules(&app, "").await.len(), 3);
    assert_eq!(status(&app, &ids[0]).await, "disabled");

    let answer = admin.form(path, &picked("copy")).await.expect(303);
    let page = admin.get(answer.header("location")).await.expect(200).text;
    assert!(page.contains("Copy 3 rules"), "{page}");
    admin.form(path, &[("do", "enable")]).await.expect(303);
    said("Select at least one rule first.").await;
    admin.form(path, &picked("explode")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_rule_out_of_reach_refuses_the_whole_request() {
    let app = TestApp::start().await;
    let own = add(
        &app,
        &rule("publisher", "1044", "lms.lead_sold", "Own {{lead_id}}"),
    )
    .await;
    let other = add(
        &app,
        &rule("publisher", "1051", "lms.lead_sold", "Other {{lead_id}}"),
    )
    .await;
    let product = add(
        &app,
        &rule("product", "218", "lms.lead_sold", "Product {{lead_id}}"),
    )
    .await;
    let both = |what: &'static str, rule: &str| {
        vec![
            ("do", what.to_owned()),
            ("rule", own.clone()),
            ("rule", rule.to_owned()),
        ]
    };
    let post = async |browser: &Browser, path: &str, fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        browser.form(path, &fields).await.status
    };
    let publisher = log_in(&app, Role::Publisher).await;
    let support = log_in(&app, Role::Support).await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    for forged in [other.as_str(), product.as_str(), "nonsense"] {
        for what in ["disable", "delete"] {
            assert_eq!(
                post(&publisher, "/profile/tracking/bulk", both(what, forged)).await,
                404
            );
            assert_eq!(
                post(&admin, "/publishers/1044/tracking/bulk", both(what, forged)).await,
                404
            );
        }
    }
    assert_eq!(
        post(&support, "/publishers/1044/tracking/bulk", both("disable", &own)).await,
        403
    );
    let undo = format!("/profile/tracking/bulk?do=undo&changed={other}.1");
    assert_eq!(post(&publisher, &undo, Vec::new()).await, 404);
    for id in [&own, &other, &product] {
        assert_eq!(status(&app, id).await, "active");
    }
    assert_eq!(
        post(&publisher, "/profile/tracking/bulk", both("disable", &own)).await,
        303
    );
    assert_eq!(status(&app, &own).await, "disabled");
}
