//! Alerts: one for each trouble and one for its end, sent once.

use leadbell_store::{AlertEnd, AlertRoute, AlertSubject, ConnectionOwner, NewAlert};

use crate::samples::{NOON, channel, connect, fresh, id, member};
use crate::support::Bench;

fn subject(since: i64) -> AlertSubject {
    AlertSubject {
        kind: "destination".to_owned(),
        id: "d1".to_owned(),
        since,
    }
}

fn alert(owner: ConnectionOwner, since: i64, over: bool) -> NewAlert {
    NewAlert {
        id: fresh::<leadbell_domain::DeliveryId>().to_string(),
        owner,
        subject: subject(since),
        over,
        text: format!("since {since}"),
    }
}

pub async fn an_owner_is_told_where_he_said_last(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let staff = ConnectionOwner::Staff;
    assert_eq!(bench.store.alert_route(&staff).await.unwrap(), None);
    for target in [channel(1), member(2)] {
        let route = AlertRoute {
            owner: staff.clone(),
            connection: connection.clone(),
            target,
            updated_at: NOON,
        };
        bench.store.set_alert_route(&route).await.unwrap();
        assert_eq!(
            bench.store.alert_route(&staff).await.unwrap(),
            Some(route.clone())
        );
        assert_eq!(bench.store.alert_routes().await.unwrap(), [route]);
    }
    bench.store.remove_alert_route(&staff).await.unwrap();
    assert_eq!(bench.store.alert_routes().await.unwrap(), []);
}

pub async fn a_trouble_is_told_once_however_often_it_is_noticed(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let staff = ConnectionOwner::Staff;
    let other = ConnectionOwner::Publisher(id("1044"));
    let route = AlertRoute {
        owner: staff.clone(),
        connection: connection.clone(),
        target: channel(1),
        updated_at: NOON,
    };
    bench.store.set_alert_route(&route).await.unwrap();
    let second = bench.open_again().await.store;
    for store in [&bench.store, &second] {
        let both = [alert(staff.clone(), 1, false), alert(other.clone(), 1, false)];
        store.note_alerts(&both, NOON).await.unwrap();
    }
    assert_eq!(bench.store.open_alerts(&staff).await.unwrap(), [subject(1)]);
    let taken = bench.store.take_alert(NOON).await.unwrap().expect("one to send");
    assert_eq!((&taken.target, taken.text.as_str()), (&channel(1), "since 1"));
    // Nobody else sends it, and whom nobody can be told waits.
    assert!(second.take_alert(NOON).await.unwrap().is_none());
    bench
        .store
        .finish_alert(&taken.id, &AlertEnd::Again, NOON)
        .await
        .unwrap();
    let again = second.take_alert(NOON).await.unwrap().expect("another try");
    second
        .finish_alert(&again.id, &AlertEnd::Failed("is_archived".into()), NOON)
        .await
        .unwrap();
    assert!(
        bench.store.take_alert(NOON).await.unwrap().is_none(),
        "it never loops"
    );
    let told = bench.store.told_alerts(&staff, 9).await.unwrap();
    assert_eq!((told.len(), told[0].code.as_deref()), (1, Some("is_archived")));

    bench
        .store
        .note_alerts(&[alert(staff.clone(), 1, true)], NOON + 1)
        .await
        .unwrap();
    assert_eq!(bench.store.open_alerts(&staff).await.unwrap(), []);
    // The next time is another trouble.
    bench
        .store
        .note_alerts(&[alert(staff.clone(), 2, false)], NOON + 2)
        .await
        .unwrap();
    assert_eq!(bench.store.open_alerts(&staff).await.unwrap(), [subject(2)]);
    assert_eq!(bench.store.told_alerts(&staff, 9).await.unwrap().len(), 3);
}
