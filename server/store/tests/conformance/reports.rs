//! Weekly reports.

use leadbell_store::{AlertEnd, NewReport};

use crate::samples::{NOON, channel, connect};
use crate::support::Bench;

pub async fn a_report_is_made_once_and_taken_by_one_server(bench: &Bench) {
    let store = &bench.store;
    let report = |text: &str, connection| NewReport {
        due_at: NOON,
        connection,
        target: channel(1),
        text: text.to_owned(),
    };
    let connection = connect(&**store).await;
    assert!(!store.report_is_noted(NOON).await.unwrap());
    let other = bench.open_again().await;
    let (mine, theirs) = (report("mine", connection.clone()), report("theirs", connection));
    let (one, two) = tokio::join!(
        store.note_report(&mine, NOON + 1),
        other.store.note_report(&theirs, NOON + 2),
    );
    assert_ne!(one.unwrap(), two.unwrap(), "one of them made it");
    assert!(store.report_is_noted(NOON).await.unwrap());
    let (one, two) = tokio::join!(store.take_report(NOON + 3), other.store.take_report(NOON + 3));
    let taken = one.unwrap().xor(two.unwrap()).expect("one of them took it");
    assert_eq!((taken.report.due_at, &taken.report.target), (NOON, &channel(1)));
    // It got through to nobody, and waits for the next look.
    store
        .finish_report(NOON, &AlertEnd::Again, NOON + 4)
        .await
        .unwrap();
    assert!(store.take_report(NOON + 5).await.unwrap().is_some());
    store
        .finish_report(NOON, &AlertEnd::Sent, NOON + 6)
        .await
        .unwrap();
    // What has come to its end stays there.
    store
        .finish_report(NOON, &AlertEnd::Again, NOON + 7)
        .await
        .unwrap();
    assert_eq!(store.take_report(NOON + 8).await.unwrap(), None);
    let told = store.reports(5).await.unwrap();
    assert_eq!((told.len(), told[0].status.as_str()), (1, "sent"));
}
