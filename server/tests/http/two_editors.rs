//! Two people at one rule: the second compares, decides, and loses nothing he typed.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::history::{browser, id};
use crate::support::{TestApp, rule};

/// The hidden fields of a page, as a browser posts them back.
fn hidden(page: &str) -> Vec<(String, String)> {
    let plain = |text: &str| {
        let text = text
            .replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&#39;", "'");
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    page.split("<input type=\"hidden\"")
        .skip(1)
        .map(|rest| {
            let value = |name: &str| {
                let start = rest.find(&format!("{name}=\"")).expect("an attribute") + name.len() + 2;
                plain(&rest[start..start + rest[start..].find('"').expect("its end")])
            };
            (value("name"), value("value"))
        })
        .collect()
}

/// The fields of the form of an edit.
fn typed<'a>(rule: &'a Value, version: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("do", "save"),
        ("version", version),
        ("trigger", "lms.lead_sold"),
        ("action.type", "send_slack_message"),
        (
            "action.connection_id",
            rule["action"]["connection_id"].as_str().unwrap(),
        ),
        ("action.target", "channel"),
        ("action.target.channel_id", demo::SALES),
        ("action.text", text),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_edit_one_rule_the_second_compares_and_decides() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "one")).await;
    let first = browser(&app, Role::LmsAdmin).await;
    let second = browser(&app, Role::GlobalAdmin).await;
    let path = format!("/products/218/tracking/{}", id(&made));
    first.form(&path, &typed(&made, "1", "theirs")).await.expect(303);
    let both = second
        .form(&path, &typed(&made, "1", "mine \"& <own>"))
        .await
        .expect(409);
    for said in [
        "The LMS Admin",
        "What was changed since you began",
        "theirs",
        "mine \"&amp; &lt;own&gt;",
        "Save mine anyway",
        "Keep theirs",
        "Go on editing mine",
    ] {
        let quoted = said.replace('"', "&quot;");
        assert!(
            both.text.contains(said) || both.text.contains(&quoted),
            "{said}: {}",
            both.text
        );
    }
    let carried = hidden(&both.text);
    let with = |what: &'static str| {
        let mut fields: Vec<(&str, &str)> = carried
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        fields.push(("do", what));
        fields
    };
    // Back in the form there is what was typed, on top of the newest version.
    let form = second.form(&format!("{path}?step=2"), &with("edit")).await;
    assert!(
        form.text.contains("mine \"&amp; &lt;own&gt;") || form.text.contains("mine &quot;&amp; &lt;own&gt;")
    );
    assert_eq!(
        app.get(&format!("/rules/{}", id(&made))).await.json()["action"]["text"],
        "theirs"
    );
    second
        .form(&format!("{path}?step=2"), &with("save"))
        .await
        .expect(303);
    let now = app.get(&format!("/rules/{}", id(&made))).await.expect(200).json();
    assert_eq!(
        (&now["version"], &now["action"]["text"]),
        (&json!(3), &json!("mine \"& <own>"))
    );
    // Over a third one's change it is not saved unseen.
    first.form(&path, &typed(&made, "3", "third")).await.expect(303);
    second.form(&path, &with("save")).await.expect(409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_into_a_rule_that_is_deleted_meanwhile_is_not_lost() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "one")).await;
    let admin = browser(&app, Role::GlobalAdmin).await;
    let path = format!("/products/218/tracking/{}", id(&made));
    app.delete(&format!("/rules/{}", id(&made))).await.expect(204);
    let both = admin.form(&path, &typed(&made, "1", "typed")).await.expect(409);
    assert!(both.text.contains("was deleted in the meantime"), "{}", both.text);
    let mut fields = hidden(&both.text);
    fields.push(("do".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    admin.form(&path, &fields).await.expect(303);
    let now = app.get(&format!("/rules/{}", id(&made))).await.expect(200).json();
    assert_eq!(
        (&now["version"], &now["action"]["text"]),
        (&json!(3), &json!("typed"))
    );
}
