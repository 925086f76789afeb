//! How lists are found: through an index each, never by reading the whole catalog.

use leadbell_domain::{EntityKind, Platform, Scope};
use leadbell_store::{EntityQuery, EntitySort, EntityUpsert, Pools};

use crate::samples::{NOON, buyers, id, ids, publishers, told};
use crate::support::Bench;

pub async fn no_list_reads_the_whole_catalog(bench: &Bench) {
    let store = &*bench.store;
    let of = |kind, n: usize| EntityUpsert {
        platform: Some(Platform::Lms),
        publisher: (kind == EntityKind::Channel).then(|| id(&format!("{}", n % 500))),
        buyer: (kind == EntityKind::Campaign).then(|| id(&format!("{}", n % 500))),
        ..told(kind, &format!("{n}"), &format!("Name {n}"))
    };
    let mut all: Vec<EntityUpsert> = (0..4_000).map(|n| of(EntityKind::Channel, n)).collect();
    all.extend((0..4_000).map(|n| of(EntityKind::Campaign, n)));
    all.extend((0..4_000).map(|n| of(EntityKind::Source, n)));
    store.upsert_entities(&all, NOON).await.unwrap();
    bench.tamper("ANALYZE").await;
    let channels = EntityQuery::of(EntityKind::Channel, Scope::All);
    let queries = [
        ("first page", channels.clone()),
        (
            "searched",
            EntityQuery {
                search: "name 39".to_owned(),
                ..channels.clone()
            },
        ),
        (
            "by id",
            EntityQuery {
                sort: EntitySort::Id,
                after: Some(id("20")),
                ..channels.clone()
            },
        ),
        (
            "last changed",
            EntityQuery {
                sort: EntitySort::Changed,
                ..channels.clone()
            },
        ),
        (
            "some ids",
            EntityQuery {
                ids: Some(ids(&["1", "2"])),
                ..channels.clone()
            },
        ),
        (
            "of a publisher",
            EntityQuery {
                publishers: ids(&["7"]),
                ..channels
            },
        ),
        (
            "of an agent",
            EntityQuery::of(EntityKind::Channel, publishers(&["7", "8"])),
        ),
        (
            "of a buyer's agent",
            EntityQuery::of(EntityKind::Campaign, buyers(&["7", "8"])),
        ),
        (
            "of a platform",
            EntityQuery::of(EntityKind::Channel, Scope::Platform(Platform::Lms)),
        ),
    ];
    for (what, query) in queries {
        let plan = store.explain_list(&query).await.unwrap().join("\n");
        let whole = match bench.pools {
            // "SCAN e" reads the table; "SEARCH e USING INDEX …" does not.
            Pools::Sqlite(_) => plan.lines().any(|step| step == "SCAN e"),
            Pools::Postgres(_) => plan.contains("Seq Scan on entities"),
        };
        assert!(!whole && !plan.is_empty(), "{what}:\n{plan}");
    }
}
