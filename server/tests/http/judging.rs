//! "Why was I (not) told?": events with their verdicts, and deliveries.

use leadbell_sandbox::{Fault, demo};
use serde_json::{Value, json};

use crate::support::{TestApp, rule, set, sold, soon};

pub async fn an_event_tells_the_verdict_of_every_rule_that_looked_at_it(app: &mut TestApp) {
    let with = |path: &str, value: Value| {
        set(
            rule("product", "218", "lms.lead_sold", "{{lead_id}}"),
            path,
            value,
        )
    };
    let fires = app
        .rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let by_price = app
        .rule(&with("filters.price", json!({"op": "gt", "value": "50"})))
        .await;
    let by_publisher = app
        .rule(&with("filters.publisher", json!({"any_of": ["1051"]})))
        .await;
    let disabled = app.rule(&with("status", json!("disabled"))).await;
    let of_publisher = app
        .rule(&rule("publisher", "1044", "lms.lead_sold", "{{lead_id}}"))
        .await;
    // These two never look at such an event.
    app.rule(&rule("product", "219", "lms.lead_sold", "x")).await;
    app.rule(&rule("product", "218", "lms.lead_rejected", "x")).await;
    app.event(&sold("e-1")).await;
    let later = app.rule(&rule("product", "218", "lms.lead_sold", "later")).await;
    app.recorded(2).await;

    let told = app.get("/events/e-1").await.expect(200).json();
    assert_eq!(told["trigger"], "lms.lead_sold");
    assert_eq!(told["occurred_at"], "2026-11-23T20:15:03.412Z");
    assert_eq!(told["event"]["money"]["price"], "42.50");
    let verdict = |rule: &Value| -> Value {
        let all = told["verdicts"].as_array().unwrap();
        let found = all.iter().find(|verdict| verdict["rule_id"] == rule["id"]);
        found.unwrap_or_else(|| panic!("no verdict of {rule}")).clone()
    };
    assert_eq!(told["verdicts"].as_array().unwrap().len(), 5, "{told}");
    for rule in [&fires, &of_publisher] {
        let matched = verdict(rule);
        assert_eq!(matched["verdict"], "matched");
        let delivery = &matched["delivery_id"];
        let known = told["deliveries"].as_array().unwrap();
        assert!(
            known
                .iter()
                .any(|known| known["id"] == *delivery && known["status"] == "sent"),
            "{told}"
        );
    }
    let filtered = verdict(&by_price);
    assert_eq!(
        (&filtered["verdict"], &filtered["filter"]),
        (&json!("filtered"), &json!("price"))
    );
    assert_eq!(filtered["actual"], "42.50");
    let filtered = verdict(&by_publisher);
    assert_eq!(
        (&filtered["filter"], &filtered["actual"]),
        (&json!("publisher"), &json!("1044"))
    );
    assert_eq!(
        filtered["checks"][0]["said"],
        "Publisher is North Leads: was 1044"
    );
    assert_eq!(verdict(&disabled)["verdict"], "disabled");
    // What was made later never looked at it.
    let all = told["verdicts"].as_array().unwrap();
    assert!(
        all.iter().all(|verdict| verdict["rule_id"] != later["id"]),
        "{told}"
    );
}

pub async fn deliveries_are_listed_by_status_rule_and_page(app: &mut TestApp) {
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}"))
        .await;
    let archived = set(
        rule("product", "219", "lms.lead_sold", "x"),
        "action.target",
        json!({"channel_id": demo::ARCHIVED}),
    );
    let failing = app.rule(&archived).await;
    for id in ["1", "2", "3"] {
        app.event(&sold(id)).await;
    }
    app.event(&set(sold("4"), "product.id", json!(219))).await;
    app.recorded(4).await;

    let list = async |query: &str| -> (Vec<String>, Value) {
        let answer = app.get(&format!("/deliveries{query}")).await.expect(200).json();
        let events = answer["deliveries"].as_array().unwrap().iter();
        let events = events.map(|delivery| delivery["event_id"].as_str().unwrap().to_owned());
        (events.collect(), answer["next_cursor"].clone())
    };
    assert_eq!(
        list("").await,
        (vec!["4".into(), "3".into(), "2".into(), "1".into()], Value::Null)
    );
    assert_eq!(list("?status=retrying").await.0, ["4"]);
    assert_eq!(list("?status=queued").await.0, [""; 0]);
    let by_rule = |rule: &Value| format!("?rule={}", rule["id"].as_str().unwrap());
    assert_eq!(list(&by_rule(&made)).await.0, ["3", "2", "1"]);
    assert_eq!(list("?event_id=2").await.0, ["2"]);
    let (first, cursor) = list(&format!("{}&limit=2", by_rule(&made))).await;
    assert_eq!(first, ["3", "2"]);
    let next = format!("{}&limit=2&cursor={}", by_rule(&made), cursor.as_str().unwrap());
    assert_eq!(list(&next).await, (vec!["1".into()], Value::Null));

    let failed = &app.deliveries("4").await[0];
    assert_eq!(
        (&failed["rule_id"], &failed["last_code"]),
        (&failing["id"], &json!("is_archived"))
    );
    assert_eq!(failed["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(failed["attempts"][0]["outcome"], "permanent");
    let sent = &app.deliveries("1").await[0];
    assert_eq!(
        (&sent["text"], &sent["status"]),
        (&json!("Lead 1"), &json!("sent"))
    );
    assert_eq!(sent["target"], made["action"]["target"]);
    assert_eq!(sent["slack_channel"], demo::SALES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_came_is_told_as_ambiguous_and_not_repeated() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.slack()
        .fail_next("chat.postMessage", 1, Fault::cut_off().after_the_work());
    app.event(&sold("1")).await;
    app.event(&sold("2")).await;
    assert_eq!(app.texts_until(demo::SALES, "2").await, ["1", "2"]);
    app.recorded(2).await;
    let doubtful = &app.deliveries("1").await[0];
    assert_eq!(doubtful["status"], "ambiguous", "{doubtful}");
    assert_eq!(app.deliveries("2").await[0]["status"], "sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_slack_answers_by_try_again_is_sent_after_all() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.slack()
        .fail_next("chat.postMessage", 1, Fault::rate_limited(1));
    app.event(&sold("1")).await;
    soon(app.slack().wait_for_message(|message| message.text == "1")).await;
    app.recorded(2).await;
    let sent = &app.deliveries("1").await[0];
    assert_eq!(sent["status"], "sent");
    let outcomes: Vec<&Value> = sent["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| &attempt["outcome"])
        .collect();
    assert_eq!(outcomes, ["rate_limited", "sent"]);
    assert_eq!(sent["attempts"][0]["retry_after_ms"], 1_000);
}
