//! A publisher's login: his own, and nothing from the buyers' side of the house.

use leadbell_domain::{FilterKey, Level, Role};
use leadbell_sandbox::demo;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, event, person, rule, set, sold, soon};

/// In the name of everything that is none of his business.
const MARK: &str = "zebra";
/// The total price of his leads, which he must not learn.
const TOTAL: &str = "987654.32";

/// Names everything of the buyers' side, and the other publisher with what is his, by the mark.
async fn seed(app: &TestApp) {
    let named = |id: Value, name: &str| json!({"id": id, "name": format!("{name} {MARK}")});
    let catalog = json!({
        "products": [named(json!(219), "Product")],
        "buyers": [named(json!(402), "Buyer"), named(json!(455), "Buyer")],
        "campaigns": [named(json!(8807), "Campaign"), named(json!(8820), "Campaign"), named(json!(9102), "Campaign")],
        "pingtrees": [named(json!(31), "Pingtree")],
        "publishers": [named(json!(1051), "Publisher")],
        "channels": [named(json!(5601), "Channel")],
        "sources": [named(json!(77300), "Source")],
    });
    app.put("/catalog", &catalog).await.expect(200);
    let money = json!({"currency": "USD", "price": TOTAL, "total": TOTAL, "publisher_earning": "30"});
    let lead = set(sold("his-lead"), "money", money);
    let lead = set(
        lead,
        "reject",
        json!({"code": "cap", "reason": MARK, "last_campaign": MARK}),
    );
    let lead = set(
        lead,
        "pingtree",
        json!({"id": 31, "name": format!("Pingtree {MARK}")}),
    );
    app.event(&lead).await;
    app.event(&set(
        event("lms.campaign_sold", "2"),
        "campaign.name",
        json!(MARK),
    ))
    .await;
}

async fn rules(app: &TestApp) -> (String, Vec<String>) {
    let own = rule("publisher", "1044", "lms.lead_sold", "Earned {{price}}");
    let own = set(
        own,
        "filters",
        json!({"channel": {"any_of": ["5521"]}, "price": {"op": "gt_zero"}}),
    );
    let own = app.rule(&own).await["id"].as_str().unwrap().to_owned();
    let mut others = Vec::new();
    for (level, entity, trigger) in [
        ("product", "218", "lms.lead_sold"),
        ("campaign", "8807", "lms.campaign_sold"),
        ("publisher", "1051", "lms.lead_sold"),
    ] {
        let rule = set(rule(level, entity, trigger, MARK), "name", json!(MARK));
        others.push(app.rule(&rule).await["id"].as_str().unwrap().to_owned());
    }
    (own, others)
}

