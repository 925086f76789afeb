//! Who may see and change whose rules: the permission table of the domain, walked through HTTP.

use leadbell_domain::{Level, Platform, Policy, Reach, Role, Verb, reach};
use leadbell_sandbox::demo;
use serde_json::json;

use crate::support::{Browser, TestApp, person, rule};

/// A product, campaign or publisher of the tests' catalog.
struct Place {
    level: Level,
    id: &'static str,
    platform: Option<Platform>,
    /// Whether it is publisher 1044's or buyer 402's, whom the people of the tests are or manage.
    own: bool,
}

const fn place(level: Level, id: &'static str, platform: Option<Platform>, own: bool) -> Place {
    Place {
        level,
        id,
        platform,
        own,
    }
}

const LMS: Option<Platform> = Some(Platform::Lms);
const CALLS: Option<Platform> = Some(Platform::CallLogic);

const PLACES: [Place; 7] = [
    place(Level::Product, "218", LMS, false),
    place(Level::Product, "310", CALLS, false),
    place(Level::Campaign, "8807", LMS, true),
    place(Level::Campaign, "8820", LMS, false),
    place(Level::Campaign, "9102", CALLS, false),
    place(Level::Publisher, "1044", None, true),
    place(Level::Publisher, "1051", None, false),
];

impl Place {
    fn trigger(&self, platform: Platform) -> String {
        let prefix = if platform == Platform::Lms { "lms" } else { "cl" };
        let name = if self.level == Level::Campaign {
            "campaign_sold"
        } else {
            "lead_sold"
        };
        format!("{prefix}.{name}")
    }

    /// The platforms whose rules can live here.
    fn platforms(&self) -> Vec<Platform> {
        Platform::ALL
            .into_iter()
            .filter(|platform| self.platform.is_none_or(|own| own == *platform))
            .collect()
    }

    /// Whether a role reaches rules of this platform here.
    fn reached(&self, role: Role, verb: Verb, platform: Platform) -> bool {
        match reach(role, Policy::default(), self.level, verb) {
            Reach::Nothing => false,
            Reach::All => true,
            Reach::Platform(covered) => covered == platform,
            Reach::OwnPublishers | Reach::OwnBuyers => self.own,
        }
    }

    fn reached_at_all(&self, role: Role, verb: Verb) -> bool {
        self.platforms()
            .into_iter()
            .any(|platform| self.reached(role, verb, platform))
    }

    fn path(&self) -> String {
        format!("/{}s/{}/tracking", self.level.key(), self.id)
    }
}

/// Nothing, look, or change: as statuses of an attempt to change.
fn changing(view: bool, manage: bool) -> u16 {
    match (view, manage) {
        (_, true) => 200,
        (true, false) => 403,
        (false, false) => 404,
    }
}

