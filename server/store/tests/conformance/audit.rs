//! The audit log.

use leadbell_domain::{AuditAction, Level, Platform, RuleStatus, Scope, UserId};
use leadbell_store::{Actor, AuditEntry, AuditQuery, AuditSubject, RuleChange};

use crate::samples::{NOON, connect, fresh, id, product_rule};
use crate::support::Bench;

fn ann() -> Actor {
    Actor::Person {
        id: "01931c3e-7b1a-7c3e-8a55-0242ac120002".parse().expect("an id"),
        name: "Ann Müller".to_owned(),
    }
}

fn line(at: i64, actor: Actor, action: AuditAction, label: &str) -> AuditEntry {
    AuditEntry {
        id: fresh(),
        at,
        actor,
        action,
        subject: AuditSubject {
            kind: "user".to_owned(),
            id: Some(fresh::<UserId>().to_string()),
            label: label.to_owned(),
            place: None,
        },
        platform: None,
        detail: "Role: Support → QA".to_owned(),
    }
}

fn rule_line(at: i64, platform: Platform) -> AuditEntry {
    let mut entry = line(at, Actor::CommandLine, AuditAction::RuleChanged, "Rule 7");
    entry.subject.kind = "rule".to_owned();
    entry.subject.place = Some((Level::Publisher, id("1044")));
    entry.platform = Some(platform);
    entry.detail = "Text changed\0".to_owned();
    entry
}

async fn labels(bench: &Bench, query: AuditQuery) -> Vec<String> {
    let page = bench.store.list_audit(&query).await.unwrap();
    page.rows.into_iter().map(|row| row.subject.label).collect()
}

fn all() -> AuditQuery {
    AuditQuery::of(Scope::All, None)
}

pub async fn lines_come_back_as_they_were_written_newest_first(bench: &Bench) {
    let key = Actor::Key {
        id: fresh(),
        name: "LMS".to_owned(),
    };
    let first = line(NOON, ann(), AuditAction::UserChanged, "Ben");
    let second = line(NOON + 1, key, AuditAction::ConnectionAdded, "xoxb-…9f3k");
    let third = line(NOON + 1, Actor::System, AuditAction::KeyCreated, "Demo");
    let written = [first, second, third];
    bench.store.record_audit(&written).await.unwrap();
    bench
        .store
        .record_audit(&[rule_line(NOON + 2, Platform::Lms)])
        .await
        .unwrap();
    let page = bench.store.list_audit(&all()).await.unwrap();
    assert_eq!(page.total, 4);
    let mut expected: Vec<AuditEntry> = written.to_vec();
    expected.reverse();
    assert_eq!(page.rows[1..], expected);
    let rule = &page.rows[0];
    assert_eq!(rule.subject.place, Some((Level::Publisher, id("1044"))));
    assert_eq!(rule.detail, "Text changed\u{fffd}");
    let second_page = AuditQuery {
        offset: 3,
        limit: 2,
        ..all()
    };
    assert_eq!(labels(bench, second_page).await, ["Ben"]);
}

pub async fn lines_are_narrowed_by_action_person_words_and_time(bench: &Bench) {
    let lines = [
        line(NOON, ann(), AuditAction::UserChanged, "Ben"),
        line(
            NOON + 10,
            Actor::CommandLine,
            AuditAction::UserCreated,
            "Carl Ünal",
        ),
        rule_line(NOON + 20, Platform::CallLogic),
    ];
    bench.store.record_audit(&lines).await.unwrap();
    let mut query = all();
    query.action = Some(AuditAction::UserChanged);
    assert_eq!(labels(bench, query).await, ["Ben"]);
    let mut query = all();
    query.who = "MÜLLER".to_owned();
    assert_eq!(labels(bench, query).await, ["Ben"]);
    for (words, expected) in [
        ("ünal", vec!["Carl Ünal"]),
        ("support →", vec!["Carl Ünal", "Ben"]),
        ("1044", vec!["Rule 7"]),
        ("rule changed", vec!["Rule 7"]),
        ("100%", vec![]),
    ] {
        let mut query = all();
        query.search = words.to_owned();
        assert_eq!(labels(bench, query).await, expected, "{words}");
    }
    let mut query = all();
    (query.from, query.until) = (Some(NOON + 10), Some(NOON + 20));
    assert_eq!(labels(bench, query).await, ["Carl Ünal"]);
}

