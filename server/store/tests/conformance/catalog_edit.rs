//! The catalog edited by hand: entries, what uses them, imports; and the campaigns in pingtrees.

use std::collections::BTreeSet;

use leadbell_domain::{
    EntityKind, EntityStatus, FilterKey, Level, ListFilter, Platform, Role, Scope, Trigger, UserId,
};
use leadbell_store::{Actor, CatalogEntry, EntityQuery, EntitySort, EntityUpsert, NewUser, StoreError, User};

use crate::samples::{NOON, add_rule, buyers, connect, entity, event, fresh, id, ids, rule, told};
use crate::support::{Bench, error};

async fn entry(bench: &Bench, kind: EntityKind, entity: &str) -> CatalogEntry {
    let found = bench.store.find_entry(kind, &id(entity), &Scope::All).await;
    found.unwrap().expect("an entry")
}

async fn names(bench: &Bench, query: &EntityQuery) -> Vec<String> {
    let page = bench.store.list_entities(query).await.unwrap();
    page.rows.into_iter().map(|entity| entity.name).collect()
}

fn tree(entity: &str, campaigns: &[&str], discovered: bool) -> EntityUpsert {
    EntityUpsert {
        campaigns: Some(ids(campaigns)),
        discovered,
        ..told(EntityKind::Pingtree, entity, entity)
    }
}

pub async fn an_entry_is_added_once_and_changed_by_who_saw_its_latest_state(bench: &Bench) {
    let store = &*bench.store;
    store
        .upsert_entities(&[told(EntityKind::Publisher, "1", "One")], NOON)
        .await
        .unwrap();
    let mut new = entry(bench, EntityKind::Publisher, "1").await;
    new.entity.id = id("2");
    new.entity.name = "Two".to_owned();
    let added = store.add_entry(&new, NOON).await.unwrap();
    assert_eq!(
        (added.entity.name.as_str(), added.entity.updated_at),
        ("Two", NOON)
    );
    new.entity.name = "Another two".to_owned();
    let taken = error(store.add_entry(&new, NOON + 1).await);
    assert!(matches!(taken, StoreError::Taken("id")), "{taken:?}");
    assert_eq!(entity(store, EntityKind::Publisher, "2").await.name, "Two");

    let mut next = added.clone();
    next.entity.name = "Zwei".to_owned();
    next.entity.status = EntityStatus::Pending;
    next.entity.platform = Some(Platform::Lms);
    let seen = added.entity.updated_at;
    let saved = store.replace_entry(&next, &Scope::All, seen, NOON).await.unwrap();
    assert!(saved.entity.updated_at > seen, "also within the same millisecond");
    let late = error(store.replace_entry(&next, &Scope::All, seen, NOON).await);
    assert!(matches!(late, StoreError::Conflict), "{late:?}");
    // What was entered can be taken out again.
    let mut cleared = saved.clone();
    cleared.entity.platform = None;
    let seen = saved.entity.updated_at;
    let cleared = store
        .replace_entry(&cleared, &Scope::All, seen, NOON + 5)
        .await
        .unwrap();
    assert_eq!(entry(bench, EntityKind::Publisher, "2").await, cleared);
    assert_eq!(cleared.entity.platform, None);
    let found = EntityQuery {
        search: "zwei".to_owned(),
        ..EntityQuery::of(EntityKind::Publisher, Scope::All)
    };
    assert_eq!(names(bench, &found).await, ["Zwei"]);
}

pub async fn an_entry_out_of_scope_is_not_there_to_change(bench: &Bench) {
    let store = &*bench.store;
    let call = EntityUpsert {
        platform: Some(Platform::CallLogic),
        ..told(EntityKind::Channel, "c", "c")
    };
    store.upsert_entities(&[call], NOON).await.unwrap();
    let found = entry(bench, EntityKind::Channel, "c").await;
    for scope in [Scope::Platform(Platform::Lms), Scope::Nothing] {
        let refused = error(store.replace_entry(&found, &scope, NOON, NOON).await);
        assert!(matches!(refused, StoreError::NotFound), "{refused:?}");
        let refused = error(
            store
                .set_entry_status(
                    EntityKind::Channel,
                    &id("c"),
                    EntityStatus::Deleted,
                    &scope,
                    NOON,
                    NOON,
                )
                .await,
        );
        assert!(matches!(refused, StoreError::NotFound), "{refused:?}");
        let hidden = store.find_entry(EntityKind::Channel, &id("c"), &scope).await;
        assert_eq!(hidden.unwrap(), None);
    }
}

pub async fn a_status_set_keeps_all_else_and_leaves_a_discovered_one_discovered(bench: &Bench) {
    let store = &*bench.store;
    store
        .upsert_entities(&[tree("t", &["k"], true)], NOON)
        .await
        .unwrap();
    let before = entry(bench, EntityKind::Pingtree, "t").await;
    let seen = before.entity.updated_at;
    let after = store
        .set_entry_status(
            EntityKind::Pingtree,
            &id("t"),
            EntityStatus::Deleted,
            &Scope::All,
            seen,
            NOON + 1,
        )
        .await
        .unwrap();
    assert_eq!(after.entity.status, EntityStatus::Deleted);
    assert_eq!(after, entry(bench, EntityKind::Pingtree, "t").await);
    assert_eq!(
        (after.campaigns, after.entity.discovered),
        (before.campaigns, true)
    );
}

