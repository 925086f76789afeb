//! Rules written by two servers at once.

use leadbell_domain::{Level, Rule, Scope, Trigger};
use leadbell_store::{Actor, StoreError};

use crate::samples::{NOON, connect, fresh, product_rule, rule};
use crate::support::Bench;

pub async fn of_two_edits_at_once_one_wins(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let stored = product_rule(&*bench.store, &connection).await;
    let other = bench.open_again().await.store;
    let edit = |name: &str| Rule {
        name: name.to_owned(),
        ..stored.rule.clone()
    };
    let (a, b) = (edit("a"), edit("b"));
    let results = tokio::join!(
        bench
            .store
            .update_rule(&stored.id, &a, &Scope::All, Some(1), &Actor::System, NOON),
        other.update_rule(&stored.id, &b, &Scope::All, Some(1), &Actor::System, NOON),
    );
    let (won, lost) = match results {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        both => panic!("{both:?}"),
    };
    assert!(matches!(lost, StoreError::Conflict), "{lost:?}");
    assert_eq!(
        bench
            .store
            .find_rule(&stored.id, Level::Product, &Scope::All)
            .await
            .unwrap(),
        Some(won)
    );
}

pub async fn rules_added_at_once_have_numbers_and_versions_of_their_own(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let other = bench.open_again().await.store;
    let made = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = if number % 2 == 0 {
            bench.store.clone()
        } else {
            other.clone()
        };
        let made = made.clone();
        tasks.spawn(async move {
            store
                .insert_rule(&fresh(), &made, &Actor::System, NOON)
                .await
                .unwrap()
                .number
        });
    }
    let mut numbers = tasks.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert_eq!(bench.store.rules_version().await.unwrap(), 20);
    assert_eq!(bench.store.rule_changes(0).await.unwrap().changed.len(), 20);
}
