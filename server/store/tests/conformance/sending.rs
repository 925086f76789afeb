//! Claiming: who may send what, and when.

use leadbell_domain::DeliveryStatus;
use leadbell_store::{Backlog, Claim, Pace};

use crate::samples::{
    FAST, LEASE, NOON, WORKER, channel, claim, claim_one, event_for, finish, member, queue, rate_limited,
    sent, token,
};
use crate::support::Bench;

/// What was claimed, by its text, sorted.
fn texts(claims: &[Claim]) -> Vec<&str> {
    let mut texts: Vec<_> = claims.iter().map(|claim| claim.text.as_str()).collect();
    texts.sort_unstable();
    texts
}

pub async fn a_claim_carries_all_it_takes_to_send(bench: &Bench) {
    let rule = queue(&*bench.store, &[member(5)]).await;
    let claim = claim_one(&*bench.store, NOON + 3).await;
    assert_eq!((claim.text.as_str(), &claim.target), ("About e0", &member(5)));
    assert_eq!(
        (&claim.connection, &claim.token),
        (&rule.rule.action.connection, &token("staff1"))
    );
    assert_eq!(
        (
            claim.resolved_channel.as_deref(),
            claim.attempts,
            claim.created_at
        ),
        (None, 0, NOON)
    );
    let delivery = bench.store.find_delivery(&claim.delivery).await.unwrap().unwrap();
    assert_eq!(
        (delivery.status, delivery.updated_at),
        (DeliveryStatus::Sending, NOON + 3)
    );
    let shown = format!("{claim:?}");
    assert!(
        !shown.contains("3333333333") && !shown.contains("About"),
        "{shown}"
    );
}

pub async fn one_destination_gives_one_delivery_at_a_time_oldest_first(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1), channel(2), channel(1)]).await;
    let first = claim(&*bench.store, NOON).await;
    assert_eq!(texts(&first), ["About e0", "About e2"]);
    assert!(
        claim(&*bench.store, NOON).await.is_empty(),
        "both places are busy"
    );
    let of_one = first.iter().find(|claim| claim.target == channel(1)).unwrap();
    bench.store.finish(&[finish(of_one, sent(), NOON)]).await.unwrap();
    let second = claim_one(&*bench.store, NOON + 1).await;
    assert_eq!(second.text, "About e1");
    bench
        .store
        .finish(&[finish(&second, sent(), NOON)])
        .await
        .unwrap();
    assert_eq!(claim_one(&*bench.store, NOON + 2).await.text, "About e3");
}

pub async fn a_claim_takes_no_more_than_its_limit(bench: &Bench) {
    let targets: Vec<_> = (0..7).map(channel).collect();
    queue(&*bench.store, &targets).await;
    let take = async |limit| {
        bench
            .store
            .claim_due(WORKER, NOON, LEASE, FAST, limit)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(take(0).await, 0);
    assert_eq!(take(3).await, 3);
    assert_eq!(take(100).await, 4);
    assert_eq!(take(100).await, 0);
}

pub async fn nothing_is_claimed_where_nothing_waits(bench: &Bench) {
    assert!(claim(&*bench.store, NOON).await.is_empty());
    assert_eq!(bench.store.next_due().await.unwrap(), None);
    queue(&*bench.store, &[channel(1)]).await;
    assert!(bench.store.next_due().await.unwrap().unwrap() <= NOON);
    let claim_ = claim_one(&*bench.store, NOON).await;
    assert_eq!(
        bench.store.next_due().await.unwrap(),
        None,
        "what is being sent is not due"
    );
    bench
        .store
        .finish(&[finish(&claim_, sent(), NOON)])
        .await
        .unwrap();
    assert_eq!(bench.store.next_due().await.unwrap(), None);
    assert!(claim(&*bench.store, NOON + 3_600_000).await.is_empty());
}

/// Sends whatever is due at `now` with this pace, once.
async fn send_due(bench: &Bench, now: i64, pace: Pace) -> Vec<String> {
    let claims = bench
        .store
        .claim_due(WORKER, now, LEASE, pace, 100)
        .await
        .unwrap();
    for claim in &claims {
        bench.store.finish(&[finish(claim, sent(), now)]).await.unwrap();
    }
    let mut texts: Vec<_> = claims.into_iter().map(|claim| claim.text).collect();
    texts.sort_unstable();
    texts
}

pub async fn pace_and_burst_hold_per_destination(bench: &Bench) {
    let pace = Pace {
        interval_ms: 1_000,
        burst: 3,
    };
    let mut targets = vec![channel(1); 8];
    targets.push(channel(2));
    queue(&*bench.store, &targets).await;
    // Three at once after a pause; the other destination is not held back by it.
    assert_eq!(send_due(bench, NOON, pace).await, ["About e0", "About e8"]);
    assert_eq!(send_due(bench, NOON, pace).await, ["About e1"]);
    assert_eq!(send_due(bench, NOON, pace).await, ["About e2"]);
    assert_eq!(send_due(bench, NOON, pace).await, [""; 0]);
    assert_eq!(send_due(bench, NOON + 999, pace).await, [""; 0]);
    // Then one a second.
    assert_eq!(send_due(bench, NOON + 1_000, pace).await, ["About e3"]);
    assert_eq!(send_due(bench, NOON + 1_000, pace).await, [""; 0]);
    // Two seconds unused are two to go at once, not more.
    assert_eq!(send_due(bench, NOON + 3_000, pace).await, ["About e4"]);
    assert_eq!(send_due(bench, NOON + 3_000, pace).await, ["About e5"]);
    assert_eq!(send_due(bench, NOON + 3_000, pace).await, [""; 0]);
    // A long pause earns the burst, and no more than the burst.
    assert_eq!(send_due(bench, NOON + 900_000, pace).await, ["About e6"]);
    assert_eq!(send_due(bench, NOON + 900_000, pace).await, ["About e7"]);
}

pub async fn a_paced_destination_says_when_it_is_due(bench: &Bench) {
    let pace = Pace {
        interval_ms: 1_200,
        burst: 1,
    };
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    assert_eq!(send_due(bench, NOON, pace).await, ["About e0"]);
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOON + 1_200));
    assert_eq!(send_due(bench, NOON + 1_199, pace).await, [""; 0]);
    assert_eq!(send_due(bench, NOON + 1_200, pace).await, ["About e1"]);
}

