//! People and their keys: who manages them, and what happens at once when he does.

use std::sync::Arc;

use leadbell_dispatch::ManualClock;
use leadbell_domain::{AuditAction, Role, Scope};
use leadbell_store::AuditQuery;
use serde_json::json;

use crate::support::{Answer, Browser, PASSWORD, Settings, TestApp, person, rule};

const NEW: &str = "a brand new password";

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// The path of a person's page.
async fn page_of(app: &TestApp, email: &str) -> String {
    let found = app.state().store.find_user_by_email(email).await.unwrap();
    format!("/users/{}", found.expect("a person").0.id)
}

/// The path of the one-time link on a page.
#[track_caller]
fn link(page: &Answer) -> String {
    let at = page.text.find("/reset/").expect("a link");
    let link: String = page.text[at..].chars().take_while(|sign| *sign != '<').collect();
    assert_eq!(link.len(), "/reset/".len() + 64, "{link}");
    link
}

/// What the audit log holds, oldest first: action, actor, subject, detail.
async fn told(app: &TestApp) -> Vec<(AuditAction, String, String, String)> {
    let query = AuditQuery::of(Scope::All, None);
    let page = app.state().store.list_audit(&query).await.unwrap();
    let lines = page.rows.into_iter().rev();
    lines
        // The catalog is where the tests begin, and no part of their stories.
        .filter(|line| line.action != AuditAction::CatalogChanged)
        .map(|line| {
            (
                line.action,
                line.actor.name().to_owned(),
                line.subject.label,
                line.detail,
            )
        })
        .collect()
}

