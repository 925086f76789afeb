//! What is kept of every change of a rule, and bringing it back.

use leadbell_domain::{Level, Rule, RuleId, RuleStatus, Scope, StoredRule, Trigger};
use leadbell_store::{Actor, ChangeKind, Pools, RuleChange, RuleVersion, StoreError};

use crate::rules::{author, person};
use crate::samples::{NOON, add_rule, connect, fresh, id, member, product_rule, publishers, rule};
use crate::support::{Bench, error};

pub const BY: Actor = Actor::System;

pub async fn versions(bench: &Bench, of: &StoredRule) -> Vec<RuleVersion> {
    let page = bench
        .store
        .rule_versions(&of.id, of.rule.level, &Scope::All, 0, 100)
        .await
        .unwrap();
    assert_eq!(page.total, i64::try_from(page.rows.len()).unwrap());
    page.rows
}

pub async fn history(bench: &Bench, of: &StoredRule) -> Vec<(i64, ChangeKind)> {
    let rows = versions(bench, of).await;
    rows.iter().map(|row| (row.version, row.change)).collect()
}

pub fn named(stored: &StoredRule, name: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        ..stored.rule.clone()
    }
}

pub async fn every_change_is_kept_with_who_when_and_the_whole_rule(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let ann = person(&author(bench).await);
    let key = Actor::Key {
        id: fresh(),
        name: "Nightly sync".to_owned(),
    };
    let store = &bench.store;
    let rule_id: RuleId = fresh();
    let mut first = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    first.note = "Für \"Kim\"".to_owned();
    first.action.shows_personal_data = true;
    first.includes_duplicates = true;
    let made = store.insert_rule(&rule_id, &first, &ann, NOON).await.unwrap();
    let mut edit = named(&made, "Renamed");
    edit.action.target = member(2);
    store
        .update_rule(&rule_id, &edit, &Scope::All, Some(1), &key, NOON + 1)
        .await
        .unwrap();
    store
        .set_rule_status(
            &rule_id,
            Level::Product,
            &Scope::All,
            RuleStatus::Disabled,
            &ann,
            NOON + 2,
        )
        .await
        .unwrap();
    store
        .set_rule_status(
            &rule_id,
            Level::Product,
            &Scope::All,
            RuleStatus::Active,
            &BY,
            NOON + 3,
        )
        .await
        .unwrap();
    let gone = store
        .delete_rule(
            &rule_id,
            Level::Product,
            &Scope::All,
            Some(4),
            &Actor::CommandLine,
            NOON + 4,
        )
        .await
        .unwrap();
    assert_eq!((gone.version, &gone.rule), (5, &edit));
    let off = Rule {
        status: RuleStatus::Disabled,
        ..edit.clone()
    };
    let kept = |version, by: &Actor, change, rule: &Rule| RuleVersion {
        version,
        at: NOON + version - 1,
        by: by.clone(),
        change,
        rule: rule.clone(),
    };
    assert_eq!(
        versions(bench, &made).await,
        [
            kept(5, &Actor::CommandLine, ChangeKind::Deleted, &edit),
            kept(4, &BY, ChangeKind::Enabled, &edit),
            kept(3, &ann, ChangeKind::Disabled, &off),
            kept(2, &key, ChangeKind::Edited, &edit),
            kept(1, &ann, ChangeKind::Created, &first),
        ]
    );
    let second = store.rule_version(&rule_id, Level::Product, &Scope::All, 2).await;
    assert_eq!(second.unwrap().unwrap().rule, edit);
    let never = store.rule_version(&rule_id, Level::Product, &Scope::All, 6).await;
    assert_eq!(never.unwrap(), None);
    assert_eq!(made.author.as_ref(), ann.user());
}

