//! Leases that run out, and answers that come after.

use leadbell_domain::DeliveryStatus;
use leadbell_store::{Attempt, Delivery, Finish, Finished};

use crate::samples::{
    FAST, LEASE, NOON, WORKER, ambiguous, channel, claim, claim_one, event_for, finish, permanent, queue,
    rate_limited, sent, transient,
};
use crate::support::Bench;
use leadbell_store::Claim;

const EXPIRED: i64 = NOON + LEASE;

async fn delivery(bench: &Bench, claim: &Claim) -> Delivery {
    bench.store.find_delivery(&claim.delivery).await.unwrap().unwrap()
}

/// One delivery whose lease ran out and was rescued; another one waits behind it.
async fn rescued(bench: &Bench) -> Claim {
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    let claim = claim_one(&*bench.store, NOON).await;
    assert_eq!(bench.store.rescue_expired(EXPIRED).await.unwrap(), 1);
    claim
}

pub async fn an_expired_lease_leaves_an_ambiguous_delivery_and_a_free_destination(bench: &Bench) {
    let lost = rescued(bench).await;
    let now = delivery(bench, &lost).await;
    assert_eq!((now.status, now.updated_at), (DeliveryStatus::Ambiguous, EXPIRED));
    assert_eq!(now.last_code.as_deref(), Some("lease_expired"));
    let attempt = Attempt {
        number: 1,
        outcome: "ambiguous".to_owned(),
        code: Some("lease_expired".to_owned()),
        http_status: None,
        note: None,
        retry_after_ms: None,
        started_at: NOON,
        finished_at: EXPIRED,
    };
    assert_eq!(now.attempts, [attempt]);
    assert_eq!(bench.store.rescue_expired(EXPIRED + 1).await.unwrap(), 0);
    let next = claim_one(&*bench.store, EXPIRED).await;
    assert_eq!(next.text, "About e1");
    bench
        .store
        .finish(&[finish(&next, sent(), EXPIRED)])
        .await
        .unwrap();
    assert!(
        claim(&*bench.store, EXPIRED + 86_400_000).await.is_empty(),
        "it is never sent again by itself"
    );
}

pub async fn a_lease_holds_until_its_time(bench: &Bench) {
    queue(&*bench.store, &[channel(1)]).await;
    let held = claim_one(&*bench.store, NOON).await;
    assert_eq!(bench.store.rescue_expired(EXPIRED - 1).await.unwrap(), 0);
    assert_eq!(delivery(bench, &held).await.status, DeliveryStatus::Sending);
    // Overdue but not rescued: nobody else has it, so the answer counts in full.
    let finished = bench
        .store
        .finish(&[finish(&held, sent(), EXPIRED + 5)])
        .await
        .unwrap();
    assert_eq!(finished, [Finished::Now(DeliveryStatus::Sent)]);
    assert_eq!(bench.store.rescue_expired(EXPIRED + 10).await.unwrap(), 0);
}

pub async fn the_late_answer_sent_settles_what_was_ambiguous(bench: &Bench) {
    let lost = rescued(bench).await;
    let finished = bench
        .store
        .finish(&[finish(&lost, sent(), EXPIRED)])
        .await
        .unwrap();
    assert_eq!(finished, [Finished::Now(DeliveryStatus::Sent)]);
    let now = delivery(bench, &lost).await;
    assert_eq!(
        (now.status, now.last_code, now.attempts.len()),
        (DeliveryStatus::Sent, None, 2)
    );
    assert!(now.slack_ts.is_some());
    assert_eq!(claim_one(&*bench.store, EXPIRED).await.text, "About e1");
}

pub async fn the_late_answer_not_sent_settles_what_was_ambiguous(bench: &Bench) {
    let lost = rescued(bench).await;
    // Still unknown: stays as it is.
    let finished = bench
        .store
        .finish(&[finish(&lost, ambiguous(), EXPIRED)])
        .await
        .unwrap();
    assert_eq!(finished, [Finished::TooLate(DeliveryStatus::Ambiguous)]);
    // Certainly not posted; it does not go back into the queue behind those that overtook it.
    let late = Finish {
        retry_at: Some(EXPIRED + 5),
        ..finish(&lost, transient(), EXPIRED)
    };
    assert_eq!(
        bench.store.finish(&[late]).await.unwrap(),
        [Finished::Now(DeliveryStatus::Failed)]
    );
    assert_eq!(delivery(bench, &lost).await.attempts.len(), 3);
    assert_eq!(claim_one(&*bench.store, EXPIRED).await.text, "About e1");
}

pub async fn an_answer_after_the_settlement_is_recorded_and_changes_nothing(bench: &Bench) {
    let lost = rescued(bench).await;
    bench
        .store
        .finish(&[finish(&lost, sent(), EXPIRED)])
        .await
        .unwrap();
    let next = claim_one(&*bench.store, EXPIRED).await;
    let finished = bench
        .store
        .finish(&[finish(&lost, permanent(), EXPIRED)])
        .await
        .unwrap();
    assert_eq!(finished, [Finished::TooLate(DeliveryStatus::Sent)]);
    let now = delivery(bench, &lost).await;
    assert_eq!(
        (now.status, now.attempts.len(), now.last_code),
        (DeliveryStatus::Sent, 3, None)
    );
    // The lease of the next one at the same place is not touched by it.
    assert!(claim(&*bench.store, EXPIRED).await.is_empty());
    let finished = bench
        .store
        .finish(&[finish(&next, sent(), EXPIRED)])
        .await
        .unwrap();
    assert_eq!(finished, [Finished::Now(DeliveryStatus::Sent)]);
}

pub async fn a_late_retry_after_pauses_the_destination_all_the_same(bench: &Bench) {
    let lost = rescued(bench).await;
    let late = Finish {
        retry_at: Some(EXPIRED + 60_000),
        ..finish(&lost, rate_limited(60_000), EXPIRED)
    };
    assert_eq!(
        bench.store.finish(&[late]).await.unwrap(),
        [Finished::Now(DeliveryStatus::Failed)]
    );
    assert_eq!(bench.store.next_due().await.unwrap(), Some(EXPIRED + 60_000));
    assert!(claim(&*bench.store, EXPIRED + 59_999).await.is_empty());
    assert_eq!(claim_one(&*bench.store, EXPIRED + 60_000).await.text, "About e1");
}

pub async fn hundreds_of_leases_run_out_at_once(bench: &Bench) {
    let targets: Vec<_> = (0..1_100).map(channel).collect();
    queue(&*bench.store, &targets).await;
    let claims = bench
        .store
        .claim_due(WORKER, NOON, LEASE, FAST, 5_000)
        .await
        .unwrap();
    assert_eq!(claims.len(), 1_100);
    bench
        .store
        .finish(&[finish(&claims[7], sent(), NOON)])
        .await
        .unwrap();
    assert_eq!(bench.store.rescue_expired(EXPIRED).await.unwrap(), 1_099);
    assert_eq!(bench.store.backlog().await.unwrap().sending, 0);
}

pub async fn every_lease_can_be_ended_at_the_start(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1), channel(2)]).await;
    claim(&*bench.store, NOON).await;
    bench
        .store
        .record_events(&[event_for("next", &rule, channel(1))])
        .await
        .unwrap();
    bench.store.expire_all_leases(NOON + 1).await.unwrap();
    assert_eq!(bench.store.rescue_expired(NOON + 1).await.unwrap(), 2);
    assert_eq!(claim_one(&*bench.store, NOON + 1).await.text, "About next");
}