async fn save(browser: &Browser, place: &Place, trigger: &str) -> u16 {
    let draft = json!({
        "trigger": trigger, "auth_token": demo::BOT_TOKEN, "target": "channel", "channel_id": demo::SALES, "text": "x",
    });
    let save = json!({"level": place.level.key(), "entity": place.id, "editing": null, "draft": draft});
    browser.call("save_rule", &json!({"save": save})).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_reaches_by_http_what_the_table_says_and_nothing_else() {
    let app = TestApp::start().await;
    let mut made: Vec<(&Place, Platform, String)> = Vec::new();
    for place in &PLACES {
        for platform in place.platforms() {
            let rule = rule(place.level.key(), place.id, &place.trigger(platform), "x");
            let id = app.rule(&rule).await["id"].as_str().unwrap().to_owned();
            made.push((place, platform, id));
        }
    }
    for role in Role::ALL {
        let browser = app.browser();
        browser.log_in(&person(&app, role).await).await;
        for place in &PLACES {
            let told = format!("{} at {} {}", role.label(), place.level.label(), place.id);
            let view = place.reached_at_all(role, Verb::View);
            let seen = if view { 200 } else { 404 };
            assert_eq!(browser.get(&place.path()).await.status, seen, "page, {told}");
            let query = json!({"place": {"Entity": [place.level.key(), place.id]}, "search": {}});
            let listed = browser.call("rules", &query).await;
            assert_eq!(listed.status, seen, "rules, {told}");
            for (_, platform, id) in made.iter().filter(|(at, _, _)| at.id == place.id) {
                let reached = |verb| place.reached(role, verb, *platform);
                let shown = view && listed.text.contains(id.as_str());
                assert_eq!(shown, reached(Verb::View), "{platform:?} rule listed, {told}");
                let look = if reached(Verb::View) { 200 } else { 404 };
                let rule = format!("{}/{id}", place.path());
                for page in ["history", "adjacent"] {
                    // Publishers are not told what else watches their events.
                    let hidden = page == "adjacent" && role == Role::Publisher;
                    let expected = if hidden { 404 } else { look };
                    let status = browser.get(&format!("{rule}/{page}")).await.status;
                    assert_eq!(status, expected, "{page} of a {platform:?} rule, {told}");
                }
                let expected = changing(reached(Verb::View), reached(Verb::Manage));
                let status = browser.get(&format!("{rule}/copy")).await.status;
                assert_eq!(status, expected, "copy of a {platform:?} rule, {told}");
                let bulk = format!("{}/bulk", place.path());
                let status = browser
                    .form(&bulk, &[("do", "enable"), ("rule", id)])
                    .await
                    .status;
                let expected = if expected == 200 { 303 } else { expected };
                assert_eq!(status, expected, "{platform:?} rule among many, {told}");
                let change = json!({"level": place.level.key(), "rule": id, "status": "active"});
                let status = browser.call("set_rule_status", &change).await.status;
                let expected = changing(reached(Verb::View), reached(Verb::Manage));
                assert_eq!(status, expected, "{platform:?} rule switched, {told}");
            }
            for platform in place.platforms() {
                let manage = place.reached(role, Verb::Manage, platform);
                let status = save(&browser, place, &place.trigger(platform)).await;
                let elsewhere = place.reached_at_all(role, Verb::Manage);
                // Who manages the publisher but not this platform chose a trigger that is not his.
                let expected = if !manage && elsewhere {
                    422
                } else {
                    changing(view, manage)
                };
                assert_eq!(status, expected, "{platform:?} rule made, {told}");
            }
        }
    }
    // Those that may not change have not.
    for (_, _, id) in &made {
        app.get(&format!("/rules/{id}")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_reached_by_its_own_level_only() {
    let app = TestApp::start().await;
    let made = app.rule(&rule("product", "218", "lms.lead_sold", "x")).await;
    let browser = app.browser();
    browser.log_in(&person(&app, Role::Publisher).await).await;
    for level in Level::ALL {
        let target = json!({"level": level.key(), "rule": made["id"]});
        browser.call("delete_rule", &target).await.expect(404);
        let form = json!({"level": level.key(), "entity": "1044", "rule": made["id"]});
        browser.call("rule_form", &form).await.expect(404);
    }
    let id = made["id"].as_str().unwrap();
    for path in [
        format!("/profile/tracking/{id}"),
        format!("/publishers/1044/tracking/{id}"),
    ] {
        browser.get(&path).await.expect(404);
        for what in ["delete", "disable"] {
            browser.form(&path, &[("do", what)]).await.expect(404);
        }
    }
    assert_eq!(app.get(&format!("/rules/{id}")).await.expect(200).json(), made);
}

/// The ids on a list's page; `None` where there is no such page for this person.
async fn listed(browser: &Browser, kind: &str) -> Option<Vec<String>> {
    let path = match kind {
        "product" | "campaign" | "publisher" => format!("/{kind}s"),
        other => format!("/catalog/{other}s"),
    };
    let answer = browser.get(&path).await;
    if answer.status == 404 {
        return None;
    }
    let mut ids: Vec<String> = answer
        .expect(200)
        .text
        .split("data-label=\"ID\"")
        .skip(1)
        .map(|rest| {
            let cell = rest.split_once('>').map_or("", |(_, cell)| cell);
            cell.split('<').next().unwrap_or_default().to_owned()
        })
        .collect();
    ids.sort();
    Some(ids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_hold_what_is_the_viewers_to_see() {
    let app = TestApp::start().await;
    let all = |kind: &str| match kind {
        "product" => vec!["218", "219", "310"],
        "campaign" => vec!["8807", "8820", "9102"],
        "publisher" => vec!["1044", "1051"],
        "channel" => vec!["5521", "5601"],
        "source" => vec!["77120", "77300"],
        "buyer" => vec!["402", "455"],
        _ => vec!["31"],
    };
    let nothing: Option<Vec<&str>> = None;
    for (role, kind, expected) in [
        (Role::LmsAdmin, "product", Some(vec!["218", "219"])),
        (Role::LmsAdmin, "campaign", Some(vec!["8807", "8820"])),
        (Role::CallLogicAdmin, "product", Some(vec!["310"])),
        (Role::CallLogicAdmin, "campaign", Some(vec!["9102"])),
        (Role::CallLogicAdmin, "pingtree", Some(vec![])),
        (Role::BuyerAgent, "campaign", Some(vec!["8807"])),
        (Role::BuyerAgent, "buyer", Some(vec!["402"])),
        (Role::BuyerAgent, "product", nothing.clone()),
        (Role::BuyerAgent, "publisher", nothing.clone()),
        (Role::PublisherAgent, "publisher", Some(vec!["1044"])),
        (Role::PublisherAgent, "campaign", nothing.clone()),
        (Role::CompliancePublisher, "publisher", Some(all("publisher"))),
        (Role::CompliancePublisher, "buyer", nothing.clone()),
        (Role::Publisher, "publisher", Some(vec!["1044"])),
        (Role::Publisher, "channel", Some(vec!["5521"])),
        (Role::Publisher, "source", Some(vec!["77120"])),
        (Role::Publisher, "product", nothing.clone()),
        (Role::Publisher, "campaign", nothing.clone()),
        (Role::Publisher, "buyer", nothing.clone()),
        (Role::Publisher, "pingtree", nothing),
        (Role::Support, "buyer", Some(all("buyer"))),
        (Role::Qa, "product", Some(all("product"))),
        (Role::GlobalAdmin, "pingtree", Some(all("pingtree"))),
        (Role::GlobalAdmin, "source", Some(all("source"))),
    ] {
        let browser = app.browser();
        let email = format!("{}@leadbell.example", role.key());
        if app
            .state()
            .store
            .find_user_by_email(&email)
            .await
            .unwrap()
            .is_none()
        {
            person(&app, role).await;
        }
        browser.log_in(&email).await;
        let found = listed(&browser, kind).await;
        let expected = expected.map(|ids| ids.into_iter().map(str::to_owned).collect());
        assert_eq!(found, expected, "{} lists {kind}", role.label());
    }
}
