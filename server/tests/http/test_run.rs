//! `POST /rules/{id}/test`: what a rule would do, and its message sent by hand.

use leadbell_sandbox::{Fault, demo};
use serde_json::{Value, json};

use crate::support::{TestApp, rule, set, sold};

async fn made(app: &TestApp, rule: &Value) -> String {
    let made = app.rule(rule).await;
    format!("/rules/{}/test", made["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_tried_on_an_event_without_anything_being_sent() {
    let app = TestApp::start().await;
    let filters =
        json!({"publisher": {"any_of": ["1044"]}, "price": {"op": "between", "min": "10", "max": "50"}});
    let rule = set(
        rule(
            "product",
            "218",
            "lms.lead_sold",
            "{{lead_id}} by {{publisher_name}}",
        ),
        "filters",
        filters,
    );
    let path = made(&app, &rule).await;
    let fits = json!({"event": {
        "event_id": "try", "trigger": "lms.lead_sold", "product": {"id": 218}, "lead": {"id": "L1"},
        "publisher": {"id": 1044}, "money": {"price": "42.50"},
    }});
    let told = app.post(&path, &fits).await.expect(200).json();
    assert_eq!(told["fires"], json!(true), "{told}");
    assert_eq!(told["text"], "L1 by Blue Traffic", "names come from the catalog");
    assert_eq!(told["sent"], Value::Null);
    let dear = set(fits, "event.money.price", json!("51"));
    let told = app.post(&path, &dear).await.expect(200).json();
    assert_eq!(told["fires"], json!(false));
    let price = &told["filters"][1];
    assert_eq!(price["wanted"], "Price 10.00 – 50.00");
    assert_eq!(
        (&price["actual"], &price["passed"]),
        (&json!("51.00"), &json!(false))
    );
    assert_eq!(told["filters"][0]["wanted"], "Publisher is Blue Traffic");
    let elsewhere = set(dear, "event.product.id", json!(219));
    let told = app.post(&path, &elsewhere).await.expect(200).json();
    assert!(
        told["obstacles"][0].as_str().unwrap().contains("does not belong"),
        "{told}"
    );
    // Nothing of it was kept or sent.
    app.get("/events/try").await.expect(404);
    assert!(app.slack().messages_in(demo::SALES).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_event_a_sample_stands_in_and_a_wrong_one_is_told_by_field() {
    let app = TestApp::start().await;
    let path = made(
        &app,
        &rule("publisher", "1044", "cl.lead_sold", "{{publisher_name}}"),
    )
    .await;
    let told = app.post(&path, &json!({})).await.expect(200).json();
    assert_eq!(
        (&told["fires"], &told["text"]),
        (&json!(true), &json!("Blue Traffic"))
    );
    let wrong = json!({"event": {"trigger": "cl.lead_sold", "money": {"price": 1.5}}, "send": "yes"});
    let refused = app.post(&path, &wrong).await.expect(422).text;
    for field in ["event.event_id", "event.money.price", "send"] {
        assert!(refused.contains(field), "{field} in {refused}");
    }
    let nobody = "/rules/01931c3e-7b1a-7c3e-8a55-0242ac120002/test";
    app.post(nobody, &json!({})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_sent_by_hand_says_test_and_tells_slacks_answer() {
    let app = TestApp::start().await;
    let path = made(&app, &rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}")).await;
    let send = json!({"event": sold("by-hand"), "send": true});
    let told = app.post(&path, &send).await.expect(200).json();
    assert_eq!(told["sent"]["ok"], json!(true), "{told}");
    let texts: Vec<String> = app
        .slack()
        .messages_in(demo::SALES)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["*TEST* Lead by-hand"]);
    app.slack()
        .fail_next("chat.postMessage", 1, Fault::error("is_archived"));
    let told = app.post(&path, &send).await.expect(200).json();
    assert_eq!(told["sent"]["ok"], json!(false));
    assert!(
        told["sent"]["said"].as_str().unwrap().contains("is_archived"),
        "{told}"
    );
}
