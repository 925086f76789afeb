//! Recording events with what they cause.

use leadbell_domain::{EntityKind, EventId, Platform};
use leadbell_store::{DeliveryQuery, EntityUpsert, NewEvent, PlannedDelivery, Recorded, StoreError};

use crate::samples::{NOON, channel, connect, entity, event, event_for, fresh, id, product_rule, told};
use crate::support::{Bench, error};
use Recorded::{Accepted, Duplicate};

async fn stored_ids(bench: &Bench) -> usize {
    let query = DeliveryQuery {
        limit: 10_000,
        ..DeliveryQuery::default()
    };
    bench.store.list_deliveries(&query).await.unwrap().len()
}

pub async fn an_event_is_accepted_once(bench: &Bench) {
    let first = event("e1");
    assert_eq!(
        bench
            .store
            .record_events(std::slice::from_ref(&first))
            .await
            .unwrap(),
        [Accepted]
    );
    let again = NewEvent {
        body: "{}".to_owned(),
        ..event("e1")
    };
    assert_eq!(
        bench.store.record_events(&[again, event("e2")]).await.unwrap(),
        [Duplicate, Accepted]
    );
    let found = bench.store.find_events(&first.event_id).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].key, &found[0].body, found[0].trigger),
        (&first.key, &first.body, first.trigger)
    );
    assert_eq!(
        (found[0].occurred_at, found[0].received_at),
        (first.occurred_at, first.received_at)
    );
    assert_eq!(
        bench
            .store
            .find_events(&EventId::new("e3").unwrap())
            .await
            .unwrap(),
        []
    );
    assert_eq!(bench.store.record_events(&[]).await.unwrap(), []);
}

pub async fn of_a_repetition_inside_a_batch_the_first_counts(bench: &Bench) {
    let batch = [
        event("b"),
        event("a"),
        NewEvent {
            body: "second".to_owned(),
            ..event("b")
        },
        event("a"),
        event("c"),
    ];
    let answers = bench.store.record_events(&batch).await.unwrap();
    assert_eq!(answers, [Accepted, Accepted, Duplicate, Duplicate, Accepted]);
    assert_eq!(
        bench.store.find_events(&batch[0].event_id).await.unwrap()[0].body,
        batch[0].body
    );
}

pub async fn both_platforms_may_use_the_same_id(bench: &Bench) {
    let call = NewEvent {
        source: Platform::CallLogic,
        ..event("e1")
    };
    assert_eq!(
        bench.store.record_events(&[event("e1"), call]).await.unwrap(),
        [Accepted, Accepted]
    );
    let found = bench
        .store
        .find_events(&EventId::new("e1").unwrap())
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|event| event.source).collect::<Vec<_>>(),
        [Platform::CallLogic, Platform::Lms]
    );
}

pub async fn a_duplicate_writes_nothing(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let rule = product_rule(&*bench.store, &connection).await;
    bench
        .store
        .record_events(&[event_for("e1", &rule, channel(1))])
        .await
        .unwrap();
    let mut again = event_for("e1", &rule, channel(2));
    again.mentions.push(told(EntityKind::Source, "s-1", "never"));
    assert_eq!(bench.store.record_events(&[again]).await.unwrap(), [Duplicate]);
    assert_eq!(stored_ids(bench).await, 1);
    let mention = bench
        .store
        .find_entity(EntityKind::Source, &id("s-1"), &leadbell_domain::Scope::All)
        .await
        .unwrap();
    assert_eq!(mention, None);
}

pub async fn a_batch_that_fails_leaves_nothing(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let rule = product_rule(&*bench.store, &connection).await;
    let good = NewEvent {
        mentions: vec![EntityUpsert {
            discovered: true,
            ..told(EntityKind::Source, "s-1", "x")
        }],
        ..event_for("e1", &rule, channel(1))
    };
    let mut bad = event_for("e2", &rule, channel(1));
    bad.deliveries[0].rule = fresh();
    let refused = error(bench.store.record_events(&[good.clone(), bad]).await);
    assert!(matches!(refused, StoreError::Database(_)), "{refused:?}");
    assert_eq!(bench.store.find_events(&good.event_id).await.unwrap(), []);
    assert_eq!(bench.store.next_due().await.unwrap(), None);
    // Nothing of the failed batch is taken for known: the mention is written by the next one.
    assert_eq!(bench.store.record_events(&[good]).await.unwrap(), [Accepted]);
    assert!(entity(&*bench.store, EntityKind::Source, "s-1").await.discovered);
}

