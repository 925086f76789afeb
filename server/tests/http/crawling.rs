//! Every page there is, found by walking, not by a list that somebody has to keep: what is linked can be opened, and
//! what is not for a person tells him nothing, whoever gave him the address.

use leadbell_domain::Role;
use leadbell_sandbox::demo;
use serde_json::{Value, json};

use crate::support::{Browser, TestApp, Walk, crawl, event, person, rule, set, sold};

/// In the names of everything of the buyers' side and of the other publisher.
const MARK: &str = "okapi";
/// The total price of the publisher's leads.
const TOTAL: &str = "876543.21";

/// A business in which everything has been used: rules everywhere, events, a second author.
async fn seed(app: &TestApp) {
    let named = |id: u32, name: &str| json!({"id": id, "name": format!("{name} {MARK}")});
    let catalog = json!({
        "products": [named(219, "Product")],
        "buyers": [named(402, "Buyer"), named(455, "Buyer")],
        "campaigns": [named(8807, "Campaign"), named(8820, "Campaign"), named(9102, "Campaign")],
        "pingtrees": [named(31, "Pingtree")],
        "publishers": [named(1051, "Publisher")],
        "channels": [named(5601, "Channel")],
        "sources": [named(77300, "Source")],
    });
    app.put("/catalog", &catalog).await.expect(200);
    for (level, entity, trigger, marked) in [
        ("publisher", "1044", "lms.lead_sold", false),
        ("publisher", "1044", "cl.lead_sold", false),
        ("publisher", "1051", "lms.lead_sold", true),
        ("product", "218", "lms.lead_sold", true),
        ("product", "218", "lms.campaign_rejected", true),
        ("product", "310", "cl.campaign_sold", true),
        ("campaign", "8807", "lms.campaign_sold", true),
        ("campaign", "8820", "lms.campaign_sold", true),
    ] {
        let text = if marked { MARK } else { "Earned {{price}}" };
        let made = set(rule(level, entity, trigger, text), "name", json!(text));
        app.rule(&made).await;
    }
    let money = json!({"currency": "USD", "price": TOTAL, "total": TOTAL, "publisher_earning": "30"});
    let lead = set(sold("his-lead"), "money", money);
    let lead = set(lead, "reject", json!({"code": "cap", "reason": MARK}));
    app.event(&lead).await;
    app.event(&event("lms.campaign_sold", "2")).await;
}

async fn as_role(app: &TestApp, role: Role) -> Browser {
    let browser = app.browser();
    browser.log_in(&person(app, role).await).await;
    browser
}

fn told(walk: &Walk) -> String {
    let lines = walk
        .opened
        .iter()
        .map(|(address, (status, from))| format!("{status} {address} (from {from})"));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_page_links_to_its_reader_can_open() {
    let app = TestApp::start().await;
    seed(&app).await;
    for role in Role::ALL {
        let browser = as_role(&app, role).await;
        let walk = crawl(&browser).await;
        assert!(
            walk.opened.len() >= 4,
            "{} finds no way: {}",
            role.label(),
            told(&walk)
        );
        let dead: Vec<_> = walk
            .opened
            .iter()
            .filter(|(_, (status, _))| !matches!(status, 200 | 303))
            .collect();
        assert!(dead.is_empty(), "{} is led to {dead:#?}", role.label());
        assert!(
            browser.person().await.is_object(),
            "{} was logged out by a link",
            role.label()
        );
    }
}

/// What the house holds that a forged post could change.
async fn state_of(app: &TestApp) -> Vec<Value> {
    let mut state = Vec::new();
    for part in ["/rules?limit=200", "/connections"] {
        state.push(app.get(part).await.expect(200).json());
    }
    state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_and_form_of_an_admin_tells_a_publisher_nothing_and_does_nothing_for_him() {
    let app = TestApp::start().await;
    seed(&app).await;
    let admin = as_role(&app, Role::GlobalAdmin).await;
    let before = app.seen().len();
    let everything = crawl(&admin).await;
    let found = app.seen()[before..].to_owned();
    for name in [
        "Buyer",
        "Campaign",
        "Pingtree",
        "Publisher",
        "Channel",
        "Source",
        "Product",
    ] {
        let marked = format!("{name} {MARK}");
        assert!(
            found.contains(&marked),
            "not even an admin is shown {marked}: {}",
            told(&everything)
        );
    }
    let state = state_of(&app).await;

    for role in [Role::Publisher, Role::PublisherAgent] {
        let browser = as_role(&app, role).await;
        let before = app.seen().len();
        let own = crawl(&browser).await;
        let mine = app.seen()[before..].to_owned();
        assert!(
            mine.contains("Earned") && mine.contains("Blue POST 1"),
            "{}",
            told(&own)
        );
        for address in everything.opened.keys() {
            let status = browser.get(address).await.status;
            assert!(status < 500, "{status} for {address}");
        }
        for form in &everything.forms {
            // What is offered to both, like logging out, each does for himself; and his rules are his to change,
            // at whichever address.
            let his = form.action.starts_with("/publishers/1044/");
            if his || own.forms.iter().any(|own| own.action == form.action) {
                continue;
            }
            let fields: Vec<_> = form
                .fields
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()))
                .collect();
            let status = browser.form(&form.action, &fields).await.status;
            assert!(
                matches!(status, 403 | 404),
                "{} posted {form:?}: {status}",
                role.label()
            );
        }
        let seen = app.seen()[before..].to_lowercase();
        for secret in [MARK, TOTAL, "acme", "the global admin", demo::BOT_TOKEN] {
            if let Some(at) = seen.find(&secret.to_lowercase()) {
                let from = (0..=at.saturating_sub(400))
                    .rev()
                    .find(|at| seen.is_char_boundary(*at));
                let around: String = seen[from.unwrap_or(0)..].chars().take(700).collect();
                panic!("{} learns {secret}: …{around}…", role.label());
            }
        }
        assert_eq!(state_of(&app).await, state, "{} changed something", role.label());
    }
}
