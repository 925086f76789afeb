//! The schema, and whether anybody is there.

use crate::support::Bench;

pub async fn migrating_twice_changes_nothing(bench: &Bench) {
    bench.store.migrate().await.unwrap();
    bench.open_again().await.store.migrate().await.unwrap();
    assert_eq!(bench.store.rules_version().await.unwrap(), 0);
}

pub async fn the_database_answers(bench: &Bench) {
    bench.store.ping().await.unwrap();
    let single = matches!(bench.pools, leadbell_store::Pools::Sqlite(_));
    assert_eq!(bench.store.is_single_server(), single);
    bench.crash().await;
}