pub async fn a_name_changed_by_hand_follows_the_next_event_again(bench: &Bench) {
    let store = &*bench.store;
    let named = |n: &str| {
        let mut event = event(n);
        event.mentions.push(EntityUpsert {
            discovered: true,
            ..told(EntityKind::Channel, "c", "From the event")
        });
        event
    };
    store.record_events(&[named("e1")]).await.unwrap();
    let mut found = entry(bench, EntityKind::Channel, "c").await;
    found.entity.name = "By hand".to_owned();
    let seen = found.entity.updated_at;
    store
        .replace_entry(&found, &Scope::All, seen, NOON + 1)
        .await
        .unwrap();
    store.record_events(&[named("e2")]).await.unwrap();
    let now = entity(store, EntityKind::Channel, "c").await;
    assert_eq!((now.name.as_str(), now.discovered), ("From the event", false));
}

pub async fn a_pingtree_learns_its_campaigns_from_events_and_takes_those_entered(bench: &Bench) {
    let store = &*bench.store;
    let all = [
        tree("t", &["a"], true),
        tree("t", &["b"], true),
        tree("u", &["a", "c"], false),
    ];
    store.upsert_entities(&all, NOON).await.unwrap();
    let campaigns = |entry: CatalogEntry| entry.campaigns.into_iter().map(String::from).collect::<Vec<_>>();
    assert_eq!(
        campaigns(entry(bench, EntityKind::Pingtree, "t").await),
        ["a", "b"]
    );
    assert_eq!(
        campaigns(entry(bench, EntityKind::Pingtree, "u").await),
        ["a", "c"]
    );
    let counts = store
        .upsert_entities(&[tree("u", &["c"], false)], NOON + 1)
        .await
        .unwrap();
    assert_eq!(counts.updated, 1);
    assert_eq!(campaigns(entry(bench, EntityKind::Pingtree, "u").await), ["c"]);
    let silent = EntityUpsert {
        campaigns: None,
        ..tree("u", &[], false)
    };
    let counts = store.upsert_entities(&[silent], NOON + 2).await.unwrap();
    assert_eq!(counts.unchanged, 1, "what is not told stays");
}

pub async fn a_buyers_agent_sees_the_pingtrees_that_hold_campaigns_of_his(bench: &Bench) {
    let store = &*bench.store;
    let campaign = |entity: &str, buyer: &str| EntityUpsert {
        buyer: Some(id(buyer)),
        ..told(EntityKind::Campaign, entity, entity)
    };
    let all = [
        campaign("k-1", "402"),
        campaign("k-2", "403"),
        tree("both", &["k-1", "k-2"], false),
        tree("other", &["k-2"], false),
        tree("empty", &[], false),
    ];
    store.upsert_entities(&all, NOON).await.unwrap();
    let trees = |scope| EntityQuery::of(EntityKind::Pingtree, scope);
    assert_eq!(names(bench, &trees(buyers(&["402"]))).await, ["both"]);
    assert_eq!(names(bench, &trees(buyers(&["403"]))).await, ["both", "other"]);
    let of_campaign = EntityQuery {
        campaigns: ids(&["k-1"]),
        ..trees(Scope::All)
    };
    assert_eq!(names(bench, &of_campaign).await, ["both"]);
    let in_tree = EntityQuery {
        pingtrees: ids(&["both"]),
        ..EntityQuery::of(EntityKind::Campaign, buyers(&["402"]))
    };
    assert_eq!(
        names(bench, &in_tree).await,
        ["k-1"],
        "and no campaign of another buyer"
    );
}

