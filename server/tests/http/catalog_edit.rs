//! The catalog's forms: adding, changing and deleting entries, and who may.

use leadbell_domain::{EntityKind, Role};
use serde_json::json;

use crate::support::{Answer, Browser, TestApp, person, rule, set};

/// Where a kind's list is.
fn list(kind: EntityKind) -> String {
    match kind.level() {
        Some(_) => format!("/{}", kind.plural()),
        None => format!("/catalog/{}", kind.plural()),
    }
}

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

/// An entry of each kind that can be added, with what else its form needs.
const NEW: [(EntityKind, &[(&str, &str)]); 7] = [
    (EntityKind::Product, &[("platform", "lms")]),
    (
        EntityKind::Campaign,
        &[("platform", "lms"), ("buyer", "402"), ("product", "Debt Relief")],
    ),
    (EntityKind::Publisher, &[]),
    (
        EntityKind::Channel,
        &[
            ("platform", "lms"),
            ("publisher", "blue traffic"),
            ("product", "218"),
        ],
    ),
    (EntityKind::Source, &[("publisher", "1044")]),
    (EntityKind::Buyer, &[]),
    (
        EntityKind::Pingtree,
        &[("platform", "lms"), ("campaigns", "8807\r\n8820")],
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_every_kind_are_added_changed_and_deleted() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    for (kind, more) in NEW {
        let base = list(kind);
        browser.get(&format!("{base}/new")).await.expect(200);
        let mut fields = vec![("id", "new/1"), ("name", "Zebra"), ("status", "active")];
        fields.extend(more);
        let added = browser.form(&format!("{base}/new"), &fields).await.expect(303);
        let entry = format!("{base}/new%2F1");
        assert_eq!(added.header("location"), entry);
        let page = browser.get(&entry).await.expect(200).text;
        assert!(page.contains("Zebra") && page.contains("is added."), "{page}");
        assert!(browser.get(&base).await.expect(200).text.contains("Zebra"));
        // Once is enough.
        let twice = browser.form(&format!("{base}/new"), &fields).await.expect(422);
        assert!(twice.text.contains("There is an entry of this ID already."));

        let edit = browser.get(&format!("{entry}/edit")).await.expect(200);
        let seen = hidden(&edit, "seen");
        let mut fields = vec![("seen", seen.as_str()), ("name", "Okapi"), ("status", "disabled")];
        fields.extend(more);
        browser.form(&format!("{entry}/edit"), &fields).await.expect(303);
        let found = browser
            .get(&format!("{base}?q=okapi&status=disabled"))
            .await
            .expect(200);
        assert!(found.text.contains("Okapi"), "{}", kind.key());
        // Who still sees the state before is told, with nothing he typed lost; then he may insist.
        let mut late = fields.clone();
        late[1].1 = "Gnu";
        let refused = browser.form(&format!("{entry}/edit"), &late).await.expect(422);
        assert!(refused.text.contains("in the meantime") && refused.text.contains("Gnu"));
        let seen = hidden(&refused, "seen");
        late[0].1 = &seen;
        browser.form(&format!("{entry}/edit"), &late).await.expect(303);

        let ask = browser.get(&format!("{entry}/delete")).await.expect(200);
        let seen = hidden(&ask, "seen");
        let stale = browser
            .form(&format!("{entry}/delete"), &[("seen", "1")])
            .await
            .expect(422);
        assert!(stale.text.contains("was changed while you looked"));
        browser
            .form(&format!("{entry}/delete"), &[("seen", &seen)])
            .await
            .expect(303);
        assert!(!browser.get(&base).await.text.contains("Gnu"));
        let deleted = browser.get(&format!("{base}?status=deleted")).await.expect(200);
        assert!(deleted.text.contains("Gnu"), "kept for the records");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_can_not_be_saved_says_why_at_each_field_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    let fields = [
        ("id", "55"),
        ("name", "My <channel>"),
        ("status", "pending"),
        ("platform", "call_logic"),
        ("publisher", "Blue"),
        ("product", "4711"),
    ];
    let page = browser
        .form("/catalog/channels/new", &fields)
        .await
        .expect(422)
        .text;
    for said in [
        "A channel is active, paused, test, disabled or deleted.",
        "Did you mean Blue Traffic (1044)?",
        "There is no product “4711”. Add it first.",
        "value=\"My &lt;channel&gt;\"",
        "value=\"Blue\"",
        "href=\"#field-publisher\"",
        "aria-describedby=\"field-product-error field-product-hint\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let fields = [
        ("id", "55"),
        ("name", "C"),
        ("publisher", "1044"),
        ("product", "218"),
        ("platform", "call_logic"),
    ];
    let page = browser
        .form("/catalog/channels/new", &fields)
        .await
        .expect(422)
        .text;
    assert!(
        page.contains("Product 218 is of LMS, and what belongs to it as well."),
        "{page}"
    );
    let page = browser.form("/products/new", &[]).await.expect(422).text;
    assert!(
        page.contains("3 fields need another look"),
        "id, name, platform: {page}"
    );
    let fields = [
        ("id", "9"),
        ("name", "T"),
        ("platform", "lms"),
        ("campaigns", "8807\n1\n2"),
    ];
    let page = browser
        .form("/catalog/pingtrees/new", &fields)
        .await
        .expect(422)
        .text;
    assert!(page.contains("There is no campaign 1, 2."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_administrators_change_the_catalog_and_others_learn_nothing_of_what_they_may_not_see() {
    let app = TestApp::start().await;
    let entries = [
        (EntityKind::Product, "218"),
        (EntityKind::Campaign, "8807"),
        (EntityKind::Publisher, "1044"),
        (EntityKind::Channel, "5521"),
        (EntityKind::Source, "77120"),
        (EntityKind::Buyer, "402"),
        (EntityKind::Pingtree, "31"),
    ];
    for role in Role::ALL {
        let edits = matches!(role, Role::GlobalAdmin | Role::LmsAdmin);
        if edits || role == Role::CallLogicAdmin {
            continue;
        }
        let browser = admin(&app, role).await;
        for (kind, id) in entries {
            let entry = format!("{}/{id}", list(kind));
            let sees = browser.get(&entry).await.status == 200;
            let refused = if sees { 403 } else { 404 };
            let told = format!("{} {entry}", role.label());
            for path in [
                format!("{entry}/edit"),
                format!("{entry}/delete"),
                format!("{}/new", list(kind)),
            ] {
                let may_list = browser.get(&list(kind)).await.status == 200;
                let expected = if path.ends_with("/new") && may_list {
                    403
                } else {
                    refused
                };
                assert_eq!(browser.get(&path).await.status, expected, "GET {path}, {told}");
                let fields = [("id", "1"), ("name", "x"), ("status", "deleted"), ("seen", "1")];
                assert_eq!(
                    browser.form(&path, &fields).await.status,
                    expected,
                    "POST {path}, {told}"
                );
            }
        }
        browser.get("/catalog/import").await.expect(404);
        browser
            .form("/catalog/import", &[("text", "kind,id\nbuyer,1\n")])
            .await
            .expect(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_of_one_platform_changes_what_is_of_it_and_nothing_else() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::LmsAdmin).await;
    for path in ["/products/310", "/campaigns/9102"] {
        browser.get(&format!("{path}/edit")).await.expect(404);
        browser.get(&format!("{path}/delete")).await.expect(404);
        let fields = [
            ("name", "x"),
            ("platform", "lms"),
            ("status", "active"),
            ("seen", "1"),
        ];
        browser.form(&format!("{path}/edit"), &fields).await.expect(404);
        browser
            .form(&format!("{path}/delete"), &[("seen", "1")])
            .await
            .expect(404);
    }
    let other = [("id", "400"), ("name", "Calls"), ("platform", "call_logic")];
    let page = browser.form("/products/new", &other).await.expect(422).text;
    assert!(page.contains("You look after LMS"), "{page}");
    let own = [("id", "400"), ("name", "Leads"), ("platform", "lms")];
    browser.form("/products/new", &own).await.expect(303);
    // A publisher serves both: he may rename him, but not take him from the others.
    let seen = hidden(&browser.get("/publishers/1051/edit").await.expect(200), "seen");
    let taken = [("name", "North"), ("platform", "lms"), ("seen", seen.as_str())];
    browser.form("/publishers/1051/edit", &taken).await.expect(422);
    let renamed = [("name", "North"), ("platform", ""), ("seen", seen.as_str())];
    browser.form("/publishers/1051/edit", &renamed).await.expect(303);
    // An id of the other platform's is taken, and that is all he learns.
    let taken = [("id", "310"), ("name", "Mine"), ("platform", "lms")];
    let page = browser.form("/products/new", &taken).await.expect(422).text;
    assert!(page.contains("There is an entry of this ID already.") && !page.contains("Auto Insurance"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_tells_what_uses_an_entry_first_and_rules_keep_naming_it() {
    let app = TestApp::start().await;
    let browser = admin(&app, Role::GlobalAdmin).await;
    person(&app, Role::PublisherAgent).await;
    app.rule(&rule("publisher", "1044", "lms.lead_sold", "x")).await;
    let naming = set(
        rule("product", "218", "lms.lead_sold", "x"),
        "name",
        json!("Names him"),
    );
    let naming = set(naming, "filters", json!({"publisher": {"any_of": ["1044"]}}));
    let naming = app.rule(&naming).await;
    let ask = browser.get("/publishers/1044/delete").await.expect(200);
    // Without the marks between pieces of text.
    let text = ask.text.replace("<!>", "");
    for said in [
        "1 rule</a>",
        "on it, 1 active",
        "1 rule elsewhere name it in a filter",
        "Names him",
        "of product Debt Relief, active",
        "1 channel</a>",
        "1 source</a>",
        "The Publisher Agent",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let seen = hidden(&ask, "seen");
    browser
        .form("/publishers/1044/delete", &[("seen", &seen)])
        .await
        .expect(303);
    // The rule names it as what it is, in the list and in the form; a new choice it is no more.
    let id = naming["id"].as_str().unwrap();
    let query = json!({"place": {"Entity": ["product", "218"]}, "search": {}});
    let rows = browser.call("rules", &query).await.expect(200).text;
    assert!(rows.contains("Blue Traffic (deleted)"), "{rows}");
    let form = browser
        .get(&format!("/products/218/tracking/{id}?step=2"))
        .await
        .expect(200)
        .text;
    assert!(form.contains("Deleted"), "{form}");
    let choices = json!({"query": {"level": "product", "entity": "218", "filter": "publisher", "q": "blue", "publishers": [], "buyers": []}});
    let offered = browser.call("choices", &choices).await.expect(200).text;
    assert!(!offered.contains("Blue Traffic"), "{offered}");
}
