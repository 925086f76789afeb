//! All rules as a file: exported, looked at, imported.

use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, rule, set, sold, without};

const YAML: &str = "application/yaml";

async fn send(app: &TestApp, query: &str, kind: &str, body: impl Into<String>) -> Answer {
    let request = app.request(Method::POST, &format!("/rules/import{query}"));
    app.send(request.header("content-type", kind).body(body.into()))
        .await
}

/// What a file would change.
async fn look(app: &TestApp, file: &Value) -> Value {
    let answer = send(app, "?dry_run=true", "application/json", file.to_string()).await;
    answer.expect(200).json()
}

/// Imports a file after a look at it.
async fn import(app: &TestApp, file: &Value) -> Value {
    let seen = look(app, file).await["rules_version"].clone();
    let query = format!("?rules_version={seen}");
    let answer = send(app, &query, "application/json", file.to_string()).await;
    answer.expect(200).json()
}

async fn export(app: &TestApp) -> Value {
    app.get("/rules/export").await.expect(200).json()
}

fn counts(plan: &Value) -> [i64; 4] {
    ["new", "changed", "unchanged", "refused"].map(|name| plan["counts"][name].as_i64().unwrap())
}

/// A rule as a file has it.
fn filed(entity: &str, name: &str, text: &str) -> Value {
    let named = set(
        rule("product", entity, "lms.lead_sold", text),
        "name",
        json!(name),
    );
    let connection = json!({"name": "Leadbell Demo · leadbell"});
    set(
        without(named, "action.auth_token"),
        "action.connection",
        connection,
    )
}

/// Makes rules of several kinds; the file of them.
async fn filled(app: &TestApp) -> Value {
    let filters = json!({
        "publisher": {"any_of": ["1044"]}, "channel": {"none_of": ["5521", "5601"]}, "price": {"op": "gte", "value": "10.00"},
    });
    let first = rule(
        "product",
        "218",
        "lms.lead_sold",
        "Line one\n\n  *{{lead_id}}* \u{1F389}\n",
    );
    let first = set(set(first, "filters", filters), "name", json!("No: 5 # 'x' \"y\""));
    app.rule(&first).await;
    app.rule(&rule("publisher", "1044", "lms.lead_rejected", "yes"))
        .await;
    let off = set(
        rule("campaign", "8807", "lms.campaign_sold", "218"),
        "status",
        json!("disabled"),
    );
    app.rule(&off).await;
    app.rule(&rule("product", "218", "lms.lead_rejected", "null"))
        .await;
    export(app).await
}

pub async fn what_is_exported_changes_nothing_when_it_is_imported(app: &mut TestApp) {
    let file = filled(app).await;
    assert_eq!(file["format"], "leadbell-rules");
    let rules = file["rules"].as_array().unwrap();
    let places: Vec<(&Value, &Value)> = rules
        .iter()
        .map(|rule| (&rule["level"], &rule["number"]))
        .collect();
    let expected = json!([["product", 1], ["product", 4], ["campaign", 3], ["publisher", 2]]);
    assert_eq!(json!(places), expected);
    let named = &rules[0]["action"]["connection"];
    assert!(
        named["name"].is_string() && named["workspace"].is_string(),
        "{named}"
    );

    let yaml = app.get("/rules/export?format=yaml").await.expect(200);
    assert_eq!(yaml.header("content-type"), YAML);
    assert!(yaml.text.starts_with("format: leadbell-rules\n"), "{}", yaml.text);
    for (kind, body) in [("application/json", file.to_string()), (YAML, yaml.text.clone())] {
        let plan = send(app, "?dry_run=true", kind, body).await.expect(200).json();
        assert_eq!(counts(&plan), [0, 0, 4, 0], "{plan}");
        assert_eq!(plan["rules"], json!([]));
    }
    // Nothing secret is in either, and the same rules are the same file.
    assert!(!file.to_string().contains("xoxb") && !yaml.text.contains("xoxb"));
    assert_eq!(app.get("/rules/export?format=yaml").await.text, yaml.text);
    assert_eq!(import(app, &file).await["applied"], true);
    assert_eq!(export(app).await, file);
}