/// Every page and every server function, with everything that could make it talk.
async fn ask_everything(browser: &Browser, own: &str, others: &[String]) {
    let mut ids: Vec<&str> = others.iter().map(String::as_str).collect();
    ids.push(own);
    for place in [
        "/products/218",
        "/products/219",
        "/campaigns/8807",
        "/campaigns/8820",
        "/publishers/1044",
        "/publishers/1051",
        "/profile",
    ] {
        browser.get(place).await;
        browser.get(&format!("{place}/tracking?q={}", "lead")).await;
        browser
            .get(&format!("{place}/tracking/new?trigger=lms.lead_sold&step=2"))
            .await;
        browser
            .form(
                &format!("{place}/tracking/new"),
                &[("do", "next"), ("trigger", "lms.lead_sold")],
            )
            .await;
        let wrong = [
            ("do", "save"),
            ("trigger", "lms.lead_sold"),
            ("filters.buyer", "402"),
            ("filters.campaign", "8807"),
            ("filters.pingtree", "31"),
            ("filters.channel", "5601"),
            ("filters.source", "77300"),
            ("filters.publisher", "1051"),
            ("action.target", "channel"),
            ("action.text", "{{buyer_name}}"),
        ];
        browser.form(&format!("{place}/tracking/new"), &wrong).await;
        for id in &ids {
            browser.get(&format!("{place}/tracking/{id}")).await;
            browser.get(&format!("{place}/tracking/{id}/history")).await;
            browser.get(&format!("{place}/tracking/{id}/health")).await;
        }
        browser.get(&format!("{place}/tracking/{own}?do=delete")).await;
        browser.get(&format!("{place}/tracking/deleted")).await;
    }
    for list in [
        "/",
        "/products",
        "/campaigns",
        "/publishers",
        "/publishers?q=1051",
        "/buyers",
        "/catalog",
        "/catalog/channels",
        "/catalog/sources",
        "/catalog/buyers",
        "/catalog/pingtrees",
        "/log",
        "/log?campaign=8807",
        "/log?q=his&how=contains",
        "/log?status=none",
        "/log?rule=2",
        "/log/deliveries",
        "/log/deliveries?campaign=8807",
        "/log/events/his-lead",
        "/log/events/his-lead?platform=lms",
        "/log/events/2",
        "/log/leads/his-lead",
        "/log/leads/2",
        "/log/export?format=csv",
        "/log/export?format=ndjson",
        "/log/export?format=ndjson&campaign=8807",
        "/log/deliveries/export?format=csv",
        "/log/deliveries/export?format=ndjson",
        "/log/deliveries/export?format=ndjson&campaign=8807",
        "/settings/report",
        "/help/slack",
    ] {
        browser.get(list).await;
    }
    for (level, entity) in [
        ("product", "218"),
        ("product", "219"),
        ("campaign", "8807"),
        ("publisher", "1044"),
        ("publisher", "1051"),
    ] {
        browser
            .call("entity", &json!({"place": {"Entity": [level, entity]}}))
            .await;
        browser
            .call(
                "rules",
                &json!({"place": {"Entity": [level, entity]}, "search": {}}),
            )
            .await;
        browser
            .call(
                "rule_form",
                &json!({"level": level, "entity": entity, "rule": null}),
            )
            .await;
        for id in &ids {
            browser
                .call(
                    "rule_form",
                    &json!({"level": level, "entity": entity, "rule": id}),
                )
                .await;
        }
        for filter in FilterKey::ALL {
            let query = json!({
                "level": level, "entity": entity, "filter": filter.key(), "q": "",
                "publishers": ["1044", "1051"], "buyers": ["402", "455"],
            });
            browser.call("choices", &json!({"query": query})).await;
        }
    }
    browser.call("frame", &json!({})).await.expect(200);
    for event in ["his-lead", "2"] {
        let path = format!("/log/events/{event}");
        browser.form(&path, &[("do", "reveal")]).await;
    }
    follow(browser).await;
}

