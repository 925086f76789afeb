//! How long lists and option searches take in a large house, run by hand:
//! `scripts/with-postgres.sh cargo test --release -p leadbell-store --test lists -- --ignored --nocapture`.
//! Prints a table for each database; with `LEADBELL_LISTS_LIMIT_MS=100` it fails where one takes longer.

use std::time::{Duration, Instant};

use leadbell_domain::{EntityId, EntityKind, EntityStatus, Level, Platform, Scope};
use leadbell_store::{EntityQuery, EntitySort, Opened, Pools, RuleQuery, SecretKey, Store, open};
use sqlx::Connection as _;

/// How many there are of each kind; and rules.
const HOUSE: [(EntityKind, usize); 7] = [
    (EntityKind::Product, 200),
    (EntityKind::Publisher, 20_000),
    (EntityKind::Channel, 50_000),
    (EntityKind::Source, 20_000),
    (EntityKind::Buyer, 5_000),
    (EntityKind::Campaign, 10_000),
    (EntityKind::Pingtree, 500),
];
const RULES: usize = 100_000;

async fn run(pools: &Pools, statement: &str) {
    match pools {
        Pools::Sqlite(pool) => drop(sqlx::query(statement).execute(pool).await.expect("it works")),
        Pools::Postgres(pool) => drop(sqlx::query(statement).execute(pool).await.expect("it works")),
    }
}

fn numbers(pools: &Pools, count: usize) -> String {
    match pools {
        Pools::Sqlite(_) => format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
        ),
        Pools::Postgres(_) => format!("WITH numbers (n) AS (SELECT generate_series(1, {count}))"),
    }
}

/// Fills the house behind the store's back: through its doors it would take an hour.
async fn fill(pools: &Pools) {
    for (kind, count) in HOUSE {
        let key = kind.key();
        let owner = |owner: EntityKind, many: usize| match kind.owners().contains(&owner) {
            true => format!("CAST(1 + n % {many} AS TEXT)"),
            false => "NULL".to_owned(),
        };
        let (product, publisher, buyer) = (
            owner(EntityKind::Product, 200),
            owner(EntityKind::Publisher, 20_000),
            owner(EntityKind::Buyer, 5_000),
        );
        let platform = match kind {
            EntityKind::Publisher | EntityKind::Buyer | EntityKind::Source => "NULL",
            _ => "CASE n % 3 WHEN 0 THEN 'call_logic' ELSE 'lms' END",
        };
        let name = format!(
            "'{} ' || CASE n % 7 WHEN 0 THEN 'Blue' WHEN 1 THEN 'North' ELSE 'Traffic' END || ' ' || CAST(n * 7919 % 99991 AS TEXT)",
            kind.label()
        );
        run(
            pools,
            &format!(
                "{} INSERT INTO entities (kind, id, name, platform, status, product_id, publisher_id, buyer_id, \
                 discovered, created_at, updated_at, search) \
                 SELECT '{key}', CAST(n AS TEXT), {name}, {platform}, CASE n % 20 WHEN 0 THEN 'deleted' WHEN 1 THEN \
                 'disabled' ELSE 'active' END, {product}, {publisher}, {buyer}, CASE n % 10 WHEN 0 THEN 1 ELSE 0 END, n, n, \
                 lower({name}) || '\n' || CAST(n AS TEXT) FROM numbers",
                numbers(pools, count)
            ),
        )
        .await;
    }
    run(
        pools,
        &format!(
            "{} INSERT INTO pingtree_campaigns (pingtree_id, campaign_id) SELECT CAST(1 + n % 500 AS TEXT), \
             CAST(1 + n % 9973 AS TEXT) FROM numbers ON CONFLICT DO NOTHING",
            numbers(pools, 20_000)
        )
        // SQLite takes the ON for a join's without it.
        .replace("FROM numbers ON", "FROM numbers WHERE true ON"),
    )
    .await;
    let blob = if matches!(pools, Pools::Sqlite(_)) {
        "x'00'"
    } else {
        "'\\x00'"
    };
    run(
        pools,
        &format!(
            "INSERT INTO connections (id, name, owner_kind, owner_id, kind, hint, token_sealed, token_fingerprint, scopes, \
             status, created_at) VALUES ('01931c3e-7b1a-7c3e-8a55-000000000000', 'c', 'staff', '', 'bot', 'xoxb', {blob}, {blob}, '[]', 'ok', 1)"
        ),
    )
    .await;
    // A hundred products with 500 rules each, the others on publishers and campaigns.
    run(
        pools,
        &format!(
            "{} INSERT INTO rules (id, number, version, change_seq, name, level, entity_id, trigger_key, platform, filters, \
             connection_id, target_kind, target_id, template, status, created_at, updated_at, search) \
             SELECT '01931c3e-7b1a-7c3e-8a55-' || substr(CAST(1000000000000 + n AS TEXT), 2), n, 1, n, 'Rule ' || CAST(n AS TEXT), CASE n % 4 WHEN 0 THEN 'publisher' WHEN 1 THEN \
             'campaign' ELSE 'product' END, CAST(1 + n / 4 % CASE n % 4 WHEN 0 THEN 20000 WHEN 1 THEN 10000 ELSE 100 END AS TEXT), \
             'lms.lead_sold', 'lms', '{{\"publisher\":{{\"any_of\":[\"' || CAST(n AS TEXT) || '\"]}}}}', '01931c3e-7b1a-7c3e-8a55-000000000000', 'channel', \
             'C0SALES01', 'Lead {{{{lead_id}}}} sold for {{{{price|money}}}}', 'active', n, n, '#' || CAST(n AS TEXT) || \
             ' rule ' || CAST(n AS TEXT) || ' c0sales01 lead sold for' FROM numbers",
            numbers(pools, RULES)
        ),
    )
    .await;
    run(pools, "ANALYZE").await;
}

