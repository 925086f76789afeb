//! What goes when it is old.

use leadbell_domain::{DeliveryStatus, EventId, Kept};
use leadbell_store::{DeliveryQuery, NewEvent, PruneStep, Recorded, StoreError};

use crate::samples::{
    NOON, ambiguous, channel, claim, connect, event, event_for, finish, permanent, product_rule, queue, sent,
};
use crate::support::Bench;

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// When everything recorded at noon is old.
const LATER: i64 = NOON + 100 * DAY;

pub async fn prune(bench: &Bench, kind: Kept, before: i64) -> u64 {
    let (store, owner) = (&bench.store, "me");
    assert!(store.begin_pruning(kind, owner, LATER, DAY).await.unwrap());
    let mut removed = 0;
    loop {
        let step = PruneStep {
            kind,
            owner,
            before,
            limit: 2,
            now: LATER,
        };
        let done = store.prune(&step).await.unwrap();
        removed += done.rows;
        if done.done {
            break;
        }
    }
    store.end_pruning(kind, owner, LATER, removed).await.unwrap();
    removed
}

async fn statuses(bench: &Bench) -> Vec<(String, DeliveryStatus)> {
    let all = DeliveryQuery {
        limit: 100,
        ..DeliveryQuery::default()
    };
    let found = bench.store.list_deliveries(&all).await.unwrap();
    found
        .into_iter()
        .map(|one| (one.event_id.to_string(), one.status))
        .collect()
}

async fn is_there(bench: &Bench, id: &str) -> bool {
    !bench
        .store
        .find_events(&EventId::new(id).unwrap())
        .await
        .unwrap()
        .is_empty()
}

fn at(time: i64, event: NewEvent) -> NewEvent {
    NewEvent {
        received_at: time,
        ..event
    }
}

pub async fn an_event_without_a_match_goes_when_it_is_old_and_stays_known(bench: &Bench) {
    let store = &bench.store;
    let old: Vec<NewEvent> = (0..7).map(|n| at(NOON, event(&format!("old-{n}")))).collect();
    let young = at(NOON + 50 * DAY, event("young"));
    store.record_events(&old).await.unwrap();
    store.record_events(std::slice::from_ref(&young)).await.unwrap();
    assert_eq!(prune(bench, Kept::EventsWithMatch, NOON + DAY).await, 0);
    assert_eq!(prune(bench, Kept::EventsWithoutMatch, NOON + DAY).await, 7);
    assert!(!is_there(bench, "old-3").await);
    assert!(is_there(bench, "young").await);
    // It comes once more, with a key of its own, beside one that is new.
    let again = [event("old-3"), event("new"), event("young")];
    let answers = store.record_events(&again).await.unwrap();
    assert_eq!(
        answers,
        [Recorded::Duplicate, Recorded::Accepted, Recorded::Duplicate]
    );
    assert!(!is_there(bench, "old-3").await);
    assert!(is_there(bench, "new").await);
    // Until its id is forgotten, too.
    assert_eq!(prune(bench, Kept::EventIds, NOON).await, 0);
    assert_eq!(prune(bench, Kept::EventIds, NOON + 1).await, 7);
    assert_eq!(
        store.record_events(&[event("old-3")]).await.unwrap(),
        [Recorded::Accepted]
    );
}

pub async fn an_event_that_is_known_by_its_id_alone_sends_nothing(bench: &Bench) {
    let store = &bench.store;
    let connection = connect(&**store).await;
    let rule = product_rule(&**store, &connection).await;
    store.record_events(&[at(NOON, event("e"))]).await.unwrap();
    assert_eq!(prune(bench, Kept::EventsWithoutMatch, LATER).await, 1);
    let again = event_for("e", &rule, channel(1));
    assert_eq!(
        store.record_events(&[again]).await.unwrap(),
        [Recorded::Duplicate]
    );
    assert_eq!(statuses(bench).await, []);
    assert_eq!(store.backlog().await.unwrap().waiting, 0);
}

pub async fn what_waits_or_is_not_certain_stays_with_its_event(bench: &Bench) {
    let store = &bench.store;
    // Sent, not certain, failed, being sent, waiting.
    queue(
        &**store,
        &[channel(1), channel(2), channel(3), channel(4), channel(1)],
    )
    .await;
    let claims = claim(&**store, NOON).await;
    assert_eq!(claims.len(), 4);
    for (number, outcome) in [(1, sent()), (2, ambiguous()), (3, permanent())] {
        let one = claims.iter().find(|one| one.target == channel(number)).unwrap();
        store.finish(&[finish(one, outcome, NOON)]).await.unwrap();
    }
    let before = statuses(bench).await;
    let removed = prune(bench, Kept::Deliveries, LATER).await;
    assert_eq!(removed, 2, "{before:?}");
    let after = statuses(bench).await;
    let stays = |status: &DeliveryStatus| !matches!(status, DeliveryStatus::Sent | DeliveryStatus::Failed);
    let expected: Vec<_> = before
        .iter()
        .filter(|(_, status)| stays(status))
        .cloned()
        .collect();
    assert_eq!(after, expected);
    let events = prune(bench, Kept::EventsWithMatch, LATER).await;
    assert_eq!(events, removed, "an event goes after its messages and not before");
    for (event, _) in &expected {
        assert!(is_there(bench, event).await, "{event}");
    }
    assert_eq!(prune(bench, Kept::EventsWithoutMatch, LATER).await, 0);
}

pub async fn one_server_at_a_time_removes_what_is_old(bench: &Bench) {
    let store = &bench.store;
    let kind = Kept::Deliveries;
    assert!(store.begin_pruning(kind, "me", NOON, 1_000).await.unwrap());
    assert!(!store.begin_pruning(kind, "you", NOON + 999, 1_000).await.unwrap());
    assert!(store.begin_pruning(kind, "me", NOON + 999, 1_000).await.unwrap());
    let step = |owner, now| PruneStep {
        kind,
        owner,
        before: NOON,
        limit: 10,
        now,
    };
    let refused = store.prune(&step("you", NOON)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict), "{refused}");
    // Who stopped in the middle keeps nobody from it for long.
    assert!(
        store
            .begin_pruning(kind, "you", NOON + 5_000, 1_000)
            .await
            .unwrap()
    );
    assert!(store.prune(&step("me", NOON + 5_000)).await.is_err());
    assert!(store.prune(&step("you", NOON + 5_000)).await.unwrap().done);
}

pub async fn what_there_is_is_told_without_counting(bench: &Bench) {
    let store = &bench.store;
    let some: Vec<NewEvent> = (0..9).map(|n| at(NOON + n, event(&format!("e{n}")))).collect();
    store.record_events(&some).await.unwrap();
    assert_eq!(prune(bench, Kept::EventsWithoutMatch, NOON + 4).await, 4);
    bench.tamper("ANALYZE").await;
    let figures = store.storage().await.unwrap();
    let rows = |table: &str| {
        figures
            .tables
            .iter()
            .find(|found| found.table == table)
            .and_then(|found| found.rows)
    };
    assert_eq!(
        (rows("events"), rows("seen_events")),
        (Some(5), Some(4)),
        "{figures:?}"
    );
    assert_eq!(figures.oldest_event, Some(NOON + 4));
    assert!(figures.bytes > 4_096);
    let removed = figures
        .pruned
        .iter()
        .find(|found| found.kind == Kept::EventsWithoutMatch)
        .unwrap();
    assert_eq!(
        (removed.last_at, removed.last_removed, removed.removed),
        (Some(LATER), 4, 4)
    );
}
