//! Entities: writing, finding, listing.

use leadbell_domain::{EntityKind, EntityStatus, Platform, Scope};
use leadbell_store::{EntityQuery, EntityUpsert, UpsertCounts};

use crate::samples::{NOON, entity, id, ids, told};
use crate::support::Bench;

fn counts(created: u64, updated: u64, unchanged: u64) -> UpsertCounts {
    UpsertCounts {
        created,
        updated,
        unchanged,
    }
}

async fn names(bench: &Bench, query: &EntityQuery) -> Vec<String> {
    bench
        .store
        .list_entities(query)
        .await
        .unwrap()
        .rows
        .into_iter()
        .map(|entity| entity.name)
        .collect()
}

pub async fn an_entity_is_created_then_unchanged_then_updated(bench: &Bench) {
    let one = told(EntityKind::Product, "218", "Auto insurance");
    assert_eq!(
        bench
            .store
            .upsert_entities(std::slice::from_ref(&one), NOON)
            .await
            .unwrap(),
        counts(1, 0, 0)
    );
    assert_eq!(
        bench.store.upsert_entities(&[one], NOON + 1).await.unwrap(),
        counts(0, 0, 1)
    );
    let first = entity(&*bench.store, EntityKind::Product, "218").await;
    assert_eq!(
        (first.status, first.discovered, first.updated_at),
        (EntityStatus::Active, false, NOON)
    );

    let renamed = told(EntityKind::Product, "218", "Car insurance");
    assert_eq!(
        bench.store.upsert_entities(&[renamed], NOON + 2).await.unwrap(),
        counts(0, 1, 0)
    );
    let second = entity(&*bench.store, EntityKind::Product, "218").await;
    assert_eq!(
        (second.name.as_str(), second.created_at, second.updated_at),
        ("Car insurance", NOON, NOON + 2)
    );
    assert_eq!(
        bench
            .store
            .find_entity(EntityKind::Buyer, &id("218"), &Scope::All)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        bench.store.upsert_entities(&[], NOON).await.unwrap(),
        counts(0, 0, 0)
    );
}

pub async fn what_is_not_told_stays_as_it_is(bench: &Bench) {
    let whole = EntityUpsert {
        platform: Some(Platform::Lms),
        status: Some(EntityStatus::Paused),
        product: Some(id("218")),
        publisher: Some(id("1044")),
        buyer: Some(id("402")),
        ..told(EntityKind::Channel, "c-1", "Web form")
    };
    bench.store.upsert_entities(&[whole], NOON).await.unwrap();
    let before = entity(&*bench.store, EntityKind::Channel, "c-1").await;
    let nothing = EntityUpsert {
        name: None,
        ..told(EntityKind::Channel, "c-1", "")
    };
    assert_eq!(
        bench.store.upsert_entities(&[nothing], NOON + 1).await.unwrap(),
        counts(0, 0, 1)
    );
    assert_eq!(entity(&*bench.store, EntityKind::Channel, "c-1").await, before);
    assert_eq!(
        (before.status, before.publisher),
        (EntityStatus::Paused, Some(id("1044")))
    );
    // One that was never named is called by its id.
    let nameless = EntityUpsert {
        name: None,
        ..told(EntityKind::Channel, "c-2", "")
    };
    bench.store.upsert_entities(&[nameless], NOON).await.unwrap();
    assert_eq!(
        entity(&*bench.store, EntityKind::Channel, "c-2").await.name,
        "c-2"
    );
}

pub async fn an_event_fills_gaps_but_never_overrules_what_was_entered(bench: &Bench) {
    let entered = EntityUpsert {
        status: Some(EntityStatus::Disabled),
        publisher: Some(id("1044")),
        ..told(EntityKind::Channel, "c-1", "Web form")
    };
    bench.store.upsert_entities(&[entered], NOON).await.unwrap();
    let mentioned = EntityUpsert {
        discovered: true,
        platform: Some(Platform::Lms),
        status: Some(EntityStatus::Active),
        publisher: Some(id("9999")),
        product: Some(id("218")),
        ..told(EntityKind::Channel, "c-1", "Web form 2")
    };
    assert_eq!(
        bench.store.upsert_entities(&[mentioned], NOON + 1).await.unwrap(),
        counts(0, 1, 0)
    );
    let now = entity(&*bench.store, EntityKind::Channel, "c-1").await;
    assert_eq!(
        (now.name.as_str(), now.status, now.discovered),
        ("Web form 2", EntityStatus::Disabled, false)
    );
    assert_eq!(
        now.publisher,
        Some(id("1044")),
        "the owner that was entered stays"
    );
    assert_eq!(
        (now.product, now.platform),
        (Some(id("218")), Some(Platform::Lms)),
        "what was unknown is filled in"
    );
}

