//! The catalog's lists: narrowed in the address, and to what a role may see.

use leadbell_domain::Role;
use serde_json::json;

use crate::support::{Answer, Browser, TestApp, person};

async fn admin(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// What a form says that the page must send back.
fn hidden(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let from = page
        .text
        .find(&mark)
        .unwrap_or_else(|| panic!("no {name}: {}", page.text))
        + mark.len();
    page.text[from..].split('"').next().expect("a value").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_narrowed_by_owner_platform_and_discovery_in_the_address() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    let shows = async |path: &str, shown: &[&str], hidden: &[&str]| {
        let page = browser.get(path).await.expect(200).text;
        // The names to choose from stand in the page as well.
        let page = page.split("<table").nth(1).unwrap_or_default().to_owned();
        for name in shown {
            assert!(page.contains(name), "{path} lacks {name}");
        }
        for name in hidden {
            assert!(!page.contains(name), "{path} has {name}");
        }
    };
    shows(
        "/catalog/channels?publisher=1044",
        &["Blue POST 1"],
        &["North POST"],
    )
    .await;
    shows(
        "/catalog/channels?publisher=north%20leads",
        &["North POST"],
        &["Blue POST 1"],
    )
    .await;
    shows(
        "/catalog/channels?publisher=nobody",
        &[],
        &["North POST", "Blue POST 1"],
    )
    .await;
    shows(
        "/campaigns?buyer=455&platform=call_logic",
        &["Shield TX"],
        &["Shield Debt"],
    )
    .await;
    shows(
        "/campaigns?pingtree=31",
        &["Acme CA", "Shield Debt"],
        &["Shield TX"],
    )
    .await;
    shows(
        "/products?sort=id&platform=lms",
        &["Debt Relief"],
        &["Auto Insurance"],
    )
    .await;
    let mentioned = crate::support::set(
        crate::support::event("lms.lead_sold", "e-1"),
        "source",
        json!({"id": "s-new", "name": "Seen only"}),
    );
    app.event(&mentioned).await;
    shows(
        "/catalog/sources?discovered=yes",
        &["Seen only", "discovered"],
        &["fb-12"],
    )
    .await;
    shows("/catalog/sources?discovered=no", &["fb-12"], &["Seen only"]).await;
    // Saving it makes it one of ours.
    let edit = browser.get("/catalog/sources/s-new/edit").await.expect(200);
    assert!(edit.text.contains("first seen in an event"));
    let seen = hidden(&edit, "seen");
    let fields = [
        ("name", "Seen only"),
        ("publisher", "1044"),
        ("status", "active"),
        ("seen", &seen),
    ];
    browser
        .form("/catalog/sources/s-new/edit", &fields)
        .await
        .expect(303);
    shows("/catalog/sources?discovered=no", &["fb-12", "Seen only"], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_finds_nothing_of_others_and_of_buyers_by_any_address_of_the_catalog() {
    let app = TestApp::start().await;
    for role in [Role::Publisher, Role::PublisherAgent] {
        let browser = admin(&app, role).await;
        let mut pages = String::new();
        for path in [
            "/catalog/channels?product=218",
            "/catalog/channels?publisher=1051",
            "/catalog/channels?buyer=402&campaign=8807",
            "/catalog/channels/5521",
            "/catalog/channels/5601",
            "/catalog/sources/77300",
            "/catalog/buyers/402",
            "/catalog/pingtrees/31",
            "/publishers/1044",
            "/publishers/1051",
            "/publishers",
            "/campaigns",
            "/products",
            "/catalog/export/channels",
            "/catalog/export/sources",
            "/catalog/export/publishers",
            "/catalog/export/buyers",
            "/catalog/export/campaigns",
            "/catalog/import",
        ] {
            pages.push_str(&browser.get(path).await.text);
        }
        assert!(
            pages.contains("Blue POST 1") && pages.contains("fb-12"),
            "his own is there"
        );
        for foreign in [
            "North",
            "native-3",
            "Acme",
            "Shield",
            "Main US",
            "Debt Relief",
            "Personal Loans",
            "8807",
            "402",
        ] {
            assert!(!pages.contains(foreign), "{} sees {foreign}", role.label());
        }
    }
}
