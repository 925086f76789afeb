//! How a rule's messages look: over REST, on its page, in files and presets, and what Slack gets.

use leadbell_domain::Role;
use leadbell_sandbox::{Fault, demo};
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, person, rule, set, sold, without};

async fn log_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

fn card() -> Value {
    json!({"card": {
        "header": "Sold: {{product_name}}",
        "fields": [{"label": "Lead", "value": "{{lead_id}}"}, {"label": "Buyer", "value": "{{buyer_name}}"}],
        "context": "Rule {{rule_id}}",
        "button": {"label": "Open", "url": "https://crm.example.com/leads/{{lead_id}}"},
    }})
}

fn with(layout: Value) -> Value {
    let rule = rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}");
    set(rule, "action.layout", layout)
}

fn path(rule: &Value) -> String {
    format!("/rules/{}", rule["id"].as_str().expect("an id"))
}

pub async fn layouts_are_stored_and_answered_and_wrong_ones_named(app: &mut TestApp) {
    let made = app.rule(&with(card())).await;
    assert_eq!(made["action"]["layout"], card());
    let read = app.get(&path(&made)).await.expect(200).json();
    assert_eq!(read["action"]["layout"], card());
    // What was fetched can be sent back.
    let kept = app.put(&path(&made), &read).await.expect(200).json();
    assert_eq!(kept["action"]["layout"], card());
    for text in [Value::Null, json!("text")] {
        assert_eq!(app.rule(&with(text)).await["action"]["layout"], "text");
    }
    let part = |name: &str, value: Value| set(card(), &format!("card.{name}"), value);
    for (wrong, field) in [
        (json!("loud"), ""),
        (json!({"card": {}}), ""),
        (json!({"card": []}), ".card"),
        (part("header", json!("x".repeat(151))), ".card.header"),
        (part("context", json!("{{no_such}}")), ".card.context"),
        (
            part("button.url", json!("https://{{lead_id}}/")),
            ".card.button.url",
        ),
        (part("button", json!({"label": "Open"})), ".card.button.url"),
        (
            part("fields", json!([{"label": "a", "value": "b"}, {"label": "a"}])),
            ".card.fields[1].value",
        ),
        (
            part("fields", json!(vec![json!({"label": "a", "value": "b"}); 11])),
            ".card.fields",
        ),
        (part("surprise", json!(1)), ".card.surprise"),
    ] {
        let mut fields = app.post("/rules", &with(wrong.clone())).await.fields();
        fields.dedup();
        assert_eq!(fields, [format!("action.layout{field}")], "{wrong}");
    }
}

pub async fn a_publishers_card_holds_nothing_of_the_buyers_side(app: &mut TestApp) {
    let hidden = "{{buyer_name}}";
    let url = format!("https://a.example/{hidden}");
    for (layout, field) in [
        (json!({"header": hidden}), "header"),
        (json!({"context": hidden}), "context"),
        (
            json!({"fields": [{"label": hidden, "value": "x"}]}),
            "fields[0].label",
        ),
        (
            json!({"fields": [{"label": "x", "value": "{{total_price}}"}]}),
            "fields[0].value",
        ),
        (
            json!({"button": {"label": hidden, "url": "{{log_url}}"}}),
            "button.label",
        ),
        (json!({"button": {"label": "x", "url": url}}), "button.url"),
    ] {
        let mine = rule("publisher", "1044", "lms.lead_sold", "x");
        let refused = app
            .post("/rules", &set(mine, "action.layout", json!({"card": layout})))
            .await;
        assert_eq!(refused.fields(), [format!("action.layout.card.{field}")]);
    }
}

