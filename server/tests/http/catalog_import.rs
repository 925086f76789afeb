//! Files for the catalog: checked first, then imported as they were shown, or not at all.

use leadbell_domain::Role;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, TestApp, person};

async fn admin(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// Sends a file as a browser's form does.
pub async fn upload(browser: &Browser, file: &[u8]) -> Answer {
    let mut body = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
                     Content-Type: text/csv\r\n\r\n"
        .to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(
        b"\r\n--cut\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--cut--\r\n",
    );
    let request = browser
        .request(Method::POST, "/catalog/import")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(body);
    browser.send(request).await
}

pub fn hidden(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let from = page
        .text
        .find(&mark)
        .unwrap_or_else(|| panic!("no {name}: {}", page.text))
        + mark.len();
    page.text[from..].split('"').next().expect("a value").to_owned()
}

pub async fn confirm(browser: &Browser, checked: &Answer) -> Answer {
    let (id, stamp) = (hidden(checked, "id"), hidden(checked, "stamp"));
    browser
        .form("/catalog/import", &[("id", &id), ("stamp", &stamp)])
        .await
}

const FILE: &str = "kind;id;name;platform;status;product;publisher;buyer\n\
                    publisher;1044;\"Blue; Traffic\";;disabled;;;\n\
                    publisher;2000;New Leads;;pending;;;\n\
                    channel;7000;New POST;lms;test;218;2000;\n\
                    buyer;402;;;;;;\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_checked_then_imported_once() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    browser.get("/catalog/import").await.expect(200);
    let checked = upload(&browser, FILE.as_bytes()).await.expect(200);
    for said in [
        "2 new, 1 changed, 1 unchanged.",
        "name “Blue Traffic” → “Blue; Traffic”; status Active → Disabled",
        "Import 3 entries",
    ] {
        assert!(checked.text.contains(said), "{said}: {}", checked.text);
    }
    assert!(
        !browser.get("/publishers").await.text.contains("New Leads"),
        "nothing yet"
    );
    confirm(&browser, &checked).await.expect(303);
    let page = browser.get("/catalog/import").await.expect(200).text;
    assert!(page.contains("2 new, 1 changed."), "{page}");
    let page = browser.get("/catalog/channels/7000").await.expect(200).text;
    assert!(
        page.contains("New POST") && page.contains("New Leads") && page.contains("Test"),
        "{page}"
    );
    // It is gone after that; the same again would change nothing.
    let again = confirm(&browser, &checked).await;
    assert!(again.text.contains("was imported already"), "{}", again.text);
    let checked = browser
        .form("/catalog/import", &[("text", FILE)])
        .await
        .expect(200);
    assert!(checked.text.contains("Nothing to import"), "{}", checked.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_lines_are_told_by_number_and_column_and_nothing_is_imported() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    let wrong = "kind,id,name,platform,status,publisher\n\
                 channel,1,A,lms,pending,1044\n\
                 channel,2,B,web,active,1044\n\
                 publisher,3,C,,active,\n\
                 publisher,3,D,,active,\n";
    let page = browser
        .form("/catalog/import", &[("text", wrong)])
        .await
        .expect(422)
        .text;
    for said in [
        "3 things are wrong, so nothing can be imported",
        "A channel is active, paused, test, disabled or deleted.",
        "The platform is lms or call_logic.",
        "This publisher is in line 4 already.",
        // What was pasted is still there.
        "publisher,3,D",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("name=\"stamp\""));
    let unknown = "kind,id,platform,publisher,product\nchannel,1,lms,999,218\nchannel,2,call_logic,1044,218\nchannel,3,,1044,\n";
    let page = browser
        .form("/catalog/import", &[("text", unknown)])
        .await
        .expect(422)
        .text;
    for said in [
        "There is no publisher 999 in the catalog or in this file.",
        "Product 218 is of LMS, and what belongs to it as well.",
        "A new channel needs its platform: lms or call_logic.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for whole in ["", "kind,id\n", "kind,id,colour\nbuyer,1,red\n"] {
        browser
            .form("/catalog/import", &[("text", whole)])
            .await
            .expect(422);
    }
    let latin = upload(&browser, b"kind,id,name\nbuyer,1,\xc4rger\n")
        .await
        .expect(422);
    assert!(latin.text.contains("not UTF-8 (line 2)"), "{}", latin.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_changed_after_the_check_is_shown_again_before_anything_happens() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    let checked = upload(&browser, FILE.as_bytes()).await.expect(200);
    let renamed = json!({"publishers": [{"id": 1044, "name": "Somebody else's"}]});
    app.put("/catalog", &renamed).await.expect(200);
    let refused = confirm(&browser, &checked).await.expect(422);
    assert!(
        refused.text.contains("was changed after the check"),
        "{}",
        refused.text
    );
    assert!(
        refused.text.contains("Somebody else"),
        "it says what it would change now"
    );
    assert!(!browser.get("/publishers").await.text.contains("New Leads"));
    confirm(&browser, &refused).await.expect(303);
    assert!(browser.get("/publishers").await.text.contains("New Leads"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_of_one_platform_imports_what_is_of_it() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::CallLogicAdmin).await;
    let foreign =
        "kind,id,name,platform\nproduct,218,Mine,\nproduct,900,Leads,lms\npublisher,1044,,call_logic\n";
    let page = browser
        .form("/catalog/import", &[("text", foreign)])
        .await
        .expect(422)
        .text;
    assert!(page.contains("3 things are wrong"), "{page}");
    assert!(!page.contains("Debt Relief"));
    let own = "kind,id,name\nproduct,310,Auto Calls\nproduct,900,New Calls\npublisher,1044,Blue\n";
    let checked = browser
        .form("/catalog/import", &[("text", own)])
        .await
        .expect(200);
    confirm(&browser, &checked).await.expect(303);
    let found = browser.get("/products/900").await.expect(200).text;
    assert!(found.contains("Call Logic"), "his platform, unsaid: {found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_persons_file_can_not_be_imported() {
    let app = TestApp::start().await;
    let ann = admin(&app, Role::GlobalAdmin).await;
    let lou = admin(&app, Role::LmsAdmin).await;
    let checked = upload(&ann, FILE.as_bytes()).await.expect(200);
    let refused = confirm(&lou, &checked).await;
    assert!(refused.status >= 400, "{}", refused.status);
    confirm(&ann, &checked).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exported_list_can_be_imported_as_it_is_and_holds_no_formula() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    let odd = json!({"sources": [{"id": "=1", "name": "=HYPERLINK(\"x\")", "publisher_id": 1044}, {"id": "s,2", "name": "a \"b\", c"}]});
    app.put("/catalog", &odd).await.expect(200);
    let file = browser.get("/catalog/export/sources").await.expect(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        file.text.contains("'=1") && !file.text.contains(",=") && !file.text.contains(",\"="),
        "{}",
        file.text
    );
    let checked = upload(&browser, file.text.as_bytes()).await.expect(200);
    assert!(
        checked.text.contains("0 new, 0 changed, 4 unchanged."),
        "{}",
        checked.text
    );
    let narrowed = browser
        .get("/catalog/export/channels?publisher=1051")
        .await
        .expect(200)
        .text;
    assert!(narrowed.contains("North POST") && !narrowed.contains("Blue POST 1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_logged_in_is_sent_to_log_in_and_reads_nothing_into_memory() {
    let app = TestApp::start().await;
    let sent = upload(&app.browser(), FILE.as_bytes()).await.expect(303);
    assert_eq!(sent.header("location"), "/login?next=%2Fcatalog%2Fimport");
}
