//! The main job: a rule made over REST sends its message when its event arrives, and only then.

use leadbell_sandbox::demo;
use serde_json::json;

use crate::support::{TestApp, event, rule, set, sold};

pub async fn a_rule_sends_its_message_to_its_channel_with_the_placeholders_filled(app: &mut TestApp) {
    let text = "Lead {{lead_id}} of {{product_name}} sold for {{price|money}} by {{publisher_name}} ({{source_name}})";
    let wanted = set(
        rule("product", "218", "lms.lead_sold", text),
        "filters",
        json!({"price": {"op": "between", "min": "10", "max": "50"}, "publisher": {"any_of": ["1044"]}}),
    );
    app.rule(&wanted).await;
    app.event(&sold("90418277")).await;
    let text = "Lead 90418277 of Debt Relief sold for $42.50 by Blue Traffic (fb-12)";
    assert_eq!(app.texts_until(demo::SALES, text).await, [text]);
    assert_eq!(app.slack().posted(), 1);
}

pub async fn an_event_without_names_gets_them_from_the_catalog(app: &mut TestApp) {
    app.rule(&rule(
        "product",
        "218",
        "lms.lead_sold",
        "{{product_name}} by {{publisher_name}}",
    ))
    .await;
    app.event(&json!({
        "event_id": "nameless", "trigger": "lms.lead_sold", "product": {"id": 218}, "lead": {"id": 1},
        "publisher": {"id": 1044}, "money": {"price": "42.50"},
    }))
    .await;
    let text = "Debt Relief by Blue Traffic";
    assert_eq!(app.texts_until(demo::SALES, text).await, [text]);
}

pub async fn an_event_that_does_not_fit_the_filters_sends_nothing(app: &mut TestApp) {
    let wanted = set(
        rule("product", "218", "lms.lead_sold", "{{lead_id}}"),
        "filters",
        json!({
            "price": {"op": "between", "min": "10", "max": "50"},
            "publisher": {"any_of": ["1044"]},
            "method": {"any_of": ["POST"]},
            "source": {"none_of": ["77300"]},
        }),
    );
    app.rule(&wanted).await;
    let fits = |id: &str| sold(id);
    for misfit in [
        set(fits("too-dear"), "money.price", json!("51")),
        set(fits("a-cent-too-dear"), "money.price", json!("50.01")),
        set(fits("too-cheap"), "money.price", json!("9.99")),
        set(fits("without-price"), "money.price", json!(null)),
        set(fits("other-publisher"), "publisher.id", json!(1051)),
        set(fits("without-publisher"), "publisher", json!(null)),
        set(fits("other-product"), "product.id", json!(219)),
        set(fits("other-method"), "lead.method", json!("FORM")),
        set(fits("other-source"), "source.id", json!(77300)),
        event("lms.lead_rejected", "other-trigger"),
        event("cl.lead_sold", "a-call"),
    ] {
        app.event(&misfit).await;
    }
    app.event(&set(fits("lowest"), "money.price", json!("10"))).await;
    app.event(&set(fits("highest"), "money.price", json!("50.00")))
        .await;
    app.event(&fits("last")).await;
    assert_eq!(
        app.texts_until(demo::SALES, "last").await,
        ["lowest", "highest", "last"]
    );
    assert_eq!(app.slack().posted(), 3);
}

pub async fn an_event_known_already_sends_nothing(app: &mut TestApp) {
    app.rule(&rule("product", "218", "lms.lead_sold", "{{event_id}} {{price}}"))
        .await;
    app.event(&sold("first")).await;
    // The sender's retry may even carry other details: the first word counts.
    for again in [sold("first"), set(sold("first"), "money.price", json!("43"))] {
        let answer = app.post("/events", &again).await.expect(202).json();
        assert_eq!(answer, json!({"accepted": 0, "duplicates": 1, "rejected": []}));
    }
    app.event(&sold("last")).await;
    let texts = app.texts_until(demo::SALES, "last 42.50").await;
    assert_eq!(texts, ["first 42.50", "last 42.50"]);
}

pub async fn a_rule_without_filters_fires_for_every_event_of_its_trigger_and_product(app: &mut TestApp) {
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let bare = json!({"event_id": "bare", "trigger": "lms.lead_sold", "product": {"id": 218}, "lead": {"id": "bare"}});
    app.event(&bare).await;
    app.event(&set(sold("other-publisher"), "publisher.id", json!(1051)))
        .await;
    app.event(&set(sold("dear"), "money.price", json!("999999")))
        .await;
    app.event(&set(sold("other-product"), "product.id", json!(219)))
        .await;
    app.event(&event("lms.campaign_sold", "other-trigger")).await;
    app.event(&sold("last")).await;
    let texts = app.texts_until(demo::SALES, "last").await;
    assert_eq!(texts, ["bare", "other-publisher", "dear", "last"]);
}

pub async fn a_message_to_a_member_opens_the_conversation_first(app: &mut TestApp) {
    let wanted = set(
        rule("product", "218", "lms.lead_sold", "For you: {{lead_id}}"),
        "action.target",
        json!({"member_id": demo::ANN_KIM}),
    );
    app.rule(&wanted).await;
    app.event(&sold("1")).await;
    let message = crate::support::soon(app.slack().wait_for_message(|m| m.text == "For you: 1")).await;
    assert!(message.channel.starts_with('D'), "{}", message.channel);
    app.recorded(1).await;
    let methods: Vec<String> = app
        .slack()
        .calls()
        .into_iter()
        .map(|call| call.method)
        .filter(|method| method != "auth.test")
        .collect();
    assert_eq!(methods, ["conversations.open", "chat.postMessage"]);
    let delivery = &app.deliveries("1").await[0];
    assert_eq!(delivery["target"]["member_id"], demo::ANN_KIM, "{delivery}");
    assert_eq!(delivery["slack_channel"], message.channel, "{delivery}");
}

