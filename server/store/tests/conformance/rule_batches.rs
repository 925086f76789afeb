//! Many rules changed at once: all of them or none.

use leadbell_domain::{Level, RuleId, RuleStatus, Scope, StoredRule, Trigger};
use leadbell_store::{ChangeKind, RuleChange, StoreError};

use crate::rule_versions::{BY, history, named, versions};
use crate::samples::{NOON, add_rule, connect, fresh, product_rule, publishers, rule};
use crate::support::{Bench, error};

pub async fn many_changes_are_made_all_or_none(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let store = &bench.store;
    let a = product_rule(&**store, &connection).await;
    let b = product_rule(&**store, &connection).await;
    let other = add_rule(
        &**store,
        rule(Level::Publisher, "1050", Trigger::LmsLeadSold, &connection),
    )
    .await;
    let before = store.rules_version().await.unwrap();
    let off = |of: &StoredRule| RuleChange::switch(&of.id, Level::Product, &Scope::All, RuleStatus::Disabled);
    let unreachable = RuleChange::delete(&other.id, Level::Publisher, &publishers(&["1044"]), None);
    let late = RuleChange::delete(&b.id, Level::Product, &Scope::All, Some(9));
    let gone = RuleChange::delete(&fresh(), Level::Product, &Scope::All, None);
    let added: RuleId = fresh();
    for wrong in [unreachable, late, gone] {
        let changes = [RuleChange::insert(&added, &a.rule), off(&a), wrong];
        let refused = error(store.change_rules(&changes, None, &BY, NOON + 1).await);
        assert!(
            matches!(refused, StoreError::NotFound | StoreError::Conflict),
            "{refused:?}"
        );
        assert_eq!(store.rules_version().await.unwrap(), before);
        assert_eq!(store.kept_rule_level(&added).await.unwrap(), None);
        assert_eq!(history(bench, &a).await.len(), 1);
    }
    let changes = [
        off(&a),
        RuleChange::insert(&added, &named(&a, "copy")),
        RuleChange::delete(&b.id, Level::Product, &Scope::All, Some(1)),
        RuleChange::update(&added, &named(&a, "copied"), &Scope::All, Some(1)),
    ];
    let done = store
        .change_rules(&changes, Some(ChangeKind::Imported), &BY, NOON + 2)
        .await
        .unwrap();
    let ids: Vec<&RuleId> = done.iter().map(|stored| &stored.id).collect();
    assert_eq!(ids, [&a.id, &added, &b.id, &added]);
    assert_eq!((done[1].number, done[3].rule.name.as_str()), (4, "copied"));
    assert_eq!(store.rules_version().await.unwrap(), before + 4);
    // The history tells on what occasion.
    assert_eq!(history(bench, &a).await[0], (2, ChangeKind::Imported));
    assert_eq!(history(bench, &b).await[0], (2, ChangeKind::Imported));
}

pub async fn batches_in_opposite_orders_do_not_block_each_other(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let mut rules = Vec::new();
    for _ in 0..10 {
        rules.push(product_rule(&*bench.store, &connection).await);
    }
    let other = bench.open_again().await.store;
    let mut tasks = tokio::task::JoinSet::new();
    for round in 0..10 {
        let store = if round % 2 == 0 {
            bench.store.clone()
        } else {
            other.clone()
        };
        let mut changes: Vec<RuleChange> = rules
            .iter()
            .map(|stored| {
                RuleChange::update(&stored.id, &named(stored, &format!("{round}")), &Scope::All, None)
            })
            .collect();
        changes.push(RuleChange::insert(&fresh(), &rules[0].rule));
        if round % 2 == 0 {
            changes.reverse();
        }
        tasks.spawn(async move { store.change_rules(&changes, None, &BY, NOON).await.unwrap().len() });
    }
    assert_eq!(tasks.join_all().await, [11; 10]);
    for stored in &rules {
        assert_eq!(versions(bench, stored).await.len(), 11);
    }
}
