//! What names an entry, kept beside rules and presets; and how the lists of an entity's rules are found.

use std::collections::{BTreeMap, BTreeSet};

use leadbell_domain::{
    EntityKind, FilterDraft, FilterKey, Level, ListFilter, Platform, PresetId, Rule, RuleDraft, RuleSort,
    RuleStatus, Scope, Trigger,
};
use leadbell_store::{Actor, Deed, EntityUpsert, EntityUses, Pools, PresetUse, RuleChange, RuleQuery, Store};

use crate::samples::{NOON, add_rule, connect, fresh, id, rule, told};
use crate::support::Bench;

const BY: Actor = Actor::System;

fn naming(rule: &Rule, publishers: &[&str], none_of: bool) -> Rule {
    let values: BTreeSet<String> = publishers.iter().map(|&id| id.to_owned()).collect();
    let list = if none_of {
        ListFilter::NoneOf(values)
    } else {
        ListFilter::AnyOf(values)
    };
    let mut rule = rule.clone();
    rule.filters.lists.insert(FilterKey::Publisher, list);
    rule.filters.lists.insert(
        FilterKey::Method,
        ListFilter::AnyOf(BTreeSet::from(["POST".to_owned()])),
    );
    rule
}

fn preset(name: &str, publisher: &str) -> RuleDraft {
    let filter = FilterDraft {
        exclude: false,
        values: vec![publisher.to_owned()],
    };
    RuleDraft {
        name: name.to_owned(),
        trigger: Trigger::LmsLeadSold.key().to_owned(),
        filters: BTreeMap::from([(FilterKey::Publisher, filter)]),
        ..RuleDraft::default()
    }
}

async fn uses(bench: &Bench, kind: EntityKind, entry: &str, scope: Scope) -> EntityUses {
    bench.store.entry_uses(kind, &id(entry), &scope).await.unwrap()
}

/// How many rules name each of two publishers.
async fn named(bench: &Bench) -> (i64, i64) {
    let of = async |entry| uses(bench, EntityKind::Publisher, entry, Scope::All).await;
    let (one, two) = (of("1").await, of("2").await);
    for found in [&one, &two] {
        assert_eq!(found.filters, i64::try_from(found.filtering.len()).unwrap());
    }
    (one.filters, two.filters)
}

pub async fn uses_follow_every_change_of_rules_and_presets(bench: &Bench) {
    let store = &*bench.store;
    let connection = connect(store).await;
    let plain = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let first = add_rule(store, naming(&plain, &["1", "2"], false)).await;
    add_rule(store, naming(&plain, &["2"], true)).await;
    assert_eq!(named(bench).await, (1, 2));
    let edited = naming(&plain, &["2"], false);
    let update = RuleChange::update(&first.id, &edited, &Scope::All, None);
    store.change_rules(&[update], None, &BY, NOON).await.unwrap();
    assert_eq!(named(bench).await, (0, 2));
    let delete = RuleChange::delete(&first.id, Level::Product, &Scope::All, None);
    store.change_rules(&[delete], None, &BY, NOON).await.unwrap();
    assert_eq!(named(bench).await, (0, 1));
    let restore = RuleChange {
        deed: Deed::Restore(Box::new(edited)),
        ..RuleChange::delete(&first.id, Level::Product, &Scope::All, None)
    };
    store.change_rules(&[restore], None, &BY, NOON).await.unwrap();
    assert_eq!(named(bench).await, (0, 2));

    let product = EntityUpsert {
        platform: Some(Platform::Lms),
        ..told(EntityKind::Product, "218", "A product")
    };
    store.upsert_entities(&[product], NOON).await.unwrap();
    let kept: PresetId = fresh();
    store
        .insert_preset(&kept, &id("218"), &preset("Sold", "1"), &BY, NOON)
        .await
        .unwrap();
    let told = PresetUse {
        id: kept.clone(),
        name: "Sold".to_owned(),
        product: id("218"),
    };
    for (kind, entry) in [(EntityKind::Publisher, "1"), (EntityKind::Product, "218")] {
        let found = uses(bench, kind, entry, Scope::All).await;
        assert_eq!((found.presets, found.preset_uses), (1, vec![told.clone()]));
        let confined = uses(bench, kind, entry, Scope::Platform(Platform::CallLogic)).await;
        assert_eq!((confined.presets, confined.preset_uses), (1, vec![]));
    }
    store
        .update_preset(&kept, &preset("Sold", "2"), &Scope::All, None, &BY, NOON)
        .await
        .unwrap();
    let presets = async |entry| {
        uses(bench, EntityKind::Publisher, entry, Scope::All)
            .await
            .presets
    };
    assert_eq!((presets("1").await, presets("2").await), (0, 1));
    store.delete_preset(&kept, &Scope::All, None, NOON).await.unwrap();
    assert_eq!(presets("2").await, 0);
}

