//! Trying rules: who may, and what nobody learns by it.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, event, person, rule, set, sold, soon};

/// In the name of everything that is none of a publisher's business.
const MARK: &str = "quokka";
/// The total price of his leads.
const TOTAL: &str = "765432.10";

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

async fn made(app: &TestApp, rule: &Value) -> String {
    app.rule(rule).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_manage_a_rule_tries_it_without_sending() {
    let app = TestApp::start().await;
    let id = made(&app, &rule("product", "218", "lms.lead_sold", "{{lead_id}}")).await;
    app.event(&sold("happened")).await;
    app.recorded(1).await;
    let path = format!("/products/218/tracking/{id}/test");
    for (role, real_events) in [(Role::Support, true), (Role::Qa, false)] {
        let browser = as_role(&app, role).await;
        let page = browser.get(&path).await.expect(200);
        assert!(page.text.contains("Nothing is sent"), "{role:?}");
        assert!(!page.text.contains("try.send"), "{role:?}");
        assert_eq!(page.text.contains("happened"), real_events, "{role:?}");
        browser.form(&path, &[("try.source", "sample")]).await.expect(200);
        browser.form(&path, &[("try.send", "yes")]).await.expect(403);
        let chosen = [("try.source", "event"), ("try.event_id", "happened")];
        let status = if real_events { 200 } else { 422 };
        browser.form(&path, &chosen).await.expect(status);
        // A rule in the form is for who may save it.
        let draft = [("do", "try"), ("trigger", "lms.lead_sold"), ("action.text", "x")];
        let answer = browser.form("/products/218/tracking/new?step=2", &draft).await;
        assert!(!answer.text.contains("as it stands in the form"), "{role:?}");
        let started = browser
            .form(
                &format!("/products/218/tracking/{id}/backtest"),
                &[("try.days", "1")],
            )
            .await
            .expect(303);
        soon(app.state().backtests.idle()).await;
        let result = browser.get(started.header("location")).await.expect(200);
        assert!(result.text.contains("1 of 1 events"), "{}", result.text);
        assert_eq!(
            result.text.contains("It would have said"),
            real_events,
            "{role:?}"
        );
    }
    // Only the event itself was sent.
    assert_eq!(app.slack().messages_in(demo::SALES).len(), 1);
    // What an admin tried on an event that happened stays closed to QA.
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let chosen = [("try.source", "event"), ("try.event_id", "happened")];
    let tried = admin.form(&path, &chosen).await.expect(200);
    let run = tried
        .text
        .split("href=\"")
        .find_map(|rest| {
            rest.split('"')
                .next()
                .filter(|link| link.starts_with("/log/test-runs/"))
        })
        .expect("kept")
        .to_owned();
    let qa = app.browser();
    qa.log_in("qa@leadbell.example").await;
    let seen = qa.get(&run).await.expect(200);
    assert!(seen.text.contains("not for your role"), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_others_are_not_tried_by_any_address() {
    let app = TestApp::start().await;
    let product = made(&app, &rule("product", "218", "lms.lead_sold", "x")).await;
    let other = made(&app, &rule("publisher", "1051", "lms.lead_sold", "x")).await;
    let call = made(&app, &rule("product", "310", "cl.lead_sold", "x")).await;
    for (role, place) in [
        (Role::Publisher, format!("/products/218/tracking/{product}")),
        (Role::Publisher, format!("/publishers/1051/tracking/{other}")),
        (Role::Publisher, format!("/profile/tracking/{other}")),
        (Role::PublisherAgent, format!("/publishers/1051/tracking/{other}")),
        (Role::BuyerAgent, format!("/products/218/tracking/{product}")),
        (Role::LmsAdmin, format!("/products/310/tracking/{call}")),
    ] {
        let browser = app.browser();
        let email = format!("{}@leadbell.example", role.key());
        if browser.get("/").await.status == 303
            && app
                .state()
                .store
                .find_user_by_email(&email)
                .await
                .unwrap()
                .is_none()
        {
            person(&app, role).await;
        }
        browser.log_in(&email).await;
        for page in ["test", "backtest"] {
            browser.get(&format!("{place}/{page}")).await.expect(404);
            browser
                .form(
                    &format!("{place}/{page}"),
                    &[("try.days", "1"), ("try.send", "yes")],
                )
                .await
                .expect(404);
        }
    }
    let runs = app.get("/test-runs").await.expect(200).json();
    assert_eq!(runs["test_runs"], json!([]));
}

/// Names everything of the buyers' side, and the other publisher with what is his, by the mark.
async fn seed(app: &TestApp) -> String {
    let named = |id: u32, name: &str| json!({"id": id, "name": format!("{name} {MARK}")});
    let catalog = json!({
        "products": [named(219, "Product")],
        "buyers": [named(402, "Buyer"), named(455, "Buyer")],
        "campaigns": [named(8807, "Campaign"), named(8820, "Campaign")],
        "pingtrees": [named(31, "Pingtree")],
        "publishers": [named(1051, "Publisher")],
        "channels": [named(5601, "Channel")],
        "sources": [named(77300, "Source")],
    });
    app.put("/catalog", &catalog).await.expect(200);
    let money = json!({"currency": "USD", "price": TOTAL, "total": TOTAL, "publisher_earning": "30"});
    for n in 0..4 {
        let lead = set(sold(&format!("his-{n}")), "money", money.clone());
        app.event(&set(lead, "pingtree", json!({"id": 31, "name": MARK})))
            .await;
    }
    app.event(&set(
        set(sold("theirs"), "publisher", json!({"id": 1051, "name": MARK})),
        "lead.id",
        json!(MARK),
    ))
    .await;
    app.event(&event("lms.campaign_sold", "campaign")).await;
    let text = "{{lead_id}} {{price}} {{channel_name}} {{source_name}} {{publisher_name}} {{product_name}}";
    let own = set(
        rule("publisher", "1044", "lms.lead_sold", text),
        "filters",
        json!({"channel": {"any_of": ["5521"]}, "price": {"op": "gt_zero"}}),
    );
    let own = made(app, &own).await;
    let staff = made(
        app,
        &set(rule("product", "218", "lms.lead_sold", MARK), "name", json!(MARK)),
    )
    .await;
    app.post(&format!("/rules/{staff}/test"), &json!({"event_id": "theirs"}))
        .await
        .expect(200);
    let others = made(app, &rule("publisher", "1051", "lms.lead_sold", MARK)).await;
    app.post(&format!("/rules/{others}/test"), &json!({}))
        .await
        .expect(200);
    // Staff try his rule: their name is none of his business either.
    app.post(&format!("/rules/{own}/test"), &json!({}))
        .await
        .expect(200);
    own
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_tries_his_own_rules_on_his_own_events_and_learns_nothing_else() {
    let app = TestApp::start().await;
    let own = seed(&app).await;
    // What was told to staff and programs until here is no leak.
    app.forget(MARK);
    app.forget(TOTAL);
    let browser = as_role(&app, Role::Publisher).await;
    let path = format!("/profile/tracking/{own}/test");
    let page = browser.get(&path).await.expect(200);
    assert!(page.text.contains("his-3") && !page.text.contains("theirs"));
    let chosen = [("try.source", "event"), ("try.event_id", "his-1")];
    let run = browser.form(&path, &chosen).await.expect(200);
    assert!(
        run.text.contains("his-1 30.00 Blue POST 1 fb-12 Blue Traffic"),
        "{}",
        run.text
    );
    // Another's event, by its id, by its JSON, by typed ids of what is not his.
    let theirs = [("try.source", "event"), ("try.event_id", "theirs")];
    browser.form(&path, &theirs).await.expect(422);
    let paste = async |event: Value, status: u16| {
        let text = event.to_string();
        let fields = [("try.source", "pasted"), ("try.event", text.as_str())];
        browser.form(&path, &fields).await.expect(status)
    };
    let written = json!({"event_id": "w", "trigger": "lms.lead_sold", "lead": {"id": "w"}, "product": {"id": 219},
                         "publisher": {"id": 1051}, "buyer": {"id": 402}, "campaign": {"id": 8807}});
    let refused = paste(written.clone(), 422).await;
    assert!(
        refused.text.contains("must be an event of this publisher"),
        "{}",
        refused.text
    );
    let sly = set(
        set(
            set(written, "publisher.id", json!(1044)),
            "channel",
            json!({"id": 5601}),
        ),
        "source",
        json!({"id": 77300}),
    );
    paste(sly, 200).await;
    let ids = [
        ("try.values.channel_id", "5601"),
        ("try.values.source_id", "77300"),
        ("try.values.publisher_id", "1051"),
        ("try.values.product_id", "219"),
        ("try.values.buyer_id", "402"),
        ("try.values.campaign_id", "8807"),
        ("try.values.pingtree_id", "31"),
    ];
    browser.form(&path, &ids).await.expect(200);
    let started = browser
        .form(&format!("/profile/tracking/{own}/backtest"), &[("try.days", "7")])
        .await
        .expect(303);
    soon(app.state().backtests.idle()).await;
    let result = browser.get(started.header("location")).await.expect(200);
    assert!(result.text.contains("4 of 4 events"), "{}", result.text);
    assert!(result.text.contains("30.00 Blue POST 1"), "{}", result.text);
    let list = browser.get("/log/test-runs").await.expect(200);
    assert_eq!(
        list.text.matches("data-label=\"Outcome\"").count(),
        4,
        "his own rule's runs only"
    );
    assert!(list.text.contains("Your manager") && !list.text.contains("name=\"who\""));
    browser.get("/log/test-runs?who=Test").await.expect(200);
    let seen = app.seen();
    assert!(!seen.contains(MARK), "{}", around(&seen, MARK));
    assert!(!seen.contains(TOTAL), "{}", around(&seen, TOTAL));
}

/// Where a text stands, to see what told it.
fn around(seen: &str, text: &str) -> String {
    let at = seen.find(text).unwrap_or_default();
    let bytes = &seen.as_bytes()[at.saturating_sub(300)..(at + 300).min(seen.len())];
    String::from_utf8_lossy(bytes).into_owned()
}
