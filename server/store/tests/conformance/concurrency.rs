//! Several servers on one database. On SQLite it is several pools on one file: rarer in life, held to the same.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use leadbell_domain::{DestinationId, EntityKind};
use leadbell_store::{NewEvent, Recorded, Store};
use tokio::task::JoinSet;

use crate::samples::{FAST, LEASE, NOON, channel, event, event_for, finish, queue, sent, told};
use crate::support::Bench;

/// What was sent, per destination in the order of sending, and what is on its way right now.
#[derive(Default)]
struct Ledger {
    sent: HashMap<DestinationId, Vec<String>>,
    on_its_way: HashSet<DestinationId>,
}

/// Claims and finishes until `done` says that no more will come and nothing is claimable.
async fn work(store: Arc<dyn Store>, worker: String, ledger: Arc<Mutex<Ledger>>, done: Arc<AtomicBool>) {
    loop {
        let last_round = done.load(Ordering::SeqCst);
        let claims = store.claim_due(&worker, NOON, LEASE, FAST, 3).await.unwrap();
        for claim in &claims {
            let mut ledger = ledger.lock().unwrap();
            assert!(
                ledger.on_its_way.insert(claim.destination.clone()),
                "one destination was taken twice"
            );
            ledger
                .sent
                .entry(claim.destination.clone())
                .or_default()
                .push(claim.text.clone());
        }
        tokio::task::yield_now().await;
        let mut finishes = Vec::new();
        for claim in &claims {
            ledger.lock().unwrap().on_its_way.remove(&claim.destination);
            finishes.push(leadbell_store::Finish {
                worker: worker.clone(),
                ..finish(claim, sent(), NOON)
            });
        }
        for finished in store.finish(&finishes).await.unwrap() {
            assert_eq!(
                finished,
                leadbell_store::Finished::Now(leadbell_domain::DeliveryStatus::Sent)
            );
        }
        if claims.is_empty() {
            // Whoever has just sent something comes back here before he may leave, so the last one out has seen that
            // nothing is claimable. What is left then has been forgotten, and the tests count.
            if last_round && store.next_due().await.unwrap().is_none() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Runs six workers on two servers beside `feed`, and answers what they sent.
async fn run(bench: &Bench, feed: impl AsyncFnOnce()) -> HashMap<DestinationId, Vec<String>> {
    let servers = [bench.store.clone(), bench.open_again().await.store];
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let done = Arc::new(AtomicBool::new(false));
    let mut workers = JoinSet::new();
    for number in 0..6 {
        let store = servers[number % 2].clone();
        workers.spawn(work(
            store,
            format!("worker-{number}"),
            ledger.clone(),
            done.clone(),
        ));
    }
    feed().await;
    done.store(true, Ordering::SeqCst);
    workers.join_all().await;
    std::mem::take(&mut ledger.lock().unwrap().sent)
}

pub async fn workers_of_two_servers_never_take_one_destination_twice(bench: &Bench) {
    let targets: Vec<_> = (0..200).map(|number| channel(number % 20)).collect();
    queue(&*bench.store, &targets).await;
    let sent = run(bench, async || {}).await;
    assert_eq!(sent.len(), 20);
    for texts in sent.values() {
        assert_eq!(texts.len(), 10, "each delivery once");
        let numbers: Vec<u32> = texts
            .iter()
            .map(|text| text.strip_prefix("About e").unwrap().parse().unwrap())
            .collect();
        assert!(numbers.is_sorted(), "in the order of their events: {numbers:?}");
    }
}

pub async fn nothing_that_arrives_while_a_lease_is_given_back_is_forgotten(bench: &Bench) {
    let rule = queue(&*bench.store, &[]).await;
    let store = bench.store.clone();
    // One destination, and each event on its own: every one races with the end of the delivery before it.
    let sent = run(bench, async || {
        for number in 0..150 {
            let event = event_for(&format!("n{number}"), &rule, channel(1));
            assert_eq!(store.record_events(&[event]).await.unwrap(), [Recorded::Accepted]);
        }
    })
    .await;
    let texts: Vec<String> = (0..150).map(|number| format!("About n{number}")).collect();
    assert_eq!(sent.into_values().collect::<Vec<_>>(), [texts]);
}

pub async fn the_same_events_at_two_servers_at_once_are_accepted_once(bench: &Bench) {
    let rule = queue(&*bench.store, &[]).await;
    let servers = [bench.store.clone(), bench.open_again().await.store];
    let mut tasks = JoinSet::new();
    for copy in 0..6 {
        let store = servers[copy % 2].clone();
        let mut batch: Vec<NewEvent> = (0..40)
            .map(|number| event_for(&format!("e{number}"), &rule, channel(number % 9)))
            .collect();
        // Each in another order, as two senders would.
        batch.rotate_left(copy * 7);
        if copy % 2 == 1 {
            batch.reverse();
        }
        tasks.spawn(async move {
            let answers = store.record_events(&batch).await.unwrap();
            answers
                .into_iter()
                .filter(|answer| *answer == Recorded::Accepted)
                .count()
        });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<usize>(), 40);
    assert_eq!(bench.store.backlog().await.unwrap().waiting, 40);
}

pub async fn catalog_writes_at_once_do_not_block_each_other(bench: &Bench) {
    let servers = [bench.store.clone(), bench.open_again().await.store];
    let mut tasks = JoinSet::new();
    for copy in 0..6_usize {
        let store = servers[copy % 2].clone();
        tasks.spawn(async move {
            let mut all: Vec<_> = EntityKind::ALL
                .into_iter()
                .flat_map(|kind| (0..10).map(move |n| told(kind, &format!("{n}"), &format!("name {copy}"))))
                .collect();
            if copy % 2 == 1 {
                all.reverse();
            }
            let mentioning = NewEvent {
                mentions: all.clone(),
                ..event(&format!("e{copy}"))
            };
            store.record_events(&[mentioning]).await.unwrap();
            store.upsert_entities(&all, NOON).await.unwrap().created
        });
    }
    tasks.join_all().await;
    let page = leadbell_store::EntityQuery::of(EntityKind::Buyer, leadbell_domain::Scope::All);
    assert_eq!(bench.store.list_entities(&page).await.unwrap().total, 10);
}