pub async fn a_platforms_admin_reads_what_is_of_his_platform_and_what_he_did_himself(bench: &Bench) {
    let own = match ann() {
        Actor::Person { id, .. } => id,
        _ => unreachable!("a person"),
    };
    let lines = [
        line(NOON, ann(), AuditAction::UserPasswordChanged, "Ann"),
        line(NOON + 1, Actor::CommandLine, AuditAction::UserCreated, "Ben"),
        rule_line(NOON + 2, Platform::Lms),
        rule_line(NOON + 3, Platform::CallLogic),
    ];
    bench.store.record_audit(&lines).await.unwrap();
    let of = |scope, reader| AuditQuery::of(scope, reader);
    assert_eq!(
        labels(bench, of(Scope::Platform(Platform::Lms), Some(own))).await,
        ["Rule 7", "Ann"]
    );
    assert_eq!(
        labels(bench, of(Scope::Platform(Platform::CallLogic), None)).await,
        ["Rule 7"]
    );
    assert_eq!(labels(bench, all()).await.len(), 4);
    for scope in [
        Scope::Nothing,
        Scope::Publishers(vec![id("1044")]),
        Scope::Buyers(vec![id("402")]),
    ] {
        assert!(labels(bench, of(scope, None)).await.is_empty());
    }
}

pub async fn every_change_of_a_rule_is_told_with_what_it_changed(bench: &Bench) {
    let store = &*bench.store;
    let connection = connect(store).await;
    let rule = product_rule(store, &connection).await;
    let mut changed = rule.rule.clone();
    changed.name = "Bigger leads".to_owned();
    let scope = Scope::All;
    let level = Level::Product;
    let update = RuleChange::update(&rule.id, &changed, &scope, None);
    let off = RuleChange::switch(&rule.id, level, &scope, RuleStatus::Disabled);
    let same = RuleChange::switch(&rule.id, level, &scope, RuleStatus::Disabled);
    let gone = RuleChange::delete(&rule.id, level, &scope, None);
    for change in [update, off, same, gone] {
        store
            .change_rules(&[change], None, &ann(), NOON + 5)
            .await
            .unwrap();
    }
    // What is refused is told nowhere.
    let late = RuleChange::delete(&rule.id, level, &scope, Some(1));
    assert!(store.change_rules(&[late], None, &ann(), NOON + 6).await.is_err());
    let page = store.list_audit(&all()).await.unwrap();
    let told: Vec<_> = page
        .rows
        .iter()
        .rev()
        .map(|line| {
            assert_eq!(line.subject.id.as_deref(), Some(rule.id.as_str()));
            assert_eq!(line.subject.place, Some((level, rule.rule.entity.clone())));
            assert_eq!(line.platform, Some(Platform::Lms));
            (line.action, line.actor.name(), line.detail.as_str())
        })
        .collect();
    let created = (
        "[LMS] Lead Sold, to channel C0000000001",
        AuditAction::RuleCreated,
    );
    assert_eq!(
        told,
        [
            (created.1, "Leadbell", created.0),
            (
                AuditAction::RuleChanged,
                "Ann Müller",
                "Name: Big leads → Bigger leads"
            ),
            (AuditAction::RuleDisabled, "Ann Müller", ""),
            (AuditAction::RuleDeleted, "Ann Müller", created.0),
        ]
    );
    let other = product_rule(store, &connection).await;
    let asked = [rule.id.clone(), other.id.clone(), fresh()];
    assert_eq!(store.living_rules(&asked).await.unwrap(), [other.id]);
}
