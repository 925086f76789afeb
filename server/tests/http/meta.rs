//! What the interface says about itself.

use std::collections::BTreeSet;

use leadbell_domain::{
    FilterKey, Level, Method, Policy, PriceOp, Role, Trigger, Verb, form_fields, placeholders, reach,
};
use reqwest::Method as Http;
use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrices_are_those_of_the_domain() {
    let app = TestApp::start().await;
    let meta = app.get("/meta").await.expect(200).json();
    let triggers = meta["triggers"].as_array().unwrap();
    assert_eq!(triggers.len(), Trigger::ALL.len());
    for (told, trigger) in triggers.iter().zip(Trigger::ALL) {
        assert_eq!(told["key"], trigger.key());
        assert_eq!(told["label"], trigger.label());
        assert_eq!(told["platform"], trigger.platform().key());
        for level in Level::ALL {
            let part = &told["levels"][level.key()];
            assert_eq!(
                part.is_object(),
                trigger.levels().contains(&level),
                "{trigger:?} {level:?}"
            );
            if !part.is_object() {
                continue;
            }
            for role in Role::ALL {
                let fields = form_fields(role, Policy::default(), level, trigger);
                let filters: Vec<&str> = fields.filters.iter().map(|filter| filter.key()).collect();
                let ops: Vec<&str> = fields.price_ops.iter().map(|op| op.key()).collect();
                let expected = json!({"filters": filters, "price_ops": ops});
                assert_eq!(
                    part["forms"][role.key()],
                    expected,
                    "{trigger:?} {level:?} {role:?}"
                );
            }
            let names: Vec<&str> = placeholders(trigger, level).map(|known| known.name).collect();
            assert_eq!(part["placeholders"], json!(names));
        }
    }
    let keys = |list: &str| -> Vec<Value> {
        meta[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["key"].clone())
            .collect()
    };
    assert_eq!(keys("filters"), FilterKey::ALL.map(|filter| json!(filter.key())));
    assert_eq!(keys("price_operators"), PriceOp::ALL.map(|op| json!(op.key())));
    assert_eq!(keys("roles"), Role::ALL.map(|role| json!(role.key())));
    assert_eq!(meta["methods"], json!(Method::ALL.map(Method::key)));
    for (told, role) in meta["roles"].as_array().unwrap().iter().zip(Role::ALL) {
        for level in Level::ALL {
            let part = &told["levels"][level.key()];
            for (name, verb) in [("view", Verb::View), ("manage", Verb::Manage)] {
                assert_eq!(
                    part[name],
                    format!("{:?}", reach(role, Policy::default(), level, verb))
                );
            }
        }
    }
}

/// Every route that outside tools were promised.
const ROUTES: [(&str, &[&str]); 11] = [
    ("/events", &["post"]),
    ("/pingback", &["get", "post"]),
    ("/catalog", &["put"]),
    ("/rules", &["get", "post"]),
    ("/rules/{id}", &["get", "put", "delete"]),
    ("/rules/{id}/test", &["post"]),
    ("/connections", &["get", "post"]),
    ("/deliveries", &["get"]),
    ("/events/{event_id}", &["get"]),
    ("/meta", &["get"]),
    ("/openapi.json", &["get"]),
];

fn methods(item: &Value) -> BTreeSet<&str> {
    item.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .filter(|key| *key != "parameters")
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_description_lists_every_route_and_every_route_listed_is_there() {
    let app = TestApp::start().await;
    // It needs no key: it is what one reads before asking for one.
    let answer = app.send(app.bare(Http::GET, "/openapi.json")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = document["paths"].as_object().unwrap();
    for (path, expected) in ROUTES {
        let item = paths.get(path).unwrap_or_else(|| panic!("{path} is missing"));
        assert_eq!(methods(item), expected.iter().copied().collect(), "{path}");
    }
    for (path, item) in paths {
        // An address as good as any: whatever stands in braces is an x.
        let address: String = path
            .split('{')
            .map(|part| {
                part.split_once('}')
                    .map_or(part.to_owned(), |(_, rest)| format!("x{rest}"))
            })
            .collect();
        // What the server says it takes is what is described.
        let unknown = Http::from_bytes(b"PROPFIND").unwrap();
        let answer = app.send(app.bare(unknown, &address)).await;
        answer.problem(405);
        let allowed: BTreeSet<String> = answer
            .header("allow")
            .split(',')
            .map(|method| method.trim().to_lowercase())
            .filter(|method| method != "head")
            .collect();
        assert_eq!(
            allowed,
            methods(item).into_iter().map(str::to_owned).collect(),
            "{path}"
        );
        for method in methods(item) {
            let http: Http = method.to_uppercase().parse().unwrap();
            let answer = app.send(app.bare(http, &address)).await;
            let open = path == "/openapi.json";
            assert_eq!(answer.status, if open { 200 } else { 401 }, "{method} {path}");
            let operation = &item[method];
            assert!(operation["operationId"].is_string(), "{method} {path}");
            assert!(
                open || operation["responses"]["401"].is_object(),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reference_of_the_description_leads_somewhere_and_every_id_in_a_path_is_described() {
    let app = TestApp::start().await;
    let document = app.get("/openapi.json").await.expect(200).json();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in methods(item) {
            let id = item[method]["operationId"].as_str().unwrap();
            assert!(operations.insert(id), "{id} is there twice");
        }
        if let Some((name, _)) = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            let parameter = &item["parameters"][0];
            assert_eq!(
                (&parameter["name"], &parameter["in"]),
                (&json!(name), &json!("path"))
            );
        }
    }
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            into.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|inner| collect(inner, into));
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, into)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_says_that_it_lives_and_that_it_is_ready() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for (path, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        assert_eq!(browser.get(path).await.expect(200).text, word);
    }
    browser.get("/metrics").await.expect(200);
}
