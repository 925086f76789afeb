//! What rules were when an event arrived.

use leadbell_domain::{Level, RuleStatus, Scope, StoredRule, Trigger};
use leadbell_store::{Actor, RuleAt, RulesAtQuery};

use crate::samples::{NOON, add_rule, connect, id, rule};
use crate::support::Bench;

fn met(rules_seq: Option<i64>, at: i64) -> RulesAtQuery {
    RulesAtQuery {
        level: Level::Product,
        entity: id("218"),
        trigger: Trigger::LmsLeadSold,
        scope: Scope::All,
        rules_seq,
        at,
        after: 0,
        limit: 100,
    }
}

async fn told(bench: &Bench, query: &RulesAtQuery) -> Vec<RuleAt> {
    bench.store.rules_at(query).await.unwrap().0
}

fn short(rules: &[RuleAt]) -> Vec<(i64, i64, bool, bool, bool)> {
    let active = |rule: &RuleAt| rule.rule.status == RuleStatus::Active;
    rules
        .iter()
        .map(|rule| {
            (
                rule.number,
                rule.version,
                active(rule),
                rule.changed_since,
                rule.deleted_now,
            )
        })
        .collect()
}

/// One rule that is switched off, written anew for another trigger, and deleted, and another one that stays.
async fn history(bench: &Bench) -> (StoredRule, Vec<i64>) {
    let store = &*bench.store;
    let connection = connect(store).await;
    let mut seqs = vec![store.rules_version().await.unwrap()];
    let plain = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let made = add_rule(store, plain.clone()).await;
    seqs.push(store.rules_version().await.unwrap());
    let (scope, by) = (Scope::All, Actor::System);
    store
        .set_rule_status(
            &made.id,
            Level::Product,
            &scope,
            RuleStatus::Disabled,
            &by,
            NOON + 1_000,
        )
        .await
        .unwrap();
    seqs.push(store.rules_version().await.unwrap());
    let moved = leadbell_domain::Rule {
        trigger: Trigger::LmsLeadRejected,
        ..plain.clone()
    };
    store
        .update_rule(&made.id, &moved, &scope, None, &by, NOON + 2_000)
        .await
        .unwrap();
    seqs.push(store.rules_version().await.unwrap());
    store
        .delete_rule(&made.id, Level::Product, &scope, None, &by, NOON + 3_000)
        .await
        .unwrap();
    seqs.push(store.rules_version().await.unwrap());
    add_rule(store, plain).await;
    (made, seqs)
}

pub async fn rules_are_told_as_they_were_when_an_event_arrived(bench: &Bench) {
    let (_, seqs) = history(bench).await;
    let at = async |seq| short(&told(bench, &met(Some(seq), 0)).await);
    assert_eq!(at(seqs[0]).await, []);
    assert_eq!(at(seqs[1]).await, [(1, 1, true, true, true)]);
    assert_eq!(at(seqs[2]).await, [(1, 2, false, true, true)]);
    // It waited for something else by then, and later it was gone.
    assert_eq!(at(seqs[3]).await, []);
    assert_eq!(at(seqs[4]).await, []);
    assert_eq!(at(seqs[4] + 1).await, [(2, 1, true, false, false)]);
    let other = RulesAtQuery {
        trigger: Trigger::LmsLeadRejected,
        ..met(Some(seqs[3]), 0)
    };
    assert_eq!(short(&told(bench, &other).await), [(1, 3, true, true, true)]);
    for scope in [Scope::Nothing, crate::samples::publishers(&["1044"])] {
        let query = RulesAtQuery {
            scope,
            ..met(Some(seqs[1]), 0)
        };
        assert!(told(bench, &query).await.is_empty());
    }
}

pub async fn of_rules_from_before_the_order_was_kept_the_time_decides(bench: &Bench) {
    let (_, seqs) = history(bench).await;
    bench.tamper("UPDATE rule_versions SET change_seq = NULL").await;
    let at = async |at| short(&told(bench, &met(None, at)).await);
    assert_eq!(at(NOON - 1).await, []);
    assert_eq!(at(NOON + 1_500).await.first(), Some(&(1, 2, false, true, true)));
    // An event that knows its place came after all that has none.
    let later = short(&told(bench, &met(Some(seqs[4] + 1), 0)).await);
    assert_eq!(later, [(2, 1, true, false, false)]);
}

pub async fn many_rules_are_told_in_steps(bench: &Bench) {
    let store = &*bench.store;
    let connection = connect(store).await;
    for _ in 0..5 {
        add_rule(
            store,
            rule(Level::Product, "218", Trigger::LmsLeadSold, &connection),
        )
        .await;
    }
    let seq = store.rules_version().await.unwrap();
    let (mut seen, mut after, mut steps) = (Vec::new(), 0, 0);
    loop {
        let query = RulesAtQuery {
            after,
            limit: 2,
            ..met(Some(seq), 0)
        };
        let (rules, more) = store.rules_at(&query).await.unwrap();
        seen.extend(rules.iter().map(|rule| rule.number));
        steps += 1;
        match more {
            Some(number) => after = number,
            None => break,
        }
    }
    assert_eq!((seen, steps), (vec![1, 2, 3, 4, 5], 3));
}
