//! One's own account: name, password, and the logins one has.

use leadbell_domain::Role;
use reqwest::header::USER_AGENT;

use crate::support::{Browser, PASSWORD, TestApp, person};

const NEW: &str = "a brand new password";
const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";

async fn logged_in(app: &TestApp, email: &str) -> Browser {
    let browser = app.browser();
    browser.log_in(email).await;
    browser
}

fn password<'a>(old: &'a str, new: &'a str, again: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("do", "password"),
        ("old_password", old),
        ("new_password", new),
        ("new_password_again", again),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_has_an_account_and_names_himself() {
    let app = TestApp::start().await;
    for role in Role::ALL {
        let email = person(&app, role).await;
        let browser = logged_in(&app, &email).await;
        let page = browser.get("/account").await.expect(200).text;
        for part in [email.as_str(), role.label(), "this one", "href=\"/account\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let name = format!("{} the First", role.label());
        let fields = [("do", "name"), ("name", name.as_str())];
        browser.form("/account", &fields).await.expect(303);
        assert_eq!(browser.person().await["name"], name);
        let fields = [("do", "name"), ("name", "  ")];
        let refused = browser.form("/account", &fields).await.expect(422);
        assert!(refused.text.contains("Enter a name."));
    }
    let nobody = app.browser().get("/account").await.expect(303);
    assert_eq!(nobody.header("location"), "/login?next=%2Faccount");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_takes_the_old_one_and_ends_the_other_logins() {
    let app = TestApp::start().await;
    let email = person(&app, Role::Publisher).await;
    let here = logged_in(&app, &email).await;
    let there = logged_in(&app, &email).await;
    let before = here.session().unwrap();
    for (fields, said) in [
        (password("wrong", NEW, NEW), "not your present password"),
        (password(PASSWORD, "short", "short"), "at least 10"),
        (password(PASSWORD, NEW, "other password"), "not the same"),
    ] {
        let refused = here.form("/account", &fields).await.expect(422);
        assert!(refused.text.contains(said), "{}", refused.text);
        assert!(!refused.text.contains(PASSWORD) && !refused.text.contains(NEW));
    }
    there.get("/account").await.expect(200);
    let changed = here.form("/account", &password(PASSWORD, NEW, NEW)).await;
    changed.expect(303);
    here.get("/account").await.expect(200);
    there.get("/account").await.expect(303);
    let copy = app.browser();
    copy.take_session(&before);
    copy.get("/account").await.expect(303);
    let old = [("email", email.as_str()), ("password", PASSWORD)];
    there.form("/login", &old).await.expect(422);
    let new = [("email", email.as_str()), ("password", NEW)];
    there.form("/login", &new).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_wrong_old_passwords_close_the_door_but_not_the_login() {
    let app = TestApp::start().await;
    let email = person(&app, Role::Qa).await;
    let browser = logged_in(&app, &email).await;
    for _ in 0..10 {
        let fields = password("wrong", NEW, NEW);
        browser.form("/account", &fields).await.expect(422);
    }
    let refused = browser.form("/account", &password(PASSWORD, NEW, NEW)).await;
    assert!(refused.expect(422).text.contains("Too many tries"));
    logged_in(&app, &email).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logins_are_listed_by_device_and_end_one_by_one_or_all_at_once() {
    let app = TestApp::start().await;
    let email = person(&app, Role::BuyerAgent).await;
    let other = person(&app, Role::Qa).await;
    let here = logged_in(&app, &email).await;
    let office = app.browser();
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    let request = office
        .request(reqwest::Method::POST, "/login")
        .header("sec-fetch-site", "same-origin")
        .header(USER_AGENT, FIREFOX)
        .form(&fields);
    office.send(request).await.expect(303);
    let phone = logged_in(&app, &email).await;
    let stranger = logged_in(&app, &other).await;

    let page = here.get("/account").await.expect(200).text;
    assert_eq!(page.matches("name=\"session\"").count(), 3);
    assert!(page.contains("Firefox on Windows"), "{page}");
    let row = page.split("Firefox on Windows").nth(1).unwrap();
    let row = row.split("name=\"session\" value=\"").nth(1).unwrap();
    let session = row.split('"').next().unwrap();
    let end = [("do", "end"), ("session", session)];
    // Nobody ends another's.
    stranger.form("/account", &end).await.expect(404);
    office.get("/account").await.expect(200);
    here.form("/account", &end).await.expect(303);
    office.get("/account").await.expect(303);
    phone.get("/account").await.expect(200);
    here.form("/account", &[("do", "end_others")]).await.expect(303);
    phone.get("/account").await.expect(303);
    here.get("/account").await.expect(200);
    stranger.get("/account").await.expect(200);

    // Logging out ends the login for good, and so does ending one's own.
    let page = here.get("/account").await.expect(200).text;
    let own = page.split("name=\"session\" value=\"").nth(1).unwrap();
    let own = own.split('"').next().unwrap();
    let cookie = here.session().unwrap();
    let ended = here.form("/account", &[("do", "end"), ("session", own)]).await;
    assert_eq!(ended.expect(303).header("location"), "/login");
    let copy = app.browser();
    copy.take_session(&cookie);
    copy.get("/account").await.expect(303);
    for nonsense in [&[("do", "nothing")][..], &[("do", "end"), ("session", "x")]] {
        stranger.form("/account", nonsense).await.expect(404);
    }
}
