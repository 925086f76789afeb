//! What is removed because it is old, and how that is settled.

use leadbell_domain::{Keep, Kept, Role, Settings};
use leadbell_server::keeping;
use leadbell_store::Pools;
use serde_json::json;

use crate::support::{Browser, Database, TestApp, person, sold};

async fn admin(app: &TestApp) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, Role::GlobalAdmin).await).await;
    browser
}

/// What a round removes.
async fn removed(app: &TestApp) -> Vec<(Kept, u64)> {
    let mut removed = keeping::Removed::default();
    keeping::round(app.state(), "test", &mut removed).await.unwrap();
    removed.rows
}

/// Every field of the form as it is by default, but for one.
fn with(key: &str, value: &str) -> Vec<(&'static str, String)> {
    let texts = Settings::default().texts();
    let other =
        |(name, text): (&'static str, String)| (name, if name == key { value.to_owned() } else { text });
    texts.into_iter().map(other).collect()
}

fn fields<'a>(texts: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    texts.iter().map(|(key, text)| (*key, text.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_global_admin_changes_how_long_things_are_kept_and_sees_how_much_there_is() {
    let app = TestApp::start().await;
    let admin = admin(&app).await;
    let page = admin.get("/settings").await.expect(200).text;
    for part in [
        "Events without a match",
        "value=\"30\"",
        "The database takes",
        "Removed in all",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let typed = with("events_without_match", "7");
    admin.form("/settings", &fields(&typed)).await.expect(303);
    let page = admin.get("/settings").await.expect(200).text;
    assert!(
        page.contains("One setting is changed") && page.contains("value=\"7\""),
        "{page}"
    );
    let kept = app.state().settings.now().retention.of(Kept::EventsWithoutMatch);
    assert_eq!(kept, Keep::Days(7));
    let audit = admin.get("/audit").await.expect(200).text;
    assert!(
        audit.contains("Settings changed") && audit.contains("Events without a match: 30 → 7"),
        "{audit}"
    );
    let typed = with("deliveries", "3 weeks");
    let refused = admin.form("/settings", &fields(&typed)).await.expect(422).text;
    assert!(
        refused.contains("field-deliveries-error") && refused.contains("value=\"3 weeks\""),
        "{refused}"
    );
}

/// Changes rows behind the server's back.
async fn tamper(app: &TestApp, statement: &str) {
    let opened = leadbell_store::open(&app.database.url(), &Database::key())
        .await
        .unwrap();
    match opened.pools {
        Pools::Sqlite(pool) => drop(sqlx::query(statement).execute(&pool).await.unwrap()),
        Pools::Postgres(pool) => drop(sqlx::query(statement).execute(&pool).await.unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_old_goes_and_an_event_that_comes_again_is_still_known() {
    let app = TestApp::start().await;
    app.event(&sold("lead-1")).await;
    assert_eq!(removed(&app).await, []);
    // Forty days ago, for all that anybody can tell.
    tamper(&app, "UPDATE events SET received_at = received_at - 3456000000").await;
    assert_eq!(removed(&app).await, [(Kept::EventsWithoutMatch, 1)]);
    let answer = app.post("/events", &sold("lead-1")).await.expect(202).json();
    assert_eq!(
        (&answer["accepted"], &answer["duplicates"]),
        (&json!(0), &json!(1))
    );
}
