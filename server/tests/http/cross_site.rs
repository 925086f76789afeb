//! Another site's page can change nothing with our visitor's cookie.

use leadbell_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, PASSWORD, Settings, TestApp, person, rule};

/// What a browser says of a request that another site's page makes.
const FOREIGN: [&[(&str, &str)]; 5] = [
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ],
    &[
        ("sec-fetch-site", "same-site"),
        ("origin", "https://other.example.com"),
    ],
    &[("sec-fetch-site", "cross-site")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
];

async fn post(browser: &Browser, path: &str, headers: &[(&str, &str)], body: &Body) -> u16 {
    let mut request = browser.request(Method::POST, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = match body {
        Body::Form(fields) => request.form(fields),
        // As a form of another site could send it, without asking first.
        Body::Json(json) => request
            .header("content-type", "text/plain")
            .body(json.to_string()),
    };
    browser.send(request).await.status
}

enum Body {
    Form(Vec<(&'static str, String)>),
    Json(Value),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_changed_for_another_sites_page() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let id = made["id"].as_str().unwrap();
    let browser = app.browser();
    browser.log_in(&email).await;
    let at_rule = format!("/products/218/tracking/{id}");
    let posts = [
        (
            "/login",
            Body::Form(vec![("email", email.clone()), ("password", PASSWORD.to_owned())]),
        ),
        ("/logout", Body::Form(Vec::new())),
        (at_rule.as_str(), Body::Form(vec![("do", "delete".to_owned())])),
        (at_rule.as_str(), Body::Form(vec![("do", "disable".to_owned())])),
        (
            "/fn/delete_rule",
            Body::Json(json!({"level": "product", "rule": id})),
        ),
        (
            "/fn/set_rule_status",
            Body::Json(json!({"level": "product", "rule": id, "status": "disabled"})),
        ),
        (
            "/fn/log_in",
            Body::Json(json!({"email": email, "password": PASSWORD})),
        ),
    ];
    for (path, body) in &posts {
        for headers in FOREIGN {
            assert_eq!(
                post(&browser, path, headers, body).await,
                403,
                "{path} {headers:?}"
            );
        }
    }
    assert_eq!(browser.person().await["email"], email.as_str());
    let now = app.get(&format!("/rules/{id}")).await.expect(200).json();
    assert_eq!(now, made);
    // A link on another site may lead here, though: one in a Slack message does.
    let visit = browser.request(Method::GET, "/products/218/tracking");
    browser
        .send(visit.header("sec-fetch-site", "cross-site"))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_pages_and_programs_may_change_things() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let own = app.url().to_owned();
    for headers in [
        &[("sec-fetch-site", "same-origin"), ("origin", own.as_str())][..],
        &[("sec-fetch-site", "none")],
        &[("origin", own.as_str())],
        &[],
    ] {
        let browser = app.browser();
        let fields = vec![("email", email.clone()), ("password", PASSWORD.to_owned())];
        let status = post(&browser, "/login", headers, &Body::Form(fields)).await;
        assert_eq!(status, 303, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_proxy_the_public_address_is_our_own() {
    let app = TestApp::with(Settings {
        public_url: Some("https://bell.example.com".to_owned()),
        ..Settings::default()
    })
    .await;
    let email = person(&app, Role::GlobalAdmin).await;
    for (origin, status) in [
        ("https://bell.example.com", 303),
        ("http://bell.example.com", 403),
        ("https://bell.example.com.evil.example", 403),
        ("https://evil.example", 403),
    ] {
        let fields = vec![("email", email.clone()), ("password", PASSWORD.to_owned())];
        let found = post(
            &app.browser(),
            "/login",
            &[("origin", origin)],
            &Body::Form(fields),
        )
        .await;
        assert_eq!(found, status, "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_opens_no_door_of_the_rest_interface() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    browser.log_in(&email).await;
    for path in ["/api/v1/rules", "/api/v1/connections", "/api/v1/deliveries"] {
        browser.get(path).await.problem(401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_tell_browsers_what_to_forbid_and_not_to_keep() {
    let app = TestApp::start().await;
    let email = person(&app, Role::GlobalAdmin).await;
    let browser = app.browser();
    let login = browser.get("/login").await.expect(200);
    browser.log_in(&email).await;
    for answer in [login, browser.get("/products/218/tracking").await.expect(200)] {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{name}");
        }
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
    }
}