pub async fn what_arrives_while_one_is_being_sent_goes_next(bench: &Bench) {
    let pace = Pace {
        interval_ms: 1_000,
        burst: 1,
    };
    let rule = queue(&*bench.store, &[channel(1)]).await;
    let mut claims = bench
        .store
        .claim_due(WORKER, NOON, LEASE, pace, 10)
        .await
        .unwrap();
    bench
        .store
        .record_events(&[event_for("later", &rule, channel(1))])
        .await
        .unwrap();
    assert_eq!(bench.store.next_due().await.unwrap(), None);
    bench
        .store
        .finish(&[finish(&claims.remove(0), sent(), NOON)])
        .await
        .unwrap();
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOON + 1_000));
    assert_eq!(send_due(bench, NOON + 1_000, pace).await, ["About later"]);
    // And what arrives at a place that is free but inside its pace waits for it.
    bench
        .store
        .record_events(&[event_for("soon", &rule, channel(1))])
        .await
        .unwrap();
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOON + 2_000));
}

pub async fn the_backlog_counts_what_waits_and_what_is_on_its_way(bench: &Bench) {
    assert_eq!(bench.store.backlog().await.unwrap(), Backlog::default());
    queue(&*bench.store, &[channel(1), channel(1), channel(2)]).await;
    assert_eq!(
        bench.store.backlog().await.unwrap(),
        Backlog {
            waiting: 3,
            sending: 0,
            oldest: Some(NOON)
        }
    );
    let claims = claim(&*bench.store, NOON).await;
    assert_eq!(
        bench.store.backlog().await.unwrap(),
        Backlog {
            waiting: 1,
            sending: 2,
            oldest: Some(NOON)
        }
    );
    let mut later = finish(&claims[0], rate_limited(5), NOON);
    later.retry_at = Some(NOON + 5);
    bench
        .store
        .finish(&[later, finish(&claims[1], sent(), NOON)])
        .await
        .unwrap();
    assert_eq!(
        bench.store.backlog().await.unwrap(),
        Backlog {
            waiting: 2,
            sending: 0,
            oldest: Some(NOON)
        }
    );
}

pub async fn a_place_marked_due_by_mistake_is_put_right(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1)]).await;
    let first = claim_one(&*bench.store, NOON).await;
    bench.store.finish(&[finish(&first, sent(), NOON)]).await.unwrap();
    bench.tamper("UPDATE destinations SET ready_at = 0").await;
    assert_eq!(bench.store.next_due().await.unwrap(), Some(0));
    assert!(claim(&*bench.store, NOON).await.is_empty());
    assert_eq!(
        bench.store.next_due().await.unwrap(),
        None,
        "or a sender would spin on it"
    );
    bench
        .store
        .record_events(&[event_for("next", &rule, channel(1))])
        .await
        .unwrap();
    assert_eq!(claim_one(&*bench.store, NOON).await.text, "About next");
}
