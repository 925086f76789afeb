//! Who reads what in the log, and who looks at personal data.

use leadbell_domain::Role;
use serde_json::json;

use crate::support::{Browser, TestApp, event, person, rule, set, sold};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_the_events_that_his_rules_could_watch_and_no_others() {
    let app = TestApp::start().await;
    app.event(&sold("sold")).await;
    app.event(&set(sold("elsewhere"), "publisher.id", json!(1051)))
        .await;
    app.event(&event("lms.campaign_rejected", "tried")).await;
    app.event(&event("cl.lead_sold", "call")).await;
    for (role, sees) in [
        (Role::GlobalAdmin, "sold elsewhere tried call"),
        (Role::LmsAdmin, "sold elsewhere tried"),
        (Role::CallLogicAdmin, "call"),
        (Role::Support, "sold elsewhere tried call"),
        (Role::BuyerAgent, "tried"),
        (Role::PublisherAgent, "sold call"),
        (Role::CompliancePublisher, "sold elsewhere call"),
        (Role::Publisher, "sold call"),
    ] {
        let browser = as_role(&app, role).await;
        let list = browser.get("/log").await.expect(200).text;
        let csv = browser.get("/log/export?format=csv").await.expect(200).text;
        for id in ["sold", "elsewhere", "tried", "call"] {
            let seen = sees.split(' ').any(|name| name == id);
            assert_eq!(
                list.contains(&format!("/log/events/{id}?")),
                seen,
                "{} {id}",
                role.label()
            );
            assert_eq!(csv.contains(&format!(",{id},")), seen, "{} {id}", role.label());
            let page = browser.get(&format!("/log/events/{id}")).await;
            assert_eq!(page.status, if seen { 200 } else { 404 }, "{} {id}", role.label());
            let page = browser.get(&format!("/log/leads/{id}")).await;
            assert_eq!(page.status, if seen { 200 } else { 404 }, "{} {id}", role.label());
        }
    }
    let qa = as_role(&app, Role::Qa).await;
    for path in ["/log", "/log/deliveries"] {
        let page = qa.get(path).await.expect(200).text;
        assert!(page.contains("Your role reads test runs only.") && !page.contains("/log/events/"));
    }
    for path in [
        "/log/events/sold",
        "/log/leads/sold",
        "/log/export?format=csv",
        "/log/deliveries/export?format=csv",
        "/log/tail",
    ] {
        qa.get(path).await.expect(404);
    }
    for path in [
        "/log",
        "/log/events/sold",
        "/log/tail",
        "/log/export?format=csv",
        "/log/deliveries/export?format=csv",
        "/log/export/progress?name=mine",
    ] {
        let nobody = app.browser().get(path).await.expect(303);
        assert!(nobody.header("location").starts_with("/login"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyers_agent_is_told_nothing_of_publishers_and_support_no_amount() {
    let app = TestApp::start().await;
    let made = rule(
        "campaign",
        "8807",
        "lms.campaign_sold",
        "{{publisher_name}} {{price}}",
    );
    app.rule(&set(made, "filters.publisher", json!({"any_of": ["1044"]})))
        .await;
    app.event(&event("lms.campaign_sold", "e-1")).await;
    app.recorded(1).await;
    let agent = as_role(&app, Role::BuyerAgent).await;
    for path in [
        "/log",
        "/log/events/e-1",
        "/log/leads/e-1",
        "/log/export?format=csv",
        "/log/export?format=ndjson",
        "/log/deliveries/export?format=csv",
        "/log/deliveries/export?format=ndjson",
    ] {
        let page = agent.get(path).await.expect(200).text;
        assert!(page.contains("e-1"), "{path}");
        for hidden in ["Blue", "1044", "5521", "fb-12", "30.00"] {
            assert!(!page.contains(hidden), "{path} tells {hidden}: {page}");
        }
    }
    let page = agent.get("/log/events/e-1").await.expect(200).text;
    assert!(
        page.contains("A condition that is not yours to see") && page.contains("Fired"),
        "{page}"
    );
    let support = as_role(&app, Role::Support).await;
    let page = support.get("/log/events/e-1").await.expect(200).text;
    assert!(
        !page.contains("42.50") && !page.contains("30.00") && page.contains("Blue Traffic"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_is_shown_to_who_may_see_it_and_confirms_and_that_is_written_down() {
    let app = TestApp::start().await;
    app.event(&sold("lead-1")).await;
    for (role, status) in [
        (Role::LmsAdmin, 200),
        (Role::CallLogicAdmin, 404),
        (Role::CompliancePublisher, 200),
        (Role::Publisher, 200),
        (Role::Support, 403),
        (Role::PublisherAgent, 403),
        (Role::BuyerAgent, 404),
        (Role::Qa, 404),
    ] {
        let browser = as_role(&app, role).await;
        let path = "/log/events/lead-1";
        let page = browser.get(path).await.text;
        assert!(!page.contains("jo@example.com"), "{}", role.label());
        assert_eq!(
            page.contains("I confirm to get access"),
            status == 200,
            "{}",
            role.label()
        );
        let shown = browser.form(path, &[("do", "reveal")]).await;
        assert_eq!(shown.status, status, "{}", role.label());
        assert_eq!(
            shown.text.contains("jo@example.com"),
            status == 200,
            "{}",
            role.label()
        );
    }
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let shown = admin
        .form("/log/events/lead-1", &[("do", "reveal")])
        .await
        .expect(200);
    assert!(shown.text.contains("jo@example.com"));
    let audit = admin.get("/audit?action=event.revealed").await.expect(200).text;
    assert_eq!(audit.matches("Lead lead-1").count(), 4, "{audit}");
    assert!(!audit.contains("jo@example.com"));
    let nothing = admin.form("/log/events/lead-1", &[("do", "eat")]).await;
    assert_eq!(nothing.status, 400);
}
