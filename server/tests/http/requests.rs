//! Requests of the REST interface that are not what they should be, whatever they ask for.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, rule, set};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_must_say_that_it_is_json() {
    let app = TestApp::start().await;
    let good = rule("product", "218", "lms.lead_sold", "x");
    let made = app.rule(&good).await;
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    let test = format!("{path}/test");
    let doors = [
        (Method::POST, "/rules", good.to_string()),
        (Method::PUT, &path, good.to_string()),
        (Method::POST, &test, "{}".to_owned()),
        (
            Method::POST,
            "/connections",
            json!({"auth_token": "x"}).to_string(),
        ),
        (Method::PUT, "/catalog", "{}".to_owned()),
    ];
    for (method, path, body) in doors {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
        ] {
            let request = app.request(method.clone(), path).header("content-type", kind);
            let problem = app.send(request.body(body.clone())).await.problem(415);
            assert!(
                problem["detail"].as_str().unwrap().contains("application/json"),
                "{problem}"
            );
        }
        let request = app.request(method.clone(), path).body(body.clone());
        app.send(request).await.problem(415);
        let request = app
            .request(method, path)
            .header("content-type", "Application/JSON; charset=utf-8");
        let answer = app.send(request.body(body)).await;
        assert_ne!(answer.status, 415, "{path}");
    }
    // Nothing at all is a fine body where one may be left out.
    app.send(app.request(Method::POST, &test)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_back_takes_forms_only_and_any_header_with_an_empty_body() {
    let app = TestApp::start().await;
    let address = "/pingback?event_id=1&trigger=lms.lead_sold&product_id=218&lead_id=9";
    let with = |kind: &str, body: &'static str| {
        let request = app
            .request(Method::POST, address)
            .header("content-type", kind.to_owned());
        app.send(request.body(body))
    };
    with("application/json", "{\"state\":\"CA\"}").await.problem(415);
    with("application/json", "").await.expect(202);
    let again = with("application/x-www-form-urlencoded; charset=utf-8", "state=CA")
        .await
        .expect(202);
    assert_eq!(again.json()["duplicates"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_out_of_bounds_is_a_complaint_and_not_another_page() {
    let app = TestApp::start().await;
    for (path, names) in [("/rules", &["limit", "offset"][..]), ("/deliveries", &["limit"])] {
        for name in names {
            for wrong in ["-1", "1.5", "", "many", "99999999999", "99999999999999999999"] {
                let answer = app.get(&format!("{path}?{name}={wrong}")).await;
                assert_eq!(answer.fields(), [*name], "{path}?{name}={wrong}");
            }
        }
        let answer = app.get(&format!("{path}?limit=0")).await;
        assert_eq!(answer.fields(), ["limit"]);
        assert_eq!(app.get(&format!("{path}?limit=1001")).await.fields(), ["limit"]);
        app.get(&format!("{path}?limit=1000")).await.expect(200);
        assert_eq!(
            app.get(&format!("{path}?limit=1&limit=2")).await.fields(),
            ["limit"]
        );
    }
    app.get("/rules?offset=0").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_that_do_not_exist_are_named_and_not_dropped() {
    let app = TestApp::start().await;
    let good = rule("product", "218", "lms.lead_sold", "x");
    let typo = set(good.clone(), "filter", json!({"publisher": {"any_of": ["1044"]}}));
    assert_eq!(app.post("/rules", &typo).await.fields(), ["filter"]);
    for (path, value, field) in [
        ("filters.publisher", json!({"any_of": [""]}), "filters.publisher"),
        (
            "filters.publisher",
            json!({"any_of": ["1044", " "]}),
            "filters.publisher",
        ),
        ("filters.price", json!({"value": "5"}), "filters.price.op"),
        ("filters.price", json!({}), "filters.price.op"),
    ] {
        let wrong = set(good.clone(), path, value);
        assert_eq!(app.post("/rules", &wrong).await.fields(), [field], "{wrong}");
    }
    let made = app.rule(&good).await;
    let test = format!("/rules/{}/test", made["id"].as_str().unwrap());
    assert_eq!(app.post(&test, &json!({"evnet": {}})).await.fields(), ["evnet"]);
    let token = json!({"auth_token": "x", "nmae": "y"});
    assert_eq!(app.post("/connections", &token).await.fields(), ["nmae"]);
    // What was answered can be sent back as it is.
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    let back: Value = app.get(&path).await.expect(200).json();
    app.put(&path, &back).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_tag_as_it_was_answered_is_a_condition() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    for wrong in [
        "1",
        "\"1",
        "1\"",
        "\"\"",
        "\"x\"",
        "\"+1\"",
        "\"1\", \"2\"",
        "\"99999999999999999999\"",
    ] {
        let request = app
            .request(Method::PUT, &path)
            .json(&made)
            .header("if-match", wrong);
        app.send(request).await.problem(400);
    }
    let request = app
        .request(Method::PUT, &path)
        .json(&made)
        .header("if-match", "\"1\"");
    app.send(request).await.expect(200);
}
