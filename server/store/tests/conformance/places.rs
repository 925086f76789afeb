//! What Slack calls the places that are sent to.

use crate::samples::{channel, connect, member, queue};
use crate::support::Bench;

pub async fn a_place_keeps_its_name_per_connection_and_still_sends(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1)]).await;
    let connection = rule.rule.action.connection.clone();
    let one = (connection.clone(), channel(1));
    let two = (connection.clone(), channel(2));
    for (place, name) in [(&one, "old"), (&one, "sales"), (&two, "calls")] {
        bench.store.name_place(&place.0, &place.1, name).await.unwrap();
    }
    let asked = [one.clone(), two.clone(), (connection, member(1))];
    let names = bench.store.place_names(&asked).await.unwrap();
    assert_eq!(names.len(), 2);
    assert_eq!((names[&one].as_str(), names[&two].as_str()), ("sales", "calls"));
    assert!(bench.store.place_names(&[]).await.unwrap().is_empty());
    // A place named before anything waits there is claimed when something does, and not before.
    assert_eq!(
        crate::samples::claim(&*bench.store, crate::samples::NOON)
            .await
            .len(),
        1
    );
}

pub async fn a_place_of_another_connection_has_no_name(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1)]).await;
    let named = rule.rule.action.connection;
    bench
        .store
        .name_place(&named, &channel(1), "sales")
        .await
        .unwrap();
    let other = connect(&*bench.store).await;
    let names = bench
        .store
        .place_names(&[(other.clone(), channel(1))])
        .await
        .unwrap();
    assert_eq!(names.contains_key(&(other.clone(), channel(1))), other == named);
}
