//! All rules at once, out and in.

use leadbell_domain::{Level, Platform, Rule, RuleId, Scope, StoredRule, Trigger};
use leadbell_store::{Actor, ChangeKind, RuleChange, StoreError};

use crate::samples::{NOON, add_rule, connect, fresh, id, publishers, rule};
use crate::support::Bench;

const BY: Actor = Actor::System;

fn numbers(rules: &[StoredRule]) -> Vec<i64> {
    rules.iter().map(|rule| rule.number).collect()
}

pub async fn all_rules_come_level_by_level_by_entity_and_number(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    // By the characters of the id, not by what it counts to.
    for (entity, trigger) in [
        ("9", Trigger::LmsLeadSold),
        ("10", Trigger::LmsLeadSold),
        ("9", Trigger::LmsLeadRejected),
        ("10", Trigger::ClLeadSold),
    ] {
        add_rule(&**store, rule(Level::Product, entity, trigger, &connection)).await;
    }
    let publisher = rule(Level::Publisher, "7", Trigger::LmsLeadSold, &connection);
    add_rule(&**store, publisher).await;
    let gone = rule(Level::Product, "1", Trigger::LmsLeadSold, &connection);
    let gone = add_rule(&**store, gone).await;
    store
        .delete_rule(&gone.id, Level::Product, &Scope::All, None, &BY, NOON)
        .await
        .unwrap();

    let all = store
        .rules_after(Level::Product, &Scope::All, None, 100)
        .await
        .unwrap();
    assert_eq!(numbers(&all), [2, 4, 1, 3]);
    // Page by page the same.
    let mut paged: Vec<StoredRule> = Vec::new();
    loop {
        let after = paged.last().map(|last| (last.rule.entity.clone(), last.number));
        let after = after.as_ref().map(|(entity, number)| (entity, *number));
        let page = store
            .rules_after(Level::Product, &Scope::All, after, 1)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    let lms = Scope::Platform(Platform::Lms);
    let found = store.rules_after(Level::Product, &lms, None, 100).await.unwrap();
    assert_eq!(numbers(&found), [2, 1, 3]);
    let other = publishers(&["8"]);
    for scope in [Scope::Nothing, other] {
        let found = store
            .rules_after(Level::Publisher, &scope, None, 100)
            .await
            .unwrap();
        assert_eq!(found, []);
    }
}

pub async fn rules_are_found_by_their_very_name_on_one_entity(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let named = |entity: &str, name: &str| Rule {
        name: name.to_owned(),
        ..rule(Level::Product, entity, Trigger::LmsLeadSold, &connection)
    };
    for (entity, name) in [
        ("218", "Sales"),
        ("218", "sales"),
        ("219", "Sales"),
        ("218", "Sales"),
    ] {
        add_rule(&**store, named(entity, name)).await;
    }
    let found = |name: &'static str, scope: Scope, limit: i64| async move {
        let entity = id("218");
        let found = store.rules_named(Level::Product, &entity, name, &scope, limit);
        numbers(&found.await.unwrap())
    };
    assert_eq!(found("Sales", Scope::All, 9).await, [1, 4]);
    assert_eq!(found("Sales", Scope::All, 1).await, [1]);
    assert_eq!(
        found("Sales", Scope::Platform(Platform::CallLogic), 9).await,
        [0i64; 0]
    );
    assert_eq!(found("Sale", Scope::All, 9).await, [0i64; 0]);
}

pub async fn an_import_is_made_whole_or_not_at_all_and_told_as_one(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let old = add_rule(
        &**store,
        rule(Level::Product, "218", Trigger::LmsLeadSold, &connection),
    )
    .await;
    let renamed = Rule {
        name: "Renamed".to_owned(),
        ..old.rule.clone()
    };
    let new: RuleId = fresh();
    let added = rule(Level::Product, "219", Trigger::LmsLeadSold, &connection);
    let changes = [
        RuleChange::update(&old.id, &renamed, &Scope::All, Some(1)),
        RuleChange::insert(&new, &added),
    ];
    let seen = store.rules_version().await.unwrap();
    let lost = RuleChange::update(&fresh(), &renamed, &Scope::All, None);
    let with_lost = [changes[0].clone(), lost];
    let error = store.import_rules(&with_lost, seen, &BY, NOON).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound), "{error}");
    assert_eq!(store.rules_version().await.unwrap(), seen);

    let made = store.import_rules(&changes, seen, &BY, NOON + 1).await.unwrap();
    assert_eq!(made.len(), 2);
    assert_eq!((made[0].version, made[0].rule.name.as_str()), (2, "Renamed"));
    assert_eq!((&made[1].id, made[1].number), (&new, 2));
    for made in &made {
        let history = store
            .rule_versions(&made.id, Level::Product, &Scope::All, 0, 9)
            .await
            .unwrap();
        assert_eq!(history.rows[0].change, ChangeKind::Imported);
    }
    assert_eq!(store.rule_changes(seen).await.unwrap().changed.len(), 2);
    // Nothing to do is done, too.
    let seen = store.rules_version().await.unwrap();
    store.import_rules(&[], seen, &BY, NOON).await.unwrap();
    assert_eq!(store.rules_version().await.unwrap(), seen);
}

pub async fn an_import_of_rules_that_have_changed_since_is_a_conflict(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let seen = store.rules_version().await.unwrap();
    let added = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    add_rule(&**store, added.clone()).await;
    let import = [RuleChange::insert(&fresh(), &added)];
    for wrong in [seen, seen + 2, 0, -1] {
        let error = store.import_rules(&import, wrong, &BY, NOON).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict), "{error}");
    }
    let all = store
        .rules_after(Level::Product, &Scope::All, None, 9)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
}

pub async fn of_an_import_and_an_edit_at_once_one_hears_of_the_other(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let old = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let old = add_rule(&**store, old).await;
    for round in 0..8 {
        let now = store
            .find_rule(&old.id, Level::Product, &Scope::All)
            .await
            .unwrap()
            .unwrap();
        let seen = store.rules_version().await.unwrap();
        let renamed = |who: &str| Rule {
            name: format!("{who} {round}"),
            ..now.rule.clone()
        };
        let import = [RuleChange::update(
            &old.id,
            &renamed("import"),
            &Scope::All,
            Some(now.version),
        )];
        let edited = renamed("edit");
        let (imported, edited) = tokio::join!(
            store.import_rules(&import, seen, &BY, NOON),
            store.update_rule(&old.id, &edited, &Scope::All, Some(now.version), &BY, NOON)
        );
        let one = imported.is_ok() ^ edited.is_ok();
        assert!(one, "{imported:?} {edited:?}");
    }
}