pub async fn lists_are_narrowed_by_status_discovery_and_product_and_ordered(bench: &Bench) {
    let store = &*bench.store;
    let all = [
        EntityUpsert {
            status: Some(EntityStatus::Paused),
            product: Some(id("218")),
            ..told(EntityKind::Channel, "3", "a")
        },
        EntityUpsert {
            discovered: true,
            ..told(EntityKind::Channel, "2", "b")
        },
        EntityUpsert {
            status: Some(EntityStatus::Deleted),
            ..told(EntityKind::Channel, "1", "c")
        },
    ];
    for (one, at) in all.iter().zip(0..) {
        store
            .upsert_entities(std::slice::from_ref(one), NOON + at)
            .await
            .unwrap();
    }
    let all = EntityQuery::of(EntityKind::Channel, Scope::All);
    let with = |change: &dyn Fn(&mut EntityQuery)| {
        let mut query = all.clone();
        change(&mut query);
        query
    };
    let paused = with(&|query| query.status = Some(EntityStatus::Paused));
    assert_eq!(names(bench, &paused).await, ["a"]);
    let deleted = with(&|query| query.status = Some(EntityStatus::Deleted));
    assert_eq!(names(bench, &deleted).await, ["c"]);
    let discovered = with(&|query| query.discovered = Some(true));
    assert_eq!(names(bench, &discovered).await, ["b"]);
    let entered = with(&|query| query.discovered = Some(false));
    assert_eq!(names(bench, &entered).await, ["a"]);
    let of_product = with(&|query| query.products = ids(&["218"]));
    assert_eq!(names(bench, &of_product).await, ["a"]);
    let by_id = with(&|query| query.sort = EntitySort::Id);
    assert_eq!(names(bench, &by_id).await, ["b", "a"]);
    let after = with(&|query| (query.sort, query.after) = (EntitySort::Id, Some(id("2"))));
    assert_eq!(names(bench, &after).await, ["a"]);
    let changed = with(&|query| query.sort = EntitySort::Changed);
    assert_eq!(names(bench, &changed).await, ["b", "a"]);
    let uncounted = with(&|query| query.counted = false);
    assert_eq!(store.list_entities(&uncounted).await.unwrap().total, 0);
}

pub async fn what_uses_an_entry_is_counted_and_listed_within_scope(bench: &Bench) {
    let store = &*bench.store;
    let all = [
        told(EntityKind::Publisher, "1044", "Blue"),
        EntityUpsert {
            publisher: Some(id("1044")),
            ..told(EntityKind::Channel, "c", "c")
        },
        EntityUpsert {
            publisher: Some(id("1044")),
            status: Some(EntityStatus::Deleted),
            ..told(EntityKind::Channel, "gone", "gone")
        },
        tree("t", &["8807"], false),
    ];
    store.upsert_entities(&all, NOON).await.unwrap();
    let connection = connect(store).await;
    let on_it = add_rule(
        store,
        rule(Level::Publisher, "1044", Trigger::LmsLeadSold, &connection),
    )
    .await;
    let mut naming = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    let list = ListFilter::AnyOf(BTreeSet::from(["1044".to_owned()]));
    naming.filters.lists.insert(FilterKey::Publisher, list.clone());
    let naming = add_rule(store, naming).await;
    // The same text in another filter is not this publisher.
    let mut other = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    other.filters.lists.insert(FilterKey::Channel, list);
    add_rule(store, other).await;
    let user = User {
        id: fresh::<UserId>(),
        email: "p@example.com".to_owned(),
        name: "Pat".to_owned(),
        role: Role::PublisherAgent,
        publishers: ids(&["1044"]),
        buyers: Vec::new(),
        active: true,
        manages_until: None,
        created_at: NOON,
    };
    let password_hash = String::new();
    store.insert_user(&NewUser { user, password_hash }).await.unwrap();

    let uses = |scope: Scope| async move {
        store
            .entry_uses(EntityKind::Publisher, &id("1044"), &scope)
            .await
            .unwrap()
    };
    let found = uses(Scope::All).await;
    assert_eq!((found.rules, found.active_rules, found.filters), (1, 1, 1));
    let listed: Vec<i64> = found.filtering.iter().map(|rule| rule.number).collect();
    assert_eq!(listed, [naming.number]);
    assert_eq!(found.owned, [(EntityKind::Channel, 1)]);
    assert_eq!(found.people, ["Pat"]);
    let confined = uses(Scope::Platform(Platform::CallLogic)).await;
    assert_eq!((confined.filters, confined.filtering.len()), (1, 0));
    let campaign = store
        .entry_uses(EntityKind::Campaign, &id("8807"), &Scope::All)
        .await;
    assert_eq!(campaign.unwrap().pingtrees, 1);

    store
        .delete_rule(
            &on_it.id,
            Level::Publisher,
            &Scope::All,
            None,
            &Actor::System,
            NOON,
        )
        .await
        .unwrap();
    assert_eq!(uses(Scope::All).await.rules, 0, "a deleted rule uses nothing");
}

pub async fn rules_on_many_entities_are_counted_in_one_go(bench: &Bench) {
    let store = &*bench.store;
    let connection = connect(store).await;
    for entity in ["218", "218", "219"] {
        add_rule(
            store,
            rule(Level::Product, entity, Trigger::LmsLeadSold, &connection),
        )
        .await;
    }
    add_rule(
        store,
        rule(Level::Product, "218", Trigger::ClLeadSold, &connection),
    )
    .await;
    let count = |scope: Scope| async move {
        let counts = store
            .count_rules_on(Level::Product, &ids(&["218", "219", "220"]), &scope)
            .await
            .unwrap();
        let of = |entity: &str| counts.get(&id(entity)).copied();
        (of("218"), of("219"), of("220"))
    };
    assert_eq!(count(Scope::All).await, (Some(3), Some(1), None));
    assert_eq!(
        count(Scope::Platform(Platform::Lms)).await,
        (Some(2), Some(1), None)
    );
    assert_eq!(count(Scope::Nothing).await, (None, None, None));
}
