//! How long lists and option searches take in a large house, run by `make bench` or by hand:
//! `scripts/with-postgres.sh cargo test --release -p leadbell-store --test lists -- --ignored --nocapture`.
//! Prints a table for each database; with `LEADBELL_LISTS_LIMIT_MS=100` it fails where one takes longer.

mod desks;
mod entities;
mod house;
mod rules;

use std::time::{Duration, Instant};

use leadbell_domain::EntityId;
use leadbell_store::{Opened, SecretKey, Store, open};
use sqlx::Connection as _;

/// What was measured, and how long it took.
struct Figures(Vec<(String, Duration)>);

impl Figures {
    /// The median of five: neither the first, which reads what nobody has read yet, nor one that another program got
    /// in the way of.
    async fn take<F: Future<Output = ()>>(&mut self, what: impl Into<String>, call: impl Fn() -> F) {
        let mut times = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            call().await;
            times.push(start.elapsed());
        }
        times.sort();
        self.0.push((what.into(), times[2]));
    }
}

fn ids(numbers: impl Iterator<Item = usize>) -> Vec<EntityId> {
    numbers
        .map(|n| EntityId::new(n.to_string()).expect("an id"))
        .collect()
}

async fn measure(name: &str, store: &dyn Store) -> Vec<(String, Duration)> {
    let mut figures = Figures(Vec::new());
    entities::measure(&mut figures, store).await;
    rules::measure(&mut figures, store).await;
    desks::measure(&mut figures, store).await;
    println!("\n{name}");
    for (what, took) in &figures.0 {
        println!("  {:>8.2} ms  {what}", took.as_secs_f64() * 1e3);
    }
    figures.0
}

async fn opened(url: &str) -> Opened {
    let opened = open(url, &SecretKey::from_bytes([7; 32]))
        .await
        .expect("a database");
    opened.store.migrate().await.expect("the schema");
    house::fill(&opened.pools).await;
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
