//! What a rule keeps beside filters and message: note, test leads, personal data.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{TestApp, person, rule, set, sold};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_edited_in_the_form_keeps_its_note_and_its_boxes() {
    let app = TestApp::start().await;
    let mut made = rule("campaign", "8807", "lms.revenue_ping_back", "{{lead_id}}");
    for (field, value) in [
        ("note", json!("For Kim:\ncall back")),
        ("include_test", json!(true)),
        ("include_duplicates", json!(true)),
        ("action.personal_data", json!("shown")),
    ] {
        made = set(made, field, value);
    }
    let made = app.rule(&made).await;
    let browser = app.browser();
    browser.log_in(&person(&app, Role::GlobalAdmin).await).await;
    let path = format!("/campaigns/8807/tracking/{}", made["id"].as_str().unwrap());
    let form = browser.get(&path).await.expect(200).text;
    for field in ["include_test", "include_duplicates", "action.personal_data"] {
        let at = form
            .find(&format!("name=\"{field}\""))
            .unwrap_or_else(|| panic!("no {field}"));
        let end = form[at..].find('>').unwrap();
        assert!(form[at..at + end].contains("checked"), "{field} is ticked");
    }
    assert!(
        form.contains("For Kim:\ncall back</textarea>"),
        "the note is there"
    );
    let connection = made["action"]["connection_id"].as_str().unwrap();
    let fields = [
        ("do", "save"),
        ("version", "1"),
        ("trigger", "lms.revenue_ping_back"),
        ("include_test", "shown"),
        ("action.connection_id", connection),
        ("action.target", "channel"),
        ("action.target.channel_id", demo::SALES),
        ("action.text", "{{lead_id}}"),
        ("note", "For Kim:\r\ncalled"),
    ];
    browser.form(&format!("{path}?step=2"), &fields).await.expect(303);
    let now = app.get(&format!("/rules/{}", made["id"].as_str().unwrap())).await;
    let now: Value = now.expect(200).json();
    assert_eq!(now["note"], "For Kim:\ncalled");
    assert_eq!(
        (&now["include_test"], &now["include_duplicates"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(now["action"]["personal_data"], "masked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_is_shown_only_where_the_rule_says_so_and_its_writer_may() {
    let app = TestApp::start().await;
    let plain = rule("product", "218", "lms.lead_sold", "masked {{field.email}}");
    app.rule(&plain).await;
    let open = rule("product", "218", "lms.lead_sold", "open {{field.email}}");
    app.rule(&set(open, "action.personal_data", json!("shown"))).await;
    app.event(&sold("1")).await;
    let texts = app.texts_until(demo::SALES, "open jo@example.com").await;
    assert!(texts.contains(&"masked j***@example.com".to_owned()), "{texts:?}");

    let browser = app.browser();
    browser.log_in(&person(&app, Role::BuyerAgent).await).await;
    let draft = json!({
        "trigger": "lms.campaign_sold", "auth_token": demo::BOT_TOKEN, "target": "channel",
        "channel_id": demo::SALES, "text": "x", "personal_data": "shown",
    });
    let save = json!({"level": "campaign", "entity": "8807", "editing": null, "draft": draft});
    let refused = browser
        .call("save_rule", &json!({"save": save}))
        .await
        .expect(422);
    assert!(refused.text.contains("action.personal_data"), "{}", refused.text);
    let form = browser
        .form(
            "/campaigns/8807/tracking/new?step=2",
            &[("do", "next"), ("trigger", "lms.campaign_sold")],
        )
        .await;
    assert!(!form.expect(200).text.contains("action.personal_data"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preset_that_is_not_there_is_refused_by_its_field() {
    let app = TestApp::start().await;
    for (level, entity, trigger) in [
        ("product", "218", "lms.lead_sold"),
        ("publisher", "1044", "lms.lead_sold"),
    ] {
        let foreign = set(
            rule(level, entity, trigger, "x"),
            "preset_id",
            json!("01931c3e-7b1a-7c3e-8a55-0242ac120002"),
        );
        let refused = app.post("/rules", &foreign).await.expect(422);
        assert!(refused.text.contains("preset_id"), "{}", refused.text);
    }
}