pub async fn a_batch_written_again_after_a_lost_answer_is_known(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let rule = product_rule(&*bench.store, &connection).await;
    let batch = [event_for("e1", &rule, channel(1)), event("e2")];
    assert_eq!(
        bench.store.record_events(&batch).await.unwrap(),
        [Accepted, Accepted]
    );
    assert_eq!(
        bench.store.record_events(&batch).await.unwrap(),
        [Duplicate, Duplicate]
    );
    assert_eq!(stored_ids(bench).await, 1);
}

pub async fn a_thousand_events_go_in_one_batch(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let rules = [
        product_rule(&*bench.store, &connection).await,
        product_rule(&*bench.store, &connection).await,
    ];
    let batch: Vec<NewEvent> = (0..1_000)
        .map(|number| {
            let mut event = event_for(&format!("e{number}"), &rules[0], channel(number % 450));
            event
                .deliveries
                .extend(event_for("unused", &rules[1], channel(1_000 + number % 7)).deliveries);
            event
        })
        .collect();
    let answers = bench.store.record_events(&batch).await.unwrap();
    assert!(answers.iter().all(|answer| *answer == Accepted));
    assert_eq!(stored_ids(bench).await, 2_000);
    assert_eq!(bench.store.backlog().await.unwrap().waiting, 2_000);
    let claims = bench
        .store
        .claim_due("w", NOON, 1_000, crate::samples::FAST, 1_000)
        .await
        .unwrap();
    assert_eq!(claims.len(), 457, "one for each destination");
}

pub async fn mentioned_entities_are_discovered(bench: &Bench) {
    let mention = |name: Option<&str>| EntityUpsert {
        discovered: true,
        name: name.map(str::to_owned),
        publisher: Some(id("1044")),
        ..told(EntityKind::Channel, "c-1", "")
    };
    let with = |event_id: &str, mentions| NewEvent {
        mentions,
        ..event(event_id)
    };
    bench
        .store
        .record_events(&[
            with("e1", vec![mention(Some("Web"))]),
            with("e2", vec![mention(None)]),
        ])
        .await
        .unwrap();
    let found = entity(&*bench.store, EntityKind::Channel, "c-1").await;
    assert_eq!(
        (found.name.as_str(), found.discovered, found.publisher),
        ("Web", true, Some(id("1044")))
    );
    assert_eq!((found.created_at, found.updated_at), (NOON, NOON));
    // Told again it is left alone; a new name is taken over.
    let later = |mut event: NewEvent| {
        event.received_at = NOON + 10;
        event
    };
    bench
        .store
        .record_events(&[later(with("e3", vec![mention(Some("Web"))]))])
        .await
        .unwrap();
    assert_eq!(
        entity(&*bench.store, EntityKind::Channel, "c-1").await.updated_at,
        NOON
    );
    bench
        .store
        .record_events(&[later(with("e4", vec![mention(Some("Web 2"))]))])
        .await
        .unwrap();
    let found = entity(&*bench.store, EntityKind::Channel, "c-1").await;
    assert_eq!((found.name.as_str(), found.updated_at), ("Web 2", NOON + 10));
}

pub async fn a_rule_answers_an_event_once_however_often_it_is_planned(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let rule = product_rule(&*bench.store, &connection).await;
    let mut event = event_for("e1", &rule, channel(1));
    event.deliveries.push(PlannedDelivery {
        id: fresh(),
        ..event.deliveries[0].clone()
    });
    assert_eq!(bench.store.record_events(&[event]).await.unwrap(), [Accepted]);
    assert_eq!(stored_ids(bench).await, 1);
}

pub async fn a_nul_character_does_not_sink_a_batch(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let rule = product_rule(&*bench.store, &connection).await;
    let mut odd = event_for("e1", &rule, channel(1));
    odd.lead_id = "9\0".to_owned();
    odd.deliveries[0].text = "a\0b".to_owned();
    odd.mentions.push(EntityUpsert {
        discovered: true,
        ..told(EntityKind::Source, "s-1", "x\0y")
    });
    assert_eq!(
        bench.store.record_events(&[odd, event("e2")]).await.unwrap(),
        [Accepted, Accepted]
    );
    let claim = crate::samples::claim_one(&*bench.store, NOON).await;
    assert_eq!(claim.text, "a\u{fffd}b");
}
