//! What a house settled for itself.

use crate::support::Bench;

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

pub async fn settings_stay_as_they_were_set_last_and_others_are_not_touched(bench: &Bench) {
    assert!(bench.store.settings().await.unwrap().is_empty());
    bench
        .store
        .put_settings(&[pair("b", "1"), pair("a", "x")], 5)
        .await
        .unwrap();
    bench.store.put_settings(&[pair("b", "2")], 6).await.unwrap();
    assert_eq!(
        bench.store.settings().await.unwrap(),
        [pair("a", "x"), pair("b", "2")]
    );
    bench.store.put_settings(&[], 7).await.unwrap();
    assert_eq!(bench.store.settings().await.unwrap().len(), 2);
}
