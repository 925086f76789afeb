//! Threads from the rule to the channel, the REST interface and the log; and what of them a publisher sees.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, event, person, rule, set, sold, soon};

fn threading(rule: Value) -> Value {
    set(rule, "action.sending", json!({"thread": "lead"}))
}

/// An event of this trigger about lead 77.
fn about(trigger: &str, id: &str) -> Value {
    set(event(trigger, id), "lead.id", json!("77"))
}

pub async fn a_leads_messages_form_a_thread_whose_first_says_how_things_stand(app: &mut TestApp) {
    let staff = threading(rule("product", "218", "lms.lead_sold", "Sold {{lead_id}}"));
    let made = app.rule(&staff).await;
    assert_eq!(made["action"]["sending"]["thread"], "lead");
    let own = threading(rule(
        "publisher",
        "1044",
        "lms.publisher_earning_received",
        "Earned",
    ));
    app.rule(&own).await;
    app.event(&about("lms.lead_sold", "s1")).await;
    app.recorded(1).await;
    app.event(&about("lms.publisher_earning_received", "p1")).await;
    app.event(&sold("another-lead")).await;
    app.recorded(3).await;
    let first = app.deliveries("s1").await.remove(0);
    let reply = app.deliveries("p1").await.remove(0);
    let other = app.deliveries("another-lead").await.remove(0);
    assert_eq!(first["thread_ts"], first["slack_ts"]);
    assert_eq!(reply["thread_ts"], first["slack_ts"]);
    assert_ne!(reply["slack_ts"], first["slack_ts"]);
    assert_eq!(other["thread_ts"], other["slack_ts"]);

    let edited = soon(app.slack().wait_for_message(|message| message.edited.is_some())).await;
    assert_eq!(Some(edited.ts.as_str()), first["slack_ts"].as_str());
    assert!(
        edited
            .text
            .starts_with("Sold 77\n_Publisher Earning Received · 2 messages · last <!date^"),
        "{}",
        edited.text
    );

    let (admin, publisher) = (app.browser(), app.browser());
    admin.log_in(&person(app, Role::GlobalAdmin).await).await;
    publisher.log_in(&person(app, Role::Publisher).await).await;
    let page = async |browser: &Browser, delivery: &Value| {
        let id = delivery["id"].as_str().unwrap();
        browser.get(&format!("/log/deliveries/{id}")).await
    };
    let shown = page(&admin, &first).await.expect(200).text;
    assert!(shown.contains("The first message of its thread"), "{shown}");
    let link = format!("href=\"/log/deliveries/{}\"", first["id"].as_str().unwrap());
    let shown = page(&admin, &reply).await.expect(200).text;
    assert!(shown.contains("A reply") && shown.contains(&link), "{shown}");
    // The publisher learns that it is a reply, and nothing of the message it replies to.
    let shown = page(&publisher, &reply).await.expect(200).text;
    assert!(
        shown.contains("A reply") && !shown.contains(first["id"].as_str().unwrap()),
        "{shown}"
    );
    assert_eq!(page(&publisher, &first).await.status, 404);
}

/// The same lead by another connection is another thread, though it is the same channel.
pub async fn threads_are_of_one_connection_and_a_test_run_is_in_none(app: &mut TestApp) {
    let staff = app
        .rule(&threading(rule("product", "218", "lms.lead_sold", "Sold")))
        .await;
    let own = set(
        threading(rule("publisher", "1044", "lms.lead_sold", "Yours")),
        "action.auth_token",
        json!(demo::USER_TOKEN),
    );
    app.rule(&own).await;
    app.event(&about("lms.lead_sold", "s1")).await;
    app.recorded(2).await;
    for delivery in app.deliveries("s1").await {
        assert_eq!(delivery["thread_ts"], delivery["slack_ts"]);
    }
    let id = staff["id"].as_str().unwrap();
    app.post(&format!("/rules/{id}/test"), &json!({"send": true}))
        .await
        .expect(200);
    let messages = app.slack().messages_in(demo::SALES);
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| message.thread_ts.is_none()));
}