pub async fn a_file_is_looked_at_field_by_field_and_then_imported_whole(app: &mut TestApp) {
    let file = filled(app).await;
    let before = file["rules"][0].clone();
    let edited = set(
        before.clone(),
        "filters.price",
        json!({"op": "between", "min": "5", "max": "9"}),
    );
    let edited = set(edited, "filters.channel", json!({"none_of": ["5521"]}));
    let edited = set(edited, "action.text", json!("Now {{lead_id}}"));
    let new = filed("219", "Loans", "Loan {{lead_id}}");
    let import_file = json!([edited, file["rules"][1], new]);
    let plan = look(app, &import_file).await;
    assert_eq!(counts(&plan), [1, 1, 1, 0], "{plan}");
    assert_eq!(plan["applied"], false);
    let changed = &plan["rules"][0];
    assert_eq!(
        (&changed["index"], &changed["outcome"]),
        (&json!(0), &json!("changed"))
    );
    let fields: Vec<&str> = changed["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["filters.channel", "filters.price", "action.text"]);
    // In names, where there are any.
    assert_eq!(changed["changes"][0]["removed"], json!(["North POST"]));
    let added = &plan["rules"][1];
    assert_eq!(
        (&added["index"], &added["outcome"], &added["id"]),
        (&json!(2), &json!("new"), &json!(null))
    );
    assert_eq!(export(app).await, file, "a look changes nothing");

    let done = import(app, &import_file).await;
    assert_eq!((&done["applied"], counts(&done)), (&json!(true), [1, 1, 1, 0]));
    assert!(done["rules"][1]["id"].is_string(), "{done}");
    let after = export(app).await;
    assert_eq!(after["rules"].as_array().unwrap().len(), 5);
    assert_eq!(after["rules"][0]["action"]["text"], "Now {{lead_id}}");
    assert_eq!(after["rules"][0]["number"], before["number"]);
    // Both are in force.
    app.event(&set(
        set(sold("e1"), "money.price", json!("7")),
        "channel",
        json!(null),
    ))
    .await;
    app.event(&set(sold("e2"), "product.id", json!(219))).await;
    for text in ["Now e1", "Loan e2"] {
        app.texts_until(leadbell_sandbox::demo::SALES, text).await;
    }
    // The same file once more finds its rules again: one by its id, one by its name.
    assert_eq!(counts(&look(app, &import_file).await), [0, 0, 3, 0]);
}

pub async fn an_import_needs_a_look_and_the_rules_as_they_were_then(app: &mut TestApp) {
    let file = filled(app).await;
    let edited = set(file, "rules", json!([filed("219", "Loans", "Loan")]));
    let body = edited.to_string();
    let answer = send(app, "", "application/json", body.clone()).await;
    assert_eq!(answer.fields(), ["rules_version"]);
    let seen = look(app, &edited).await["rules_version"].as_i64().unwrap();
    app.rule(&rule("product", "218", "lms.lead_sold", "meanwhile"))
        .await;
    let query = format!("?rules_version={seen}");
    send(app, &query, "application/json", body.clone())
        .await
        .problem(412);
    assert_eq!(app.get("/rules?q=Loans").await.json()["total"], 0);
    for wrong in ["?dry_run=maybe", "?rules_version=x", "?dry_run=true&dry_run=true"] {
        let answer = send(app, wrong, "application/json", body.clone()).await;
        answer.problem(422);
    }
    assert_eq!(app.get("/rules/export?format=xml").await.fields(), ["format"]);
}

pub async fn a_rule_that_cannot_be_imported_is_named_by_its_place_and_keeps_the_others_out(
    app: &mut TestApp,
) {
    let file = filled(app).await;
    let good = filed("219", "Good", "x");
    let theirs = file["rules"][0].clone();
    let wrong = [
        (json!("x"), ""),
        (set(good.clone(), "entity_id", json!("999")), "entity_id"),
        (set(good.clone(), "trigger", json!("cl.lead_sold")), "trigger"),
        (
            set(good.clone(), "action.text", json!("{{leed_id}}")),
            "action.text",
        ),
        (
            set(good.clone(), "action.auth_token", json!("xoxb-1234567-x")),
            "action.auth_token",
        ),
        (
            set(good.clone(), "action.connection", json!({"name": "Nobody's"})),
            "action.connection",
        ),
        (set(good.clone(), "colour", json!("red")), "colour"),
        (set(good.clone(), "id", json!("7")), "id"),
        (set(theirs.clone(), "entity_id", json!("219")), "entity_id"),
        (
            set(
                set(good.clone(), "level", json!("publisher")),
                "entity_id",
                json!("1044"),
            ),
            "action.text",
        ),
        (
            set(
                good.clone(),
                "preset_id",
                json!("01931c3e-7b1a-7c3e-8a55-0242ac120002"),
            ),
            "preset_id",
        ),
        (theirs.clone(), "id"),
    ];
    let wrong: Vec<(Value, &str)> = wrong
        .into_iter()
        .map(|(rule, field)| match field {
            // Only a publisher's rule may not name the buyer.
            "action.text" if rule["level"] == "publisher" => {
                (set(rule, "action.text", json!("{{buyer_name}}")), field)
            }
            _ => (rule, field),
        })
        .collect();
    let mut rules = vec![good.clone(), theirs];
    rules.extend(wrong.iter().map(|(rule, _)| rule.clone()));
    let all = json!({"rules": rules});
    let plan = look(app, &all).await;
    assert_eq!(counts(&plan), [1, 0, 1, 12], "{plan}");
    for (at, (_, field)) in wrong.iter().enumerate() {
        let told = plan["rules"]
            .as_array()
            .unwrap()
            .iter()
            .find(|rule| rule["index"] == at + 2)
            .unwrap();
        assert_eq!(told["outcome"], "refused", "{told}");
        assert_eq!(told["errors"][0]["field"], *field, "{told}");
    }
    let query = format!("?rules_version={}", plan["rules_version"]);
    let answer = send(app, &query, "application/json", all.to_string()).await;
    let complaints = answer.complaints();
    assert!(
        complaints.contains_key("rules[3].entity_id") && complaints.contains_key("rules[2]"),
        "{complaints:?}"
    );
    assert_eq!(export(app).await, file, "one bad rule keeps all out");
}

pub async fn names_stand_for_ids_where_they_are_plain_and_deleted_rules_come_back(app: &mut TestApp) {
    let file = filled(app).await;
    import(app, &json!([filed("219", "Twin", "a")])).await;
    // Somebody makes a second one of this name: now the name says nothing.
    let second = app.get("/rules?q=Twin").await.json()["rules"][0].clone();
    app.rule(&without(without(second, "id"), "number")).await;
    let plan = look(app, &json!([filed("219", "Twin", "b")])).await;
    assert_eq!(plan["rules"][0]["errors"][0]["field"], "name");
    let plan = look(app, &json!([filed("218", "New", "a"), filed("218", "New", "b")])).await;
    assert_eq!(plan["rules"][1]["errors"][0]["field"], "name", "{plan}");
    let nameless = without(filed("218", "", "a"), "name");
    assert_eq!(
        counts(&look(app, &json!([nameless, nameless])).await),
        [2, 0, 0, 0]
    );

    let first = &file["rules"][0];
    let path = format!("/rules/{}", first["id"].as_str().unwrap());
    app.delete(&path).await.expect(204);
    let back = json!([first]);
    assert_eq!(look(app, &back).await["rules"][0]["outcome"], "restored");
    import(app, &back).await;
    assert_eq!(app.get(&path).await.expect(200).json()["number"], first["number"]);
    // An id that nobody has is kept: the file can be taken elsewhere, twice.
    let id = "01931c3e-7b1a-7c3e-8a55-0242ac120077";
    let foreign = json!([set(filed("219", "Foreign", "x"), "id", json!(id))]);
    assert_eq!(counts(&import(app, &foreign).await), [1, 0, 0, 0]);
    assert_eq!(counts(&import(app, &foreign).await), [0, 0, 1, 0]);
    app.get(&format!("/rules/{id}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_are_none_are_refused_and_keys_open_what_they_may() {
    let app = TestApp::start().await;
    for (kind, body, status) in [
        ("text/plain", "[]", 415),
        ("", "[]", 415),
        ("application/json", "rules: []", 400),
        ("application/json", "", 400),
        (YAML, "rules: [", 400),
        (YAML, "a: &a [1]\nrules: *a", 400),
        ("application/json", "{}", 422),
        ("application/json", "5", 422),
        (YAML, "rules: 5", 422),
        (YAML, "", 422),
    ] {
        send(&app, "?dry_run=true", kind, body).await.problem(status);
    }
    for body in ["[]", "{\"rules\":[]}"] {
        let plan = send(&app, "?dry_run=true", "application/json; charset=utf-8", body).await;
        assert_eq!(counts(&plan.expect(200).json()), [0, 0, 0, 0]);
    }
    let many = json!(vec![json!({}); 10_001]).to_string();
    send(&app, "?dry_run=true", "application/json", many)
        .await
        .problem(413);
    assert_eq!(export(&app).await["rules"], json!([]));
    let yaml = app.get("/rules/export?format=yaml").await;
    assert!(yaml.text.ends_with("rules: []\n"), "{}", yaml.text);

    let reader = app.new_key(&[ApiScope::Read]).await;
    let writer = app.new_key(&[ApiScope::Rules]).await;
    for (key, export, import) in [(&reader, 200, 403), (&writer, 403, 200)] {
        let request = app.bare(Method::GET, "/rules/export").bearer_auth(key);
        assert_eq!(app.send(request).await.status, export);
        let request = app
            .bare(Method::POST, "/rules/import?dry_run=true")
            .bearer_auth(key);
        assert_eq!(app.send(request.json(&json!([]))).await.status, import);
    }
    app.send(app.bare(Method::GET, "/rules/export"))
        .await
        .problem(401);
}