pub async fn a_card_is_posted_with_its_text_and_stands_in_the_log(app: &mut TestApp) {
    app.rule(&with(card())).await;
    let mut event = sold("<9&1>");
    event["product"]["name"] = json!("A & <!channel>");
    app.event(&event).await;
    let messages = crate::support::soon(app.slack().wait_for_messages(1)).await;
    assert_eq!(messages[0].text, "Lead &lt;9&amp;1&gt;");
    let blocks = messages[0].blocks.clone().expect("a card");
    assert_eq!(
        blocks[0]["text"],
        json!({"type": "plain_text", "text": "Sold: A & <!channel>", "emoji": true})
    );
    assert_eq!(
        blocks[1]["text"],
        json!({"type": "mrkdwn", "text": "Lead &lt;9&amp;1&gt;"})
    );
    assert_eq!(blocks[2]["fields"][0]["text"], "*Lead*\n&lt;9&amp;1&gt;");
    assert_eq!(
        blocks[4]["elements"][0]["url"],
        "https://crm.example.com/leads/%3C9%261%3E"
    );
    // The next one is refused as a card.
    app.slack()
        .fail_next("chat.postMessage", 1, Fault::error("invalid_blocks"));
    app.event(&sold("second")).await;
    let messages = crate::support::soon(app.slack().wait_for_messages(2)).await;
    assert_eq!(
        (messages[1].text.as_str(), &messages[1].blocks),
        ("Lead second", &None)
    );
    app.recorded(2).await;
    let told = app.deliveries("second").await;
    assert_eq!(told[0]["attempts"][0]["note"], "sent_as_text:invalid_blocks");
    assert!(told[0]["blocks"].is_array());
    let browser = log_in(app, Role::LmsAdmin).await;
    let page = browser
        .get(&format!("/log/deliveries/{}", told[0]["id"].as_str().unwrap()))
        .await;
    for said in [
        "Slack refused the card (invalid_blocks)",
        "slack__header",
        "crm.example.com/leads/second",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
}

pub async fn a_test_run_tells_and_sends_the_card_marked(app: &mut TestApp) {
    let made = app.rule(&with(card())).await;
    let run = format!("{}/test", path(&made));
    let told = app
        .post(&run, &json!({"event": sold("7")}))
        .await
        .expect(200)
        .json();
    assert_eq!(told["blocks"][0]["text"]["text"], "Sold: Debt Relief");
    let sent = app
        .post(&run, &json!({"event": sold("7"), "send": true}))
        .await
        .expect(200)
        .json();
    assert_eq!(sent["sent"]["ok"], true, "{sent}");
    let message = app.slack().messages_in(demo::SALES).remove(0);
    assert_eq!(message.text, "*TEST* Lead 7");
    assert_eq!(
        message.blocks.expect("a card")[0]["text"]["text"],
        "TEST Sold: Debt Relief"
    );
    let plain = app.rule(&with(Value::Null)).await;
    let told = app
        .post(&format!("{}/test", path(&plain)), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(told["blocks"], Value::Null);
}

pub async fn what_slack_would_cut_of_real_events_is_said_when_a_rule_is_saved(app: &mut TestApp) {
    let short = app.rule(&with(card())).await;
    assert_eq!(short.get("remark"), None, "the sample fits");
    for (id, name) in [("short", "Debt".to_owned()), ("long", "ü".repeat(180))] {
        let mut event = sold(id);
        event["product"]["name"] = json!(name);
        app.event(&event).await;
    }
    let remark = async |body: &str| {
        let changed = set(short.clone(), "action.text", json!(body));
        let saved = app.put(&path(&short), &changed).await.expect(200).json();
        saved["remark"].as_str().map(str::to_owned)
    };
    let said = remark("Lead {{lead_id}} ").await.expect("a remark");
    assert_eq!(
        said,
        "In 1 of the 2 newest events this would be cut: the header (up to 186 characters, Slack takes 150)."
    );
    let said = remark(&format!("{}{{{{product_name}}}}", "x".repeat(3_900)))
        .await
        .expect("a remark");
    assert!(
        said.contains("the message text (up to 4080 characters, Slack takes 4000)"),
        "{said}"
    );
    assert!(
        said.contains("the message in the card (up to 4080 characters, Slack takes 3000)"),
        "{said}"
    );
}

pub async fn the_layout_travels_with_files_presets_and_versions(app: &mut TestApp) {
    let made = app.rule(&with(card())).await;
    let changed = set(made.clone(), "action.layout.card.header", json!("Bought"));
    app.put(&path(&made), &changed).await.expect(200);
    app.put(&path(&made), &set(changed, "action.layout", json!("text")))
        .await
        .expect(200);
    let versions = app
        .get(&format!("{}/versions", path(&made)))
        .await
        .expect(200)
        .json();
    let told = |version: usize| -> Vec<&str> {
        let changes = versions["versions"][version]["changes"]
            .as_array()
            .expect("changes");
        changes
            .iter()
            .map(|change| change["text"].as_str().expect("text"))
            .collect()
    };
    assert_eq!(told(1), ["Card header: Sold: {{product_name}} → Bought"]);
    assert_eq!(
        told(0),
        [
            "Layout: Card → Text",
            "Card header: Bought → none",
            "Card fields: Lead: {{lead_id}}; Buyer: {{buyer_name}} → none",
            "Card context: Rule {{rule_id}} → none",
            "Card button: Open → https://crm.example.com/leads/{{lead_id}} → none",
        ]
    );
    // A file.
    app.rule(&with(card())).await;
    let file = app.get("/rules/export").await.expect(200).json();
    let layouts: Vec<&Value> = file["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| &rule["action"]["layout"])
        .collect();
    assert_eq!(layouts, [&json!("text"), &card()]);
    let yaml = app.get("/rules/export?format=yaml").await.expect(200).text;
    for (kind, body) in [("application/json", file.to_string()), ("application/yaml", yaml)] {
        let request = app.request(reqwest::Method::POST, "/rules/import?dry_run=true");
        let plan = app
            .send(request.header("content-type", kind).body(body))
            .await
            .expect(200)
            .json();
        assert_eq!(plan["counts"]["unchanged"], 2, "{plan}");
    }
    // A preset, and a save of its form, which does not show the layout.
    let preset = without(with(card()), "action.auth_token");
    let preset = set(
        without(without(preset, "level"), "entity_id"),
        "product_id",
        json!("218"),
    );
    let preset = app
        .post("/presets", &set(preset, "name", json!("Cards")))
        .await
        .expect(201)
        .json();
    assert_eq!(preset["action"]["layout"], card());
    let browser = log_in(app, Role::LmsAdmin).await;
    let form = browser
        .get(&format!(
            "/products/218/presets/{}",
            preset["id"].as_str().expect("an id")
        ))
        .await;
    for kept in [
        "name=\"action.layout.card.fields[1].value\" value=\"{{buyer_name}}\"",
        "name=\"action.layout.card.header\"",
    ] {
        assert!(form.text.contains(kept), "{kept}: {}", form.text);
    }
}

pub async fn the_layout_is_chosen_on_a_page_that_shows_what_comes_of_it(app: &mut TestApp) {
    let made = app.rule(&with(Value::Null)).await;
    let page_of = format!(
        "/products/218/tracking/{}/layout",
        made["id"].as_str().expect("an id")
    );
    let browser = log_in(app, Role::LmsAdmin).await;
    let page = browser.get(&page_of).await;
    for said in [
        "There are no recent events".to_lowercase().as_str(),
        "All of it is within",
        "Name of field 4",
        "{{buyer_name}}",
    ] {
        assert!(
            page.text.to_lowercase().contains(&said.to_lowercase()),
            "{said}: {}",
            page.text
        );
    }
    app.event(&sold("real-7")).await;
    let wrong = [
        ("seen", "1"),
        ("action.layout.kind", "card"),
        ("action.layout.card.header", "{{buyer}}"),
        ("action.layout.card.fields[2].label", "Lead"),
        ("do", "save"),
    ];
    let refused = browser.form(&page_of, &wrong).await;
    assert_eq!(refused.status, 422);
    for kept in [
        "value=\"{{buyer}}\"",
        "id=\"field-action-layout-card-header-error\"",
        "Value of field 3",
        "This field is required.",
        "Correct the fields",
    ] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    let good = |what: &'static str| {
        [
            ("seen", "1"),
            ("action.layout.kind", "card"),
            ("action.layout.card.header", "Sold {{lead_id}}"),
            ("action.layout.card.fields[2].label", "Buyer"),
            ("action.layout.card.fields[2].value", "{{buyer_name}}"),
            ("action.layout.card.button.label", "Open"),
            ("action.layout.card.button.url", "{{log_url}}"),
            ("do", what),
        ]
    };
    let shown = browser.form(&page_of, &good("preview")).await.expect(200);
    for drawn in [
        "Sold real-7",
        "slack__button",
        "With the newest event of this trigger, real-7.",
    ] {
        assert!(shown.text.contains(drawn), "{drawn}: {}", shown.text);
    }
    let now = app.get(&path(&made)).await.expect(200).json();
    assert_eq!(now["action"]["layout"], "text", "a look saves nothing");
    let more = browser.form(&page_of, &good("more")).await.expect(200);
    assert!(more.text.contains("Name of field 10") && !more.text.contains("Name of field 11"));
    browser.form(&page_of, &good("save")).await.expect(303);
    let now = app.get(&path(&made)).await.expect(200).json();
    let saved = &now["action"]["layout"]["card"];
    assert_eq!(
        saved["fields"],
        json!([{"label": "Buyer", "value": "{{buyer_name}}"}])
    );
    assert_eq!(now["action"]["text"], made["action"]["text"]);
    let list = browser.get("/products/218/tracking").await;
    assert!(
        list.text.contains("Card: header, 1 field, button"),
        "{}",
        list.text
    );
    // The second of two who change it is told.
    let late = browser.form(&page_of, &good("save")).await;
    assert_eq!(late.status, 422);
    assert!(late.text.contains("Somebody changed this rule meanwhile"));
    let qa = log_in(app, Role::Qa).await;
    assert_eq!(qa.get(&page_of).await.status, 403);
    let publisher = log_in(app, Role::Publisher).await;
    assert_eq!(publisher.get(&page_of).await.status, 404);
}
