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
    // No event came of it, and nothing was sent.
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_typed_stand_instead_of_the_events_and_an_event_that_happened_can_be_chosen() {
    let app = TestApp::start().await;
    let filters = json!({"price": {"op": "between", "min": "10", "max": "50"}});
    let rule = set(
        rule(
            "product",
            "218",
            "lms.lead_sold",
            "{{lead_id}} {{price}} {{publisher_name}}",
        ),
        "filters",
        filters,
    );
    let path = made(&app, &set(rule, "status", json!("disabled"))).await;
    app.event(&sold("happened")).await;
    let chosen = json!({"event_id": "happened", "values": {"price": "49.99", "publisher_id": "1051"}});
    let told = app.post(&path, &chosen).await.expect(200).json();
    assert_eq!(told["text"], "happened 49.99 North Leads", "{told}");
    assert_eq!(told["filters"][0]["passed"], json!(true));
    let dear = app
        .post(&path, &json!({"values": {"price": "51"}}))
        .await
        .expect(200)
        .json();
    assert_eq!(dear["filters"][0]["actual"], "51.00");
    assert_eq!(dear["fires"], json!(false));
    let wrong = json!({"values": {"price": "much", "nothing_such": "1", "is_test": 1}});
    assert_eq!(app.post(&path, &wrong).await.fields(), ["values.is_test"]);
    let wrong = json!({"values": {"price": "much", "nothing_such": "1"}});
    let refused = app.post(&path, &wrong).await;
    assert_eq!(refused.fields(), ["values.nothing_such", "values.price"]);
    for event in ["never", "elsewhere"] {
        let refused = app.post(&path, &json!({"event_id": event})).await;
        assert_eq!(refused.fields(), ["event_id"]);
    }
    let both = json!({"event_id": "happened", "event": sold("x")});
    assert_eq!(app.post(&path, &both).await.fields(), ["event_id"]);
}

pub async fn every_run_is_kept_and_listed_with_what_was_made_of_it(app: &mut TestApp) {
    let path = made(app, &rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}")).await;
    let fits = app
        .post(&path, &json!({"event": sold("kept")}))
        .await
        .expect(200)
        .json();
    let elsewhere =
        json!({"event": set(sold("else"), "product.id", json!(219)), "values": {"lead_id": "L9"}});
    let other = app.post(&path, &elsewhere).await.expect(200).json();
    let list = app.get("/test-runs").await.expect(200).json();
    let runs = list["test_runs"].as_array().unwrap();
    let ids: Vec<&Value> = runs.iter().map(|run| &run["id"]).collect();
    assert_eq!(ids, [&other["run_id"], &fits["run_id"]], "newest first");
    assert_eq!(runs[0]["typed"], json!(["lead_id"]));
    assert_eq!(
        (&runs[0]["text"], &runs[1]["text"]),
        (&json!("Lead L9"), &json!("Lead kept"))
    );
    assert_eq!(
        (&runs[1]["source"], &runs[1]["by"]),
        (&json!("pasted"), &json!("Test"))
    );
    assert_eq!(runs[1]["sent"], Value::Null);
    let only = async |query: &str| {
        let list = app.get(&format!("/test-runs?{query}")).await.expect(200).json();
        list["test_runs"].as_array().unwrap().len()
    };
    assert_eq!(only("fires=true").await, 1);
    assert_eq!(only("who=tEs").await, 2);
    assert_eq!(only("who=nobody").await, 0);
    assert_eq!(only("until=2020-01-01T00:00:00Z").await, 0);
    let first = app.get("/test-runs?limit=1").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("/test-runs?limit=1&cursor={cursor}"))
        .await
        .expect(200)
        .json();
    assert_eq!(second["test_runs"][0]["id"], fits["run_id"]);
    let refused = app.get("/test-runs?fires=maybe&cursor=x&from=now").await;
    assert_eq!(refused.fields(), ["cursor", "fires", "from"]);
}
