//! The log of deliveries: what became of messages, for everybody as far as his rules go.

use leadbell_domain::Role;
use leadbell_sandbox::{Fault, demo};
use serde_json::json;

use crate::support::{Browser, TestApp, person, rule, set, sold, without};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The id of the only delivery of an event.
async fn only_delivery(app: &TestApp, event: &str) -> String {
    let all = app.deliveries(event).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_message_is_found_with_its_reason_and_every_call() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "Sold {{lead_id}}"))
        .await;
    app.slack()
        .fail_next("chat.postMessage", 1, Fault::error("msg_too_long"));
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    app.event(&sold("lead-2")).await;
    app.recorded(2).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let page = admin.get("/log/deliveries").await.expect(200).text;
    for part in [
        "Lead lead-1",
        "Lead lead-2",
        "Failed",
        "Sent",
        "Rule 1",
        demo::SALES,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("The message is longer than Slack takes."), "{page}");
    let failed = admin.get("/log/deliveries?status=failed").await.expect(200).text;
    assert!(
        failed.contains("lead-1") && !failed.contains("Lead lead-2"),
        "{failed}"
    );

    let id = only_delivery(&app, "lead-1").await;
    let one = admin.get(&format!("/log/deliveries/{id}")).await.expect(200).text;
    for part in [
        "Sold lead-1",
        "msg_too_long",
        "Shorten the message text of the rule.",
        "Refused",
        "HTTP 200",
        "/products/218/tracking?q=1",
    ] {
        assert!(one.contains(part), "{part}: {one}");
    }
    let listed = app.get("/deliveries?status=failed").await.expect(200).json();
    let told = &listed["deliveries"][0];
    assert_eq!(told["meaning"], "The message is longer than Slack takes.");
    assert_eq!(told["attempts"][0]["advice"], told["advice"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_narrowed_by_what_people_look_for_and_never_by_nonsense() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    app.rule(&rule("publisher", "1044", "lms.lead_sold", "x")).await;
    app.event(&sold("lead-1")).await;
    app.recorded(2).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let found = async |query: &str| {
        let page = admin.get(&format!("/log/deliveries?{query}")).await.expect(200);
        page.text.matches("table__name").count()
    };
    for (query, count) in [
        ("", 2),
        ("q=lead-1", 2),
        ("q=lead-9", 0),
        ("rule=1", 1),
        ("rule=%231", 1),
        ("rule=77", 0),
        ("product=218&publisher=1044", 2),
        ("product=219", 0),
        (&format!("to={}", demo::SALES.to_lowercase()), 2),
        ("to=C00000000", 0),
        ("within=hour", 2),
        ("from=2000-01-01&until=2999-12-31", 2),
        ("until=2000-01-01", 0),
        ("status=sent&code=is_archived", 0),
    ] {
        assert_eq!(found(query).await, count, "{query}");
    }
    for nonsense in [
        "status=eaten",
        "rule=big",
        "within=ages",
        "from=soon",
        "connection=mine",
    ] {
        let page = admin
            .get(&format!("/log/deliveries?{nonsense}"))
            .await
            .expect(200)
            .text;
        assert!(page.contains("complaints"), "{nonsense}");
        assert!(!page.contains("table__name"), "{nonsense} shows everything");
    }
    admin.get("/log/deliveries?before=nothing").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_is_read_page_by_page_without_a_gap() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let events: Vec<_> = (0..60).map(|n| sold(&format!("lead-{n}"))).collect();
    app.post("/events", &json!({"events": events})).await.expect(202);
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let first = admin.get("/log/deliveries").await.expect(200).text;
    assert_eq!(first.matches("table__name").count(), 50);
    let (_, rest) = first.split_once("before=").expect("a way to older ones");
    let id: String = rest.chars().take_while(|letter| *letter != '"').collect();
    let second = admin
        .get(&format!("/log/deliveries?before={id}"))
        .await
        .expect(200)
        .text;
    assert_eq!(second.matches("table__name").count(), 10);
    assert!(!second.contains(">Older<") && second.contains(">Newest<"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_the_deliveries_of_the_rules_he_may_see_and_no_others() {
    let app = TestApp::start().await;
    for (level, entity, trigger, text) in [
        ("product", "218", "lms.lead_sold", "by product"),
        ("publisher", "1044", "lms.lead_sold", "by publisher"),
        ("publisher", "1051", "lms.lead_sold", "by another"),
    ] {
        app.rule(&rule(level, entity, trigger, text)).await;
    }
    app.event(&sold("lead-1")).await;
    app.event(&set(sold("lead-2"), "publisher.id", json!(1051))).await;
    app.recorded(4).await;
    let all = app.get("/deliveries").await.expect(200).json();
    let id_of = |text: &str| {
        let rows = all["deliveries"].as_array().unwrap();
        let row = rows.iter().find(|row| row["text"] == text).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    let (product, own, other) = (id_of("by product"), id_of("by publisher"), id_of("by another"));
    for (role, sees) in [
        (Role::GlobalAdmin, [true, true, true]),
        (Role::LmsAdmin, [true, true, true]),
        (Role::CallLogicAdmin, [false, false, false]),
        (Role::Support, [true, true, true]),
        (Role::BuyerAgent, [false, false, false]),
        (Role::PublisherAgent, [false, true, false]),
        (Role::CompliancePublisher, [false, true, true]),
    ] {
        let browser = as_role(&app, role).await;
        let list = browser.get("/log/deliveries").await.expect(200).text;
        for (id, seen) in [&product, &own, &other].into_iter().zip(sees) {
            let page = browser.get(&format!("/log/deliveries/{id}")).await;
            assert_eq!(page.status, if seen { 200 } else { 404 }, "{} {id}", role.label());
            assert_eq!(list.contains(id.as_str()), seen, "{} {id}", role.label());
        }
    }
    let dana = as_role(&app, Role::Publisher).await;
    for (id, status) in [(&product, 404), (&own, 200), (&other, 404)] {
        dana.get(&format!("/log/deliveries/{id}")).await.expect(status);
    }
    let page = dana.get("/log/deliveries").await.expect(200).text;
    assert!(
        page.contains(own.as_str()) && !page.contains(product.as_str()) && !page.contains(other.as_str())
    );
    assert!(page.contains("/profile/tracking?q=2"), "his own pages: {page}");
    assert!(!page.contains("name=\"campaign\"") && !page.contains("name=\"product\""));
    // By trying ids he would learn who bought his leads.
    for forged in ["campaign=8807", "product=218"] {
        let page = dana
            .get(&format!("/log/deliveries?{forged}"))
            .await
            .expect(200)
            .text;
        assert!(page.contains("There is no such filter."), "{forged}");
        assert!(!page.contains(own.as_str()), "{forged}");
    }
    let nobody = app.browser().get("/log/deliveries").await.expect(303);
    assert!(nobody.header("location").starts_with("/login"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_shows_personal_data_is_shown_to_who_may_see_it() {
    let app = TestApp::start().await;
    let open = set(
        rule("product", "218", "lms.lead_sold", "Mail {{field.email}}"),
        "action.personal_data",
        json!("shown"),
    );
    let made = app.rule(&open).await;
    app.event(&sold("lead-1")).await;
    app.recorded(1).await;
    let id = only_delivery(&app, "lead-1").await;
    // That the rule masks them from now on does not change what this message says.
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    let masked = set(
        app.get(&path).await.json(),
        "action.personal_data",
        json!("masked"),
    );
    app.put(&path, &without(masked, "summary")).await.expect(200);
    for (role, sees) in [(Role::GlobalAdmin, true), (Role::Support, false)] {
        let browser = as_role(&app, role).await;
        let page = browser
            .get(&format!("/log/deliveries/{id}"))
            .await
            .expect(200)
            .text;
        assert_eq!(page.contains("jo@example.com"), sees, "{}: {page}", role.label());
    }
}

/// A message that Slack refused for good.
async fn refused(app: &TestApp, event: &str, code: &str, so_far: u64) -> String {
    app.slack().fail_next("chat.postMessage", 1, Fault::error(code));
    app.event(&sold(event)).await;
    app.recorded(so_far + 1).await;
    only_delivery(app, event).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sending_again_says_first_what_it_will_do_and_is_kept_in_the_audit_log() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "Sold {{lead_id}}"))
        .await;
    let first = refused(&app, "lead-1", "msg_too_long", 0).await;
    refused(&app, "lead-2", "internal_error", 1).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let list = admin.get("/log/deliveries").await.expect(200).text;
    assert!(list.contains(&format!("value=\"{first}\"")), "{list}");
    let none = admin.get("/log/deliveries/resend?what=chosen").await.expect(303);
    assert_eq!(none.header("location"), "/log/deliveries");
    let look = admin
        .get("/log/deliveries/resend?what=all&within=hour")
        .await
        .expect(200)
        .text;
    for part in [
        "2 messages will be sent again",
        "1 message may have been posted already",
        demo::SALES,
    ] {
        assert!(look.contains(part), "{part}: {look}");
    }
    let one = admin
        .get(&format!("/log/deliveries/resend?what=chosen&id={first}"))
        .await
        .expect(200)
        .text;
    assert!(one.contains("Send 1 message again"), "{one}");
    let (_, rest) = one
        .split_once("name=\"looked_at\" value=\"")
        .expect("when it was looked at");
    let at = rest.split('"').next().unwrap();
    let form = [("what", "chosen"), ("id", first.as_str()), ("looked_at", at)];
    admin.form("/log/deliveries/resend", &form).await.expect(303);
    assert_eq!(app.texts_until(demo::SALES, "Sold lead-1").await, ["Sold lead-1"]);
    app.recorded(3).await;
    // Posted once more, the form does nothing.
    admin.form("/log/deliveries/resend", &form).await.expect(303);
    let page = admin.get("/log/deliveries").await.expect(200).text;
    assert!(page.contains("There was nothing left to send again."), "{page}");
    let page = admin
        .get(&format!("/log/deliveries/{first}"))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("Sent again by hand") && page.contains("once"),
        "{page}"
    );
    let audit = admin
        .get("/audit?action=deliveries.resent")
        .await
        .expect(200)
        .text;
    assert!(
        audit.contains("The Global Admin") && audit.contains("1 message"),
        "{audit}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_change_a_rule_sends_its_messages_again_or_settles_them() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "Sold")).await;
    let failed = refused(&app, "lead-1", "msg_too_long", 0).await;
    let doubtful = refused(&app, "lead-2", "internal_error", 1).await;
    for (role, status) in [
        (Role::Support, 403),
        (Role::PublisherAgent, 404),
        (Role::Publisher, 404),
        (Role::CallLogicAdmin, 404),
    ] {
        let browser = as_role(&app, role).await;
        let page = browser.get(&format!("/log/deliveries/{doubtful}")).await.text;
        assert!(!page.contains("It arrived"), "{}", role.label());
        let form = [("what", "chosen"), ("id", failed.as_str())];
        let answer = browser.form("/log/deliveries/resend", &form).await;
        assert_eq!(answer.status, status, "{}", role.label());
        let path = format!("/log/deliveries/{doubtful}");
        let answer = browser.form(&path, &[("do", "arrived")]).await;
        assert_eq!(answer.status, status, "{}", role.label());
    }
    assert_eq!(app.deliveries("lead-1").await[0]["status"], "failed");
    let lou = as_role(&app, Role::LmsAdmin).await;
    let path = format!("/log/deliveries/{doubtful}");
    assert!(lou.get(&path).await.expect(200).text.contains("It arrived"));
    lou.form(&path, &[("do", "arrived")]).await.expect(303);
    assert_eq!(app.deliveries("lead-2").await[0]["status"], "sent");
    // Somebody else was faster.
    lou.form(&path, &[("do", "not_arrived")]).await.expect(409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_send_again_by_ids_or_by_a_filter_and_never_everything_by_accident() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "Sold {{lead_id}}"))
        .await;
    let id = refused(&app, "lead-1", "msg_too_long", 0).await;
    for (body, field) in [
        (json!({}), "ids"),
        (json!({"ids": [], "dry_run": true}), "ids"),
        (json!({"ids": ["x"]}), "ids.0"),
        (json!({"ids": [id], "filter": {}}), "ids"),
        (json!({"filter": {"status": "sent"}}), "filter.status"),
        (json!({"filter": {"state": "failed"}}), "filter.state"),
        (json!({"filter": {"from": "soon"}}), "filter.from"),
        (json!({"filter": {}, "dry_run": "yes"}), "dry_run"),
    ] {
        let fields = app.post("/deliveries/resend", &body).await.fields();
        assert_eq!(fields, [field], "{body}");
    }
    let filter = json!({"status": "failed", "code": "msg_too_long"});
    let dry = json!({"filter": filter, "dry_run": true});
    let told = app.post("/deliveries/resend", &dry).await.expect(200).json();
    assert_eq!((&told["matched"], &told["resent"]), (&json!(1), &json!(0)));
    assert_eq!(told["destinations"][0]["target"]["channel_id"], demo::SALES);
    let told = app
        .post("/deliveries/resend", &json!({"filter": filter}))
        .await
        .expect(200)
        .json();
    assert_eq!((&told["matched"], &told["resent"]), (&json!(1), &json!(1)));
    app.texts_until(demo::SALES, "Sold lead-1").await;
    let reader = app
        .new_key(&[leadbell_server::http::api_key::ApiScope::Read])
        .await;
    let request = app
        .bare(reqwest::Method::POST, "/deliveries/resend")
        .bearer_auth(reader);
    app.send(request.json(&dry)).await.problem(403);
}
