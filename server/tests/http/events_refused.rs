//! Events that are refused, and how that is told.

use std::collections::BTreeMap;

use leadbell_sandbox::demo;
use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, lines, rule, set, sold, without};

async fn post(app: &TestApp, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = app
        .request(Method::POST, "/events")
        .header("content-type", kind)
        .body(body);
    app.send(request).await
}

/// The complaints about one rejected event, by field.
fn complaints(rejected: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let errors = rejected["errors"].as_array().expect("a list");
    errors
        .iter()
        .map(|error| (text(&error["field"]), text(&error["message"])))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_events_are_told_by_place_and_field_and_the_good_ones_are_accepted() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let batch = json!({"events": [
        sold("good-1"),
        without(sold("no-product"), "product"),
        set(set(sold("float"), "money.price", json!(42.5)), "trigger", json!("lms.lead_solt")),
        sold("good-2"),
        set(sold("x"), "event_id", json!(null)),
        "not an object",
    ]});
    let answer = app.post("/events", &batch).await.expect(202).json();
    assert_eq!(
        (&answer["accepted"], &answer["duplicates"]),
        (&json!(2), &json!(0))
    );
    let rejected = answer["rejected"].as_array().unwrap();
    let places: Vec<(&Value, &Value)> = rejected
        .iter()
        .map(|event| (&event["index"], &event["event_id"]))
        .collect();
    let expected = [
        (&json!(1), &json!("no-product")),
        (&json!(2), &json!("float")),
        (&json!(4), &json!(null)),
        (&json!(5), &json!(null)),
    ];
    assert_eq!(places, expected);
    assert!(complaints(&rejected[0])["product.id"].contains("required"));
    let both = complaints(&rejected[1]);
    assert!(
        both["trigger"].contains("Did you mean \"lms.lead_sold\"?"),
        "{both:?}"
    );
    assert!(both["money.price"].contains("\"42.5\""), "{both:?}");
    assert!(complaints(&rejected[2])["event_id"].contains("required"));
    assert!(complaints(&rejected[3]).contains_key(""));
    let texts = app.texts_until(demo::SALES, "good-2").await;
    assert_eq!(texts, ["good-1", "good-2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_event_can_be_sent_again_once_it_is_right() {
    let app = TestApp::start().await;
    let wrong = set(sold("1"), "money.price", json!("many"));
    let answer = app.post("/events", &wrong).await.expect(422).json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["index"]),
        (&json!(0), &json!(0))
    );
    app.event(&sold("1")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_events_are_refused_the_request_is() {
    let app = TestApp::start().await;
    let batch = json!({"events": [without(sold("1"), "lead"), without(sold("2"), "trigger")]});
    let answer = app.post("/events", &batch).await.expect(422).json();
    assert_eq!(answer["accepted"], 0);
    assert_eq!(answer["rejected"].as_array().unwrap().len(), 2);
    assert!(complaints(&answer["rejected"][0]).contains_key("lead.id"));
    assert!(complaints(&answer["rejected"][1]).contains_key("trigger"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_line_is_one_broken_event() {
    let app = TestApp::start().await;
    let mut body = lines(&[sold("1")]).into_bytes();
    body.extend(b"{oops\n");
    body.extend(b"{\"event_id\":\"\xff\"}\n");
    body.extend(lines(&[sold("2")]).into_bytes());
    let answer = post(&app, "application/x-ndjson", body).await.expect(202).json();
    assert_eq!(answer["accepted"], 2);
    let rejected = answer["rejected"].as_array().unwrap();
    assert!(complaints(&rejected[0])[""].contains("JSON"), "{answer}");
    assert!(complaints(&rejected[1])[""].contains("UTF-8"), "{answer}");
    assert_eq!(
        (&rejected[0]["index"], &rejected[1]["index"]),
        (&json!(1), &json!(2))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_no_events_is_refused_as_a_whole() {
    let app = TestApp::start().await;
    for body in ["", "{oops", "[]", "\"x\"", "null", "{\"events\":{}}"] {
        post(&app, "application/json", body).await.problem(400);
    }
    let problem = post(&app, "application/json", b"{\"event_id\":\"\xff\"}".to_vec())
        .await
        .problem(400);
    assert!(problem["detail"].as_str().unwrap().contains("UTF-8"), "{problem}");
    post(&app, "application/x-ndjson", "\n\n").await.problem(400);
    // Deeper than anybody means, and than a stack is.
    post(&app, "application/json", "[".repeat(200_000))
        .await
        .problem(400);
    let deep = format!("{{\"events\":{}", "[".repeat(200_000));
    post(&app, "application/json", deep).await.problem(400);
    let empty = post(&app, "application/json", "{\"events\":[]}")
        .await
        .expect(202)
        .json();
    assert_eq!(empty, json!({"accepted": 0, "duplicates": 0, "rejected": []}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_json_and_lines_of_json_are_taken() {
    let app = TestApp::start().await;
    let body = sold("1").to_string();
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "",
    ] {
        post(&app, kind, body.clone()).await.problem(415);
    }
    let request = app.request(Method::POST, "/events").body(body.clone());
    app.send(request).await.problem(415);
    post(&app, "application/json; charset=utf-8", body)
        .await
        .expect(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_needs_a_key_that_may_post_events() {
    let app = TestApp::start().await;
    let body = sold("1");
    let refused = app.send(app.bare(Method::POST, "/events").json(&body)).await;
    refused.problem(401);
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    for wrong in [
        "lbk_wrong",
        "",
        "Bearer",
        &app.key[..app.key.len() - 1],
        &"lbk_x".repeat(5_000),
    ] {
        let request = app.bare(Method::POST, "/events").bearer_auth(wrong).json(&body);
        app.send(request).await.problem(401);
    }
    let basic = app
        .bare(Method::POST, "/events")
        .basic_auth("lbk", Some(&app.key))
        .json(&body);
    app.send(basic).await.problem(401);
    let reader = app
        .new_key(&[ApiScope::Read, ApiScope::Rules, ApiScope::Catalog])
        .await;
    for path in ["/events", "/pingback?event_id=1"] {
        let request = app.bare(Method::POST, path).bearer_auth(&reader).json(&body);
        let problem = app.send(request).await.problem(403);
        assert!(
            problem["detail"].as_str().unwrap().contains("ingest"),
            "{problem}"
        );
    }
    let sender = app.new_key(&[ApiScope::Ingest]).await;
    let request = app.bare(Method::POST, "/events").bearer_auth(&sender).json(&body);
    app.send(request).await.expect(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_scope_of_a_key_opens_its_own_doors_only() {
    let app = TestApp::start().await;
    let doors = [
        (ApiScope::Ingest, Method::POST, "/events"),
        (ApiScope::Ingest, Method::GET, "/pingback"),
        (ApiScope::Catalog, Method::PUT, "/catalog"),
        (ApiScope::Rules, Method::POST, "/rules"),
        (ApiScope::Rules, Method::PUT, "/rules/x"),
        (ApiScope::Rules, Method::DELETE, "/rules/x"),
        (ApiScope::Rules, Method::POST, "/connections"),
        (ApiScope::Read, Method::GET, "/rules"),
        (ApiScope::Read, Method::GET, "/rules/x"),
        (ApiScope::Read, Method::GET, "/connections"),
        (ApiScope::Read, Method::GET, "/deliveries"),
        (ApiScope::Read, Method::GET, "/events/x"),
        (ApiScope::Read, Method::GET, "/meta"),
    ];
    for key_scope in ApiScope::ALL {
        let key = app.new_key(&[key_scope]).await;
        for (needed, method, path) in &doors {
            let request = app.bare(method.clone(), path).bearer_auth(&key);
            let answer = app
                .send(request.header("content-type", "application/json").body("{}"))
                .await;
            let refused = matches!(answer.status, 401 | 403);
            assert_eq!(
                refused,
                key_scope != *needed,
                "{key_scope:?} {method} {path}: {}",
                answer.text
            );
        }
    }
    for (_, method, path) in &doors {
        app.send(app.bare(method.clone(), path)).await.problem(401);
    }
}