pub async fn what_changes_nothing_or_fails_leaves_no_version(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let made = product_rule(&*bench.store, &connection).await;
    bench
        .store
        .set_rule_status(
            &made.id,
            Level::Product,
            &Scope::All,
            RuleStatus::Active,
            &BY,
            NOON,
        )
        .await
        .unwrap();
    let late = bench
        .store
        .update_rule(&made.id, &made.rule, &Scope::All, Some(7), &BY, NOON)
        .await;
    assert!(matches!(error(late), StoreError::Conflict));
    let late = bench
        .store
        .delete_rule(&made.id, Level::Product, &Scope::All, Some(7), &BY, NOON)
        .await;
    assert!(matches!(error(late), StoreError::Conflict));
    let same = bench
        .store
        .update_rule(&made.id, &made.rule, &Scope::All, Some(1), &BY, NOON + 1)
        .await;
    assert_eq!(same.unwrap(), made);
    assert_eq!(history(bench, &made).await, [(1, ChangeKind::Created)]);
}

pub async fn a_deleted_rule_comes_back_with_its_number_and_engines_hear_of_it(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let ann = person(&author(bench).await);
    let store = &bench.store;
    let written = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let made = store.insert_rule(&fresh(), &written, &ann, NOON).await.unwrap();
    store
        .delete_rule(&made.id, Level::Product, &Scope::All, None, &BY, NOON + 1)
        .await
        .unwrap();
    let seen = store.rules_version().await.unwrap();
    assert_eq!(store.rule_level(&made.id).await.unwrap(), None);
    assert_eq!(
        store.kept_rule_level(&made.id).await.unwrap(),
        Some(Level::Product)
    );
    let kept = store
        .find_kept_rule(&made.id, Level::Product, &Scope::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((kept.stored.version, kept.deleted_at), (2, Some(NOON + 1)));

    let back = RuleChange::restore(&made.id, &kept.stored.rule, &Scope::All, Some(2));
    let back = store
        .change_rules(&[back], None, &BY, NOON + 2)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (
            back.number,
            back.version,
            back.created_at,
            back.updated_at,
            &back.author
        ),
        (made.number, 3, NOON, NOON + 2, &made.author)
    );
    assert_eq!(back.rule, written);
    let found = store.find_rule(&made.id, Level::Product, &Scope::All).await;
    assert_eq!(found.unwrap().as_ref(), Some(&back));
    let news = store.rule_changes(seen).await.unwrap();
    assert_eq!((news.changed, news.deleted), (vec![back], vec![]));
    assert_eq!(history(bench, &made).await[0], (3, ChangeKind::Restored));
    // Once more, by somebody who still sees it deleted.
    let again = RuleChange::restore(&made.id, &written, &Scope::All, Some(2));
    let again = store.change_rules(&[again], None, &BY, NOON + 3).await;
    assert!(matches!(error(again), StoreError::Conflict));
}

pub async fn versions_and_deleted_rules_are_there_only_within_scope(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let on = |entity| rule(Level::Publisher, entity, Trigger::LmsLeadSold, &connection);
    let his = add_rule(&**store, on("1044")).await;
    let theirs = add_rule(&**store, on("1050")).await;
    for of in [&his, &theirs] {
        store
            .delete_rule(&of.id, Level::Publisher, &Scope::All, None, &BY, NOON + of.number)
            .await
            .unwrap();
    }
    let scope = publishers(&["1044"]);
    let level = Level::Publisher;
    assert_eq!(
        store
            .rule_versions(&his.id, level, &scope, 0, 9)
            .await
            .unwrap()
            .total,
        2
    );
    let nothing = [scope.clone(), Scope::Nothing, crate::samples::buyers(&["1050"])];
    for scope in &nothing {
        let page = store.rule_versions(&theirs.id, level, scope, 0, 9).await.unwrap();
        assert_eq!((page.total, page.rows), (0, vec![]));
        assert_eq!(
            store.rule_version(&theirs.id, level, scope, 1).await.unwrap(),
            None
        );
        assert_eq!(
            store.find_kept_rule(&theirs.id, level, scope).await.unwrap(),
            None
        );
        let deleted = store
            .list_deleted_rules(level, &id("1050"), scope, 0, 9)
            .await
            .unwrap();
        assert_eq!((deleted.total, deleted.rows), (0, vec![]));
        let back = RuleChange::restore(&theirs.id, &theirs.rule, scope, None);
        let refused = store.change_rules(&[back], None, &BY, NOON).await;
        assert!(matches!(error(refused), StoreError::NotFound));
    }
    // At another level there is no such rule.
    assert_eq!(
        store
            .find_kept_rule(&his.id, Level::Product, &Scope::All)
            .await
            .unwrap(),
        None
    );
    let deleted = store
        .list_deleted_rules(level, &id("1044"), &scope, 0, 9)
        .await
        .unwrap();
    assert_eq!(deleted.total, 1);
    assert_eq!(deleted.rows[0].stored.id, his.id);
}

