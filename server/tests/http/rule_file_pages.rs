//! All rules as a file, by pages: downloaded, looked at, imported, by those whose duty it is.

use leadbell_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp, person, rule, set};

async fn log_in(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

/// Posts the import's form as a browser does.
async fn post(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "file" {
            "; filename=\"rules.yaml\""
        } else {
            ""
        };
        body.push_str(&format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--cut--\r\n");
    let request = browser
        .request(Method::POST, "/rules/import")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(body);
    browser.send(request).await
}

/// The value of the hidden field of this name.
fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    let value = rest.split('"').next()?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

async fn total(app: &TestApp) -> Value {
    app.get("/rules").await.expect(200).json()["total"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_downloads_the_file_edits_it_sees_what_would_change_and_imports_it() {
    let app = TestApp::start().await;
    let first = set(
        rule("product", "218", "lms.lead_sold", "Old {{lead_id}}"),
        "name",
        json!("Sales"),
    );
    let made = app
        .rule(&set(first, "filters", json!({"channel": {"any_of": ["5521"]}})))
        .await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    let page = admin.get("/rules/export").await.expect(200).text;
    for file in ["leadbell-rules.yaml", "leadbell-rules.json"] {
        assert!(page.contains(&format!("/rules/export/{file}")), "{page}");
        let answer = admin.get(&format!("/rules/export/{file}")).await.expect(200);
        assert_eq!(
            answer.header("content-disposition"),
            format!("attachment; filename=\"{file}\"")
        );
    }
    let yaml = admin.get("/rules/export/leadbell-rules.yaml").await.text;
    assert_eq!(yaml, app.get("/rules/export?format=yaml").await.text);
    admin.get("/rules/export/other.yaml").await.expect(404);

    let same = post(&admin, &[("file", &yaml), ("text", "")])
        .await
        .expect(200)
        .text;
    assert!(
        same.contains("nothing to import") && hidden(&same, "seen").is_none(),
        "{same}"
    );
    let edited = yaml
        .replace("Old {{lead_id}}", "New {{lead_id}} <now>")
        .replace("\"5521\"", "\"5521\"\n      - \"5601\"");
    assert_ne!(edited, yaml);
    let look = post(&admin, &[("file", &edited)]).await.expect(200).text;
    for said in [
        "1 changed",
        "Sales",
        "Message Text",
        "added North POST",
        "change 1",
    ] {
        assert!(look.contains(said), "no “{said}”: {look}");
    }
    assert_eq!(
        app.get("/rules").await.json()["rules"][0]["version"],
        1,
        "a look changes nothing"
    );
    let (text, seen) = (hidden(&look, "text").unwrap(), hidden(&look, "seen").unwrap());
    let done = post(&admin, &[("text", &text), ("seen", &seen)])
        .await
        .expect(303);
    assert_eq!(done.header("location"), "/rules/import");
    let page = admin.get("/rules/import").await.text;
    assert!(page.contains("The file is imported: 0 new, 1 changed."), "{page}");
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    let now = app.get(&path).await.json();
    assert_eq!(now["action"]["text"], "New {{lead_id}} <now>");
    assert_eq!(now["filters"]["channel"], json!({"any_of": ["5521", "5601"]}));

    // Looked at before this, imported after: what would change is shown anew.
    let look = post(&admin, &[("text", &yaml)]).await.expect(200).text;
    let seen = hidden(&look, "seen").unwrap();
    app.rule(&rule("product", "219", "lms.lead_sold", "meanwhile"))
        .await;
    let late = post(&admin, &[("text", &yaml), ("seen", &seen)])
        .await
        .expect(422)
        .text;
    assert!(late.contains("Rules were changed after you looked"), "{late}");
    assert_eq!(app.get(&path).await.json()["version"], 2);
    let seen = hidden(&late, "seen").unwrap();
    post(&admin, &[("text", &yaml), ("seen", &seen)])
        .await
        .expect(303);
    assert_eq!(app.get(&path).await.json()["action"]["text"], "Old {{lead_id}}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_imported_is_said_and_nothing_that_was_pasted_is_lost() {
    let app = TestApp::start().await;
    app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let admin = log_in(&app, Role::GlobalAdmin).await;
    for (text, said) in [
        ("rules: [", "YAML"),
        ("{\"rules\": 5}", "Expected a list"),
        ("[{]", "JSON"),
        ("colour: red\nrules: []", "no such field"),
        ("  ", "Choose a file"),
    ] {
        let page = post(&admin, &[("file", ""), ("text", text)])
            .await
            .expect(422)
            .text;
        assert!(
            page.contains(said) && page.contains("aria-invalid"),
            "{text}: {page}"
        );
        // It still stands in its field.
        let beginning = text.trim().split('"').next().unwrap();
        assert!(page.contains(&format!(">{beginning}")), "{text}: {page}");
    }
    let bad = "- name: Broken\n  level: product\n  entity_id: 218\n  trigger: lms.lead_sold\n  action:\n    connection: {name: Nobody}\n    target: {channel_id: C0SALES01}\n    text: x\n";
    let page = post(&admin, &[("text", bad)]).await.expect(422).text;
    for said in [
        "Broken",
        "action.connection",
        "no saved connection",
        "name: Broken",
        "that can’t be imported",
    ] {
        assert!(page.contains(said), "no “{said}”: {page}");
    }
    assert!(hidden(&page, "seen").is_none());
    assert_eq!(total(&app).await, 1);
    let huge = "#".repeat(3 * 1024 * 1024);
    let page = post(&admin, &[("text", &huge)]).await.expect(422).text;
    assert!(page.contains("larger than 2 MB"), "{}", page.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_there_for_administrators_only_and_holds_what_is_theirs() {
    let app = TestApp::start().await;
    for (level, entity, trigger, text) in [
        ("product", "218", "lms.lead_sold", "of-lms"),
        ("product", "310", "cl.lead_sold", "of-calls"),
        ("publisher", "1044", "cl.lead_sold", "of-calls-too"),
    ] {
        app.rule(&rule(level, entity, trigger, text)).await;
    }
    let all = app.get("/rules/export?format=yaml").await.text;
    for role in Role::ALL {
        let browser = log_in(&app, role).await;
        let answers = [
            browser.get("/rules/export").await,
            browser.get("/rules/export/leadbell-rules.yaml").await,
            browser.get("/rules/import").await,
            post(&browser, &[("text", &all)]).await,
            post(&browser, &[("text", &all), ("seen", "1")]).await,
        ];
        let admin = matches!(role, Role::GlobalAdmin | Role::LmsAdmin | Role::CallLogicAdmin);
        for answer in &answers {
            let open = answer.status != 404;
            assert_eq!(open, admin, "{}: {}", role.label(), answer.text);
        }
        let menu = browser.get("/system").await.text;
        assert_eq!(menu.contains("Export &amp; import"), admin, "{}", role.label());
        let file = &answers[1].text;
        for (text, theirs) in [
            ("of-lms", matches!(role, Role::GlobalAdmin | Role::LmsAdmin)),
            (
                "of-calls",
                matches!(role, Role::GlobalAdmin | Role::CallLogicAdmin),
            ),
        ] {
            assert_eq!(file.contains(text), theirs, "{}: {file}", role.label());
        }
        // Of the whole file, what is not theirs is refused.
        let refused = answers[3].text.contains("that can’t be imported");
        assert_eq!(
            refused,
            matches!(role, Role::LmsAdmin | Role::CallLogicAdmin),
            "{}",
            role.label()
        );
    }
    assert_eq!(app.get("/rules/export?format=yaml").await.text, all);
    let stranger = app.browser();
    for path in ["/rules", "/rules/export", "/rules/import"] {
        let answer = stranger.get(path).await.expect(303);
        assert!(answer.header("location").starts_with("/login"), "{path}");
    }
    post(&stranger, &[("text", "[]")]).await.expect(303);
}
