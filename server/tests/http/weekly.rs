//! The weekly report: when it is due, once, whoever notices it, and never lost.

use std::sync::Arc;

use leadbell_dispatch::ManualClock;
use leadbell_domain::{Role, parse_rfc3339};
use leadbell_sandbox::{Fault, demo};
use leadbell_server::weekly::look;

use crate::support::{Browser, Settings, TestApp, person, rule, set, sold};

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// On a Thursday at noon.
async fn at_noon() -> (TestApp, ManualClock, Browser) {
    let clock = ManualClock::at(parse_rfc3339("2026-11-26T12:00:00Z").unwrap());
    let settings = Settings {
        clock: Arc::new(clock.clone()),
        ..Settings::default()
    };
    let app = TestApp::with(settings).await;
    let named = set(
        rule("product", "218", "lms.lead_sold", "Sold {{lead_id}}"),
        "name",
        "Noisy <one>".into(),
    );
    app.rule(&named).await;
    app.rule(&rule("product", "218", "lms.lead_rejected", "Never"))
        .await;
    let admin = app.browser();
    admin.log_in(&person(&app, Role::GlobalAdmin).await).await;
    (app, clock, admin)
}

async fn form<'a>(app: &TestApp, target: &'a str, hour: &'a str) -> Vec<(&'static str, String)> {
    let all = app.get("/connections").await.expect(200).json();
    let id = all["connections"][0]["id"].as_str().unwrap().to_owned();
    vec![
        ("do", "set".to_owned()),
        ("connection_id", id),
        ("target", target.to_owned()),
        ("weekday", "0".to_owned()),
        ("hour", hour.to_owned()),
        ("zone", "Europe/Berlin".to_owned()),
    ]
}

async fn post(browser: &Browser, form: &[(&'static str, String)]) -> crate::support::Answer {
    let fields: Vec<_> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
    browser.form("/settings/report", &fields).await
}

fn told(app: &TestApp) -> Vec<String> {
    let all = app.slack().messages_in(demo::CALLS);
    all.into_iter().map(|message| message.text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_is_reported_once_when_it_is_due_also_by_two_servers_and_after_a_crash() {
    let (mut app, clock, admin) = at_noon().await;
    post(&admin, &form(&app, demo::CALLS, "9").await)
        .await
        .expect(303);
    assert_eq!(told(&app).len(), 1, "the first message");
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    // Monday at nine in Berlin is eight in UTC. What was due before somebody wanted reports is none.
    look(app.state()).await.unwrap();
    clock.advance(3 * DAY + 19 * HOUR + 59 * 60_000);
    look(app.state()).await.unwrap();
    assert_eq!(told(&app).len(), 1);
    clock.advance(60_000);
    let (one, other) = tokio::join!(look(app.state()), look(app.state()));
    one.unwrap();
    other.unwrap();
    for _ in 0..3 {
        look(app.state()).await.unwrap();
    }
    let all = told(&app);
    assert_eq!(all.len(), 2, "{all:?}");
    for part in [
        "Events: 1 (the week before: 0)",
        "Messages sent: 1",
        "Failed or not certain: 0",
        "Noisy &lt;one&gt; (1)",
    ] {
        assert!(all[1].contains(part), "{part} in {}", all[1]);
    }
    app.crash().await;
    app.boot().await.unwrap();
    look(app.state()).await.unwrap();
    assert_eq!(told(&app).len(), 2);
    // Nobody was there when the next one was due: it comes late.
    clock.advance(9 * DAY);
    look(app.state()).await.unwrap();
    look(app.state()).await.unwrap();
    let all = told(&app);
    assert_eq!(all.len(), 3, "{all:?}");
    // Rules that are younger than the week are not called silent.
    assert!(!all[1].contains("did not fire"), "{}", all[1]);
    assert!(
        all[2].contains("did not fire: 1 Noisy &lt;one&gt;, 2"),
        "{}",
        all[2]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_does_not_get_through_is_tried_again_and_one_in_doubt_is_shown_and_not_repeated() {
    let (app, clock, admin) = at_noon().await;
    post(&admin, &form(&app, demo::CALLS, "9").await)
        .await
        .expect(303);
    clock.advance(4 * DAY);
    app.slack()
        .fail_next_in("chat.postMessage", demo::CALLS, 1, Fault::error("ratelimited"));
    look(app.state()).await.unwrap();
    assert_eq!(told(&app).len(), 1);
    look(app.state()).await.unwrap();
    assert_eq!(told(&app).len(), 2);
    clock.advance(7 * DAY);
    app.slack()
        .fail_next_in("chat.postMessage", demo::CALLS, 1, Fault::error("internal_error"));
    for _ in 0..3 {
        look(app.state()).await.unwrap();
    }
    assert_eq!(told(&app).len(), 2);
    let shown = app.state().store.reports(9).await.unwrap();
    let statuses: Vec<_> = shown.iter().map(|one| one.status.as_str()).collect();
    assert_eq!(statuses, ["failed", "sent"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_settles_things_for_the_house_sets_the_report_and_sees_what_is_wrong_at_its_field() {
    let (app, clock, admin) = at_noon().await;
    for (target, hour) in [("nonsense", "9"), (demo::ARCHIVED, "9"), (demo::CALLS, "24")] {
        let page = post(&admin, &form(&app, target, hour).await).await.expect(422);
        assert!(
            page.text.contains("aria-invalid"),
            "{target} {hour}: {}",
            page.text
        );
    }
    for role in Role::ALL.into_iter().filter(|role| *role != Role::GlobalAdmin) {
        let browser = app.browser();
        browser.log_in(&person(&app, role).await).await;
        browser.get("/settings/report").await.expect(404);
        post(&browser, &form(&app, demo::CALLS, "9").await)
            .await
            .expect(404);
        browser
            .form("/settings/report", &[("do", "stop")])
            .await
            .expect(404);
    }
    assert_eq!(told(&app).len(), 0);
    post(&admin, &form(&app, demo::CALLS, "9").await)
        .await
        .expect(303);
    let page = admin.get("/settings/report").await.expect(200).text;
    assert!(
        page.contains(demo::CALLS) && page.contains("A report is sent every week."),
        "{page}"
    );
    admin
        .form("/settings/report", &[("do", "stop")])
        .await
        .expect(303);
    clock.advance(8 * DAY);
    look(app.state()).await.unwrap();
    assert_eq!(told(&app).len(), 1, "the first message");
}
