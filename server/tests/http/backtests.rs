//! `POST /rules/{id}/backtest`: a rule on the events of the last days.

use leadbell_domain::Role;
use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, lines, person, rule, set, sold, soon};

/// A rule that is not in force, so that nothing is sent, and the address of its backtests.
async fn made(app: &TestApp, filters: Value) -> (Value, String) {
    let rule = rule("product", "218", "lms.lead_sold", "{{lead_id}} for {{price}}");
    let rule = set(set(rule, "status", json!("disabled")), "filters", filters);
    let made = app.rule(&rule).await;
    let path = format!("/rules/{}/backtest", made["id"].as_str().unwrap());
    (made, path)
}

async fn post_events(app: &TestApp, events: &[Value]) {
    let request = app
        .request(Method::POST, "/events")
        .header("content-type", "application/x-ndjson")
        .body(lines(events));
    let told = app.send(request).await.expect(202).json();
    assert_eq!(told["accepted"], events.len());
}

fn path_of(started: &Value) -> String {
    format!("/backtests/{}", started["id"].as_str().unwrap())
}

/// The same request with another key.
async fn as_key(app: &TestApp, key: &str, method: Method, path: &str) -> Answer {
    app.send(app.bare(method, path).bearer_auth(key)).await
}

pub async fn a_backtest_tells_what_the_rule_would_have_done_and_posts_nothing(app: &mut TestApp) {
    let filters = json!({"price": {"op": "gte", "value": "40"}});
    let (_, path) = made(app, filters).await;
    let mut events: Vec<Value> = (0..2_500).map(|n| sold(&format!("dear-{n}"))).collect();
    events.extend((0..30).map(|n| set(sold(&format!("cheap-{n}")), "money.price", json!("5"))));
    events.extend((0..20).map(|n| set(sold(&format!("test-{n}")), "is_test", json!(true))));
    events.extend((0..10).map(|n| set(sold(&format!("else-{n}")), "product.id", json!(219))));
    post_events(app, &events).await;
    let started = app.post(&path, &json!({"days": 1})).await.expect(202);
    let location = started.header("location").to_owned();
    let started = started.json();
    assert_eq!(location, format!("/api/v1{}", path_of(&started)));
    assert_eq!((&started["days"], &started["result"]), (&json!(1), &Value::Null));
    soon(app.state().backtests.idle()).await;
    let told = app.get(&path_of(&started)).await.expect(200).json();
    assert_eq!(told["status"], "done", "{told}");
    let result = &told["result"];
    assert_eq!(
        (&result["judged"], &result["matched"]),
        (&json!(2_550), &json!(2_500))
    );
    let by_day: u64 = result["per_day"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["matched"].as_u64().unwrap())
        .sum();
    assert_eq!(by_day, 2_500);
    assert!(result["worst_minute"]["matched"].as_u64().unwrap() > 0);
    let samples = result["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 3);
    assert!(
        samples
            .iter()
            .all(|text| text.as_str().unwrap().ends_with("for 42.50")),
        "{samples:?}"
    );
    assert!(
        result["summary"]
            .as_str()
            .unwrap()
            .contains("2,500 of 2,550 events"),
        "{result}"
    );
    assert!(result["advice"].as_str().unwrap().contains("Advised"));
    let deliveries = app.get("/deliveries").await.expect(200).json();
    assert_eq!(deliveries["deliveries"], json!([]));
}

pub async fn a_backtest_belongs_to_its_key_and_can_be_cancelled(app: &mut TestApp) {
    let (_, path) = made(app, json!({})).await;
    post_events(app, &[sold("one")]).await;
    // While the test has the turn, no backtest goes on.
    let jobs = app.state().backtests.clone();
    let turn = jobs.turn().await;
    let started = app.post(&path, &json!({})).await.expect(202).json();
    let own = path_of(&started);
    let told = app.get(&own).await.expect(200).json();
    assert_eq!((&told["status"], &told["judged"]), (&json!("running"), &json!(0)));
    let other = app.new_key(&ApiScope::ALL).await;
    as_key(app, &other, Method::GET, &own).await.problem(404);
    as_key(app, &other, Method::DELETE, &own).await.problem(404);
    let ended = app.delete(&own).await.expect(200).json();
    assert_eq!(ended["status"], "cancelled");
    drop(turn);
    soon(jobs.idle()).await;
    let told = app.get(&own).await.expect(200).json();
    assert_eq!(
        (&told["status"], &told["result"]),
        (&json!("cancelled"), &Value::Null)
    );
    app.delete(&own).await.expect(200);
    app.delete("/backtests/nonsense").await.problem(404);
}

pub async fn only_so_many_backtests_run_at_once(app: &mut TestApp) {
    let (_, path) = made(app, json!({})).await;
    let jobs = app.state().backtests.clone();
    let turn = jobs.turn().await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        let key = app.new_key(&ApiScope::ALL).await;
        for _ in 0..3 {
            answers.push(as_key(app, &key, Method::POST, &path).await.status);
        }
    }
    // Two of each, four of all.
    assert_eq!(answers, [202, 202, 429, 202, 202, 429, 429, 429, 429]);
    let refused = app.post(&path, &json!({})).await;
    assert_eq!(refused.header("retry-after"), "10");
    assert!(
        refused.problem(429)["detail"]
            .as_str()
            .unwrap()
            .contains("cancel")
    );
    drop(turn);
    soon(jobs.idle()).await;
    app.post(&path, &json!({})).await.expect(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_backtest_can_not_use_is_named() {
    let app = TestApp::start().await;
    let (_, path) = made(&app, json!({})).await;
    for wrong in [json!({"days": 2}), json!({"days": "7"}), json!({"days": -1})] {
        assert_eq!(app.post(&path, &wrong).await.fields(), ["days"], "{wrong}");
    }
    assert_eq!(app.post(&path, &json!({"weeks": 1})).await.fields(), ["weeks"]);
    let nobody = "/rules/01931c3e-7b1a-7c3e-8a55-0242ac120002/backtest";
    app.post(nobody, &json!({})).await.problem(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_asks_before_it_saves_a_rule_that_would_flood() {
    let app = TestApp::start().await;
    app.state().backtests.be_patient(30_000);
    let events: Vec<Value> = (0..1_500).map(|n| sold(&format!("e{n}"))).collect();
    post_events(&app, &events).await;
    let connection =
        app.rule(&rule("product", "218", "lms.lead_rejected", "x")).await["action"]["connection_id"]
            .as_str()
            .unwrap()
            .to_owned();
    let admin = app.browser();
    admin.log_in(&person(&app, Role::GlobalAdmin).await).await;
    let typed = |deed: &'static str, text: &'static str| {
        vec![
            ("do", deed),
            ("trigger", "lms.lead_sold"),
            ("action.target", "channel"),
            ("action.type", "send_slack_message"),
            ("action.target.channel_id", "C0SALES01"),
            ("action.connection_id", connection.as_str()),
            ("action.text", text),
            ("status", "active"),
        ]
    };
    let new = "/products/218/tracking/new";
    let asked = admin
        .form(new, &typed("save", "Of {{lead_id}}"))
        .await
        .expect(409)
        .text;
    for said in [
        "This rule would flood",
        "about 1,500 messages",
        "Of {{lead_id}}",
        "Save it all the same",
    ] {
        assert!(asked.contains(said), "{said} is missing: {asked}");
    }
    let rules = async || {
        let all = app.get("/rules?trigger=lms.lead_sold").await.expect(200).json();
        all["rules"].as_array().unwrap().clone()
    };
    assert_eq!(
        rules().await,
        [] as [Value; 0],
        "nothing is saved before the answer"
    );
    admin.form(new, &typed("save_disabled", "Off")).await.expect(303);
    assert_eq!(rules().await[0]["status"], "disabled");
    admin.form(new, &typed("save_flooding", "On")).await.expect(303);
    let all = rules().await;
    let on = all.iter().find(|rule| rule["action"]["text"] == "On").unwrap();
    assert_eq!(on["status"], "active");
    // Who changes its words is not asked again; who widens it is.
    let path = format!("/products/218/tracking/{}", on["id"].as_str().unwrap());
    let mut words = typed("save", "Other words");
    words.push(("version", "1"));
    admin.form(&path, &words).await.expect(303);
    let mut wider = typed("save", "Other words");
    wider.extend([("version", "2"), ("include_test", "on")]);
    admin.form(&path, &wider).await.expect(409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_saves_a_rule_that_would_flood_is_told() {
    let app = TestApp::start().await;
    // The machine of a test may be slow; how quick it is, the figures say.
    app.state().backtests.be_patient(30_000);
    let calm = rule("product", "218", "lms.lead_sold", "{{lead_id}}");
    let saved = app.rule(&set(calm.clone(), "status", json!("disabled"))).await;
    assert_eq!(saved["remark"], Value::Null, "nothing has happened yet: {saved}");
    let mut events: Vec<Value> = (0..1_500).map(|n| sold(&format!("e{n}"))).collect();
    events.extend((0..1_500).map(|n| set(sold(&format!("f{n}")), "publisher.id", json!(1051))));
    post_events(&app, &events).await;
    let narrow = set(
        set(calm.clone(), "filters", json!({"method": {"any_of": ["FORM"]}})),
        "name",
        json!("narrow"),
    );
    assert_eq!(app.rule(&narrow).await["remark"], Value::Null);
    let path = format!("/rules/{}", saved["id"].as_str().unwrap());
    let told = app
        .put(&path, &set(calm, "name", json!("wide")))
        .await
        .expect(200)
        .json();
    let remark = told["remark"].as_str().unwrap_or_default();
    assert!(
        remark.contains("about 3,000 messages in the last 24 hours")
            && remark.contains("Look at its backtest"),
        "{told}"
    );
}