pub async fn a_public_channel_that_the_app_is_not_in_is_joined_first(app: &mut TestApp) {
    let wanted = set(
        rule("product", "218", "lms.lead_sold", "{{lead_id}}"),
        "action.auth_token",
        json!(demo::JOINING_BOT_TOKEN),
    );
    app.rule(&set(
        wanted,
        "action.target",
        json!({"channel_id": demo::REJECTS}),
    ))
    .await;
    app.event(&sold("1")).await;
    app.event(&sold("2")).await;
    assert_eq!(app.texts_until(demo::REJECTS, "2").await, ["1", "2"]);
    // Joined once, and inside from then on.
    assert_eq!(app.slack().calls_of("conversations.join").len(), 1);
    app.recorded(2).await;
    let first = &app.deliveries("1").await[0];
    assert_eq!(first["status"], "sent", "{first}");
    assert_eq!(first["attempts"][0]["note"], "joined_channel", "{first}");
}

pub async fn a_disabled_rule_is_silent_from_the_next_event_on_and_an_enabled_one_speaks_again(
    app: &mut TestApp,
) {
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    app.event(&sold("1")).await;
    app.put(&path, &set(made.clone(), "status", json!("disabled")))
        .await
        .expect(200);
    app.event(&sold("2")).await;
    app.put(&path, &set(made, "status", json!("active")))
        .await
        .expect(200);
    app.event(&sold("3")).await;
    assert_eq!(app.texts_until(demo::SALES, "3").await, ["1", "3"]);
}

pub async fn a_deleted_rule_is_silent_from_the_next_event_on(app: &mut TestApp) {
    let kept = app
        .rule(&rule("product", "218", "lms.lead_sold", "kept {{lead_id}}"))
        .await;
    let gone = app
        .rule(&rule("product", "218", "lms.lead_sold", "gone {{lead_id}}"))
        .await;
    assert_ne!(kept["id"], gone["id"]);
    app.event(&sold("1")).await;
    let path = format!("/rules/{}", gone["id"].as_str().unwrap());
    app.delete(&path).await.expect(204);
    app.event(&sold("2")).await;
    app.event(&sold("3")).await;
    let texts = app.texts_until(demo::SALES, "kept 3").await;
    // One event's messages come in the order of their rules.
    assert_eq!(texts, ["kept 1", "gone 1", "kept 2", "kept 3"]);
}

pub async fn an_edited_rule_judges_the_next_event_by_its_new_version(app: &mut TestApp) {
    let made = app
        .rule(&rule("product", "218", "lms.lead_sold", "old {{lead_id}}"))
        .await;
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    app.event(&sold("1")).await;
    let edited = set(made, "action.text", json!("new {{lead_id}}"));
    let edited = set(edited, "filters.price", json!({"op": "gte", "value": "100"}));
    let answer = app.put(&path, &edited).await.expect(200).json();
    assert_eq!(answer["version"], 2);
    app.event(&sold("2")).await;
    app.event(&set(sold("3"), "money.price", json!("100"))).await;
    assert_eq!(app.texts_until(demo::SALES, "new 3").await, ["old 1", "new 3"]);
    let delivery = &app.deliveries("3").await[0];
    assert_eq!(delivery["rule_version"], 2, "{delivery}");
}

pub async fn rules_of_a_product_a_campaign_and_a_publisher_each_see_their_own_price(app: &mut TestApp) {
    for (level, entity, trigger) in [
        ("product", "218", "lms.lead_sold"),
        ("publisher", "1044", "lms.lead_sold"),
        ("campaign", "8807", "lms.campaign_sold"),
    ] {
        let rule = rule(level, entity, trigger, "{{level}} {{price}}");
        app.rule(&set(rule, "action.sending", json!({"bursts": "every"})))
            .await;
    }
    let money = json!({"currency": "USD", "price": "42.50", "total": "55", "publisher_earning": "30"});
    app.event(&set(sold("1"), "money", money.clone())).await;
    app.event(&set(event("lms.campaign_sold", "2"), "money", money.clone()))
        .await;
    // Neither the other publisher's lead nor the other campaign's sale is theirs.
    let other = set(sold("3"), "publisher.id", json!(1051));
    app.event(&set(other, "money", json!({"total": "56"}))).await;
    let other = set(event("lms.campaign_sold", "4"), "campaign.id", json!(8820));
    app.event(&set(other, "money", money)).await;
    app.event(&set(
        sold("5"),
        "money",
        json!({"total": "57", "publisher_earning": "31"}),
    ))
    .await;
    let texts = app.texts_until(demo::SALES, "Publisher 31.00").await;
    let expected = [
        "Product 55.00",
        "Publisher 30.00",
        "Campaign 42.50",
        "Product 56.00",
        "Product 57.00",
        "Publisher 31.00",
    ];
    assert_eq!(texts, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_an_event_can_mention_anybody_or_forge_a_link() {
    let app = TestApp::start().await;
    app.rule(&rule(
        "product",
        "218",
        "lms.lead_sold",
        "<!here> by {{publisher_name}}",
    ))
    .await;
    let evil = "<!channel> <@U0ANNKIM1> <https://evil.example|Slack> & co";
    app.event(&set(sold("1"), "publisher.name", json!(evil))).await;
    let message = crate::support::soon(app.slack().wait_for_message(|_| true)).await;
    assert!(message.text.starts_with("<!here> by "), "{}", message.text);
    assert_eq!(message.text.matches('<').count(), 1, "{}", message.text);
    assert!(message.text.contains("&lt;!channel&gt;"), "{}", message.text);
}
