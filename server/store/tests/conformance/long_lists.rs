//! Long lists: words in them, and the pages at their end.

use leadbell_domain::{Level, Rule, RuleSort, Scope, StoredRule, Trigger};
use leadbell_store::{Actor, AuditQuery, Pools, RuleQuery};

use crate::samples::{NOON, add_rule, connect, id, product_rule, rule};
use crate::support::Bench;

/// More than are passed over without counting.
const MANY: usize = 1_300;

async fn found(bench: &Bench, words: &str) -> Vec<i64> {
    let query = RuleQuery {
        search: words.to_owned(),
        ..RuleQuery::of(Scope::All, Level::Product, id("218"))
    };
    let page = bench.store.list_rules(&query).await.unwrap();
    assert_eq!(page.total, page.rows.len() as i64, "{words}");
    page.rows.iter().map(|row| row.stored.number).collect()
}

async fn named(bench: &Bench, name: &str) -> StoredRule {
    let connection = connect(&*bench.store).await;
    let plain = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let name = name.to_owned();
    add_rule(&*bench.store, Rule { name, ..plain }).await
}

pub async fn words_are_found_wherever_they_stand_and_only_as_long_as_they_do(bench: &Bench) {
    for name in [
        "Say \"more\" OR nothing",
        "ÜBERNAHME für 90418277",
        "100% of_it \\ all",
    ] {
        named(bench, name).await;
    }
    for (words, numbers) in [
        ("\"more\" or", vec![1]),
        ("OR NOTHING", vec![1]),
        ("übernahme", vec![2]),
        ("ÜB", vec![2]),
        ("für 9041", vec![2]),
        ("0% of_it \\", vec![3]),
        ("0% ofxit", vec![]),
        ("more nothing", vec![]),
        ("#2", vec![2]),
    ] {
        assert_eq!(found(bench, words).await, numbers, "{words}");
    }
    let stored = named(bench, "Renamed before long").await;
    let edit = Rule {
        name: "Another name".to_owned(),
        ..stored.rule.clone()
    };
    bench
        .store
        .update_rule(&stored.id, &edit, &Scope::All, None, &Actor::System, NOON + 1)
        .await
        .unwrap();
    assert_eq!(found(bench, "before long").await, Vec::<i64>::new());
    assert_eq!(found(bench, "another").await, vec![stored.number]);
    bench
        .store
        .delete_rule(
            &stored.id,
            Level::Product,
            &Scope::All,
            None,
            &Actor::System,
            NOON + 2,
        )
        .await
        .unwrap();
    assert_eq!(found(bench, "another").await, Vec::<i64>::new());
    let lines = bench
        .store
        .list_audit(&AuditQuery {
            search: "ÜBERNAHME".to_owned(),
            ..AuditQuery::of(Scope::All, None)
        })
        .await
        .unwrap();
    assert_eq!((lines.total, lines.rows.len()), (1, 1));
}

/// Rules like the first one, written behind the store's back.
async fn many(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    product_rule(&*bench.store, &connection).await;
    bench
        .tamper(&format!(
            "INSERT INTO rules (id, number, version, change_seq, name, level, entity_id, trigger_key, platform, filters, \
             connection_id, target_kind, target_id, template, status, created_at, updated_at, search) \
             WITH RECURSIVE more (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM more WHERE n < {MANY}) \
             SELECT '01931c3e-7b1a-7c3e-8b55-' || substr(CAST(1000000000000 + n AS TEXT), 2), n, 1, n, \
             CASE n % 5 WHEN 0 THEN '' ELSE 'Rule ' || (n % 97) END, level, entity_id, CASE n % 2 WHEN 0 THEN \
             'lms.lead_sold' ELSE 'lms.lead_rejected' END, platform, filters, connection_id, target_kind, target_id, \
             template, status, created_at, n % 31, 'rule ' || n FROM more CROSS JOIN rules"
        ))
        .await;
    bench
        .tamper(&format!(
            "INSERT INTO audit (id, at, actor_kind, actor_name, action, subject_kind, subject_label, detail, who, search) \
             WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < {MANY}) \
             SELECT '01931c3e-7b1a-7c3e-ba55-' || substr(CAST(1000000000000 + n AS TEXT), 2), n / 7, 'system', 'Leadbell', \
             'rule.changed', 'rule', 'Rule', '', 'leadbell', 'line ' || n FROM more"
        ))
        .await;
}

pub async fn pages_at_the_end_of_a_long_list_follow_those_before(bench: &Bench) {
    many(bench).await;
    for sort in RuleSort::ALL {
        let query = RuleQuery {
            sort,
            limit: 5_000,
            ..RuleQuery::of(Scope::All, Level::Product, id("218"))
        };
        let whole = bench.store.list_rules(&query).await.unwrap();
        let mut numbers = Vec::new();
        for offset in (0..MANY as i64 + 90).step_by(90) {
            let page = RuleQuery {
                offset,
                limit: 90,
                ..query.clone()
            };
            let page = bench.store.list_rules(&page).await.unwrap();
            assert!(
                page.total == MANY as i64 || page.rows.is_empty(),
                "{}",
                page.total
            );
            numbers.extend(page.rows.into_iter().map(|row| row.stored.number));
        }
        let expected: Vec<i64> = whole.rows.iter().map(|row| row.stored.number).collect();
        assert_eq!(numbers.len(), MANY);
        assert_eq!(numbers, expected, "{}", sort.label());
    }
    let query = AuditQuery {
        limit: 5_000,
        ..AuditQuery::of(Scope::All, None)
    };
    let whole = bench.store.list_audit(&query).await.unwrap();
    let mut lines = Vec::new();
    for offset in (0..whole.total).step_by(90) {
        let page = AuditQuery {
            offset,
            limit: 90,
            ..query.clone()
        };
        lines.extend(bench.store.list_audit(&page).await.unwrap().rows);
    }
    assert_eq!(lines, whole.rows);
}

pub async fn words_in_a_long_list_are_looked_up_and_not_read_through(bench: &Bench) {
    many(bench).await;
    let query = RuleQuery {
        search: "rule 123".to_owned(),
        entity: None,
        ..RuleQuery::of(Scope::All, Level::Product, id("218"))
    };
    assert_eq!(bench.store.list_rules(&query).await.unwrap().total, 11);
    let plan = bench.store.explain_rules(&query).await.unwrap().join("\n");
    if let Pools::Sqlite(_) = bench.pools {
        assert!(plan.contains("VIRTUAL TABLE INDEX"), "{plan}");
        assert!(!plan.contains("SCAN r\n"), "{plan}");
    }
}
