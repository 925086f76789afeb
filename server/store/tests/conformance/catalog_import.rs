//! Imports into the catalog: what a plan showed, or nothing.

use std::collections::BTreeSet;

use leadbell_domain::{EntityId, EntityKind, Role, Scope, UserId};
use leadbell_store::{CatalogEntry, EntityUpsert, NewUser, StoreError, UpsertCounts, User};

use crate::samples::{NOON, entity, fresh, id, ids, told};
use crate::support::{Bench, error};

async fn entry(bench: &Bench, kind: EntityKind, entity: &str) -> CatalogEntry {
    let found = bench.store.find_entry(kind, &id(entity), &Scope::All).await;
    found.unwrap().expect("an entry")
}

fn tree(entity: &str, campaigns: &[&str], discovered: bool) -> EntityUpsert {
    EntityUpsert {
        campaigns: Some(ids(campaigns)),
        discovered,
        ..told(EntityKind::Pingtree, entity, entity)
    }
}

pub async fn an_import_does_what_its_plan_showed_or_nothing(bench: &Bench) {
    let store = &*bench.store;
    store
        .upsert_entities(&[told(EntityKind::Buyer, "402", "Acme")], NOON)
        .await
        .unwrap();
    let file = [
        told(EntityKind::Buyer, "402", "Acme Lending"),
        told(EntityKind::Buyer, "403", "New"),
        tree("t", &["8807"], false),
    ];
    let plan = store.plan_entries(&file, NOON + 1).await.unwrap();
    let befores: Vec<bool> = plan
        .changes
        .iter()
        .map(|change| change.before.is_some())
        .collect();
    assert_eq!(befores, [true, false, false]);
    assert_eq!(plan.changes[0].after.entity.name, "Acme Lending");
    assert_eq!(plan.changes[2].after.campaigns, BTreeSet::from([id("8807")]));
    let none = store
        .find_entity(EntityKind::Buyer, &id("403"), &Scope::All)
        .await;
    assert_eq!(none.unwrap(), None, "a plan changes nothing");

    // Somebody changes one of them: nothing at all is imported.
    store
        .upsert_entities(&[told(EntityKind::Buyer, "402", "Acme Corp")], NOON + 2)
        .await
        .unwrap();
    let late = error(store.import_entries(&file, &plan.stamp, NOON + 3).await);
    assert!(matches!(late, StoreError::Conflict), "{late:?}");
    assert_eq!(entity(store, EntityKind::Buyer, "402").await.name, "Acme Corp");
    let none = store
        .find_entity(EntityKind::Buyer, &id("403"), &Scope::All)
        .await;
    assert_eq!(none.unwrap(), None);

    let plan = store.plan_entries(&file, NOON + 4).await.unwrap();
    let done = store.import_entries(&file, &plan.stamp, NOON + 4).await.unwrap();
    let expected = UpsertCounts {
        created: 2,
        updated: 1,
        unchanged: 0,
    };
    assert_eq!(done, expected);
    for change in &plan.changes {
        let now = entry(bench, change.after.entity.kind, change.after.entity.id.as_str()).await;
        assert_eq!(now, change.after, "just what was shown");
    }
    let again = store.plan_entries(&file, NOON + 5).await.unwrap();
    assert!(again.changes.iter().all(|change| !change.is_change()));
    assert_ne!(again.stamp, plan.stamp);
}

pub async fn a_file_is_kept_for_its_owner_until_his_next(bench: &Bench) {
    let store = &*bench.store;
    let mut people = Vec::new();
    for email in ["a@example.com", "b@example.com"] {
        let user = User {
            id: fresh::<UserId>(),
            email: email.to_owned(),
            name: email.to_owned(),
            role: Role::GlobalAdmin,
            publishers: Vec::new(),
            buyers: Vec::new(),
            active: true,
            manages_until: None,
            created_at: NOON,
        };
        people.push(user.id.clone());
        let password_hash = String::new();
        store.insert_user(&NewUser { user, password_hash }).await.unwrap();
    }
    let [ann, ben] = people.as_slice() else {
        unreachable!()
    };
    store.keep_import("1", ann, "kind,id", NOON).await.unwrap();
    assert_eq!(
        store.find_import("1", ann).await.unwrap().as_deref(),
        Some("kind,id")
    );
    assert_eq!(store.find_import("1", ben).await.unwrap(), None);
    store.keep_import("2", ann, "kind,id,name", NOON).await.unwrap();
    assert_eq!(store.find_import("1", ann).await.unwrap(), None);
    store.drop_import("2").await.unwrap();
    assert_eq!(store.find_import("2", ann).await.unwrap(), None);
}

pub async fn many_entries_are_imported_at_once(bench: &Bench) {
    let store = &*bench.store;
    let many: Vec<EntityUpsert> = (0..5_000)
        .map(|n| told(EntityKind::Source, &format!("s-{n}"), &format!("Source {n}")))
        .collect();
    let plan = store.plan_entries(&many, NOON).await.unwrap();
    let done = store.import_entries(&many, &plan.stamp, NOON).await.unwrap();
    assert_eq!(done.created, 5_000);
    let renamed: Vec<EntityUpsert> = many
        .iter()
        .map(|one| EntityUpsert {
            name: Some(format!("{} renamed", one.id)),
            ..one.clone()
        })
        .collect();
    let plan = store.plan_entries(&renamed, NOON + 1).await.unwrap();
    let done = store
        .import_entries(&renamed, &plan.stamp, NOON + 1)
        .await
        .unwrap();
    assert_eq!(done.updated, 5_000);
    let last: EntityId = id("s-4999");
    let found = store
        .find_entity(EntityKind::Source, &last, &Scope::All)
        .await
        .unwrap();
    assert_eq!(found.map(|entity| entity.name).as_deref(), Some("s-4999 renamed"));
}