/// What a reader of the log is sent as it grows: all of it, from the beginning.
async fn follow(browser: &Browser) {
    let begin = "0_00000000-0000-0000-0000-000000000000";
    let request = browser.request(Method::GET, &format!("/log/tail?resume={begin}"));
    let mut stream = soon(request.send()).await.expect("an answer");
    let piece = soon(stream.chunk()).await.expect("no break").expect("something");
    browser.note(&String::from_utf8_lossy(&piece));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publishers_login_is_told_nothing_of_buyers_campaigns_pingtrees_totals_or_other_publishers() {
    let app = TestApp::start().await;
    seed(&app).await;
    let (own, others) = rules(&app).await;
    // Whoever may see all of it finds the mark by the same questions.
    let admin = app.browser();
    admin.log_in(&person(&app, Role::GlobalAdmin).await).await;
    let before = app.seen().len();
    ask_everything(&admin, &own, &others).await;
    for name in [
        "Buyer",
        "Campaign",
        "Pingtree",
        "Publisher",
        "Channel",
        "Source",
        "Product",
    ] {
        let marked = format!("{name} {MARK}");
        assert!(
            app.seen()[before..].contains(&marked),
            "nobody is told of {marked}"
        );
    }

    let browser = app.browser();
    browser.log_in(&person(&app, Role::Publisher).await).await;
    let before = app.seen().len();
    ask_everything(&browser, &own, &others).await;
    let seen = app.seen()[before..].to_lowercase();
    // He has been answered: his rule, his channel, his name.
    for his in [own.as_str(), "blue post 1", "blue traffic", "earned"] {
        assert!(seen.contains(his), "{his} is missing");
    }
    let mut hidden = vec![MARK, TOTAL, "acme", "leadbell demo", demo::BOT_TOKEN];
    hidden.extend(others.iter().map(String::as_str));
    for secret in hidden {
        if let Some(at) = seen.find(&secret.to_lowercase()) {
            let around: String = seen[at.saturating_sub(150)..].chars().take(300).collect();
            panic!("{secret}: …{around}…");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publishers_login_changes_nothing_that_is_not_his() {
    let app = TestApp::start().await;
    let (own, others) = rules(&app).await;
    let browser = app.browser();
    browser.log_in(&person(&app, Role::Publisher).await).await;
    let mut before = Vec::new();
    for id in &others {
        before.push(app.get(&format!("/rules/{id}")).await.expect(200).json());
    }
    for id in &others {
        for level in Level::ALL {
            let level = level.key();
            for (function, arguments) in [
                (
                    "set_rule_status",
                    json!({"level": level, "rule": id, "status": "disabled"}),
                ),
                ("delete_rule", json!({"level": level, "rule": id})),
            ] {
                browser.call(function, &arguments).await.expect(404);
            }
            for entity in ["1044", "1051", "218", "8807"] {
                let draft = json!({"trigger": "lms.lead_sold", "auth_token": demo::BOT_TOKEN, "target": "channel",
                    "channel_id": demo::SALES, "text": "mine now"});
                let save = json!({"level": level, "entity": entity, "editing": [id, 1], "draft": draft});
                browser
                    .call("save_rule", &json!({"save": save}))
                    .await
                    .expect(404);
            }
        }
        for place in [
            "/publishers/1051",
            "/publishers/1044",
            "/products/218",
            "/campaigns/8807",
            "/profile",
        ] {
            let restore = format!("{place}/tracking/{id}/restore?version=1&seen=1");
            browser.form(&restore, &[]).await.expect(404);
            for what in ["disable", "enable", "delete"] {
                let answer = browser
                    .form(&format!("{place}/tracking/{id}"), &[("do", what)])
                    .await;
                assert_eq!(answer.status, 404, "{what} {place}");
            }
        }
    }
    for (id, before) in others.iter().zip(before) {
        assert_eq!(app.get(&format!("/rules/{id}")).await.expect(200).json(), before);
    }
    let change = json!({"level": "publisher", "rule": own, "status": "disabled"});
    browser.call("set_rule_status", &change).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_uses_no_token_of_the_house_and_keeps_his_own_to_himself_and_staff() {
    let app = TestApp::start().await;
    let house = app
        .post("/connections", &json!({"auth_token": demo::BOT_TOKEN}))
        .await
        .expect(201)
        .json();
    let browser = app.browser();
    browser.log_in(&person(&app, Role::Publisher).await).await;
    let save = async |changes: Value| {
        let mut draft =
            json!({"trigger": "lms.lead_sold", "target": "channel", "channel_id": demo::SALES, "text": "x"});
        for (name, value) in changes.as_object().unwrap() {
            draft[name] = value.clone();
        }
        let save = json!({"level": "publisher", "entity": "1044", "editing": null, "draft": draft});
        browser.call("save_rule", &json!({"save": save})).await
    };
    let refused = save(json!({"connection_id": house["id"]})).await.expect(422);
    assert!(refused.text.contains("action.connection_id"), "{}", refused.text);
    // The same token pasted by him is his own connection.
    save(json!({"auth_token": demo::BOT_TOKEN})).await.expect(200);
    let all = app.get("/connections").await.expect(200).json();
    let owners: Vec<&Value> = all["connections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|known| &known["publisher_id"])
        .collect();
    assert_eq!(owners, [&json!("1044"), &Value::Null]);
    let form = json!({"level": "publisher", "entity": "1044", "rule": null});
    let form = browser.call("rule_form", &form).await.expect(200).json();
    let offered = form["data"]["connections"].as_array().unwrap();
    assert_eq!(offered.len(), 1);
    assert_ne!(offered[0]["id"], house["id"]);
    assert!(!app.seen().contains(demo::BOT_TOKEN));
}
