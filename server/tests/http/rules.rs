//! Rules over REST: made, read, listed, changed, deleted.

use leadbell_sandbox::demo;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, rule, set, without};

fn path(rule: &Value) -> String {
    format!("/rules/{}", rule["id"].as_str().expect("an id"))
}

/// The rule as somebody writes it who has its connection's id.
fn draft(rule: &Value) -> Value {
    let mut draft = rule.clone();
    for own in [
        "id",
        "number",
        "version",
        "created_at",
        "updated_at",
        "summary",
        "remark",
    ] {
        draft.as_object_mut().unwrap().remove(own);
    }
    draft
}

async fn put_if(app: &TestApp, rule: &Value, tag: &str) -> Answer {
    let request = app.request(Method::PUT, &path(rule)).json(rule);
    app.send(request.header("if-match", tag)).await
}

pub async fn a_rule_is_made_read_listed_changed_and_deleted(app: &mut TestApp) {
    let filters = json!({
        "method": {"any_of": ["POST"]},
        "publisher": {"none_of": ["1051"]},
        "price": {"op": "between", "min": "10.00", "max": "50.00"},
    });
    let wanted = set(
        rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}"),
        "filters",
        filters.clone(),
    );
    let wanted = set(wanted, "name", json!("Good leads"));
    let answer = app.post("/rules", &wanted).await.expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), format!("/api/v1{}", path(&made)));
    assert_eq!(answer.header("etag"), "\"1\"");
    for (field, expected) in [
        ("name", json!("Good leads")),
        ("level", json!("product")),
        ("entity_id", json!("218")),
        ("trigger", json!("lms.lead_sold")),
        ("filters", filters),
        ("status", json!("active")),
        ("version", json!(1)),
    ] {
        assert_eq!(made[field], expected, "{made}");
    }
    let action = &made["action"];
    assert_eq!(action["target"], json!({"channel_id": demo::SALES}));
    assert_eq!(action["text"], "Lead {{lead_id}}");
    assert!(
        action["connection_id"].is_string() && action.get("auth_token").is_none(),
        "{action}"
    );
    // What was answered is what is stored, and what can be posted again.
    assert_eq!(app.get(&path(&made)).await.expect(200).json(), made);
    let mut twin = app.rule(&draft(&made)).await;
    // A twin tells every event a second time, and the answer says so.
    let remark = twin.as_object_mut().unwrap().remove("remark");
    assert!(remark.is_some_and(|remark| remark.as_str().unwrap().contains("twice")));
    assert_ne!(twin["id"], made["id"]);
    assert_eq!(draft(&twin), draft(&made));

    let other = rule("publisher", "1044", "lms.lead_rejected", "Rejected");
    let other = app.rule(&set(other, "status", json!("disabled"))).await;
    for (query, expected) in [
        ("", vec![&twin, &made, &other]),
        ("?level=product&entity_id=218", vec![&twin, &made]),
        ("?status=disabled", vec![&other]),
        ("?trigger=lms.lead_rejected", vec![&other]),
        ("?q=good", vec![&twin, &made]),
        ("?entity_id=219", vec![]),
        ("?limit=1", vec![&twin]),
        ("?limit=2&offset=1", vec![&made, &other]),
    ] {
        let found = app.get(&format!("/rules{query}")).await.expect(200).json();
        let ids = |rules: &[&Value]| rules.iter().map(|rule| rule["id"].clone()).collect::<Vec<_>>();
        let found: Vec<&Value> = found["rules"].as_array().unwrap().iter().collect();
        assert_eq!(ids(&found), ids(&expected), "{query}");
    }
    let total = &app.get("/rules?limit=1").await.expect(200).json()["total"];
    assert_eq!(total, 3);

    let edited = without(set(draft(&made), "name", json!("Better leads")), "filters");
    let edited = set(edited, "action.text", json!("Better: {{lead_id}}"));
    let answer = app.put(&path(&made), &edited).await.expect(200);
    assert_eq!(answer.header("etag"), "\"2\"");
    let changed = answer.json();
    assert_eq!(
        (&changed["name"], &changed["filters"]),
        (&json!("Better leads"), &json!({}))
    );
    assert_eq!(changed["number"], made["number"]);
    assert_eq!(app.get(&path(&made)).await.expect(200).json(), changed);

    let answer = app.delete(&path(&made)).await.expect(204);
    assert_eq!(answer.text, "");
    app.get(&path(&made)).await.problem(404);
    app.delete(&path(&made)).await.problem(404);
    app.put(&path(&made), &edited).await.problem(404);
    assert_eq!(app.get("/rules").await.expect(200).json()["total"], 2);
}

pub async fn a_change_of_an_old_version_is_refused(app: &mut TestApp) {
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "one")).await;
    let two = set(made.clone(), "action.text", json!("two"));
    let answer = put_if(app, &two, "\"1\"").await.expect(200);
    assert_eq!(answer.header("etag"), "\"2\"");
    let late = set(made.clone(), "action.text", json!("late"));
    for old in ["\"1\"", "W/\"1\"", "\"7\""] {
        put_if(app, &late, old).await.problem(412);
    }
    put_if(app, &late, "nonsense").await.problem(400);
    let now = app.get(&path(&made)).await.expect(200);
    assert_eq!(now.json()["action"]["text"], "two");
    assert_eq!(now.header("etag"), "\"2\"");
    put_if(app, &late, "*").await.expect(200);
    put_if(app, &set(made.clone(), "action.text", json!("four")), "\"3\"")
        .await
        .expect(200);
    // Deleting asks the same question.
    let delete = |tag: &str| {
        let request = app.request(Method::DELETE, &path(&made));
        app.send(request.header("if-match", tag.to_owned()))
    };
    delete("\"1\"").await.problem(412);
    delete("\"4\"").await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_at_the_same_time_one_is_told_so() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "one")).await;
    let edits: Vec<Value> = ["a", "b", "c", "d"]
        .iter()
        .map(|text| set(made.clone(), "action.text", json!(text)))
        .collect();
    let answers = futures::future::join_all(edits.iter().map(|edit| put_if(&app, edit, "\"1\""))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_cannot_move() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    for moved in [
        set(made.clone(), "entity_id", json!("219")),
        set(
            set(made.clone(), "level", json!("publisher")),
            "entity_id",
            json!("1044"),
        ),
    ] {
        assert_eq!(app.put(&path(&made), &moved).await.fields(), ["entity_id"]);
    }
    let unplaced = without(without(made.clone(), "level"), "entity_id");
    app.put(&path(&made), &unplaced).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_entities_may_be_numbers() {
    let app = TestApp::start().await;
    let wanted = set(
        rule("product", "218", "lms.lead_sold", "x"),
        "entity_id",
        json!(218),
    );
    let wanted = set(wanted, "filters.publisher", json!({"any_of": [1044]}));
    let made = app.rule(&wanted).await;
    assert_eq!(made["entity_id"], "218");
    assert_eq!(made["filters"]["publisher"], json!({"any_of": ["1044"]}));
}
