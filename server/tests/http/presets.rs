//! Presets: on the pages of a product and over REST, and rules that are made from them and follow them.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp, person, rule, set, without};

const LIST: &str = "/products/218/presets";

async fn log_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

fn preset(name: &str, text: &str) -> Value {
    json!({
        "product_id": "218", "name": name, "trigger": "lms.lead_sold",
        "filters": {"publisher": {"any_of": ["1044"]}, "price": {"op": "gte", "value": "10.00"}},
        "action": {"text": text},
    })
}

fn path(made: &Value) -> String {
    format!("/presets/{}", made["id"].as_str().expect("an id"))
}

async fn add(app: &TestApp, preset: &Value) -> Value {
    app.post("/presets", preset).await.expect(201).json()
}

/// A rule of the product that follows the preset.
fn follower(made: &Value, text: &str) -> Value {
    let rule = rule("product", "218", "lms.lead_sold", text);
    let rule = set(rule, "preset_id", made["id"].clone());
    let rule = set(rule, "name", made["name"].clone());
    set(rule, "filters", made["filters"].clone())
}

async fn stored(app: &TestApp, rule: &Value) -> Value {
    let id = rule["id"].as_str().unwrap();
    app.get(&format!("/rules/{id}")).await.expect(200).json()
}

async fn put_if(app: &TestApp, made: &Value, body: &Value, tag: &str) -> Answer {
    let request = app.request(Method::PUT, &path(made)).json(body);
    app.send(request.header("if-match", tag)).await
}

pub async fn a_preset_is_made_read_listed_changed_and_deleted(app: &mut TestApp) {
    let answer = app
        .post("/presets", &preset("Big leads", "Lead {{lead_id}}"))
        .await
        .expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), format!("/api/v1{}", path(&made)));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(made["product_id"], "218");
    assert_eq!(made["filters"]["price"], json!({"op": "gte", "value": "10.00"}));
    assert_eq!(made["action"]["target"], Value::Null);
    assert_eq!(app.get(&path(&made)).await.expect(200).json(), made);
    add(app, &preset("Another", "Text")).await;
    let page = app.get("/presets?product_id=218&q=big").await.expect(200).json();
    assert_eq!(
        (&page["total"], &page["presets"][0]["id"]),
        (&json!(1), &made["id"])
    );

    // What was fetched can be sent back.
    let changed = set(made.clone(), "action.text", json!("Changed {{lead_id}}"));
    let changed = without(
        without(without(without(changed, "id"), "version"), "created_at"),
        "updated_at",
    );
    let answer = put_if(app, &made, &changed, "\"1\"").await.expect(200);
    assert_eq!(
        (answer.header("etag"), answer.json()["version"].clone()),
        ("\"2\"", json!(2))
    );
    put_if(app, &made, &changed, "\"1\"").await.problem(412);
    let moved = set(changed.clone(), "product_id", json!("219"));
    assert_eq!(put_if(app, &made, &moved, "*").await.fields(), ["product_id"]);

    let delete = |tag: &'static str| {
        let request = app.request(Method::DELETE, &path(&made));
        app.send(request.header("if-match", tag))
    };
    delete("\"1\"").await.problem(412);
    delete("\"2\"").await.expect(204);
    app.get(&path(&made)).await.problem(404);
    app.put(&path(&made), &changed).await.problem(404);
    app.delete(&path(&made)).await.problem(404);
}

