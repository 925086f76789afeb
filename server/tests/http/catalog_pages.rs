//! The catalog's pages: who may look up which kinds, and whose.

use leadbell_domain::{EntityKind, Role};
use reqwest::Method;

use crate::support::{TestApp, person};

/// The kinds with a list here, with an entry of publisher 1044 or buyer 402 and one of somebody else's; the pingtree
/// belongs to nobody.
const KINDS: [(EntityKind, &str, &str); 4] = [
    (EntityKind::Channel, "Blue POST 1", "North POST"),
    (EntityKind::Source, "fb-12", "native-3"),
    (EntityKind::Buyer, "Acme Lending", "Shield Auto"),
    (EntityKind::Pingtree, "Main US", "Main US"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_looks_up_what_its_scope_holds_and_nothing_else() {
    let app = TestApp::start().await;
    for role in Role::ALL {
        let browser = app.browser();
        browser.log_in(&person(&app, role).await).await;
        for (kind, own, other) in KINDS {
            let told = format!("{} {}", role.label(), kind.plural());
            let page = browser.get(&format!("/catalog/{}", kind.plural())).await;
            let (sees_own, sees_other) = match (role, kind) {
                (Role::GlobalAdmin | Role::Support | Role::Qa | Role::LmsAdmin, _) => (true, true),
                // The tests' channels and pingtree are of LMS; sources and buyers serve both platforms.
                (Role::CallLogicAdmin, EntityKind::Source | EntityKind::Buyer) => (true, true),
                (Role::BuyerAgent | Role::BuyerEditor, EntityKind::Buyer) => (true, false),
                // It holds a campaign of his buyer.
                (Role::BuyerAgent | Role::BuyerEditor, EntityKind::Pingtree) => (true, true),
                (Role::CompliancePublisher, EntityKind::Channel | EntityKind::Source) => (true, true),
                (Role::PublisherAgent | Role::Publisher, EntityKind::Channel | EntityKind::Source) => {
                    (true, false)
                }
                _ => (false, false),
            };
            assert_eq!(page.text.contains(own), sees_own, "{own}, {told}");
            assert_eq!(page.text.contains(other), sees_other, "{other}, {told}");
            let open = sees_own || role == Role::CallLogicAdmin;
            assert_eq!(page.status, if open { 200 } else { 404 }, "{told}");
        }
        browser.get("/catalog/products").await.expect(404);
        browser.get("/catalog/nothing").await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalog_is_searched_and_says_when_nothing_is_found() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let first = browser.get("/catalog").await.expect(303);
    assert_eq!(first.headers["location"], "/login?next=%2Fcatalog");
    browser.log_in(&person(&app, Role::GlobalAdmin).await).await;
    let first = browser.get("/catalog").await.expect(303);
    assert_eq!(first.headers["location"], "/catalog/channels");
    let found = browser.get("/catalog/channels?q=north").await.expect(200).text;
    assert!(found.contains("North POST") && !found.contains("Blue POST 1"));
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", "\"><script>alert(1)</script>")
        .finish();
    let nothing = browser
        .get(&format!("/catalog/channels?{query}"))
        .await
        .expect(200);
    assert!(nothing.text.contains("No channels found"));
    assert!(!nothing.text.contains("<script"), "nothing runs on this page");
    let policy = nothing.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("script-src"),
        "{policy}"
    );
    assert_eq!(nothing.headers["cache-control"], "no-store");
    let posted = browser.request(Method::POST, "/catalog/channels");
    let posted = posted.header("sec-fetch-site", "same-origin");
    browser.send(posted).await.expect(405);
}