pub async fn entering_a_discovered_entity_takes_the_mark_off(bench: &Bench) {
    let mentioned = EntityUpsert {
        discovered: true,
        ..told(EntityKind::Source, "s-7", "fb-ads")
    };
    bench.store.upsert_entities(&[mentioned], NOON).await.unwrap();
    assert!(entity(&*bench.store, EntityKind::Source, "s-7").await.discovered);
    bench
        .store
        .upsert_entities(&[told(EntityKind::Source, "s-7", "fb-ads")], NOON)
        .await
        .unwrap();
    assert!(!entity(&*bench.store, EntityKind::Source, "s-7").await.discovered);
}

pub async fn the_same_entity_twice_in_one_call_is_one_entity(bench: &Bench) {
    let twice = [
        told(EntityKind::Buyer, "402", "Acme"),
        EntityUpsert {
            platform: Some(Platform::Lms),
            ..told(EntityKind::Buyer, "402", "Acme Corp")
        },
        EntityUpsert {
            name: None,
            ..told(EntityKind::Buyer, "402", "")
        },
    ];
    assert_eq!(
        bench.store.upsert_entities(&twice, NOON).await.unwrap(),
        counts(1, 1, 1)
    );
    let acme = entity(&*bench.store, EntityKind::Buyer, "402").await;
    assert_eq!(
        (acme.name.as_str(), acme.platform),
        ("Acme Corp", Some(Platform::Lms))
    );
}

pub async fn a_thousand_entities_go_in_one_call(bench: &Bench) {
    let many: Vec<_> = (0..1_000)
        .map(|n| told(EntityKind::Source, &format!("s-{n}"), &format!("Source {n}")))
        .collect();
    assert_eq!(
        bench.store.upsert_entities(&many, NOON).await.unwrap(),
        counts(1_000, 0, 0)
    );
    assert_eq!(
        bench.store.upsert_entities(&many, NOON).await.unwrap(),
        counts(0, 0, 1_000)
    );
    let page = bench
        .store
        .list_entities(&EntityQuery::of(EntityKind::Source, Scope::All))
        .await
        .unwrap();
    assert_eq!((page.total, page.rows.len()), (1_000, 50));
}

pub async fn entities_are_listed_by_name_page_by_page(bench: &Bench) {
    let some = ["delta", "Alpha", "charlie", "Bravo", "Élan"];
    let some: Vec<_> = some
        .iter()
        .map(|name| told(EntityKind::Product, &format!("id-{name}"), name))
        .collect();
    bench.store.upsert_entities(&some, NOON).await.unwrap();
    let mut query = EntityQuery::of(EntityKind::Product, Scope::All);
    assert_eq!(
        names(bench, &query).await,
        ["Alpha", "Bravo", "charlie", "delta", "Élan"]
    );
    (query.offset, query.limit) = (1, 2);
    let page = bench.store.list_entities(&query).await.unwrap();
    assert_eq!(page.total, 5);
    assert_eq!(names(bench, &query).await, ["Bravo", "charlie"]);
    query.offset = 99;
    assert_eq!(bench.store.list_entities(&query).await.unwrap().total, 5);
}

pub async fn a_search_finds_parts_of_name_and_id_in_any_alphabet_and_case(bench: &Bench) {
    let some = [
        told(EntityKind::Publisher, "1044", "Übermedia Ärzte"),
        told(EntityKind::Publisher, "1050", "ЛИДЫ Москва"),
        told(EntityKind::Publisher, "P-77", "Plain"),
    ];
    bench.store.upsert_entities(&some, NOON).await.unwrap();
    let mut query = EntityQuery::of(EntityKind::Publisher, Scope::All);
    for (search, found) in [
        ("ÜBER", "Übermedia Ärzte"),
        ("ärzte", "Übermedia Ärzte"),
        ("лиды", "ЛИДЫ Москва"),
        (" МОСК ", "ЛИДЫ Москва"),
        ("p-77", "Plain"),
        ("105", "ЛИДЫ Москва"),
    ] {
        query.search = search.to_owned();
        assert_eq!(names(bench, &query).await, [found], "{search}");
        assert_eq!(
            bench.store.list_entities(&query).await.unwrap().total,
            1,
            "{search}"
        );
    }
    query.search = "no such thing".to_owned();
    assert!(names(bench, &query).await.is_empty());
}

