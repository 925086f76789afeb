//! Several dispatchers on one database never send anything twice.

use std::collections::HashSet;

use leadbell_domain::DeliveryStatus::Sent;
use leadbell_sandbox::{Limits, demo};

use sqlx::{Connection, Executor};

use crate::bench::{Bench, bench, bench_on, uuid};

const MESSAGES: usize = 60;

async fn nothing_is_sent_twice_by_three(bench: Bench) {
    let mut workers = Vec::new();
    for _ in 0..3 {
        let mut worker = bench.start_with(bench.other_store().await, bench.slack(), bench.config());
        worker.looked().await;
        workers.push(worker);
    }
    let mut routes = Vec::new();
    for target in [
        demo::SALES,
        demo::CALLS,
        demo::BLUE_TRAFFIC,
        demo::REJECTS,
        demo::ANN_KIM,
        demo::BEN_RUIZ,
    ] {
        routes.push(bench.route(demo::BOT_TOKEN, target).await);
    }
    let mut ids = Vec::new();
    for n in 0..MESSAGES {
        ids.push(bench.enqueue(&routes[n % routes.len()], &n.to_string()).await);
        for worker in &workers {
            worker.wake.wake();
        }
    }
    // Each look is 1.02 s later than the one before, which the pace per channel asks for.
    while bench.sandbox.handle().posted() < MESSAGES as u64 {
        bench.clock.advance(1_020);
        for worker in &workers {
            worker.wake.wake();
        }
        for worker in &mut workers {
            worker.looked().await;
        }
    }
    for worker in workers {
        worker.stop().await;
    }
    let texts: HashSet<String> = bench.texts().into_iter().collect();
    assert_eq!((texts.len(), bench.posts()), (MESSAGES, MESSAGES));
    for id in &ids {
        assert_eq!(bench.state(id).await.0, Sent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_sqlite_file() {
    nothing_is_sent_twice_by_three(bench().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_postgresql() {
    // Without a server to test on there is nothing to test; the SQLite test above still runs.
    let Ok(url) = std::env::var("LEADBELL_TEST_POSTGRES_URL") else {
        return;
    };
    let schema = format!("dispatch_{}", uuid().replace('-', ""));
    let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
    admin
        .execute(format!("CREATE SCHEMA {schema}").as_str())
        .await
        .unwrap();
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}options=-csearch_path%3D{schema}");
    let bench = bench_on(url, None, |sandbox| sandbox.limits(Limits::off())).await;
    nothing_is_sent_twice_by_three(bench).await;
    admin
        .execute(format!("DROP SCHEMA {schema} CASCADE").as_str())
        .await
        .unwrap();
}
