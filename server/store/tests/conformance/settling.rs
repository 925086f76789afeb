//! What Slack's answers make of deliveries and their destinations.

use leadbell_domain::{DeliveryId, DeliveryStatus, Outcome};
use leadbell_store::{Attempt, Claim, Delivery, Finish, Finished, StoreError};

use crate::samples::{
    NOON, ambiguous, channel, claim, claim_one, event_for, finish, fresh, member, permanent, queue,
    rate_limited, sent, transient,
};
use crate::support::{Bench, error};

async fn delivery(bench: &Bench, id: &DeliveryId) -> Delivery {
    bench.store.find_delivery(id).await.unwrap().unwrap()
}

async fn settle(bench: &Bench, finish: Finish) -> Finished {
    bench.store.finish(&[finish]).await.unwrap()[0]
}

/// Claims the one that is due and records this answer.
async fn answer(bench: &Bench, outcome: Outcome, retry_at: Option<i64>, now: i64) -> (Claim, Finished) {
    let claim = claim_one(&*bench.store, now).await;
    let finished = settle(
        bench,
        Finish {
            retry_at,
            ..finish(&claim, outcome, now)
        },
    )
    .await;
    (claim, finished)
}

pub async fn a_sent_delivery_keeps_slacks_receipt(bench: &Bench) {
    queue(&*bench.store, &[channel(1)]).await;
    let (claim, finished) = answer(bench, sent(), None, NOON).await;
    assert_eq!(finished, Finished::Now(DeliveryStatus::Sent));
    let now = delivery(bench, &claim.delivery).await;
    assert_eq!(
        (now.status, now.updated_at, now.last_code),
        (DeliveryStatus::Sent, NOON + 500, None)
    );
    assert_eq!(now.slack_channel.as_deref(), Some("C0000000001"));
    assert_eq!(now.slack_ts.as_deref(), Some("1795000000.000100"));
    assert_eq!(now.attempts.len(), 1);
}

pub async fn a_rate_limit_pauses_the_whole_destination_and_costs_no_attempt(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    let (limited, finished) = answer(bench, rate_limited(30_000), Some(NOON + 30_500), NOON).await;
    assert_eq!(finished, Finished::Now(DeliveryStatus::Retrying));
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOON + 30_500));
    assert!(
        claim(&*bench.store, NOON + 30_499).await.is_empty(),
        "the second one waits as well"
    );
    let again = claim_one(&*bench.store, NOON + 30_500).await;
    assert_eq!((&again.delivery, again.attempts), (&limited.delivery, 0));
    // Without a time from the caller Slack's own counts, from the end of the call.
    settle(bench, finish(&again, rate_limited(10_000), NOON + 31_000)).await;
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOON + 41_500));
    let now = delivery(bench, &limited.delivery).await;
    assert_eq!(
        (now.attempts.len(), now.attempts[0].retry_after_ms),
        (2, Some(30_000))
    );
    assert_eq!(now.last_code.as_deref(), Some("rate_limited"));
}

pub async fn a_transient_failure_keeps_the_order_of_its_channel(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    let (first, finished) = answer(bench, transient(), Some(NOON + 2_000), NOON).await;
    assert_eq!(finished, Finished::Now(DeliveryStatus::Retrying));
    assert!(claim(&*bench.store, NOON + 1_999).await.is_empty());
    let again = claim_one(&*bench.store, NOON + 2_000).await;
    assert_eq!((&again.delivery, again.attempts), (&first.delivery, 1));
    settle(bench, finish(&again, sent(), NOON + 2_000)).await;
    assert_eq!(claim_one(&*bench.store, NOON + 2_600).await.text, "About e1");
    assert_eq!(
        delivery(bench, &first.delivery).await.last_code,
        None,
        "what went well in the end needs no code"
    );
}

pub async fn a_transient_failure_without_another_try_is_final(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    let (first, finished) = answer(bench, transient(), None, NOON).await;
    assert_eq!(finished, Finished::Now(DeliveryStatus::Failed));
    assert_eq!(
        delivery(bench, &first.delivery).await.last_code.as_deref(),
        Some("connect_failed")
    );
    assert_eq!(claim_one(&*bench.store, NOON).await.text, "About e1");
}

pub async fn a_permanent_failure_lets_the_next_one_go(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    // A time to try again makes no difference to what is final.
    let (first, finished) = answer(bench, permanent(), Some(NOON + 99_000), NOON).await;
    assert_eq!(finished, Finished::Now(DeliveryStatus::Failed));
    assert_eq!(
        delivery(bench, &first.delivery).await.last_code.as_deref(),
        Some("msg_too_long")
    );
    assert_eq!(claim_one(&*bench.store, NOON).await.text, "About e1");
}

pub async fn an_ambiguous_delivery_is_never_claimed_again(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1)]).await;
    let (first, finished) = answer(bench, ambiguous(), Some(NOON + 1), NOON).await;
    assert_eq!(finished, Finished::Now(DeliveryStatus::Ambiguous));
    let (second, _) = answer(bench, sent(), None, NOON + 1).await;
    assert_ne!(second.delivery, first.delivery);
    assert!(claim(&*bench.store, NOON + 86_400_000).await.is_empty());
    assert_eq!(
        delivery(bench, &first.delivery).await.status,
        DeliveryStatus::Ambiguous
    );
}

