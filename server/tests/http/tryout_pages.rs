//! Trying rules on pages: a stored rule, one in its form, and what is kept of it.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp, person, rule, set, sold, soon};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The text of a page as one reads it, roughly: tags become spaces.
fn words(answer: &Answer) -> String {
    let mut text = String::new();
    for piece in answer.text.split('<').skip(1) {
        text.push_str(piece.split_once('>').map_or("", |(_, said)| said));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form of a new rule as it is typed.
fn typed<'a>(text: &'a str, connection: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("trigger", "lms.lead_sold"),
        ("action.type", "send_slack_message"),
        ("filters.publisher", "1044"),
        ("filters.price.op", "gte"),
        ("filters.price.value", "40"),
        ("action.connection_id", connection),
        ("action.target", "channel"),
        ("action.target.channel_id", demo::SALES),
        ("action.text", text),
        ("note", "Ask Kim first"),
        ("name", "Dear leads"),
    ]
}

async fn connection(app: &TestApp) -> String {
    let made = app.rule(&rule("product", "219", "lms.lead_sold", "x")).await;
    made["action"]["connection_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_rule_is_tried_on_its_page_and_the_run_is_kept() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let filters = json!({"publisher": {"any_of": ["1044"]}});
    let made = set(
        rule(
            "product",
            "218",
            "lms.lead_sold",
            "*Lead* {{lead_id}} for {{price}}",
        ),
        "filters",
        filters,
    );
    let made = app.rule(&made).await;
    let path = format!("/products/218/tracking/{}/test", made["id"].as_str().unwrap());
    app.event(&sold("happened")).await;
    app.recorded(1).await;
    let page = browser.get(&path).await.expect(200);
    for name in [
        "try.values.lead_id",
        "try.values.price",
        "try.values.publisher_id",
    ] {
        assert!(page.text.contains(&format!("name=\"{name}\"")), "{name}");
    }
    assert!(
        words(&page).contains("Lead happened"),
        "the last events are offered"
    );
    let fields = [
        ("try.source", "event"),
        ("try.event_id", "happened"),
        ("try.values.publisher_id", "1051"),
        ("try.values.price", ""),
    ];
    let answer = browser.form(&path, &fields).await.expect(200);
    let said = words(&answer);
    assert!(said.contains("Result: it would not fire"), "{said}");
    assert!(
        said.contains("Publisher is Blue Traffic 1051 Stopped it"),
        "{said}"
    );
    assert!(said.contains("Lead happened for 42.50"), "{said}");
    assert!(answer.text.contains("<strong>Lead"), "as Slack shows it");
    assert!(answer.text.contains("value=\"1051\""), "what was typed stays");
    // Only the event itself was sent.
    assert_eq!(app.slack().messages_in(demo::SALES).len(), 1);
    let list = browser.get("/log/test-runs").await.expect(200);
    assert!(words(&list).contains("Would not fire"), "{}", words(&list));
    let kept = list
        .text
        .split("href=\"")
        .find_map(|rest| {
            rest.split('"')
                .next()
                .filter(|link| link.starts_with("/log/test-runs/"))
        })
        .expect("a link to the run")
        .to_owned();
    let one = words(&browser.get(&kept).await.expect(200));
    assert!(one.contains("You") && one.contains("publisher_id"), "{one}");
    for (query, there) in [
        ("fires=no", true),
        ("fires=yes", false),
        ("rule=99999", false),
        ("who=nobody", false),
    ] {
        let list = browser.get(&format!("/log/test-runs?{query}")).await.expect(200);
        assert_eq!(list.text.contains(&kept), there, "{query}");
    }
    let refused = words(&browser.get("/log/test-runs?rule=big").await.expect(200));
    assert!(
        refused.contains("Enter the rule’s number")
            || refused.contains("rule&#x27;s number")
            || refused.contains("rule's number"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_tried_is_said_at_its_field() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "{{price}}"))
        .await;
    let path = format!("/products/218/tracking/{}/test", made["id"].as_str().unwrap());
    for (fields, id, said) in [
        (
            vec![("try.source", "pasted"), ("try.event", "{oops")],
            "field-try-event-error",
            "no JSON",
        ),
        (
            vec![("try.source", "pasted"), ("try.event", "{\"trigger\":\"x\"}")],
            "field-try-event-error",
            "event_id",
        ),
        (
            vec![("try.source", "event"), ("try.event_id", "never")],
            "field-try-event",
            "no such event",
        ),
        (
            vec![("try.values.price", "much")],
            "field-try-values-price-error",
            "42.50",
        ),
    ] {
        let refused = browser.form(&path, &fields).await.expect(422);
        assert!(
            refused.text.contains(id) && refused.text.contains(said),
            "{fields:?}: {}",
            words(&refused)
        );
    }
    let list = app.get("/test-runs").await.expect(200).json();
    assert_eq!(list["test_runs"], json!([]), "what was refused is no run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_in_its_form_is_tried_and_goes_back_into_the_form_whole() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let connection = connection(&app).await;
    let new = "/products/218/tracking/new?step=2";
    let mut form = typed("Lead {{lead_id}} “{{state}}”", &connection);
    form.push(("do", "try"));
    let page = browser.form(new, &form).await.expect(200);
    assert!(
        words(&page).contains("The new rule as it stands in the form"),
        "{}",
        words(&page)
    );
    for carried in [
        "Ask Kim first",
        "Dear leads",
        "Lead {{lead_id}} “{{state}}”",
        "filters.price.value",
    ] {
        assert!(page.text.contains(carried), "{carried}");
    }
    let run: Vec<(&str, &str)> = form
        .iter()
        .copied()
        .filter(|(name, _)| *name != "do")
        .chain([
            ("do", "try_run"),
            ("try.values.state", "NV"),
            ("try.values.price", "39"),
        ])
        .collect();
    let answer = browser.form(new, &run).await.expect(200);
    let said = words(&answer);
    assert!(
        said.contains("Price is at least 40.00 39.00 Stopped it"),
        "{said}"
    );
    assert!(said.contains("“NV”"), "{said}");
    let back: Vec<(&str, &str)> = form
        .iter()
        .copied()
        .filter(|(name, _)| *name != "do")
        .chain([("do", "edit")])
        .collect();
    let back = browser.form(new, &back).await.expect(200);
    assert!(back.text.contains("Ask Kim first") && back.text.contains("Lead {{lead_id}} “{{state}}”"));
    // What is no rule yet is said in the form, where it is.
    let mut bad = typed("Lead {{leed_id}}", &connection);
    bad.push(("do", "try"));
    let refused = browser.form(new, &bad).await.expect(422);
    assert!(
        refused.text.contains("rule-form") && refused.text.contains("lead_id"),
        "{}",
        words(&refused)
    );
    assert!(refused.text.contains("Ask Kim first"));
    let rules = app.get("/rules?entity_id=218").await.expect(200).json();
    assert_eq!(rules["total"], 0, "nothing was saved");
    assert!(app.slack().messages_in(demo::SALES).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_really_sent_only_when_that_is_wished() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let connection = connection(&app).await;
    let mut form = typed("Lead {{lead_id}}", &connection);
    form.extend([
        ("do", "try_run"),
        ("try.send", "yes"),
        ("try.values.lead_id", "L7"),
    ]);
    let answer = browser
        .form("/products/218/tracking/new?step=2", &form)
        .await
        .expect(200);
    assert!(
        words(&answer).contains("Slack has posted it"),
        "{}",
        words(&answer)
    );
    let texts: Vec<String> = app
        .slack()
        .messages_in(demo::SALES)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["*TEST* Lead L7"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backtest_of_a_rule_in_its_form_shows_how_far_it_is_and_leads_back() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let connection = connection(&app).await;
    for n in 0..3 {
        app.event(&sold(&format!("e{n}"))).await;
    }
    let jobs = app.state().backtests.clone();
    let turn = jobs.turn().await;
    let mut form = typed("Lead {{lead_id}}", &connection);
    form.extend([("do", "try_backtest"), ("try.days", "30")]);
    let started = browser
        .form("/products/218/tracking/new?step=2", &form)
        .await
        .expect(303);
    let address = started.header("location").to_owned();
    let running = browser.get(&address).await.expect(200);
    assert_eq!(running.header("refresh"), "2", "it is loaded again by itself");
    assert!(
        words(&running).contains("0 %: 0 events read"),
        "{}",
        words(&running)
    );
    let still = browser.get(&format!("{address}?still=1")).await.expect(200);
    assert_eq!(still.header("refresh"), "");
    drop(turn);
    soon(jobs.idle()).await;
    let done = browser.get(&address).await.expect(200);
    assert_eq!(done.header("refresh"), "");
    let said = words(&done);
    assert!(said.contains("3 of 3 events would have made it fire"), "{said}");
    assert!(
        said.contains("Lead e0") && done.text.contains("Ask Kim first"),
        "{said}"
    );
    // A stranger's, or another person's: nothing of it.
    let other = as_role(&app, Role::LmsAdmin).await;
    other.get(&address).await.expect(404);
    other.form(&address, &[("do", "cancel")]).await.expect(404);
    assert_eq!(app.get(&address).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backtest_of_a_stored_rule_is_begun_cancelled_and_found_again() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "{{price}}"))
        .await;
    let path = format!("/products/218/tracking/{}/backtest", made["id"].as_str().unwrap());
    let jobs = app.state().backtests.clone();
    let turn = jobs.turn().await;
    let mut begun = Vec::new();
    for _ in 0..2 {
        let started = browser.form(&path, &[("try.days", "1")]).await.expect(303);
        begun.push(started.header("location").to_owned());
    }
    let full = browser.form(&path, &[("try.days", "1")]).await.expect(422);
    assert!(
        words(&full).contains("Too many backtests run"),
        "{}",
        words(&full)
    );
    browser.form(&path, &[("try.days", "2")]).await.expect(422);
    browser.form(&begun[0], &[("do", "cancel")]).await.expect(303);
    let cancelled = browser.get(&begun[0]).await.expect(200);
    assert!(
        words(&cancelled).contains("It was cancelled"),
        "{}",
        words(&cancelled)
    );
    drop(turn);
    soon(jobs.idle()).await;
    let page = browser.get(&path).await.expect(200);
    for address in &begun {
        assert!(page.text.contains(address), "{address}");
    }
    assert!(words(&browser.get(&begun[1]).await).contains("It would not have fired"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_in_its_form_goes_back_with_the_version_that_was_edited() {
    let app = TestApp::start().await;
    let browser = as_role(&app, Role::GlobalAdmin).await;
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "{{price}}"))
        .await;
    let id = made["id"].as_str().unwrap();
    let connection = made["action"]["connection_id"].as_str().unwrap();
    let mut form = typed("Lead {{lead_id}}", connection);
    form.extend([("do", "try_backtest"), ("try.days", "1"), ("version", "1")]);
    // Somebody else saves in between.
    let theirs = set(made.clone(), "name", json!("Theirs"));
    let keep = |rule: &Value| {
        json!({"level": "product", "entity_id": "218", "trigger": "lms.lead_sold", "name": rule["name"],
               "action": {"type": "send_slack_message", "connection_id": connection,
                          "target": {"channel_id": demo::SALES}, "text": "{{price}}"}})
    };
    app.put(&format!("/rules/{id}"), &keep(&theirs)).await.expect(200);
    let started = browser
        .form(&format!("/products/218/tracking/{id}?step=2"), &form)
        .await
        .expect(303);
    soon(app.state().backtests.idle()).await;
    let page = browser.get(started.header("location")).await.expect(200);
    assert!(
        page.text.contains("name=\"version\" value=\"1\""),
        "{}",
        page.text
    );
}
