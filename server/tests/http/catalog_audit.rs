//! What the audit log tells of the catalog, and of what comes back.

use leadbell_domain::{AuditAction, Role, Scope};
use leadbell_store::{AuditEntry, AuditQuery};
use serde_json::{Value, json};

use crate::catalog_import::{confirm, hidden, upload};
use crate::support::{Browser, TestApp, person, rule, set};

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The lines of this action, oldest first.
async fn told(app: &TestApp, action: AuditAction) -> Vec<AuditEntry> {
    let query = AuditQuery {
        action: Some(action),
        ..AuditQuery::of(Scope::All, None)
    };
    let mut rows = app.state().store.list_audit(&query).await.unwrap().rows;
    rows.reverse();
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_of_the_catalog_is_told_with_who_made_it() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let new = [("id", "77"), ("name", "Zebra"), ("status", "active")];
    admin.form("/publishers/new", &new).await.expect(303);
    // Refused for an ordinary mistake: nothing to tell.
    admin.form("/publishers/new", &new).await.expect(422);
    let seen = hidden(&admin.get("/publishers/77/edit").await, "seen");
    let edit = [("seen", seen.as_str()), ("name", "Okapi"), ("status", "pending")];
    admin.form("/publishers/77/edit", &edit).await.expect(303);
    let seen = hidden(&admin.get("/publishers/77/delete").await, "seen");
    admin
        .form("/publishers/77/delete", &[("seen", &seen)])
        .await
        .expect(303);
    let catalog = json!({"products": [{"id": 4711, "name": "New", "platform": "lms"}]});
    for _ in 0..2 {
        app.put("/catalog", &catalog).await.expect(200);
    }
    let lines: Vec<(String, String, String)> = told(&app, AuditAction::CatalogChanged)
        .await
        .into_iter()
        // The first is the house that every test begins with.
        .skip(1)
        .map(|line| (line.actor.name().to_owned(), line.subject.label, line.detail))
        .collect();
    let expect = |who: &str, what: &str, how: &str| (who.to_owned(), what.to_owned(), how.to_owned());
    assert_eq!(
        lines,
        [
            expect("The Global Admin", "Publisher Zebra", "new"),
            expect(
                "The Global Admin",
                "Publisher Okapi",
                "name “Zebra” → “Okapi”; status Active → Pending"
            ),
            expect("The Global Admin", "Publisher Okapi", "status Pending → Deleted"),
            expect(
                "Test",
                "Catalog",
                "1 added, 0 changed, 0 as they were: product 4711"
            ),
        ]
    );
    let checked = upload(&admin, b"kind;id;name\npublisher;78;Gnu\n")
        .await
        .expect(200);
    confirm(&admin, &checked).await.expect(303);
    let lines = told(&app, AuditAction::CatalogImported).await;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].detail.contains("publisher 78"), "{lines:?}");
    let page = admin.get("/audit?action=catalog.changed").await.expect(200).text;
    assert!(
        page.contains("/publishers/77") && page.contains("Catalog changed"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_the_catalog_that_no_page_offers_are_told() {
    let app = TestApp::start().await;
    let agent = as_role(&app, Role::PublisherAgent).await;
    let lou = as_role(&app, Role::LmsAdmin).await;
    let fields = [
        ("id", "88"),
        ("name", "X"),
        ("status", "active"),
        ("platform", "call_logic"),
        ("publisher", "1044"),
        ("product", "218"),
    ];
    let refused = agent.form("/catalog/channels/new", &fields).await;
    assert!(matches!(refused.status, 403 | 404), "{}", refused.status);
    let refused = agent.form("/publishers/1044/delete", &[("seen", "1")]).await;
    assert!(matches!(refused.status, 403 | 404), "{}", refused.status);
    lou.form("/catalog/channels/new", &fields).await.expect(422);
    upload(&agent, b"kind;id;name\npublisher;78;Gnu\n")
        .await
        .expect(404);
    let lines: Vec<(String, String)> = told(&app, AuditAction::RequestRefused)
        .await
        .into_iter()
        .map(|line| (line.actor.name().to_owned(), line.subject.label))
        .collect();
    for (who, what) in [
        ("The Publisher Agent", "New channel"),
        ("The Publisher Agent", "Publisher 1044"),
        ("The LMS Admin", "New channel"),
        ("The Publisher Agent", "Catalog"),
    ] {
        let line = (who.to_owned(), what.to_owned());
        assert!(lines.contains(&line), "{line:?}: {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_whose_preset_is_gone_comes_back_without_it_and_a_refused_one_is_told() {
    let app = TestApp::start().await;
    let preset = json!({
        "product_id": "218", "name": "Big leads", "trigger": "lms.lead_sold",
        "action": {"type": "send_slack_message", "text": "Lead {{lead_id}}"},
    });
    let preset = app.post("/presets", &preset).await.expect(201).json();
    let follows = set(
        rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}"),
        "preset_id",
        preset["id"].clone(),
    );
    let made = app.rule(&follows).await;
    let id = made["id"].as_str().unwrap();
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let uses = admin.get("/products/218/delete").await.expect(200).text;
    assert!(
        uses.contains("1 preset of its own.") && uses.contains("Preset “Big leads”"),
        "{uses}"
    );
    // Saved as it is, it stays the version it is.
    let whole = app.get(&format!("/rules/{id}")).await.expect(200).json();
    let same = app.put(&format!("/rules/{id}"), &whole).await.expect(200).json();
    assert_eq!(same["version"], json!(1));
    let preset = format!("/presets/{}", preset["id"].as_str().unwrap());
    app.delete(&preset).await.expect(204);
    let back = app
        .post(&format!("/rules/{id}/restore"), &json!({"version": 1}))
        .await
        .expect(200)
        .json();
    assert_eq!(back["preset_id"], Value::Null, "{back}");
    let remark = back["remark"].as_str().unwrap_or_default();
    assert!(remark.contains("preset is deleted"), "{back}");

    let agent = as_role(&app, Role::PublisherAgent).await;
    let before = told(&app, AuditAction::RequestRefused).await.len();
    let refused = agent
        .form(
            &format!("/products/218/tracking/{id}/restore?version=1&seen=2"),
            &[],
        )
        .await;
    assert!(matches!(refused.status, 403 | 404), "{}", refused.status);
    let lines = told(&app, AuditAction::RequestRefused).await;
    assert_eq!(lines.len(), before + 1, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_is_called_new_is_reached() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    for (list, more) in [
        ("/publishers", vec![]),
        ("/catalog/sources", vec![("publisher", "1044")]),
    ] {
        let mut fields = vec![("id", "new"), ("name", "Zebra"), ("status", "active")];
        fields.extend(more);
        let added = admin.form(&format!("{list}/new"), &fields).await.expect(303);
        let entry = added.header("location");
        let page = admin.get(entry).await.expect(200).text;
        assert!(page.contains("Zebra"), "{entry}: {page}");
        let edit = admin.get(&format!("{entry}/edit")).await.expect(200);
        assert!(edit.text.contains("Zebra"));
        assert!(admin.get(list).await.text.contains(entry), "{list}");
    }
    admin.get("/publishers/ne%77/tracking").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_list_of_rules_offers_the_products_presets() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let offer = "href=\"/products/218/presets\" rel=\"external\">Start from a preset";
    let tracking = "/products/218/tracking";
    assert!(!admin.get(tracking).await.expect(200).text.contains(offer));
    let preset = json!({
        "product_id": "218", "name": "Big leads", "trigger": "lms.lead_sold",
        "action": {"type": "send_slack_message", "text": "Lead {{lead_id}}"},
    });
    app.post("/presets", &preset).await.expect(201);
    let page = admin.get(tracking).await.expect(200).text;
    assert!(page.contains(offer), "{page}");
    let support = as_role(&app, Role::Support).await;
    assert!(!support.get(tracking).await.expect(200).text.contains(offer));
}
