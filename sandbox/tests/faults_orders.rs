//! Orders of faults: whom they hit and how often, what the list tells of them, and orders that make no sense.

mod common;

use std::time::Duration;

use common::{answer, bench};
use leadbell_sandbox::{Fault, Over, demo};
use serde_json::{Value, json};

#[tokio::test]
async fn a_member_is_hit_by_id_and_in_the_direct_message() {
    let b = bench().await;
    b.on(json!({"fault": "internal_error", "channel": demo::BEN_RUIZ, "method": "chat.postMessage"}))
        .await;
    let open = b
        .json(
            demo::BOT_TOKEN,
            "conversations.open",
            json!({"users": demo::BEN_RUIZ}),
        )
        .await;
    let direct = open.ok()["channel"]["id"].as_str().expect("an id").to_owned();
    for channel in [direct.as_str(), demo::BEN_RUIZ] {
        assert_eq!(b.say(channel, "x").await.error(), "internal_error");
    }
    b.say(demo::ANN_KIM, "x").await.ok();
}

#[tokio::test]
async fn a_fault_is_limited_by_count_by_turn_by_chance_and_by_time() {
    let b = bench().await;
    let run = async |fault: Value| -> Vec<bool> {
        let id = b.on(fault).await;
        let mut hits = Vec::new();
        for _ in 0..6 {
            hits.push(b.say(demo::SALES, "x").await.status == 500);
        }
        b.off(id).await;
        hits
    };
    let fault = |more: Value| {
        let mut fault = json!({"fault": "http_error", "status": 500});
        let more = more.as_object().cloned().expect("an object");
        fault.as_object_mut().expect("an object").extend(more);
        fault
    };
    assert_eq!(
        run(fault(json!({"times": 2}))).await,
        [true, true, false, false, false, false]
    );
    assert_eq!(
        run(fault(json!({"every": 3}))).await,
        [false, false, true, false, false, true]
    );
    let chance = fault(json!({"percent": 50, "seed": 3}));
    assert_eq!(run(chance.clone()).await, run(chance).await);
    b.on(fault(json!({"seconds": 30}))).await;
    assert_eq!(b.say(demo::SALES, "x").await.status, 500);
    b.clock.advance(Duration::from_secs(30));
    b.say(demo::SALES, "x").await.ok();
    assert_eq!(b.sandbox.handle().faults()[0].over, Some(Over::TimeIsUp));
}

#[tokio::test]
async fn the_list_tells_what_each_has_hit() {
    let b = bench().await;
    b.on(json!({"fault": "rate_limited", "retry_after_s": 3, "channel": "C0SALES01", "times": 1}))
        .await;
    b.on(json!({"fault": "hang", "token": demo::USER_TOKEN})).await;
    b.say(demo::SALES, "x").await;
    b.say(demo::SALES, "x").await.ok();
    let all = b.faults().await;
    assert_eq!(
        all[0]["says"],
        "429 with Retry-After 3 s · every call to #sales · once"
    );
    assert_eq!(
        (&all[0]["on"], &all[0]["over"], &all[0]["hits"]),
        (&json!(false), &json!("used_up"), &json!(1))
    );
    assert_eq!(
        (&all[1]["on"], &all[1]["hits"], &all[1]["token"]),
        (&json!(true), &json!(0), &json!("xoxp-…0003"))
    );
    assert!(!b.get("/sandbox/api/faults").await.1.contains(demo::USER_TOKEN));
    let all = format!("{}/sandbox/api/faults", b.sandbox.url());
    assert_eq!(answer(b.http.delete(all)).await.status, 204);
    assert_eq!(b.faults().await, [0; 0].map(|n: i32| json!(n)));
}

#[tokio::test]
async fn a_wrong_order_names_its_fields_and_switches_nothing_on() {
    let b = bench().await;
    let refused = b
        .order(json!({"fault": "rate_limited", "retry_after_s": "soon", "chanel": "C0SALES01"}))
        .await;
    assert_eq!(refused.status, 422);
    let fields: Vec<&Value> = refused.body["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| &e["field"])
        .collect();
    assert_eq!(fields, [&json!("retry_after_s"), &json!("chanel")]);
    assert!(
        refused.body["error"]
            .as_str()
            .is_some_and(|e| e.starts_with("retry_after_s: Must be"))
    );
    let at = format!("{}/sandbox/api/faults", b.sandbox.url());
    let text = b
        .http
        .post(at)
        .header("content-type", "application/json")
        .body("{");
    assert_eq!(answer(text).await.status, 400);
    assert!(b.faults().await.is_empty());
}

#[tokio::test]
async fn tests_in_rust_switch_faults_on_and_off_too() {
    let b = bench().await;
    let handle = b.sandbox.handle();
    let id = handle.switch_on(Fault::rate_limited(3).in_channel(demo::SALES).every(2));
    handle.fail_next("auth.test", 1, Fault::missing_scope("chat:write"));
    let statuses = [
        b.say(demo::SALES, "x").await.status,
        b.say(demo::SALES, "x").await.status,
    ];
    assert_eq!(statuses, [200, 429]);
    assert_eq!((handle.faults()[0].hits, handle.faults()[0].seen), (1, 2));
    assert!(handle.switch_off(id) && !handle.switch_off(id));
    handle.clear_faults();
    b.json(demo::BOT_TOKEN, "auth.test", json!({})).await.ok();
    handle.switch_on(Fault::html());
    handle.reset();
    assert!(handle.faults().is_empty());
}
