//! What a house settles for itself: who changes it, and what follows from it.

use leadbell_domain::{AuditAction, Policy, Role, Settings};
use leadbell_store::AuditQuery;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// Decides, as the Global Admin does on his page.
pub async fn settle(app: &TestApp, policy: Policy) {
    let admin = as_role(app, Role::GlobalAdmin).await;
    let texts = Settings {
        policy,
        ..Settings::default()
    }
    .texts();
    let fields: Vec<(&str, &str)> = texts.iter().map(|(key, text)| (*key, text.as_str())).collect();
    admin.form("/settings", &fields).await.expect(303);
    assert_eq!(app.state().settings.now().policy, policy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_the_global_admins_and_nobody_else_learns_that_there_are_any() {
    let app = TestApp::start().await;
    for role in Role::ALL {
        let browser = as_role(&app, role).await;
        let told = browser
            .get("/system")
            .await
            .expect(200)
            .text
            .contains("href=\"/settings\"");
        let page = browser.get("/settings").await;
        let post = [
            ("compliance_publisher", "view"),
            ("buyers_filter_by_publisher", "hidden"),
        ];
        if role == Role::GlobalAdmin {
            page.expect(200);
            assert!(told);
            continue;
        }
        page.expect(404);
        assert!(!told, "{}", role.label());
        browser.form("/settings", &post).await.expect(404);
    }
    assert_eq!(*app.state().settings.now(), Settings::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_told_in_the_audit_log_once_and_what_is_no_choice_changes_nothing() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let wrong = [
        ("compliance_publisher", "sometimes"),
        ("buyers_filter_by_publisher", "shown"),
    ];
    let page = admin.form("/settings", &wrong).await.expect(422).text;
    assert!(page.contains("field-compliance-publisher-error"), "{page}");
    // What was chosen in the other field is still there.
    assert!(page.contains("value=\"shown\" selected"), "{page}");
    assert_eq!(*app.state().settings.now(), Settings::default());
    let policy = Policy {
        compliance_manages: false,
        buyers_see_publishers: false,
    };
    for _ in 0..2 {
        let texts = Settings {
            policy,
            ..Settings::default()
        }
        .texts();
        let fields: Vec<(&str, &str)> = texts.iter().map(|(key, text)| (*key, text.as_str())).collect();
        admin.form("/settings", &fields).await.expect(303);
    }
    let query = AuditQuery {
        action: Some(AuditAction::SettingsChanged),
        ..AuditQuery::of(leadbell_domain::Scope::All, None)
    };
    let lines = app.state().store.list_audit(&query).await.unwrap().rows;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].detail, "Compliance Publishers: manage → view");
    assert_eq!(lines[0].actor.name(), "The Global Admin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compliance_that_may_only_look_sees_publishers_rules_and_changes_none() {
    let app = TestApp::start().await;
    let made = app
        .rule(&rule("publisher", "1044", "lms.lead_sold", "Earned"))
        .await;
    let id = made["id"].as_str().unwrap();
    let compliance = as_role(&app, Role::CompliancePublisher).await;
    let list = "/publishers/1044/tracking";
    assert!(compliance.get(list).await.expect(200).text.contains("Add Rule"));
    settle(
        &app,
        Policy {
            compliance_manages: false,
            ..Policy::default()
        },
    )
    .await;
    let page = compliance.get(list).await.expect(200).text;
    assert!(page.contains("Earned") && !page.contains("Add Rule"), "{page}");
    compliance
        .form(&format!("{list}/{id}"), &[("do", "disable")])
        .await
        .expect(303);
    compliance
        .form(&format!("{list}/{id}"), &[("do", "delete")])
        .await
        .expect(303);
    let kept = app.get(&format!("/rules/{id}")).await.expect(200).json();
    assert_eq!(kept["status"], "active");
}

/// A rule of campaign 8807 that staff narrowed to one publisher.
async fn narrowed(app: &TestApp) -> (String, i64) {
    let made = rule("campaign", "8807", "lms.campaign_sold", "Sold");
    let made = set(
        made,
        "filters",
        json!({"publisher": {"any_of": ["1044"]}, "method": {"any_of": ["POST"]}}),
    );
    let id = app.rule(&made).await["id"].as_str().unwrap().to_owned();
    let version = app.get(&format!("/rules/{id}")).await.expect(200).json()["version"].as_i64();
    (id, version.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_that_buyers_people_may_not_read_is_neither_told_to_them_nor_lost_when_they_change_the_rule()
{
    let app = TestApp::start().await;
    let (id, version) = narrowed(&app).await;
    let agent = as_role(&app, Role::BuyerAgent).await;
    let list = "/campaigns/8807/tracking";
    let mut read = String::new();
    for path in [
        list.to_owned(),
        format!("{list}/{id}"),
        format!("{list}/{id}/history"),
    ] {
        read.push_str(&agent.get(&path).await.expect(200).text);
    }
    assert!(read.contains("Publisher is (not shown)"), "{read}");
    assert!(read.contains("Publisher is set by somebody else"), "{read}");
    for secret in ["1044", "Blue Traffic"] {
        assert!(!read.contains(secret), "{secret} in {read}");
    }

    let stored = app.get(&format!("/rules/{id}")).await.expect(200).json();
    let draft = |filters: Value| {
        json!({
            "trigger": "lms.campaign_sold", "connection_id": stored["action"]["connection_id"], "target": "channel",
            "channel_id": stored["action"]["target"]["channel_id"], "text": "Bought", "filters": filters,
        })
    };
    let save = |filters: Value, version: i64| json!({"save": {"level": "campaign", "entity": "8807", "editing": [id, version], "draft": draft(filters)}});
    // Another publisher in its place is refused; nothing in its place leaves it alone.
    let other = json!({"publisher": {"exclude": false, "values": ["1051"]}});
    let refused = agent
        .call("save_rule", &save(other, version))
        .await
        .expect(422)
        .text;
    assert!(refused.contains("filters.publisher"), "{refused}");
    agent
        .call("save_rule", &save(json!({}), version))
        .await
        .expect(200);
    let after = app.get(&format!("/rules/{id}")).await.expect(200).json();
    assert_eq!(after["action"]["text"], "Bought");
    assert_eq!(after["filters"], json!({"publisher": {"any_of": ["1044"]}}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_house_opens_publishers_buyers_people_choose_them_by_name() {
    let app = TestApp::start().await;
    let (id, _) = narrowed(&app).await;
    let agent = as_role(&app, Role::BuyerAgent).await;
    let ask = json!({"query": {
        "level": "campaign", "entity": "8807", "filter": "publisher", "q": "blue", "publishers": [], "buyers": [],
    }});
    let before = agent.call("choices", &ask).await.expect(200).text;
    assert!(!before.contains("Blue Traffic"), "{before}");
    settle(
        &app,
        Policy {
            buyers_see_publishers: true,
            ..Policy::default()
        },
    )
    .await;
    let after = agent.call("choices", &ask).await.expect(200).text;
    assert!(after.contains("Blue Traffic"), "{after}");
    let page = agent
        .get(&format!("/campaigns/8807/tracking/{id}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Blue Traffic") && !page.contains("set by somebody else"));
    // Their own lists stay closed.
    agent.get("/publishers").await.expect(404);
}