pub async fn versions_and_deleted_rules_come_page_by_page_newest_first(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let made = product_rule(&**store, &connection).await;
    for round in 2..=7 {
        let edited = Rule {
            name: format!("Round {round}"),
            ..made.rule.clone()
        };
        store
            .update_rule(&made.id, &edited, &Scope::All, None, &BY, NOON + round)
            .await
            .unwrap();
    }
    let page = store
        .rule_versions(&made.id, Level::Product, &Scope::All, 2, 3)
        .await
        .unwrap();
    let numbers: Vec<i64> = page.rows.iter().map(|row| row.version).collect();
    assert_eq!((page.total, numbers), (7, vec![5, 4, 3]));
    for number in 0..4 {
        let gone = product_rule(&**store, &connection).await;
        store
            .delete_rule(&gone.id, Level::Product, &Scope::All, None, &BY, NOON - number)
            .await
            .unwrap();
    }
    let page = store
        .list_deleted_rules(Level::Product, &id("218"), &Scope::All, 1, 2)
        .await
        .unwrap();
    let times: Vec<_> = page.rows.iter().map(|row| row.deleted_at.unwrap()).collect();
    assert_eq!((page.total, times), (4, vec![NOON - 1, NOON - 2]));
}

/// The statement that gives the rules of older databases a first version, tried on rules that lost theirs.
pub async fn rules_from_before_there_was_a_history_begin_theirs_as_they_are(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let ann = person(&author(bench).await);
    let store = &bench.store;
    let mut written = rule(Level::Publisher, "1044", Trigger::ClLeadSold, &connection);
    written.filters = crate::rules::all_filters();
    written.action.target = member(3);
    written.action.shows_personal_data = true;
    // There were no such options then.
    written.action.sending = leadbell_domain::SendingOptions::default();
    written.includes_test_leads = true;
    written.note = "Line 1\nLine \"2\"".to_owned();
    let made = store.insert_rule(&fresh(), &written, &ann, NOON).await.unwrap();
    let mut gone = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    gone.action.sending = leadbell_domain::SendingOptions::default();
    let gone = crate::samples::add_rule(&**store, gone).await;
    store
        .delete_rule(&gone.id, Level::Product, &Scope::All, None, &BY, NOON + 5)
        .await
        .unwrap();
    let migration = match bench.pools {
        Pools::Sqlite(_) => include_str!("../../../../migrations/sqlite/0012_rule_versions.sql"),
        Pools::Postgres(_) => include_str!("../../../../migrations/postgres/0012_rule_versions.sql"),
    };
    let at = migration.find("INSERT INTO rule_versions").unwrap();
    bench.tamper("DELETE FROM rule_versions").await;
    bench.tamper(&migration[at..]).await;
    assert_eq!(
        versions(bench, &made).await,
        [RuleVersion {
            version: 1,
            at: NOON,
            by: ann,
            change: ChangeKind::Created,
            rule: written,
        }]
    );
    assert_eq!(
        versions(bench, &gone).await,
        [RuleVersion {
            version: 2,
            at: NOON + 5,
            by: BY,
            change: ChangeKind::Deleted,
            rule: gone.rule.clone(),
        }]
    );
}
