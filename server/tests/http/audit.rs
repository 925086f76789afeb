//! The audit log: what is told in it, to whom, and what is refused so that it is told.

use leadbell_domain::{AuditAction, Role};
use leadbell_sandbox::demo;
use leadbell_store::AuditQuery;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The lines of this action, oldest first: who, subject, detail.
async fn told(app: &TestApp, action: AuditAction) -> Vec<(String, String, String)> {
    let query = AuditQuery {
        action: Some(action),
        ..AuditQuery::of(leadbell_domain::Scope::All, None)
    };
    let page = app.state().store.list_audit(&query).await.unwrap();
    let lines = page.rows.into_iter().rev();
    lines
        .map(|line| {
            let who = line.actor.name().to_owned();
            (who, line.subject.label, line.detail)
        })
        .collect()
}

fn draft(trigger: &str) -> Value {
    json!({
        "trigger": trigger, "auth_token": demo::BOT_TOKEN, "target": "channel", "channel_id": demo::SALES, "text": "x",
    })
}

async fn save(browser: &Browser, level: &str, entity: &str, draft: &Value) -> u16 {
    let save = json!({"level": level, "entity": entity, "editing": null, "draft": draft});
    browser.call("save_rule", &json!({"save": save})).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_for_admins_each_within_his_platform() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    app.rule(&rule("product", "310", "cl.lead_sold", "x")).await;
    for role in Role::ALL {
        let browser = as_role(&app, role).await;
        let page = browser.get("/audit").await;
        let (lms, calls) = match role {
            Role::GlobalAdmin => (true, true),
            Role::LmsAdmin => (true, false),
            Role::CallLogicAdmin => (false, true),
            _ => {
                page.expect(404);
                let home = browser.get("/system").await.expect(200).text;
                assert!(!home.contains("href=\"/audit\""), "{}", role.label());
                continue;
            }
        };
        let page = page.expect(200).text;
        assert_eq!(page.contains("Product 218"), lms, "{}", role.label());
        assert_eq!(page.contains("Product 310"), calls, "{}", role.label());
        // Who stored a token concerns both platforms, so only who answers for both.
        let tokens = page.contains("xoxb");
        assert_eq!(tokens, role == Role::GlobalAdmin, "{}", role.label());
    }
    let nobody = app.browser().get("/audit").await.expect(303);
    assert!(nobody.header("location").starts_with("/login"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_life_of_a_rule_is_told_and_leads_to_it_as_long_as_it_is_there() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let lou = as_role(&app, Role::LmsAdmin).await;
    assert_eq!(save(&lou, "product", "218", &draft("lms.lead_sold")).await, 200);
    let id = app.get("/rules").await.json()["rules"][0]["id"].clone();
    let id = id.as_str().unwrap();
    let path = format!("/products/218/tracking/{id}");
    let page = admin.get("/audit").await.expect(200).text;
    for part in [
        "The LMS Admin",
        "Rule added",
        "[LMS] Lead Sold, to channel",
        path.as_str(),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    lou.form(&path, &[("do", "disable")]).await.expect(303);
    let whole = app.get(&format!("/rules/{id}")).await.json();
    let changed = set(whole, "action.text", json!("Sold!"));
    app.put(&format!("/rules/{id}"), &changed).await.expect(200);
    lou.form(&path, &[("do", "delete")]).await.expect(303);
    for (action, who, detail) in [
        (AuditAction::RuleCreated, "The LMS Admin", "[LMS] Lead Sold"),
        (AuditAction::RuleDisabled, "The LMS Admin", ""),
        (AuditAction::RuleChanged, "Test", "Message Text: x → Sold!"),
        (AuditAction::RuleDeleted, "The LMS Admin", "[LMS] Lead Sold"),
    ] {
        let lines = told(&app, action).await;
        assert_eq!(lines.len(), 1, "{action:?} {lines:?}");
        assert_eq!((lines[0].0.as_str(), lines[0].1.as_str()), (who, "Rule 1"));
        assert!(lines[0].2.starts_with(detail), "{lines:?}");
    }
    let page = admin.get("/audit").await.expect(200).text;
    assert!(!page.contains(&path), "a dead link: {page}");
    assert!(page.contains("API key"), "{page}");
    let connections = told(&app, AuditAction::ConnectionAdded).await;
    assert_eq!(connections.len(), 1, "{connections:?}");
    assert!(connections[0].1.contains("xoxb-…"), "{connections:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_found_by_words_action_person_and_day() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let path = "/audit?q=nothing-like-it";
    assert!(admin.get(path).await.text.contains("Nothing found"));
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let has = async |query: &str| {
        let page = admin.get(&format!("/audit?{query}")).await.expect(200).text;
        page.contains("Product 218")
    };
    for (query, found) in [
        ("q=lead+sold", true),
        ("action=rule.created", true),
        ("action=rule.deleted", false),
        ("action=nonsense", true),
        ("who=test", true),
        ("who=ann", false),
        ("from=2000-01-01&to=2999-12-31", true),
        ("to=2000-01-01", false),
        ("from=2999-01-01", false),
        ("from=tomorrow", true),
        ("page=2", false),
    ] {
        assert_eq!(has(query).await, found, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_requests_are_told_by_field_without_what_was_in_it() {
    let app = TestApp::start().await;
    let of_others = app.rule(&rule("publisher", "1051", "lms.lead_sold", "x")).await;
    let of_others = of_others["id"].as_str().unwrap();
    let staffs = app.get("/connections").await.json()["connections"][0]["id"].clone();
    let dana = as_role(&app, Role::Publisher).await;
    let filter = |key: &str, id: &str| {
        let values = json!({key: {"exclude": false, "values": [id]}});
        set(draft("lms.lead_sold"), "filters", values)
    };
    let mut stolen = set(draft("lms.lead_sold"), "connection_id", staffs);
    stolen["auth_token"] = json!("");
    for (draft, field) in [
        (filter("buyer", "okapi"), "filters.buyer"),
        (filter("channel", "5601"), "filters.channel"),
        (draft("lms.campaign_sold"), "trigger"),
        (stolen, "action.connection_id"),
    ] {
        assert_eq!(save(&dana, "publisher", "1044", &draft).await, 422, "{field}");
        let lines = told(&app, AuditAction::RequestRefused).await;
        let (who, subject, detail) = lines.last().expect("a line");
        assert_eq!(who, "The Publisher");
        assert_eq!(subject, "Publisher Blue Traffic");
        assert_eq!(detail, &format!("Fields: {field}"));
    }
    // Somebody else's, and what is not there, are told alike.
    let before = told(&app, AuditAction::RequestRefused).await.len();
    let nobody = "0193573e-0000-7000-8000-000000000000";
    for id in [of_others, nobody] {
        let change = json!({"level": "publisher", "rule": id, "status": "disabled"});
        dana.call("set_rule_status", &change).await.expect(404);
        let gone = json!({"level": "publisher", "rule": id});
        dana.call("delete_rule", &gone).await.expect(404);
    }
    assert_eq!(
        save(&dana, "publisher", "1051", &draft("lms.lead_sold")).await,
        404
    );
    assert_eq!(save(&dana, "product", "218", &draft("lms.lead_sold")).await, 404);
    let lines = told(&app, AuditAction::RequestRefused).await;
    assert_eq!(lines.len(), before + 6, "{lines:#?}");
    assert!(
        lines
            .iter()
            .all(|line| !line.2.contains("okapi") && !line.2.contains("5601"))
    );
    // A program's, too.
    let wrong = rule("campaign", "8807", "lms.lead_sold", "x");
    app.post("/rules", &wrong).await.expect(422);
    let lines = told(&app, AuditAction::RequestRefused).await;
    let last = lines.last().unwrap();
    assert_eq!((last.0.as_str(), last.2.as_str()), ("Test", "Fields: trigger"));

    // Who mistypes in his own form is not told of.
    let mut typo = draft("lms.lead_sold");
    typo["text"] = json!("{{buyer_name}}");
    typo["channel_id"] = json!("sales");
    assert_eq!(save(&dana, "publisher", "1044", &typo).await, 422);
    assert_eq!(save(&dana, "publisher", "1044", &draft("")).await, 422);
    assert_eq!(told(&app, AuditAction::RequestRefused).await, lines);
    // The publisher himself is shown none of it.
    dana.get("/audit").await.expect(404);
}
