//! How a rule's messages go out: over REST, on its page, and what comes of it.

use std::time::Instant;

use leadbell_dispatch::DispatchConfig;
use leadbell_domain::Role;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set, sold};

async fn log_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

fn with(sending: Value) -> Value {
    let rule = rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}");
    set(rule, "action.sending", sending)
}

pub async fn options_are_stored_and_answered_and_wrong_ones_named(app: &mut TestApp) {
    let chosen = json!({
        "bursts": "first", "first": {"messages": 5, "minutes": 10}, "caps": {"hour": 100},
        "repeats": {"by": "lead_id", "minutes": 60},
        "quiet_hours": {"from": "22:00", "to": "7:00", "zone": "America/New_York", "then": "drop"},
        "priority": true, "in_doubt": "resend", "thread": "lead",
    });
    let made = app.rule(&with(chosen)).await;
    let expected = json!({
        "bursts": "first", "first": {"messages": 5, "minutes": 10}, "caps": {"hour": 100},
        "repeats": {"by": "lead_id", "minutes": 60},
        "quiet_hours": {"from": "22:00", "to": "07:00", "zone": "America/New_York", "then": "drop"},
        "priority": true, "in_doubt": "resend", "thread": "lead",
    });
    assert_eq!(made["action"]["sending"], expected);
    let plain = app.rule(&with(Value::Null)).await;
    assert_eq!(
        plain["action"]["sending"],
        json!({
            "bursts": "collapse", "first": null, "caps": null, "repeats": null, "quiet_hours": null,
            "priority": false, "in_doubt": "wait", "thread": "off",
        })
    );
    for (wrong, field) in [
        (json!({"bursts": "loud"}), "bursts"),
        (json!({"caps": {"minute": 0}}), "caps.minute"),
        (json!({"caps": {"minute": "5"}}), "caps.minute"),
        (json!({"caps": 5}), "caps"),
        (
            json!({"repeats": {"by": "buyer_secret", "minutes": 5}}),
            "repeats.by",
        ),
        (
            json!({"quiet_hours": {"from": "25:00", "to": "7:00"}}),
            "quiet_hours.from",
        ),
        (json!({"priority": "yes"}), "priority"),
        (json!({"thread": "campaign"}), "thread"),
        (json!({"surprise": 1}), "surprise"),
    ] {
        let refused = app.post("/rules", &with(wrong.clone())).await;
        assert_eq!(refused.fields(), [format!("action.sending.{field}")], "{wrong}");
    }
}

/// A publisher's rule can't be told apart by what its publisher never learns.
pub async fn repetitions_at_publisher_level_are_by_publisher_safe_values_only(app: &mut TestApp) {
    let mine = rule("publisher", "1044", "lms.lead_sold", "x");
    let by = |name: &str| {
        set(
            mine.clone(),
            "action.sending",
            json!({"repeats": {"by": name, "minutes": 5}}),
        )
    };
    assert_eq!(
        app.post("/rules", &by("buyer_name")).await.fields(),
        ["action.sending.repeats.by"]
    );
    app.rule(&by("lead_id")).await;
}

pub async fn the_options_are_changed_on_a_page_that_keeps_what_was_typed(app: &mut TestApp) {
    let made = app.rule(&with(Value::Null)).await;
    let path = format!("/products/218/tracking/{}/sending", made["id"].as_str().unwrap());
    let browser = log_in(app, Role::LmsAdmin).await;
    let page = browser.get(&path).await;
    assert!(page.text.contains("Quiet hours"), "{}", page.text);
    let refused = browser
        .form(
            &path,
            &[
                ("seen", "1"),
                ("action.sending.caps.minute", "many"),
                ("action.sending.quiet_hours.from", "22:00"),
            ],
        )
        .await;
    assert_eq!(refused.status, 422);
    for kept in [
        "value=\"many\"",
        "value=\"22:00\"",
        "Write a whole number",
        "Write a time of day",
    ] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    let good = [
        ("seen", "1"),
        ("action.sending.bursts", "every"),
        ("action.sending.caps.minute", "7"),
    ];
    browser.form(&path, &good).await.expect(303);
    let id = made["id"].as_str().unwrap();
    let now = app.get(&format!("/rules/{id}")).await.expect(200).json();
    assert_eq!(now["action"]["sending"]["bursts"], "every");
    assert_eq!(now["action"]["sending"]["caps"], json!({"minute": 7}));
    assert_eq!(now["action"]["text"], made["action"]["text"]);
    let list = browser.get("/products/218/tracking").await;
    assert!(list.text.contains("At most 7 a minute"), "{}", list.text);
    // The second of two who change it is told.
    let late = browser
        .form(&path, &[("seen", "1"), ("action.sending.bursts", "first")])
        .await;
    assert_eq!(late.status, 422);
    let qa = log_in(app, Role::Qa).await;
    assert_eq!(qa.get(&path).await.status, 403);
    let publisher = log_in(app, Role::Publisher).await;
    assert_eq!(publisher.get(&path).await.status, 404);
}

pub async fn ten_thousand_events_for_one_channel_are_told_in_a_handful_of_messages_and_all_accounted_for(
    app: &mut TestApp,
) {
    // Slack's own pace: a large request is written in parts, and what is there of it goes when the channel is free.
    app.settings.pace = DispatchConfig::default().pace;
    app.crash().await;
    app.boot().await.expect("it starts again");
    app.rule(&with(Value::Null)).await;
    let started = Instant::now();
    let events: Vec<Value> = (0..10_000)
        .map(|number| sold(&format!("flood-{number}")))
        .collect();
    app.post("/events", &json!({"events": events})).await.expect(202);
    // Those of the first claim may go as themselves, before the rest has arrived.
    let told = |text: &str| {
        let count = text
            .strip_prefix('*')
            .and_then(|text| text.split_once(" messages in one"));
        count.map_or(1, |(count, _)| {
            count.replace(',', "").parse::<usize>().expect("a count")
        })
    };
    let (mut all, mut messages) = (0, 0);
    while all < 10_000 {
        let seen = crate::support::soon(app.slack().wait_for_messages(messages + 1)).await;
        messages = seen.len() as u64;
        all = seen.iter().map(|message| told(&message.text)).sum();
    }
    assert_eq!(all, 10_000);
    let pace = app.settings.pace;
    let allowed =
        pace.burst.unsigned_abs() + 1 + started.elapsed().as_secs() * 1_000 / pace.interval_ms.unsigned_abs();
    assert!(messages <= allowed, "{messages} messages, {allowed} by the pace");
    for status in ["queued", "retrying", "failed", "ambiguous"] {
        let left = app
            .get(&format!("/deliveries?status={status}"))
            .await
            .expect(200)
            .json();
        assert_eq!(left["deliveries"], json!([]), "{status}");
    }
    let told = app
        .get("/deliveries?status=suppressed&limit=1000")
        .await
        .expect(200)
        .json();
    let told = told["deliveries"].as_array().expect("deliveries");
    assert_eq!(told.len(), 1_000);
    assert!(told.iter().all(|delivery| delivery["last_code"] == "in_summary"));
}