pub async fn a_rule_keeps_its_preset_and_only_one_of_its_own_product(app: &mut TestApp) {
    let made = add(app, &preset("Big leads", "Lead {{lead_id}}")).await;
    let rule = app.rule(&follower(&made, "Lead {{lead_id}}")).await;
    assert_eq!(rule["preset_id"], made["id"]);
    for forged in [
        set(follower(&made, "x"), "entity_id", json!("219")),
        set(
            follower(&made, "x"),
            "preset_id",
            json!("01931c3e-7b1a-7c3e-8a55-0242ac120002"),
        ),
        set(follower(&made, "x"), "preset_id", json!("nonsense")),
    ] {
        let refused = app.post("/rules", &forged).await;
        assert_eq!(refused.fields(), ["preset_id"], "{forged}");
    }
    let publishers = set(
        crate::support::rule("publisher", "1044", "lms.lead_sold", "x"),
        "preset_id",
        made["id"].clone(),
    );
    assert_eq!(app.post("/rules", &publishers).await.fields(), ["preset_id"]);
    // Deleted, it is followed by nothing any more; the rule is as it was.
    app.delete(&path(&made)).await.expect(204);
    let free = stored(app, &rule).await;
    assert_eq!(
        (&free["preset_id"], &free["action"], &free["version"]),
        (&Value::Null, &rule["action"], &json!(2))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_field_of_a_preset_is_named() {
    let app = TestApp::start().await;
    let good = preset("Big leads", "Lead {{lead_id}}");
    for (wrong, field) in [
        (set(good.clone(), "name", json!("")), "name"),
        (set(good.clone(), "product_id", json!("999")), "product_id"),
        (without(good.clone(), "product_id"), "product_id"),
        (set(good.clone(), "product_id", json!("310")), "trigger"),
        (set(good.clone(), "status", json!("active")), "status"),
        (
            set(good.clone(), "action.auth_token", json!(demo::BOT_TOKEN)),
            "action.auth_token",
        ),
        (set(good.clone(), "action.target", json!({})), "action.target"),
        (
            set(good.clone(), "action.text", json!("{{nonsense}}")),
            "action.text",
        ),
        (
            set(
                good.clone(),
                "action.connection_id",
                json!("01931c3e-7b1a-7c3e-8a55-0242ac120002"),
            ),
            "action.connection_id",
        ),
        (
            set(good.clone(), "filters.price.value", json!("-1")),
            "filters.price.value",
        ),
        (set(good.clone(), "surprise", json!(1)), "surprise"),
    ] {
        assert_eq!(app.post("/presets", &wrong).await.fields(), [field], "{wrong}");
    }
    assert_eq!(app.get("/presets").await.expect(200).json()["total"], 0);
}

/// The fields of a good preset; `changes` replace or add.
fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("do", "save"),
        ("name", "Big leads"),
        ("trigger", "lms.lead_sold"),
        ("filters.publisher.mode", "any_of"),
        ("filters.publisher", "1044"),
        ("filters.price.op", "gte"),
        ("filters.price.value", "10"),
        ("action.target", ""),
        ("action.text", "Lead {{lead_id}}"),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes);
    fields
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preset_is_made_on_its_page_and_a_rule_from_it() {
    let app = TestApp::start().await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    let page = admin.get("/products/218").await.expect(200).text;
    assert!(page.contains(LIST), "no way to the presets: {page}");
    let page = admin.get(LIST).await.expect(200).text;
    assert!(page.contains("No presets yet"), "{page}");
    let new = format!("{LIST}/new");
    let page = admin.get(&new).await.expect(200).text;
    assert!(!page.contains("Message Text"), "first the event: {page}");
    let step = [("do", "again"), ("trigger", "lms.lead_sold"), ("name", "Mine")];
    let page = admin.form(&new, &step).await.expect(200).text;
    for part in ["Message Text", "Pingtree", "Blue Traffic", "value=\"Mine\""] {
        assert!(page.contains(part), "no {part}: {page}");
    }
    // Searching keeps what is ticked and typed.
    let search = fields(&[("do", "again"), ("find.pingtree", "nothing")]);
    let page = admin.form(&new, &search).await.expect(200).text;
    assert!(
        page.contains("Blue Traffic") && page.contains("Big leads") && page.contains("Lead {{lead_id}}"),
        "{page}"
    );
    assert!(!page.contains("Main US"), "{page}");
    let page = admin
        .form(&new, &fields(&[("do", "again"), ("find.pingtree", "main")]))
        .await;
    assert!(page.text.contains("Main US"), "{}", page.text);
    // Another event: what it has no filter for is gone, and that is said.
    let other = fields(&[("do", "again"), ("trigger", "lms.lead_rejected")]);
    let page = admin.form(&new, &other).await.expect(422).text;
    assert!(page.contains("so they are gone: Price Restrictions"), "{page}");

    let wrong = fields(&[("name", ""), ("filters.price.value", "much")]);
    let page = admin.form(&new, &wrong).await.expect(422).text;
    assert!(
        page.contains("Give the preset a name.") && page.contains("value=\"much\""),
        "{page}"
    );
    admin.form(&new, &fields(&[])).await.expect(303);
    let page = admin.get(LIST).await.expect(200).text;
    for part in [
        "The preset “Big leads” is saved.",
        "Publisher is Blue Traffic",
        "Price is at least 10.00",
        "Each rule says where to",
    ] {
        assert!(page.contains(part), "no {part}: {page}");
    }

    let made = app.get("/presets").await.expect(200).json()["presets"][0].clone();
    let id = made["id"].as_str().unwrap();
    let page = admin
        .get(&format!("/products/218/tracking/new?preset={id}&step=2"))
        .await
        .expect(200);
    assert!(
        page.text.contains(&format!("value=\"{id}\"")) && page.text.contains("Lead {{lead_id}}"),
        "{}",
        page.text
    );
    for elsewhere in [
        format!("/products/219/tracking/new?preset={id}"),
        format!("/publishers/1044/tracking/new?preset={id}"),
        "/products/218/tracking/new?preset=nonsense".to_owned(),
    ] {
        let page = admin.get(&elsewhere).await;
        assert!(!page.text.contains("Lead {{lead_id}}"), "{elsewhere}");
    }
    let save = fields(&[
        ("preset_id", id),
        ("action.auth_token", demo::BOT_TOKEN),
        ("action.target", "channel"),
        ("action.target.channel_id", demo::SALES),
    ]);
    admin
        .form("/products/218/tracking/new?step=2", &save)
        .await
        .expect(303);
    let rules = app.get("/rules").await.expect(200).json();
    assert_eq!(rules["rules"][0]["preset_id"], made["id"]);
    let foreign = admin
        .form("/products/219/tracking/new?step=2", &save)
        .await
        .expect(422);
    assert!(foreign.text.contains("has no such preset"), "{}", foreign.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_follow_a_change_after_a_look_and_keep_what_is_their_own() {
    let app = TestApp::start().await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    let made = add(&app, &preset("Big leads", "Lead {{lead_id}}")).await;
    let plain = app.rule(&follower(&made, "Lead {{lead_id}}")).await;
    let own = app.rule(&follower(&made, "My words {{lead_id}}")).await;
    let free = app
        .rule(&without(follower(&made, "Free {{lead_id}}"), "preset_id"))
        .await;
    let id = made["id"].as_str().unwrap();
    let page = format!("{LIST}/{id}");
    let nothing = admin.get(&format!("{page}/apply")).await.expect(200).text;
    assert!(
        nothing.contains("Nothing") && !nothing.contains("Apply to"),
        "{nothing}"
    );

    let edit = fields(&[
        ("version", "1"),
        ("action.text", "Sold {{lead_id}}"),
        ("filters.price.value", "20"),
    ]);
    let answer = admin.form(&page, &edit).await.expect(303);
    assert_eq!(answer.header("location"), format!("{page}/apply"));
    let late = admin.form(&page, &edit).await.expect(422).text;
    assert!(
        late.contains("in the meantime") && late.contains("Sold {{lead_id}}"),
        "{late}"
    );
    let shown = admin.get(&format!("{page}/apply")).await.expect(200).text;
    for part in ["Apply to 2 rules", "Price is at least 20.00", "Sold {{lead_id}}"] {
        assert!(shown.contains(part), "no {part}: {shown}");
    }
    let seen = |rule: &Value, version: i64| format!("{}.{version}", rule["id"].as_str().unwrap());
    let (first, second) = (seen(&plain, 1), seen(&own, 1));
    let apply = [
        ("version", "2"),
        ("rule", first.as_str()),
        ("rule", second.as_str()),
    ];
    // A rule that does not follow it, or has changed since, stops the whole.
    let (other, old) = (seen(&free, 1), seen(&own, 7));
    for (wrong, status) in [(&other, 404), (&old, 303)] {
        let apply = [
            ("version", "2"),
            ("rule", first.as_str()),
            ("rule", wrong.as_str()),
        ];
        admin.form(&format!("{page}/apply"), &apply).await.expect(status);
        assert_eq!(stored(&app, &plain).await["version"], 1);
    }
    admin.form(&format!("{page}/apply"), &apply).await.expect(303);
    let list = admin.get(LIST).await.expect(200).text;
    assert!(list.contains("2 rules follow the preset again."), "{list}");
    let (plain, own) = (stored(&app, &plain).await, stored(&app, &own).await);
    assert_eq!(plain["action"]["text"], "Sold {{lead_id}}");
    assert_eq!(own["action"]["text"], "My words {{lead_id}}");
    for rule in [&plain, &own] {
        assert_eq!(rule["filters"]["price"]["value"], "20.00");
        assert_eq!(rule["preset_id"], made["id"]);
        assert_eq!(rule["action"]["target"], json!({"channel_id": demo::SALES}));
    }
    assert_eq!(stored(&app, &free).await["version"], 1);

    let ask = admin.get(&format!("{page}/delete")).await.expect(200).text;
    assert!(ask.contains("2 rules were made from it"), "{ask}");
    admin
        .form(&format!("{page}/delete"), &[("version", "1")])
        .await
        .expect(409);
    admin
        .form(&format!("{page}/delete"), &[("version", "2")])
        .await
        .expect(303);
    admin.get(&page).await.expect(404);
    assert_eq!(stored(&app, &plain).await["preset_id"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presets_are_for_whoever_may_see_and_change_the_products_rules() {
    let app = TestApp::start().await;
    let made = add(&app, &preset("Big leads", "Lead {{lead_id}}")).await;
    let page = format!("{LIST}/{}", made["id"].as_str().unwrap());
    for role in Role::ALL {
        let browser = log_in(&app, role).await;
        let (view, manage) = match role {
            Role::GlobalAdmin | Role::LmsAdmin => (200, 200),
            Role::Support | Role::Qa => (200, 403),
            _ => (404, 404),
        };
        let told = role.label();
        let list = browser.get(LIST).await;
        assert_eq!(list.status, view, "{told}");
        assert_eq!(list.text.contains("Big leads"), view == 200, "{told}");
        for path in [
            page.clone(),
            format!("{LIST}/new"),
            format!("{page}/apply"),
            format!("{page}/delete"),
        ] {
            assert_eq!(browser.get(&path).await.status, manage, "{told} {path}");
        }
        if manage == 200 {
            continue;
        }
        for (path, form) in [
            (page.clone(), fields(&[("version", "1")])),
            (format!("{LIST}/new"), fields(&[])),
            (format!("{page}/apply"), vec![("version", "1")]),
            (format!("{page}/delete"), vec![("version", "1")]),
        ] {
            assert_eq!(browser.form(&path, &form).await.status, manage, "{told} {path}");
        }
    }
    assert_eq!(app.get(&path(&made)).await.expect(200).json(), made);
    app.browser().get(LIST).await.expect(303);
}
