//! What is left after the process is gone.

use leadbell_domain::DeliveryStatus;
use leadbell_store::{Finish, Pace, Recorded};

use crate::samples::{FAST, LEASE, NOON, channel, claim_one, event_for, finish, queue, rate_limited};
use crate::support::Bench;

pub async fn what_was_acknowledged_is_sent_after_a_crash(bench: &Bench) {
    let rule = queue(&*bench.store, &[]).await;
    let answer = bench
        .store
        .record_events(&[event_for("e1", &rule, channel(1))])
        .await
        .unwrap();
    assert_eq!(answer, [Recorded::Accepted]);
    bench.crash().await;
    let again = bench.open_again().await.store;
    assert_eq!(claim_one(&*again, NOON).await.text, "About e1");
    let repeated = again
        .record_events(&[event_for("e1", &rule, channel(1))])
        .await
        .unwrap();
    assert_eq!(repeated, [Recorded::Duplicate]);
}

pub async fn what_was_being_sent_at_a_crash_is_ambiguous(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1), channel(2)]).await;
    let taken = bench.store.claim_due("old", NOON, LEASE, FAST, 1).await.unwrap();
    bench.crash().await;
    let again = bench.open_again().await.store;
    again.expire_all_leases(NOON + 1).await.unwrap();
    assert_eq!(again.rescue_expired(NOON + 1).await.unwrap(), 1);
    let lost = again.find_delivery(&taken[0].delivery).await.unwrap().unwrap();
    assert_eq!(lost.status, DeliveryStatus::Ambiguous);
    let claims = again.claim_due("new", NOON + 1, LEASE, FAST, 10).await.unwrap();
    assert_eq!(claims.len(), 2, "both destinations go on with what waits");
    assert!(claims.iter().all(|claim| claim.delivery != lost.id));
}

pub async fn pace_and_pauses_survive_a_crash(bench: &Bench) {
    let pace = Pace {
        interval_ms: 1_000,
        burst: 1,
    };
    let rule = queue(&*bench.store, &[channel(1), channel(1), channel(2)]).await;
    let claims = bench
        .store
        .claim_due(crate::samples::WORKER, NOON, LEASE, pace, 10)
        .await
        .unwrap();
    let limited = claims.iter().find(|claim| claim.target == channel(2)).unwrap();
    let paced = claims.iter().find(|claim| claim.target == channel(1)).unwrap();
    let pause = Finish {
        retry_at: Some(NOON + 9_000),
        ..finish(limited, rate_limited(8_500), NOON)
    };
    bench
        .store
        .finish(&[finish(paced, crate::samples::sent(), NOON), pause])
        .await
        .unwrap();
    bench.crash().await;

    let again = bench.open_again().await.store;
    again
        .record_events(&[event_for("new", &rule, channel(2))])
        .await
        .unwrap();
    let take = async |now| again.claim_due("new", now, LEASE, pace, 10).await.unwrap();
    assert!(take(NOON + 999).await.is_empty());
    assert_eq!(take(NOON + 1_000).await[0].text, "About e1");
    assert!(take(NOON + 8_999).await.is_empty());
    assert_eq!(take(NOON + 9_000).await[0].text, "About e2");
}