pub async fn percent_and_underscore_are_ordinary_characters(bench: &Bench) {
    let some = [
        "100% leads",
        "100 leads",
        "a_b",
        "aXb",
        r"back\slash",
        "it's \"quoted\"",
    ];
    let some: Vec<_> = some
        .iter()
        .enumerate()
        .map(|(n, name)| told(EntityKind::Product, &format!("{n}"), name))
        .collect();
    bench.store.upsert_entities(&some, NOON).await.unwrap();
    let mut query = EntityQuery::of(EntityKind::Product, Scope::All);
    for (search, found) in [
        ("0%", "100% leads"),
        ("a_b", "a_b"),
        (r"k\s", r"back\slash"),
        ("'s \"", "it's \"quoted\""),
        ("%", "100% leads"),
    ] {
        query.search = search.to_owned();
        assert_eq!(names(bench, &query).await, [found], "{search}");
    }
}

pub async fn a_list_can_be_narrowed_by_ids_platform_and_owners(bench: &Bench) {
    let of = |entity: &str, platform, publisher: &str| EntityUpsert {
        platform,
        publisher: Some(id(publisher)),
        ..told(EntityKind::Channel, entity, entity)
    };
    let some = [
        of("a", Some(Platform::Lms), "1044"),
        of("b", Some(Platform::CallLogic), "1044"),
        of("c", None, "1050"),
        EntityUpsert {
            buyer: Some(id("402")),
            ..told(EntityKind::Campaign, "k", "k")
        },
        told(EntityKind::Campaign, "l", "l"),
        told(EntityKind::Publisher, "1044", "one"),
        told(EntityKind::Publisher, "1050", "two"),
    ];
    bench.store.upsert_entities(&some, NOON).await.unwrap();
    let all = EntityQuery::of(EntityKind::Channel, Scope::All);
    assert_eq!(
        names(
            bench,
            &EntityQuery {
                ids: Some(ids(&["a", "c", "x"])),
                ..all.clone()
            }
        )
        .await,
        ["a", "c"]
    );
    assert!(
        names(
            bench,
            &EntityQuery {
                ids: Some(Vec::new()),
                ..all.clone()
            }
        )
        .await
        .is_empty()
    );
    assert_eq!(
        names(
            bench,
            &EntityQuery {
                platform: Some(Platform::Lms),
                ..all.clone()
            }
        )
        .await,
        ["a", "c"]
    );
    assert_eq!(
        names(
            bench,
            &EntityQuery {
                publishers: ids(&["1044"]),
                ..all
            }
        )
        .await,
        ["a", "b"]
    );
    let campaigns = EntityQuery {
        buyers: ids(&["402"]),
        ..EntityQuery::of(EntityKind::Campaign, Scope::All)
    };
    assert_eq!(names(bench, &campaigns).await, ["k"]);
    let publishers = EntityQuery {
        publishers: ids(&["1050"]),
        ..EntityQuery::of(EntityKind::Publisher, Scope::All)
    };
    assert_eq!(names(bench, &publishers).await, ["two"]);
}

pub async fn deleted_ones_are_listed_only_when_asked_for(bench: &Bench) {
    let gone = EntityUpsert {
        status: Some(EntityStatus::Deleted),
        ..told(EntityKind::Product, "1", "gone")
    };
    bench
        .store
        .upsert_entities(&[gone, told(EntityKind::Product, "2", "here")], NOON)
        .await
        .unwrap();
    let mut query = EntityQuery::of(EntityKind::Product, Scope::All);
    assert_eq!(names(bench, &query).await, ["here"]);
    query.hide_deleted = false;
    assert_eq!(names(bench, &query).await, ["gone", "here"]);
    assert_eq!(
        entity(&*bench.store, EntityKind::Product, "1").await.status,
        EntityStatus::Deleted
    );
}

pub async fn a_nul_character_does_no_harm(bench: &Bench) {
    bench
        .store
        .upsert_entities(&[told(EntityKind::Product, "1", "a\0b")], NOON)
        .await
        .unwrap();
    assert_eq!(
        entity(&*bench.store, EntityKind::Product, "1").await.name,
        "a\u{fffd}b"
    );
    let again = bench
        .store
        .upsert_entities(&[told(EntityKind::Product, "1", "a\0b")], NOON)
        .await
        .unwrap();
    assert_eq!(again, counts(0, 0, 1));
    let mut query = EntityQuery::of(EntityKind::Product, Scope::All);
    query.search = "a\0".to_owned();
    assert_eq!(bench.store.list_entities(&query).await.unwrap().total, 1);
}
