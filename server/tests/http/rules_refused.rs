//! Rules that are refused: each complaint at its field, named as in the contract.

use leadbell_sandbox::demo;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, rule, set, without};

fn good() -> Value {
    rule("product", "218", "lms.lead_sold", "Lead {{lead_id}}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_field_of_a_rule_is_named_as_in_the_contract() {
    let app = TestApp::start().await;
    let with = |path: &str, value: Value| set(good(), path, value);
    let publisher = |filter: &str| {
        let rule = rule("publisher", "1044", "lms.lead_sold", "x");
        set(rule, &format!("filters.{filter}"), json!({"any_of": ["1"]}))
    };
    for (wrong, field, part) in [
        (
            without(good(), "level"),
            "level",
            "product, campaign or publisher",
        ),
        (
            with("level", json!("galaxy")),
            "level",
            "product, campaign or publisher",
        ),
        (without(good(), "entity_id"), "entity_id", "required"),
        (with("entity_id", json!("99999")), "entity_id", "no product"),
        (without(good(), "trigger"), "trigger", "Choose"),
        (
            with("trigger", json!("lms.lead_stolen")),
            "trigger",
            "no such trigger",
        ),
        (with("trigger", json!("cl.lead_sold")), "trigger", "LMS"),
        (
            rule("campaign", "8807", "lms.lead_sold", "x"),
            "trigger",
            "Campaign level",
        ),
        (
            rule("publisher", "1044", "lms.campaign_sold", "x"),
            "trigger",
            "Publisher level",
        ),
        (
            with("filters.colour", json!({"any_of": ["red"]})),
            "filters.colour",
            "no such filter",
        ),
        (
            with("filters.publisher", json!({"any_of": []})),
            "filters.publisher",
            "at least one",
        ),
        (
            with("filters.publisher", json!(["1044"])),
            "filters.publisher",
            "any_of",
        ),
        (
            with("filters.method", json!({"any_of": ["FAX"]})),
            "filters.method",
            "POST or FORM",
        ),
        (
            with("filters.price", json!({"op": "about"})),
            "filters.price.op",
            "no such",
        ),
        (
            with("filters.price", json!({"op": "gt", "value": "-1"})),
            "filters.price.value",
            "negative",
        ),
        (
            with("filters.price", json!({"op": "gt", "value": "dear"})),
            "filters.price.value",
            "amount",
        ),
        (
            with("filters.price", json!({"op": "gt", "value": 4.5})),
            "filters.price.value",
            "as text",
        ),
        (
            with("filters.price", json!({"op": "gt"})),
            "filters.price.value",
            "",
        ),
        (
            with("filters.price", json!({"op": "between", "min": "9", "max": "8"})),
            "filters.price.min",
            "above",
        ),
        (without(good(), "action"), "action", "required"),
        (
            with("action.type", json!("send_pigeon")),
            "action.type",
            "send_slack_message",
        ),
        (without(good(), "action.auth_token"), "action.auth_token", ""),
        (
            with("action.auth_token", json!("hunter2")),
            "action.auth_token",
            "xoxb-",
        ),
        (
            without(good(), "action.target"),
            "action.target",
            "channel or to a user",
        ),
        (
            with("action.target", json!({"channel_id": demo::ANN_KIM})),
            "action.target.channel_id",
            "",
        ),
        (
            with("action.target", json!({"member_id": demo::SALES})),
            "action.target.member_id",
            "",
        ),
        (
            with(
                "action.target",
                json!({"channel_id": "C0SALES01", "member_id": "U0ANNKIM1"}),
            ),
            "action.target",
            "not both",
        ),
        (with("action.text", json!("")), "action.text", "Write"),
        (
            with("action.text", json!("{{leed_id}}")),
            "action.text",
            "lead_id",
        ),
        (with("action.text", json!("{{lead_id")), "action.text", ""),
        (with("action.txt", json!("x")), "action.txt", "no such field"),
        (with("status", json!("asleep")), "status", "active or disabled"),
        (with("name", json!("x".repeat(101))), "name", "100"),
        (publisher("buyer"), "filters.buyer", "not available"),
        (publisher("campaign"), "filters.campaign", "not available"),
        (publisher("pingtree"), "filters.pingtree", "not available"),
        (
            rule("publisher", "1044", "lms.lead_sold", "{{buyer_name}}"),
            "action.text",
            "buyer_name",
        ),
        (
            rule("publisher", "1044", "lms.lead_sold", "{{total_price}}"),
            "action.text",
            "total_price",
        ),
    ] {
        let complaints = app.post("/rules", &wrong).await.complaints();
        let fields: Vec<&str> = complaints.keys().map(String::as_str).collect();
        assert_eq!(fields, [field], "{wrong}");
        assert!(complaints[field].contains(part), "{field}: {complaints:?}");
    }
    assert_eq!(app.get("/rules").await.expect(200).json()["total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_wrong_fields_are_told_at_once() {
    let app = TestApp::start().await;
    let wrong = set(
        good(),
        "filters.price",
        json!({"op": "between", "min": "-3", "max": "x"}),
    );
    let wrong = set(wrong, "action.text", json!("{{nope}}"));
    let wrong = set(wrong, "action.target", json!({"channel_id": "sales"}));
    let wrong = set(wrong, "action.auth_token", json!("nope"));
    let expected = [
        "action.auth_token",
        "action.target.channel_id",
        "action.text",
        "filters.price.max",
        "filters.price.min",
    ];
    assert_eq!(app.post("/rules", &wrong).await.fields(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_range_is_for_sales_only() {
    let app = TestApp::start().await;
    let range = json!({"op": "between", "min": "1", "max": "2"});
    for (level, entity, trigger, taken) in [
        ("product", "218", "lms.lead_sold", true),
        ("campaign", "8807", "lms.campaign_sold", true),
        ("campaign", "8807", "lms.campaign_rejected", false),
        ("publisher", "1044", "lms.publisher_earning_received", false),
        ("product", "218", "lms.lead_rejected", false),
    ] {
        let wanted = set(rule(level, entity, trigger, "x"), "filters.price", range.clone());
        let answer = app.post("/rules", &wanted).await;
        if taken {
            answer.expect(201);
        } else {
            assert_eq!(answer.fields(), ["filters.price.op"], "{trigger}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publishers_rule_may_name_his_own_channels_and_sources_only() {
    let app = TestApp::start().await;
    let wanted = |filter: &str, id: &str| {
        let rule = rule("publisher", "1044", "lms.lead_sold", "x");
        set(rule, &format!("filters.{filter}"), json!({"any_of": [id]}))
    };
    app.rule(&wanted("channel", "5521")).await;
    app.rule(&wanted("source", "77120")).await;
    // Those of another publisher read like those of nobody.
    for (filter, other, nobodys) in [("channel", "5601", "424242"), ("source", "77300", "424242")] {
        let told = |id: &str, text: String| text.replace(id, "…");
        let field = format!("filters.{filter}");
        let others = app.post("/rules", &wanted(filter, other)).await.complaints();
        let missing = app.post("/rules", &wanted(filter, nobodys)).await.complaints();
        assert_eq!(
            told(other, others[&field].clone()),
            told(nobodys, missing[&field].clone())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_of_the_interface_has_the_same_form() {
    let app = TestApp::start().await;
    let made = app.rule(&good()).await;
    let rule = format!("/rules/{}", made["id"].as_str().unwrap());
    let nobody = "/rules/0193573e-0000-7000-8000-000000000000";
    for (method, path, body, status) in [
        (Method::GET, "/nothing", "", 404),
        (Method::GET, "/", "", 404),
        (Method::GET, nobody, "", 404),
        (Method::GET, "/rules/x", "", 404),
        (Method::GET, "/rules/%FF", "", 404),
        (Method::DELETE, nobody, "", 404),
        (Method::PUT, nobody, "{}", 404),
        (Method::GET, "/events/nothing", "", 404),
        (Method::GET, "/events/%FF", "", 404),
        (Method::DELETE, "/events", "", 405),
        (Method::PATCH, rule.as_str(), "{}", 405),
        (Method::POST, "/meta", "{}", 405),
        (Method::POST, "/rules", "{oops", 400),
        (Method::POST, "/rules", "[]", 422),
        (Method::POST, "/rules", "null", 422),
        (Method::PUT, rule.as_str(), "", 400),
        (Method::PUT, "/catalog", "{oops", 400),
        (Method::PUT, "/catalog", "[]", 422),
        (Method::PUT, "/catalog", "{\"products\":[{\"name\":\"x\"}]}", 422),
        (Method::POST, "/connections", "{oops", 400),
        (Method::POST, "/connections", "{}", 422),
        (Method::GET, "/rules?limit=many", "", 422),
        (Method::GET, "/rules?offset=1.5", "", 422),
        (Method::GET, "/rules?limit=99999999999999999999", "", 422),
        (Method::GET, "/rules?level=galaxy", "", 422),
        (Method::GET, "/rules?trigger=x", "", 422),
        (Method::GET, "/rules?status=x", "", 422),
        (Method::GET, "/rules?limit=1&limit=2", "", 422),
        (Method::GET, "/deliveries?limit=many", "", 422),
        (Method::GET, "/deliveries?status=x", "", 422),
        (Method::GET, "/deliveries?rule=x", "", 422),
        (Method::GET, "/deliveries?cursor=x", "", 422),
    ] {
        let request = app.request(method.clone(), path).body(body);
        let request = request.header("content-type", "application/json");
        let answer = app.send(request).await;
        let found = (answer.status, answer.header("content-type"));
        assert_eq!(
            found,
            (status, "application/problem+json"),
            "{method} {path} {body}: {}",
            answer.text
        );
        answer.problem(status);
    }
    let invalid = app
        .request(Method::POST, "/rules")
        .header("content-type", "application/json")
        .body(b"{\"name\":\"\xff\"}".to_vec());
    app.send(invalid).await.problem(400);
}