fn typed<'a>(name: &'a str, address: &'a str, role: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("do", "save"),
        ("version", "1"),
        ("name", name),
        ("address", address),
        ("role", role),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_for_global_admins_and_nobody_else_learns_that_there_are_any() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let path = page_of(&app, "global_admin@leadbell.example").await;
    for page in ["/users", "/users/new", "/users/keys", &path] {
        admin.get(page).await.expect(200);
    }
    for role in Role::ALL.into_iter().filter(|role| *role != Role::GlobalAdmin) {
        let browser = as_role(&app, role).await;
        for page in ["/users", "/users/new", "/users/keys", &path] {
            let answer = browser.get(page).await.expect(404);
            assert!(!answer.text.contains("The Global Admin"), "{page}");
            assert!(!answer.text.contains("href=\"/users"), "{page}");
        }
        let form = typed("Eve", "eve@leadbell.example", "global_admin");
        for page in ["/users/new", &path] {
            browser.form(page, &form).await.expect(404);
        }
        for what in ["link", "disable", "find"] {
            browser.form(&path, &[("do", what)]).await.expect(404);
        }
        let key = [("do", "create"), ("name", "Mine"), ("scopes", "read")];
        browser.form("/users/keys", &key).await.expect(404);
    }
    assert_eq!(told(&app).await, []);
    let nobody = app.browser().get("/users").await.expect(303);
    assert!(nobody.header("location").starts_with("/login"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_person_chooses_a_password_by_a_link_that_works_once() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let mut form = typed("Dana Blue", " Dana@Blue.example ", "publisher");
    form.push(("publishers", "1044"));
    let made = admin.form("/users/new", &form).await.expect(200);
    let link = link(&made);
    // Shown once; afterwards nobody has it, not even the database.
    let path = page_of(&app, "dana@blue.example").await;
    let page = admin.get(&path).await.expect(200);
    assert!(page.text.contains("Invited") && !page.text.contains("/reset/"));

    let dana = app.browser();
    let login = [("email", "dana@blue.example"), ("password", "")];
    dana.form("/login", &login).await.expect(422);
    let shown = dana.get(&link).await.expect(200);
    assert!(shown.text.contains("Dana Blue"));
    for (new, again, complaint) in [
        ("short", "short", "at least 10"),
        ("dana@blue.example", "dana@blue.example", "e-mail"),
        (NEW, "another password", "same"),
    ] {
        let fields = [("new_password", new), ("new_password_again", again)];
        let answer = dana.form(&link, &fields).await.expect(422);
        assert!(answer.text.contains(complaint), "{}", answer.text);
        assert!(!answer.text.contains(&format!("value=\"{new}\"")));
    }
    let fields = [("new_password", NEW), ("new_password_again", NEW)];
    let stranger = dana.request(reqwest::Method::POST, &link).form(&fields);
    let stranger = stranger.header("sec-fetch-site", "cross-site");
    dana.send(stranger).await.expect(403);
    let set = dana.form(&link, &fields).await.expect(303);
    assert_eq!(set.header("location"), "/login");
    let login = [("email", "dana@blue.example"), ("password", NEW)];
    dana.form("/login", &login).await.expect(303);
    assert_eq!(dana.person().await["publisher"], "1044");

    // Used, unknown, cut short: all the same.
    let unknown = format!("{}x", &link[..link.len() - 1]);
    let used = app.browser().get(&link).await.expect(404);
    for link in [unknown.as_str(), &link[..20], "/reset/x"] {
        let answer = app.browser().get(link).await.expect(404);
        assert_eq!(answer.text, used.text);
        let answer = app.browser().form(link, &fields).await.expect(404);
        assert_eq!(answer.text, used.text);
    }
    let lines = told(&app).await;
    let actions: Vec<AuditAction> = lines.iter().map(|line| line.0).collect();
    assert_eq!(
        actions,
        [AuditAction::UserCreated, AuditAction::UserPasswordReset]
    );
    assert_eq!(lines[0].1, "The Global Admin");
    assert_eq!(lines[0].3, "Publisher, dana@blue.example; publishers: 1044");
    assert_eq!(lines[1].1, "Dana Blue");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_at_a_link_ends_after_ten_tries() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let path = page_of(&app, &person(&app, Role::Qa).await).await;
    let made = admin.form(&path, &[("do", "link")]).await.expect(200);
    let link = link(&made);
    for tail in 10..20 {
        let guess = format!("{}{tail}", &link[..link.len() - 2]);
        if guess != link {
            app.browser().get(&guess).await.expect(404);
        }
    }
    app.browser().get(&format!("{}!!", &link[..link.len() - 2])).await;
    let refused = app.browser().get(&link).await.expect(400);
    assert!(refused.text.contains("Too many tries"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_disabled_is_logged_out_at_once_and_enabling_revives_no_login() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let email = person(&app, Role::LmsAdmin).await;
    let path = page_of(&app, &email).await;
    let lou = app.browser();
    lou.log_in(&email).await;
    lou.get("/products").await.expect(200);
    let done = admin.form(&path, &[("do", "disable")]).await.expect(303);
    assert_eq!(done.header("location"), path);
    lou.get("/products").await.expect(303);
    let fields = [("email", email.as_str()), ("password", PASSWORD)];
    lou.form("/login", &fields).await.expect(422);
    let page = admin.get(&path).await.expect(200).text;
    assert!(page.contains("is disabled and logged out everywhere") && page.contains("Enable"));
    admin.form(&path, &[("do", "link")]).await.expect(400);
    admin.form(&path, &[("do", "enable")]).await.expect(303);
    lou.get("/products").await.expect(303);
    lou.log_in(&email).await;
    // A new role counts from the next click.
    let mut form = typed("The LMS Admin", &email, "qa");
    form[1].1 = "3";
    admin.form(&path, &form).await.expect(303);
    assert_eq!(lou.person().await["role"], "qa");
    let lines = told(&app).await;
    let told: Vec<_> = lines.iter().map(|line| (line.0, line.3.as_str())).collect();
    assert_eq!(
        told,
        [
            (AuditAction::UserDisabled, ""),
            (AuditAction::UserEnabled, ""),
            (AuditAction::UserChanged, "Role: LMS Admin → QA"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_stays_one_and_the_last_one_too() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let email = "global_admin@leadbell.example";
    let path = page_of(&app, email).await;
    let page = admin.get(&path).await.expect(200).text;
    assert!(page.contains("This is you") && !page.contains("value=\"disable\""));
    let refused = admin.form(&path, &[("do", "disable")]).await.expect(400);
    assert!(refused.text.contains("disable yourself"));
    let form = typed("The Global Admin", email, "qa");
    let refused = admin.form(&path, &form).await.expect(422);
    assert!(refused.text.contains("change your own role"));
    assert_eq!(admin.person().await["role"], "global_admin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_person_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    person(&app, Role::Qa).await;
    let empty = typed("", "nobody", "king");
    let refused = admin.form("/users/new", &empty).await.expect(422).text;
    for part in [
        "3 fields need another look",
        "href=\"#field-name\"",
        "id=\"field-address-error\"",
        "value=\"nobody\"",
        "aria-invalid=\"true\"",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let taken = typed("Quinn", "QA@leadbell.example", "qa");
    let refused = admin.form("/users/new", &taken).await.expect(422).text;
    assert!(refused.contains("Somebody else has this address"));
    for (role, field, id, said) in [
        ("publisher", "publishers", "", "exactly one publisher"),
        ("publisher", "publishers", "9999", "no publisher of the ID 9999"),
        ("buyer_agent", "buyers", "1044", "no buyer of the ID 1044"),
    ] {
        let mut form = typed("Dana", "dana@blue.example", role);
        if !id.is_empty() {
            form.push((field, id));
        }
        let refused = admin.form("/users/new", &form).await.expect(422).text;
        assert!(refused.contains(said), "{said}: {refused}");
    }
    // Somebody else was faster.
    let path = page_of(&app, "qa@leadbell.example").await;
    let form = typed("Quinn One", "qa@leadbell.example", "qa");
    admin.form(&path, &form).await.expect(303);
    let late = typed("Quinn Two", "qa@leadbell.example", "qa");
    let refused = admin.form(&path, &late).await.expect(422).text;
    assert!(refused.contains("Somebody else changed this user") && refused.contains("Quinn Two"));
    admin.get("/users/not-an-id").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_are_found_by_name_and_those_chosen_stay() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let mut form = typed("Pat", "pat@leadbell.example", "publisher_agent");
    form[0].1 = "find";
    form.extend([("publishers", "1051"), ("find_publishers", "blue")]);
    let page = admin.form("/users/new", &form).await.expect(200).text;
    let box_of = |id: &str| {
        let at = page.find(&format!("value=\"{id}\"")).expect(id);
        page[at..].split('>').next().unwrap_or_default().to_owned()
    };
    assert!(box_of("1051").contains("checked"), "{page}");
    assert!(!box_of("1044").contains("checked"), "{page}");
    assert!(page.contains("value=\"Pat\"") && page.contains("Blue Traffic"));
    // Enter after typing something new to look for looks for it; Enter elsewhere saves.
    form[0].1 = "enter";
    admin.form("/users/new", &form).await.expect(200);
    form.push(("found_publishers", "blue"));
    let made = admin.form("/users/new", &form).await.expect(200);
    assert!(made.text.contains("Pat is added"));
    let listed = admin
        .get("/users?q=pat&role=publisher_agent&status=invited")
        .await;
    assert!(listed.text.contains("North Leads"), "{}", listed.text);
    let nobody = admin.get("/users?q=nobody-like-it").await.expect(200);
    assert!(nobody.text.contains("No users found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_shown_once_does_what_it_may_and_nothing_more_once_revoked() {
    let app = TestApp::start().await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let refused = admin.form("/users/keys", &[("do", "create")]).await.expect(422);
    assert!(refused.text.contains("2 fields need another look"));
    let form = [
        ("do", "create"),
        ("name", "Reader"),
        ("scopes", "read"),
        ("scopes", "ingest"),
    ];
    let made = admin.form("/users/keys", &form).await.expect(200).text;
    let at = made.find("lbk_").expect("a key");
    let key: String = made[at..].chars().take_while(|sign| *sign != '<').collect();
    let get = async |path: &str| {
        let request = app.bare(reqwest::Method::GET, path).bearer_auth(&key);
        app.send(request).await.status
    };
    assert_eq!(get("/rules").await, 200);
    let list = admin.get("/users/keys").await.expect(200).text;
    assert!(!list.contains(&key) && list.contains(&key[..8]));
    let id = list.split("name=\"key\" value=\"").skip(1);
    let id = id
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .next()
        .expect("an id")
        .to_owned();
    let revoke = [("do", "revoke"), ("key", id.as_str())];
    admin.form("/users/keys", &revoke).await.expect(303);
    assert_eq!(get("/rules").await, 401);
    admin.form("/users/keys", &revoke).await.expect(404);
    let lines = told(&app).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0].0, AuditAction::KeyCreated);
    assert_eq!(lines[1].0, AuditAction::KeyRevoked);
    assert!(lines.iter().all(|line| !line.3.contains(&key)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn support_changes_rules_only_while_an_admin_lets_it() {
    let clock = Arc::new(ManualClock::at(1_800_000_000_000));
    let app = TestApp::with(Settings {
        clock: clock.clone(),
        ..Settings::default()
    })
    .await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let switch = json!({"level": "product", "rule": made["id"], "status": "disabled"});
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let support = as_role(&app, Role::Support).await;
    let page = page_of(&app, "support@leadbell.example").await;
    support.call("set_rule_status", &switch).await.expect(403);

    for hours in ["0", "169", "", "a week"] {
        admin
            .form(&page, &[("do", "elevate"), ("hours", hours)])
            .await
            .expect(400);
    }
    // Nobody lets himself, and nobody else can be let.
    support
        .form(&page, &[("do", "elevate"), ("hours", "1")])
        .await
        .expect(404);
    let own = page_of(&app, "global_admin@leadbell.example").await;
    admin
        .form(&own, &[("do", "elevate"), ("hours", "1")])
        .await
        .expect(404);

    admin
        .form(&page, &[("do", "elevate"), ("hours", "4")])
        .await
        .expect(303);
    support.call("set_rule_status", &switch).await.expect(200);
    assert!(
        support
            .get("/account")
            .await
            .text
            .contains("May change rules until")
    );
    clock.advance(4 * 60 * 60 * 1_000);
    support.call("set_rule_status", &switch).await.expect(403);
    assert!(
        !support
            .get("/account")
            .await
            .text
            .contains("May change rules until")
    );

    admin
        .form(&page, &[("do", "elevate"), ("hours", "8")])
        .await
        .expect(303);
    support.call("set_rule_status", &switch).await.expect(200);
    admin.form(&page, &[("do", "end_elevation")]).await.expect(303);
    support.call("set_rule_status", &switch).await.expect(403);
    let told = told(&app).await;
    let about = |action| told.iter().filter(|line| line.0 == action).count();
    assert_eq!(about(AuditAction::UserElevated), 2);
    assert_eq!(about(AuditAction::UserElevationEnded), 1);
}
