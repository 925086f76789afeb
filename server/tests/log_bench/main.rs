//! A log of ten million events and a million deliveries: how long the questions take that pages ask of it, the pages
//! themselves, exports, a backtest of thirty days, a backup, removing what is old. Run by `make bench` or by hand:
//! `scripts/with-postgres.sh cargo test --release -p leadbell-server --test log_bench -- --ignored --nocapture`.
//!
//! Prints a table of both databases. `LEADBELL_LOG_EVENTS=200000` makes a smaller log; with `LEADBELL_LOG_LIMIT_MS=150` it
//! fails where a question or a page takes longer, or another figure is not what was promised. Ten million events take
//! some 40 GB of the temporary folder (`TMPDIR`), one database after the other.
//!
//! A new question is one more line of a list like the one in `deliveries.rs`; a new list is one more line in [`questions`].

mod beside;
mod deliveries;
mod events;
mod figures;
mod fill;
mod hours;
mod serving;

use leadbell_store::{Pools, SecretKey, open};
use sqlx::Connection as _;

use figures::{Figures, Question};
use fill::Log;
use serving::Serving;

/// Everything that is asked.
fn questions(log: &Log) -> Vec<Question> {
    [
        deliveries::questions(log),
        events::questions(log),
        hours::questions(log),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn measured(database: &'static str, url: &str, log: &Log, figures: &mut Figures) {
    let opened = open(url, &SecretKey::from_bytes([7; 32]))
        .await
        .expect("a database");
    opened.store.migrate().await.expect("the schema");
    let took = fill::fill(&opened.pools, log).await;
    hours::count(&opened.pools).await;
    println!(
        "{database}: {} events and {} deliveries written in {:.0} s",
        log.events,
        log.deliveries(),
        took.as_secs_f64()
    );
    figures.ask(database, &*opened.store, questions(log)).await;
    let kept = opened
        .store
        .put_settings(&serving::keep_everything(), log.day(0))
        .await;
    kept.expect("settings");
    match opened.pools {
        Pools::Sqlite(pool) => pool.close().await,
        Pools::Postgres(pool) => pool.close().await,
    }
    drop(opened.store);
    // What was written is on disk: nothing measured waits for that.
    let synced = std::process::Command::new("sync").status();
    assert!(synced.expect("sync runs").success());
    Serving::start(database, url).await.measure(log, figures).await;
    figures.print();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn every_question_about_a_log_of_ten_million_events_is_answered_soon() {
    let log = Log::of_environment();
    let mut figures = Figures::default();
    {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/log.db", folder.path().display());
        measured("SQLite", &url, &log, &mut figures).await;
    }
    if let Ok(server) = std::env::var("LEADBELL_TEST_POSTGRES_URL") {
        let mut admin = sqlx::PgConnection::connect(&server).await.expect("a server");
        let schema = format!("log_{}", uuid::Uuid::now_v7().simple());
        let made = sqlx::query(&format!("CREATE SCHEMA {schema}"))
            .execute(&mut admin)
            .await;
        made.expect("a schema of its own");
        let sign = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sign}options[search_path]={schema}");
        measured("PostgreSQL", &url, &log, &mut figures).await;
        let gone = sqlx::query(&format!("DROP SCHEMA {schema} CASCADE"))
            .execute(&mut admin)
            .await;
        gone.expect("cleared up");
    }
    figures.check_limit();
}