pub async fn a_house_from_before_learns_what_its_rules_and_presets_name(bench: &Bench) {
    let store = &*bench.store;
    let connection = connect(store).await;
    let plain = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    add_rule(store, plain.clone()).await;
    add_rule(store, naming(&plain, &["1", "2"], false)).await;
    add_rule(store, naming(&plain, &["2"], true)).await;
    store
        .insert_preset(&fresh(), &id("218"), &preset("Sold", "1"), &BY, NOON)
        .await
        .unwrap();
    bench.tamper("DELETE FROM rule_uses").await;
    bench.tamper("DELETE FROM preset_uses").await;
    assert_eq!(named(bench).await, (0, 0));
    let migration = match bench.pools {
        Pools::Sqlite(_) => include_str!("../../../../migrations/sqlite/0021_figures.sql"),
        Pools::Postgres(_) => include_str!("../../../../migrations/postgres/0021_figures.sql"),
    };
    for statement in migration.split(';') {
        if let Some(at) = statement.find("INSERT INTO ") {
            bench.tamper(&statement[at..]).await;
        }
    }
    assert_eq!(named(bench).await, (1, 2));
    let found = uses(bench, EntityKind::Publisher, "1", Scope::All).await;
    assert_eq!(found.presets, 1);
}

/// Some rules on one product, and many elsewhere.
async fn many(bench: &Bench, store: &dyn Store) {
    let connection = connect(store).await;
    let changes: Vec<Rule> = (0..2_000)
        .map(|n| {
            let entity = if n % 40 == 0 {
                "218".to_owned()
            } else {
                format!("{n}")
            };
            let plain = rule(Level::Product, &entity, Trigger::LmsLeadSold, &connection);
            naming(&plain, &[&format!("{}", n % 300)], false)
        })
        .collect();
    let changes: Vec<RuleChange> = changes
        .iter()
        .map(|rule| RuleChange::insert(&fresh(), rule))
        .collect();
    store.change_rules(&changes, None, &BY, NOON).await.unwrap();
    bench.tamper("ANALYZE").await;
}

pub async fn no_list_of_an_entitys_rules_reads_more_than_their_index(bench: &Bench) {
    many(bench, &*bench.store).await;
    let all = RuleQuery::of(Scope::All, Level::Product, id("218"));
    let mut queries: Vec<(&str, RuleQuery)> = RuleSort::ALL
        .into_iter()
        .map(|sort| (sort.label(), RuleQuery { sort, ..all.clone() }))
        .collect();
    queries.extend([
        (
            "of a trigger",
            RuleQuery {
                trigger: Some(Trigger::LmsLeadRejected),
                ..all.clone()
            },
        ),
        (
            "disabled",
            RuleQuery {
                status: Some(RuleStatus::Disabled),
                ..all.clone()
            },
        ),
        (
            "to a channel",
            RuleQuery {
                target: Some("C0SALES01".to_owned()),
                ..all.clone()
            },
        ),
        (
            "of a platform",
            RuleQuery {
                scope: Scope::Platform(Platform::Lms),
                ..all
            },
        ),
    ]);
    for (what, query) in queries {
        let plan = bench.store.explain_rules(&query).await.unwrap().join("\n");
        let fits = match bench.pools {
            Pools::Sqlite(_) => plan.contains("INDEX rules_by_entity (level=? AND entity_id=?"),
            // Which of the indexes that begin with the entity it takes, is its own business.
            Pools::Postgres(_) => plan
                .lines()
                .any(|step| step.contains("Index Cond") && step.contains("entity_id = ")),
        };
        assert!(fits, "{what}:\n{plan}");
    }
}

pub async fn what_uses_an_entry_is_found_without_reading_other_rules(bench: &Bench) {
    many(bench, &*bench.store).await;
    let plan = bench
        .store
        .explain_uses(EntityKind::Publisher, &id("7"))
        .await
        .unwrap()
        .join("\n");
    let fits = match bench.pools {
        Pools::Sqlite(_) => plan.contains("SEARCH u USING PRIMARY KEY") && plan.contains("SEARCH r USING"),
        Pools::Postgres(_) => plan.contains("rule_uses_pkey") && !plan.contains("Seq Scan"),
    };
    assert!(fits, "{plan}");
}
