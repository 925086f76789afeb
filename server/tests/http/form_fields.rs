//! Which filters a rule may use: what the form shows, what `meta` says and what the server accepts are one thing.

use leadbell_domain::{FilterKey, Level, Policy, PriceOp, Reach, Role, Trigger, Verb, reach};
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::settings::settle;
use crate::support::{Browser, TestApp, person};

/// Where a role may make a rule of this trigger; `None` where it may not.
fn place(role: Role, policy: Policy, level: Level, trigger: Trigger) -> Option<&'static str> {
    let lms = trigger.key().starts_with("lms.");
    let reaches = match reach(role, policy, level, Verb::Manage) {
        Reach::Nothing => false,
        Reach::All | Reach::OwnPublishers => true,
        Reach::Platform(platform) => platform == trigger.platform(),
        // The buyer of the tests has one campaign, on LMS.
        Reach::OwnBuyers => lms,
    };
    reaches.then_some(match (level, lms) {
        (Level::Product, true) => "218",
        (Level::Product, false) => "310",
        (Level::Campaign, true) => "8807",
        (Level::Campaign, false) => "9102",
        (Level::Publisher, _) => "1044",
    })
}

/// A value of each filter that is there to be chosen by whoever may filter by it.
fn value(key: FilterKey) -> &'static str {
    match key {
        FilterKey::Method => "POST",
        FilterKey::Publisher => "1044",
        FilterKey::Channel => "5521",
        FilterKey::Source => "77120",
        FilterKey::Buyer => "402",
        FilterKey::Campaign => "8807",
        FilterKey::Pingtree => "31",
        FilterKey::Price => "",
    }
}

/// Whether a save with this one filter has no complaint about it. The message is missing, so nothing is saved.
async fn accepts(
    browser: &Browser,
    (level, entity, trigger): (Level, &str, Trigger),
    key: FilterKey,
    op: &str,
) -> bool {
    let mut draft = json!({
        "trigger": trigger.key(), "auth_token": demo::BOT_TOKEN, "target": "channel", "channel_id": demo::SALES,
    });
    let field = if key == FilterKey::Price {
        draft["price"] = json!({"op": op, "value": "1", "min": "1", "max": "2"});
        "filters.price.op".to_owned()
    } else {
        draft["filters"] = json!({key.key(): {"exclude": false, "values": [value(key)]}});
        format!("filters.{}", key.key())
    };
    let save = json!({"level": level.key(), "entity": entity, "editing": null, "draft": draft});
    let answer = browser
        .call("save_rule", &json!({"save": save}))
        .await
        .expect(422);
    assert!(answer.text.contains("action.text"), "{}", answer.text);
    !answer.text.contains(&format!("\"{field}\""))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_form_shows_is_what_meta_says_and_what_the_server_accepts() {
    let app = TestApp::start().await;
    let walked = walk(&app, &Role::ALL, Policy::default()).await;
    assert!(walked > 500, "only {walked} cells were walked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_where_the_house_decided_otherwise() {
    let app = TestApp::start().await;
    let policy = Policy {
        compliance_manages: false,
        buyers_see_publishers: true,
    };
    settle(&app, policy).await;
    let roles = [Role::BuyerAgent, Role::BuyerEditor, Role::CompliancePublisher];
    let walked = walk(&app, &roles, policy).await;
    // Compliance makes no rules here, so only the buyers' people's cells are left.
    assert_eq!(walked, 2 * 3 * FilterKey::ALL.len());
}

/// Walks every cell of these roles; how many there were.
async fn walk(app: &TestApp, roles: &[Role], policy: Policy) -> usize {
    let meta = app.get("/meta").await.expect(200).json();
    let mut walked = 0;
    for role in roles.iter().copied() {
        let browser = app.browser();
        browser.log_in(&person(app, role).await).await;
        for trigger in Trigger::ALL {
            for level in trigger.levels() {
                let Some(entity) = place(role, policy, *level, trigger) else {
                    continue;
                };
                let told = format!("{} {level:?} {}", role.label(), trigger.key());
                let path = format!("/{}s/{entity}/tracking/new?step=2", level.key());
                let step = [("do", "next"), ("trigger", trigger.key())];
                let page = browser.form(&path, &step).await.expect(200).text;
                let listed = meta["triggers"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|told| told["key"] == trigger.key());
                let said = &listed.unwrap()["levels"][level.key()]["forms"][role.key()];
                let says = |list: &str, key: &str| {
                    said[list]
                        .as_array()
                        .unwrap()
                        .contains(&Value::from(key.to_owned()))
                };
                for key in FilterKey::ALL {
                    let field = match key {
                        FilterKey::Price => "filters.price.op".to_owned(),
                        key => format!("filters.{}", key.key()),
                    };
                    let shown = page.contains(&format!("name=\"{field}\""));
                    assert_eq!(shown, says("filters", key.key()), "shown, {key:?} {told}");
                    let op = PriceOp::GtZero.key();
                    let accepted = accepts(&browser, (*level, entity, trigger), key, op).await;
                    assert_eq!(accepted, shown, "accepted, {key:?} {told}");
                    walked += 1;
                }
                for op in PriceOp::ALL {
                    let shown = page.contains(&format!("value=\"{}\"", op.key()));
                    assert_eq!(shown, says("price_ops", op.key()), "shown, {op:?} {told}");
                    let place = (*level, entity, trigger);
                    let accepted = accepts(&browser, place, FilterKey::Price, op.key()).await;
                    assert_eq!(accepted, shown, "accepted, {op:?} {told}");
                }
            }
        }
    }
    walked
}