pub async fn a_members_conversation_is_remembered(bench: &Bench) {
    queue(&*bench.store, &[member(1), member(1), member(1)]).await;
    let first = claim_one(&*bench.store, NOON).await;
    let opened = Finish {
        resolved_channel: Some("D0000000077".to_owned()),
        ..finish(&first, sent(), NOON)
    };
    settle(bench, opened).await;
    let second = claim_one(&*bench.store, NOON).await;
    assert_eq!(second.resolved_channel.as_deref(), Some("D0000000077"));
    settle(bench, finish(&second, sent(), NOON)).await;
    assert_eq!(
        claim_one(&*bench.store, NOON).await.resolved_channel.as_deref(),
        Some("D0000000077")
    );
}

pub async fn every_call_is_in_the_history(bench: &Bench) {
    queue(&*bench.store, &[channel(1)]).await;
    let (first, _) = answer(bench, rate_limited(1_000), Some(NOON + 1_500), NOON).await;
    let (_, _) = answer(bench, transient(), Some(NOON + 3_000), NOON + 2_000).await;
    let third = claim_one(&*bench.store, NOON + 3_000).await;
    assert_eq!(third.attempts, 1);
    let mended = Finish {
        note: Some("joined_channel".to_owned()),
        ..finish(&third, sent(), NOON + 3_000)
    };
    settle(bench, mended).await;
    let attempt = |number, outcome: &str, code: Option<&str>, started_at| Attempt {
        number,
        outcome: outcome.to_owned(),
        code: code.map(str::to_owned),
        http_status: Some(200),
        note: (number == 3).then(|| "joined_channel".to_owned()),
        retry_after_ms: (number == 1).then_some(1_000),
        started_at,
        finished_at: started_at + 500,
    };
    assert_eq!(
        delivery(bench, &first.delivery).await.attempts,
        [
            attempt(1, "rate_limited", Some("rate_limited"), NOON),
            attempt(2, "transient", Some("connect_failed"), NOON + 2_000),
            attempt(3, "sent", None, NOON + 3_000),
        ]
    );
}

pub async fn a_batch_of_answers_is_recorded_in_order(bench: &Bench) {
    let targets: Vec<_> = (0..5).map(channel).collect();
    queue(&*bench.store, &targets).await;
    let claims = claim(&*bench.store, NOON).await;
    let outcomes = [sent(), rate_limited(9), permanent(), ambiguous(), transient()];
    let batch: Vec<_> = claims
        .iter()
        .zip(outcomes)
        .map(|(claim, outcome)| finish(claim, outcome, NOON))
        .collect();
    let statuses = [
        DeliveryStatus::Sent,
        DeliveryStatus::Retrying,
        DeliveryStatus::Failed,
        DeliveryStatus::Ambiguous,
        DeliveryStatus::Failed,
    ];
    assert_eq!(
        bench.store.finish(&batch).await.unwrap(),
        statuses.map(Finished::Now)
    );
    for (claim, status) in claims.iter().zip(statuses) {
        assert_eq!(delivery(bench, &claim.delivery).await.status, status);
    }
    assert_eq!(bench.store.finish(&[]).await.unwrap(), []);
}

pub async fn an_answer_for_an_unknown_delivery_records_nothing(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(2)]).await;
    let claims = claim(&*bench.store, NOON).await;
    let good = finish(&claims[0], sent(), NOON);
    let unknown = Finish {
        delivery: fresh(),
        ..finish(&claims[1], sent(), NOON)
    };
    let misplaced = Finish {
        destination: claims[0].destination.clone(),
        ..finish(&claims[1], sent(), NOON)
    };
    for bad in [unknown, misplaced] {
        assert!(matches!(
            error(bench.store.finish(&[good.clone(), bad]).await),
            StoreError::NotFound
        ));
    }
    let now = delivery(bench, &claims[0].delivery).await;
    assert_eq!((now.status, now.attempts.len()), (DeliveryStatus::Sending, 0));
    assert_eq!(settle(bench, good).await, Finished::Now(DeliveryStatus::Sent));
}

pub async fn an_answer_of_somebody_else_moves_nothing(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1)]).await;
    let claim_ = claim_one(&*bench.store, NOON).await;
    let stranger = Finish {
        worker: "worker-2".to_owned(),
        ..finish(&claim_, sent(), NOON)
    };
    assert_eq!(
        settle(bench, stranger).await,
        Finished::TooLate(DeliveryStatus::Sending)
    );
    bench
        .store
        .record_events(&[event_for("next", &rule, channel(1))])
        .await
        .unwrap();
    assert!(
        claim(&*bench.store, NOON).await.is_empty(),
        "the lease still holds"
    );
    assert_eq!(
        settle(bench, finish(&claim_, sent(), NOON)).await,
        Finished::Now(DeliveryStatus::Sent)
    );
    // The same answer twice: recorded, and nothing else.
    assert_eq!(
        settle(bench, finish(&claim_, permanent(), NOON)).await,
        Finished::TooLate(DeliveryStatus::Sent)
    );
    let now = delivery(bench, &claim_.delivery).await;
    assert_eq!(
        (now.status, now.attempts.len(), now.last_code),
        (DeliveryStatus::Sent, 3, None)
    );
}
