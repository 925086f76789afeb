//! A crash loses nothing that was acknowledged and repeats nothing that may have been posted.

use std::sync::Arc;

use leadbell_dispatch::ManualClock;
use leadbell_sandbox::{Fault, demo};

use crate::support::{TestApp, rule, sold, soon};

/// Longer than any lease.
const LATER_MS: i64 = 120_000;

/// Starts the server anew with its clock standing still at a later moment, when every lease has run out.
async fn start_later(app: &mut TestApp, now: i64) {
    app.settings.clock = Arc::new(ManualClock::at(now + LATER_MS));
    app.boot().await.expect("it starts again");
}

async fn statuses(app: &TestApp, events: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for event in events {
        let deliveries = app.deliveries(event).await;
        assert_eq!(deliveries.len(), 1, "{event}");
        all.push(deliveries[0]["status"].as_str().unwrap().to_owned());
    }
    all
}

pub async fn what_was_queued_is_sent_after_a_crash_and_what_was_on_its_way_is_ambiguous(app: &mut TestApp) {
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.slack().fail_next("chat.postMessage", 1, Fault::hang());
    for id in ["held", "queued-1", "queued-2"] {
        app.event(&sold(id)).await;
    }
    soon(app.slack().wait_for_calls("chat.postMessage", 1)).await;
    let now = app.state().clock.now_ms();
    app.crash().await;
    app.slack().release_held();
    assert_eq!(app.slack().posted(), 0);

    start_later(app, now).await;
    let texts = app.texts_until(demo::SALES, "queued-2").await;
    assert_eq!(texts, ["queued-1", "queued-2"]);
    app.recorded(2).await;
    let found = statuses(app, &["held", "queued-1", "queued-2"]).await;
    assert_eq!(found, ["ambiguous", "sent", "sent"]);
    // The dispatcher looks for more before it rests; the one in doubt is not among it.
    app.event(&sold("after")).await;
    app.texts_until(demo::SALES, "after").await;
    assert_eq!(app.slack().calls_of("chat.postMessage").len(), 4);
}

pub async fn what_slack_had_posted_before_the_crash_is_not_posted_again(app: &mut TestApp) {
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.slack()
        .fail_next("chat.postMessage", 1, Fault::hang().after_the_work());
    app.event(&sold("posted")).await;
    app.event(&sold("queued")).await;
    soon(app.slack().wait_for_message(|message| message.text == "posted")).await;
    let now = app.state().clock.now_ms();
    app.crash().await;

    start_later(app, now).await;
    assert_eq!(app.texts_until(demo::SALES, "queued").await, ["posted", "queued"]);
    app.recorded(1).await;
    assert_eq!(statuses(app, &["posted", "queued"]).await, ["ambiguous", "sent"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_keys_and_known_events_are_there_again_after_a_crash() {
    let mut app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.event(&sold("1")).await;
    app.texts_until(demo::SALES, "1").await;
    app.crash().await;
    app.boot().await.expect("it starts again");
    let again = app.post("/events", &sold("1")).await.expect(202).json();
    assert_eq!(again["duplicates"], 1);
    app.event(&sold("2")).await;
    assert_eq!(app.texts_until(demo::SALES, "2").await, ["1", "2"]);
}
