//! Events in: their shapes, and what they leave behind.

use leadbell_domain::{EntityId, EntityKind, Scope};
use leadbell_sandbox::demo;
use leadbell_server::http::{self, AnySessionStore, Web};
use leadbell_server::ingest::Committer;
use leadbell_server::state::AppState;
use leadbell_store::Pools;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Database, TestApp, event, lines, rule, set, sold, soon};

const NDJSON: &str = "application/x-ndjson";

pub async fn events_come_one_by_one_in_batches_and_in_lines(app: &mut TestApp) {
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.event(&sold("1")).await;
    let batch = json!({"events": [sold("2"), sold("3")]});
    let answer = app.post("/events", &batch).await.expect(202).json();
    assert_eq!(answer, json!({"accepted": 2, "duplicates": 0, "rejected": []}));
    let body = format!("{}\n\r\n{}", lines(&[sold("4")]), sold("5"));
    let request = app
        .request(Method::POST, "/events")
        .header("content-type", NDJSON)
        .body(body);
    let answer = app.send(request).await.expect(202).json();
    assert_eq!(answer["accepted"], 2);
    let texts = app.texts_until(demo::SALES, "5").await;
    assert_eq!(texts, ["1", "2", "3", "4", "5"]);
}

pub async fn a_platform_that_can_only_call_a_url_is_heard_too(app: &mut TestApp) {
    app.rule(&rule(
        "product",
        "218",
        "lms.lead_sold",
        "{{lead_id}} {{price}} {{publisher_name}}",
    ))
    .await;
    let query = "/pingback?event_id=1&trigger=lms.lead_sold&product_id=218&lead.id=a%26b&price=42.50&publisher_id=1044&publisher_name=Blue%20Traffic&zip=";
    let answer = app.get(query).await.expect(202).json();
    assert_eq!(answer, json!({"accepted": 1, "duplicates": 0, "rejected": []}));
    let form = [
        ("event_id", "2"),
        ("trigger", "lms.lead_sold"),
        ("product.id", "218"),
        ("lead_id", "c"),
        ("money.price", "7"),
    ];
    let request = app
        .request(Method::POST, "/pingback?publisher_name=North&publisher_id=1051")
        .form(&form);
    app.send(request).await.expect(202);
    let texts = app.texts_until(demo::SALES, "c 7.00 North").await;
    assert_eq!(texts, ["a&amp;b 42.50 Blue Traffic", "c 7.00 North"]);
    let again = app.get(query).await.expect(202).json();
    assert_eq!(again["duplicates"], 1);
    // Whoever can set no header gives the key as a field, which is not kept.
    let with_key = format!(
        "/pingback?key={}&event_id=by-key&trigger=lms.lead_sold&product_id=218&lead_id=9",
        app.key
    );
    let answer = app
        .send(app.bare(Method::GET, &with_key))
        .await
        .expect(202)
        .json();
    assert_eq!(answer["accepted"], 1);
    for path in [
        with_key.replace("by-key", "both"),
        with_key.replace("/pingback?key", "/pingback?x=1&key"),
    ] {
        app.send(app.request(Method::GET, &path)).await.expect(202);
    }
    for id in ["by-key", "both"] {
        let told = app.get(&format!("/events/{id}")).await.expect(200);
        assert!(!told.text.contains(&app.key), "{}", told.text);
        assert_eq!(told.json()["event"].get("key"), None);
    }
    app.send(app.bare(Method::GET, &with_key.replace("key=lbk_", "key=lbk_x")))
        .await
        .problem(401);
    let wrong = app
        .get("/pingback?event_id=3&trigger=lms.lead_sold&price=x")
        .await;
    let rejected = &wrong.expect(422).json()["rejected"][0];
    let fields: Vec<&str> = rejected["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["product.id", "lead.id", "money.price"]);
}

pub async fn an_event_is_accepted_once_within_a_request_and_across_requests(app: &mut TestApp) {
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let batch = json!({"events": [sold("1"), sold("2"), sold("1")]});
    let answer = app.post("/events", &batch).await.expect(202).json();
    assert_eq!(answer, json!({"accepted": 2, "duplicates": 1, "rejected": []}));
    let batch = json!({"events": [sold("2"), sold("3")]});
    let answer = app.post("/events", &batch).await.expect(202).json();
    assert_eq!(answer, json!({"accepted": 1, "duplicates": 1, "rejected": []}));
    // The two platforms count their events on their own.
    let call = app.post("/events", &event("cl.lead_sold", "3")).await;
    assert_eq!(call.expect(202).json()["accepted"], 1);
    app.event(&sold("4")).await;
    let texts = app.texts_until(demo::SALES, "4").await;
    assert_eq!(texts, ["1", "2", "3", "4"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_requests_with_one_event_at_the_same_time_one_is_accepted() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    let wanted = sold("1");
    let answers = futures::future::join_all((0..8).map(|_| app.post("/events", &wanted))).await;
    let accepted: u64 = answers
        .into_iter()
        .map(|answer| answer.expect(202).json()["accepted"].as_u64().unwrap())
        .sum();
    assert_eq!(accepted, 1);
    app.event(&sold("2")).await;
    assert_eq!(app.texts_until(demo::SALES, "2").await, ["1", "2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_event_is_accepted_and_sends_nothing() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    app.event(&set(sold("trial"), "is_test", json!(true))).await;
    app.event(&sold("real")).await;
    assert_eq!(app.texts_until(demo::SALES, "real").await, ["real"]);
    let told = app.get("/events/trial").await.expect(200).json();
    assert_eq!(told["verdicts"][0]["verdict"], "test_event", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_includes_test_leads_sends_them_marked() {
    let app = TestApp::start().await;
    let including = rule("product", "218", "lms.lead_sold", "{{lead_id}}");
    app.rule(&set(including, "include_test", json!(true))).await;
    app.event(&set(sold("trial"), "is_test", json!(true))).await;
    app.event(&sold("real")).await;
    assert_eq!(
        app.texts_until(demo::SALES, "real").await,
        ["*TEST* trial", "real"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_ping_back_sends_only_where_the_rule_says_so() {
    let app = TestApp::start().await;
    let plain = rule("campaign", "8807", "lms.revenue_ping_back", "once {{lead_id}}");
    app.rule(&plain).await;
    let including = rule("product", "218", "lms.revenue_ping_back", "every {{lead_id}}");
    let including = app.rule(&set(including, "include_duplicates", json!(true))).await;
    assert_eq!(including["include_duplicates"], json!(true));
    let repeated = set(
        event("lms.revenue_ping_back", "again"),
        "pingback",
        json!({"id": "p-1", "amount": "5", "duplicate": true}),
    );
    app.event(&repeated).await;
    app.event(&event("lms.revenue_ping_back", "last")).await;
    let texts = app.texts_until(demo::SALES, "once last").await;
    assert!(texts.contains(&"every again".to_owned()), "{texts:?}");
    assert!(!texts.contains(&"once again".to_owned()), "{texts:?}");
    let told = app.get("/events/again").await.expect(200).json();
    assert!(
        told["verdicts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|verdict| verdict["verdict"] == "duplicate_ping_back"),
        "{told}"
    );
    let wrong = set(
        rule("product", "218", "lms.lead_sold", "x"),
        "include_duplicates",
        json!(true),
    );
    let refused = app.post("/rules", &wrong).await.expect(422);
    assert!(refused.text.contains("include_duplicates"), "{}", refused.text);
}

async fn entity(app: &TestApp, kind: EntityKind, id: &str) -> leadbell_domain::Entity {
    let id = EntityId::new(id).unwrap();
    let found = app.state().store.find_entity(kind, &id, &Scope::All).await;
    found.unwrap().unwrap_or_else(|| panic!("no {kind:?} {id}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_new_in_an_event_is_discovered_and_may_be_entered_later() {
    let app = TestApp::start().await;
    let news = json!({
        "event_id": "1", "trigger": "lms.campaign_sold", "lead": {"id": 1},
        "product": {"id": "new-p", "name": "Roofing"}, "publisher": {"id": "new-u", "name": "Roof Ads"},
        "channel": {"id": "new-c", "name": "Roof POST"}, "source": {"id": "new-s"},
        "buyer": {"id": "new-b", "name": "Roofers Inc"}, "campaign": {"id": "new-k", "name": "Roofs TX"},
        "pingtree": {"id": "new-t", "name": "Roof tree"},
    });
    app.event(&news).await;
    for (kind, id, name) in [
        (EntityKind::Product, "new-p", "Roofing"),
        (EntityKind::Publisher, "new-u", "Roof Ads"),
        (EntityKind::Channel, "new-c", "Roof POST"),
        (EntityKind::Source, "new-s", "new-s"),
        (EntityKind::Buyer, "new-b", "Roofers Inc"),
        (EntityKind::Campaign, "new-k", "Roofs TX"),
        (EntityKind::Pingtree, "new-t", "Roof tree"),
    ] {
        let found = entity(&app, kind, id).await;
        assert!(found.discovered, "{kind:?}");
        assert_eq!(found.name, name);
    }
    let campaign = entity(&app, EntityKind::Campaign, "new-k").await;
    assert_eq!(campaign.buyer.unwrap().as_str(), "new-b");
    assert_eq!(campaign.product.unwrap().as_str(), "new-p");
    // A rule can be made for it right away.
    app.rule(&rule("product", "new-p", "lms.campaign_sold", "{{lead_id}}"))
        .await;
    let entered = json!({"products": [{"id": "new-p", "name": "Roofing US"}]});
    let counts = app.put("/catalog", &entered).await.expect(200).json();
    assert_eq!(counts, json!({"created": 0, "updated": 1, "unchanged": 0}));
    let product = entity(&app, EntityKind::Product, "new-p").await;
    assert_eq!((product.name.as_str(), product.discovered), ("Roofing US", false));
    // A known one is not discovered again.
    app.event(&sold("2")).await;
    assert!(!entity(&app, EntityKind::Product, "218").await.discovered);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_cannot_be_written_are_not_acknowledged() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "{{lead_id}}"))
        .await;
    // The same database once more, through connections that this test can close.
    let opened = leadbell_store::open(&app.database.url(), &Database::key())
        .await
        .unwrap();
    let state = AppState {
        committer: Committer::start(opened.store.clone(), app.state().wake.clone()),
        store: opened.store,
        ..app.state().clone()
    };
    let web = Web {
        leptos: leptos::config::LeptosOptions::builder()
            .output_name("leadbell")
            .build(),
        sessions: AnySessionStore::open(opened.pools.clone()).await.unwrap(),
        metrics: None,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v1/events", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, http::router(state, web)).into_future());
    let post = async |event: Value| {
        let request = reqwest::Client::new()
            .post(&url)
            .bearer_auth(&app.key)
            .json(&event);
        app.send(request).await
    };
    post(sold("before")).await.expect(202);
    let Pools::Sqlite(pool) = opened.pools else {
        unreachable!("this test runs on SQLite")
    };
    soon(pool.close()).await;
    let refused = post(sold("meanwhile")).await;
    refused.problem(503);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);

    // The sender tries again when the database is back: for us it is the first time.
    app.event(&sold("meanwhile")).await;
    assert_eq!(
        app.texts_until(demo::SALES, "meanwhile").await,
        ["before", "meanwhile"]
    );
}
