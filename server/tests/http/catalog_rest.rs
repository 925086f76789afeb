//! The catalog by REST: what each kind may be told, and lists page by page.

use leadbell_server::http::api_key::ApiScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

fn ids(page: &Value) -> Vec<&str> {
    let entries = page["entries"].as_array().expect("a list");
    entries
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_a_kind_is_refused_with_its_field_and_nothing_is_written() {
    let app = TestApp::start().await;
    let wrong = json!({
        "publishers": [{"id": 1, "name": "Good"}, {"id": 2, "status": "paused"}, {"id": 3, "buyer_id": 402}],
        "channels": [{"id": 4, "status": "pending", "publisher_id": {}}],
        "products": [{"id": 5, "publisher_id": 1044, "name": "two\nlines"}],
        "campaigns": [{"id": 6, "campaign_ids": [1]}],
        "pingtrees": [{"id": 7, "campaign_ids": [1, {}]}, {"id": 8, "campaign_ids": "1"}],
    });
    let refused = app.put("/catalog", &wrong).await;
    assert_eq!(
        refused.fields(),
        [
            "campaigns[0].campaign_ids",
            "channels[0].publisher_id",
            "pingtrees[0].campaign_ids",
            "pingtrees[1].campaign_ids",
            "products[0].name",
            "products[0].publisher_id",
            "publishers[1].status",
            "publishers[2].buyer_id",
        ]
    );
    let found = app.get("/catalog/publishers?q=good").await.expect(200).json();
    assert!(ids(&found).is_empty(), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_are_listed_by_kind_page_by_page() {
    let app = TestApp::start().await;
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = app
            .get(&format!("/catalog/campaigns?limit=2{cursor}"))
            .await
            .expect(200)
            .json();
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["8807", "8820", "9102"]);
    let page = app
        .get("/catalog/campaigns?platform=call_logic")
        .await
        .expect(200)
        .json();
    let [one] = page["entries"].as_array().unwrap().as_slice() else {
        panic!("{page}")
    };
    for (field, value) in [
        ("id", json!("9102")),
        ("name", json!("Shield TX")),
        ("platform", json!("call_logic")),
        ("status", json!("active")),
        ("product_id", json!("310")),
        ("buyer_id", json!("455")),
        ("discovered", json!(false)),
    ] {
        assert_eq!(one[field], value, "{one}");
    }
    assert_eq!(one.get("publisher_id"), None, "a campaign has no publisher");
    let trees = app.get("/catalog/pingtrees").await.expect(200).json();
    assert_eq!(trees["entries"][0]["campaign_ids"], json!(["8807", "8820"]));
    // What is sent as it was got changes nothing.
    let again = json!({"pingtrees": [{"id": 31, "campaign_ids": ["8820", "8807"]}]});
    let counts = app.put("/catalog", &again).await.expect(200).json();
    assert_eq!(counts, json!({"created": 0, "updated": 0, "unchanged": 1}));

    let gone = json!({"publishers": [{"id": 1051, "status": "deleted"}]});
    app.put("/catalog", &gone).await.expect(200);
    let left = app.get("/catalog/publishers").await.expect(200).json();
    assert_eq!(ids(&left), ["1044"]);
    let deleted = app
        .get("/catalog/publishers?status=deleted")
        .await
        .expect(200)
        .json();
    assert_eq!(ids(&deleted), ["1051"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_can_not_be_asked_for_says_why() {
    let app = TestApp::start().await;
    let refused = app
        .get("/catalog/buyers?status=paused&platform=web&limit=0&cursor=")
        .await;
    assert_eq!(refused.fields(), ["cursor", "limit", "platform", "status"]);
    app.get("/catalog/colours").await.problem(404);
    app.get("/catalog/buyer").await.problem(404);
    let request = app.bare(Method::GET, "/catalog/buyers");
    app.send(request).await.problem(401);
    let key = app
        .new_key(&[ApiScope::Catalog, ApiScope::Ingest, ApiScope::Rules])
        .await;
    let request = app.bare(Method::GET, "/catalog/buyers").bearer_auth(key);
    app.send(request).await.problem(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pingtree_learns_its_campaigns_from_events() {
    let app = TestApp::start().await;
    let lead = crate::support::event("lms.campaign_sold", "e-1");
    let lead = crate::support::set(lead, "pingtree", json!({"id": "tree", "name": "New tree"}));
    let lead = crate::support::set(lead, "campaign", json!({"id": "8807", "name": "Acme CA"}));
    app.event(&lead).await;
    let trees = app
        .get("/catalog/pingtrees?q=new%20tree")
        .await
        .expect(200)
        .json();
    let tree = &trees["entries"][0];
    assert_eq!(tree["campaign_ids"], json!(["8807"]), "{trees}");
    assert_eq!(tree["discovered"], true);
}
