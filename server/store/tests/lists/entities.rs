//! Lists of the catalog, and the options of forms, which are the same lists.

use leadbell_domain::{EntityKind, EntityStatus, Level, Platform, Scope};
use leadbell_store::{EntityQuery, EntitySort, Store};

use crate::house::HOUSE;
use crate::{Figures, ids};

pub async fn measure(figures: &mut Figures, store: &dyn Store) {
    for (what, query) in lists() {
        let list = async || drop(store.list_entities(&query).await.expect("a list"));
        figures.take(what, list).await;
    }
    for (kind, id) in [
        (EntityKind::Publisher, 7),
        (EntityKind::Product, 1),
        (EntityKind::Channel, 7),
    ] {
        let id = &ids(id..=id)[0];
        let uses = async || drop(store.entry_uses(kind, id, &Scope::All).await.expect("uses"));
        figures.take(format!("what uses a {}", kind.key()), uses).await;
    }
    let fifty = ids(1..51);
    for (level, scope) in [
        (Level::Product, Scope::All),
        (Level::Publisher, Scope::Platform(Platform::Lms)),
    ] {
        let count = async || drop(store.count_rules_on(level, &fifty, &scope).await.expect("counts"));
        figures
            .take(format!("rules counted on 50 {}s", level.key()), count)
            .await;
    }
}

/// The lists of entities that pages and forms ask for.
fn lists() -> Vec<(String, EntityQuery)> {
    let mut lists = Vec::new();
    for (kind, count) in HOUSE {
        let all = EntityQuery::of(kind, Scope::All);
        let mut add =
            |what: &str, query: EntityQuery| lists.push((format!("{}: {what}", kind.plural()), query));
        add("first page", all.clone());
        let offset = i64::try_from(count).unwrap_or_default() * 9 / 10;
        add(
            "last page",
            EntityQuery {
                offset,
                ..all.clone()
            },
        );
        for q in ["blue", "7919", "no such name"] {
            let found = EntityQuery {
                search: q.to_owned(),
                ..all.clone()
            };
            add(&format!("“{q}”"), found.clone());
            add(
                &format!("“{q}”, options"),
                EntityQuery {
                    counted: false,
                    ..found
                },
            );
        }
        add(
            "disabled",
            EntityQuery {
                status: Some(EntityStatus::Disabled),
                ..all.clone()
            },
        );
        add(
            "discovered",
            EntityQuery {
                discovered: Some(true),
                ..all.clone()
            },
        );
        add(
            "last changed",
            EntityQuery {
                sort: EntitySort::Changed,
                ..all.clone()
            },
        );
        let lms = Scope::Platform(Platform::Lms);
        add("of LMS", EntityQuery::of(kind, lms.clone()));
        add(
            "of LMS, “blue”",
            EntityQuery {
                search: "blue".to_owned(),
                ..EntityQuery::of(kind, lms)
            },
        );
        let (mine, some) = (ids(1..51), ids(1..51));
        match kind {
            EntityKind::Channel | EntityKind::Source | EntityKind::Publisher => {
                add("of 50 publishers", EntityQuery::of(kind, Scope::Publishers(mine)));
                add(
                    "of a publisher",
                    EntityQuery {
                        publishers: ids(7..8),
                        ..all.clone()
                    },
                );
            }
            EntityKind::Campaign | EntityKind::Buyer => {
                add("of 50 buyers", EntityQuery::of(kind, Scope::Buyers(mine)));
                add(
                    "of a buyer",
                    EntityQuery {
                        buyers: ids(7..8),
                        ..all.clone()
                    },
                );
            }
            EntityKind::Pingtree => {
                add("of 50 buyers", EntityQuery::of(kind, Scope::Buyers(mine)));
                add(
                    "with a campaign",
                    EntityQuery {
                        campaigns: ids(7..8),
                        ..all.clone()
                    },
                );
            }
            EntityKind::Product => {}
        }
        add(
            "of 50 ids",
            EntityQuery {
                ids: Some(some),
                ..all
            },
        );
    }
    lists
}