fn ids(numbers: impl Iterator<Item = usize>) -> Vec<EntityId> {
    numbers
        .map(|n| EntityId::new(n.to_string()).expect("an id"))
        .collect()
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

/// The best of three: what else the machine does is no matter of the store's.
async fn timed<F: Future<Output = ()>>(call: impl Fn() -> F) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        call().await;
        best = best.min(start.elapsed());
    }
    best
}

async fn measure(name: &str, store: &dyn Store) -> Vec<(String, Duration)> {
    let mut all = Vec::new();
    for (what, query) in lists() {
        let took = timed(|| async {
            store.list_entities(&query).await.expect("a list");
        });
        all.push((what, took.await));
    }
    let fifty = ids(1..51);
    let took = timed(|| async {
        store
            .count_rules_on(Level::Product, &fifty, &Scope::All)
            .await
            .expect("counts");
    });
    all.push(("rules: counted on 50 products".to_owned(), took.await));
    let product = EntityId::new("7").expect("an id");
    let of_product = RuleQuery::of(Scope::All, Level::Product, product);
    let whole = RuleQuery {
        entity: None,
        ..of_product.clone()
    };
    for (what, query) in [
        ("of a product", of_product.clone()),
        (
            "of a product, “rule 123”",
            RuleQuery {
                search: "rule 123".to_owned(),
                ..of_product
            },
        ),
        ("of all products", whole.clone()),
        (
            "of all products, “no such”",
            RuleQuery {
                search: "no such".to_owned(),
                ..whole
            },
        ),
    ] {
        let took = timed(|| async {
            store.list_rules(&query).await.expect("rules");
        });
        all.push((format!("rules: {what}"), took.await));
    }
    let publisher = EntityId::new("7").expect("an id");
    let took = timed(|| async {
        store
            .entry_uses(EntityKind::Publisher, &publisher, &Scope::All)
            .await
            .expect("uses");
    });
    all.push(("what uses a publisher".to_owned(), took.await));
    println!("\n{name}");
    for (what, took) in &all {
        println!("  {:>8.2} ms  {what}", took.as_secs_f64() * 1e3);
    }
    all
}

async fn opened(url: &str) -> Opened {
    let opened = open(url, &SecretKey::from_bytes([7; 32]))
        .await
        .expect("a database");
    opened.store.migrate().await.expect("the schema");
    fill(&opened.pools).await;
    opened
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn every_list_and_option_search_of_a_large_house_is_quick() {
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = opened(&format!("sqlite://{}/lists.db", folder.path().display())).await;
    let mut all = measure("SQLite", &*sqlite.store).await;
    if let Ok(server) = std::env::var("LEADBELL_TEST_POSTGRES_URL") {
        let mut admin = sqlx::PgConnection::connect(&server).await.expect("a server");
        let schema = format!("lists_{}", uuid::Uuid::now_v7().simple());
        let statement = format!("CREATE SCHEMA {schema}");
        let made = sqlx::query(&statement).execute(&mut admin).await;
        made.expect("a schema of its own");
        let sign = if server.contains('?') { '&' } else { '?' };
        let postgres = opened(&format!("{server}{sign}options[search_path]={schema}")).await;
        all.extend(measure("PostgreSQL", &*postgres.store).await);
        let statement = format!("DROP SCHEMA {schema} CASCADE");
        let gone = sqlx::query(&statement).execute(&mut admin).await;
        gone.expect("cleared up");
    }
    let limit = std::env::var("LEADBELL_LISTS_LIMIT_MS").ok();
    if let Some(limit) = limit
        .and_then(|limit| limit.parse().ok())
        .map(Duration::from_millis)
    {
        let slow: Vec<_> = all.iter().filter(|(_, took)| *took > limit).collect();
        assert!(slow.is_empty(), "{slow:?}");
    }
}
