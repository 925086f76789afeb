//! Lists of deliveries.

use leadbell_domain::{DeliveryStatus, EventId, Level, Platform, Scope};
use leadbell_store::{Actor, Delivery, DeliveryQuery, NewEvent};

use crate::samples::{NOON, channel, claim, event_for, finish, fresh, product_rule, queue, sent};
use crate::support::Bench;

async fn list(bench: &Bench, query: DeliveryQuery) -> Vec<Delivery> {
    bench.store.list_deliveries(&query).await.unwrap()
}

fn texts(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.text.as_str()).collect()
}

fn up_to(limit: i64) -> DeliveryQuery {
    DeliveryQuery {
        limit,
        ..DeliveryQuery::default()
    }
}

pub async fn deliveries_are_listed_newest_first_page_by_page(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1), channel(2), channel(1), channel(3)]).await;
    let first = list(bench, up_to(3)).await;
    assert_eq!(texts(&first), ["About e3", "About e2", "About e1"]);
    let rest = list(
        bench,
        DeliveryQuery {
            before: Some(first[2].id.clone()),
            ..up_to(3)
        },
    )
    .await;
    assert_eq!(texts(&rest), ["About e0"]);
    let one = &rest[0];
    assert_eq!(
        (one.event_id.as_str(), one.source, &one.rule),
        ("e0", Platform::Lms, &rule.id)
    );
    assert_eq!(
        (one.rule_number, one.rule_version, &one.target),
        (1, 1, &channel(1))
    );
    assert_eq!(
        (one.status, one.created_at, one.attempts.len()),
        (DeliveryStatus::Queued, NOON, 0)
    );
    assert_eq!(
        bench.store.find_delivery(&one.id).await.unwrap().as_ref(),
        Some(one)
    );
    assert!(list(bench, up_to(0)).await.is_empty());
}

pub async fn deliveries_are_narrowed_by_status_rule_and_event(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1), channel(1)]).await;
    let other = product_rule(&*bench.store, &rule.rule.action.connection).await;
    let call = NewEvent {
        source: Platform::CallLogic,
        ..event_for("e1", &other, channel(2))
    };
    bench.store.record_events(&[call]).await.unwrap();
    let claims = claim(&*bench.store, NOON).await;
    bench
        .store
        .finish(&[finish(&claims[0], sent(), NOON)])
        .await
        .unwrap();

    let of_status = async |status| {
        let found = list(
            bench,
            DeliveryQuery {
                status: Some(status),
                ..up_to(10)
            },
        )
        .await;
        assert!(found.iter().all(|delivery| delivery.status == status));
        found.len()
    };
    assert_eq!(of_status(DeliveryStatus::Sent).await, 1);
    assert_eq!(of_status(DeliveryStatus::Sending).await, 1);
    assert_eq!(of_status(DeliveryStatus::Queued).await, 1);
    assert_eq!(of_status(DeliveryStatus::Failed).await, 0);

    let of_rule = list(
        bench,
        DeliveryQuery {
            rule: Some(rule.id.clone()),
            ..up_to(10)
        },
    )
    .await;
    assert_eq!(texts(&of_rule), ["About e1", "About e0"]);
    let event = EventId::new("e1").unwrap();
    let of_event = list(
        bench,
        DeliveryQuery {
            event_id: Some(event.clone()),
            ..up_to(10)
        },
    )
    .await;
    assert_eq!(
        of_event.iter().map(|one| one.source).collect::<Vec<_>>(),
        [Platform::CallLogic, Platform::Lms]
    );
    let both = DeliveryQuery {
        status: Some(DeliveryStatus::Queued),
        rule: Some(rule.id),
        event_id: Some(event),
        ..up_to(10)
    };
    assert_eq!(texts(&list(bench, both).await), ["About e1"]);
}

pub async fn the_deliveries_of_a_deleted_rule_stay(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1)]).await;
    bench
        .store
        .delete_rule(&rule.id, Level::Product, &Scope::All, None, &Actor::System, NOON)
        .await
        .unwrap();
    let all = list(bench, up_to(10)).await;
    assert_eq!((all.len(), all[0].rule_number), (1, 1));
    // What was promised when the event arrived is still sent.
    assert_eq!(claim(&*bench.store, NOON).await.len(), 1);
}

pub async fn an_unknown_delivery_is_not_found(bench: &Bench) {
    assert_eq!(bench.store.find_delivery(&fresh()).await.unwrap(), None);
    assert!(list(bench, up_to(10)).await.is_empty());
}
