//! A channel or member that Slack refuses itself: its messages wait, in their order, and nothing of them is lost.

use leadbell_domain::{DeliveryStatus, DestinationId, Level, Outcome, Scope};
use leadbell_store::{
    Claim, ConnectionScope, DestinationQuery, DestinationState, Finish, Finished, RuleScopes, StoreError,
};

use crate::connection_faults::fine;
use crate::samples::{
    NOON, channel, claim, claim_one, event_for, finish, fresh, id, permanent, publishers, queue,
    rate_limited, sent,
};
use crate::support::Bench;

/// When a refused destination is tried again by itself.
const LATER: i64 = NOON + 31 * 60_000;

/// Slack says that the channel of this claim is archived.
fn archived(claim: &Claim, now: i64) -> Finish {
    let code = "is_archived".to_owned();
    finish(claim, Outcome::Permanent { code }, now)
}

async fn states(bench: &Bench, scope: ConnectionScope) -> Vec<DestinationState> {
    let query = DestinationQuery {
        scope,
        only_refused: false,
        limit: 10,
    };
    bench.store.destination_states(&query).await.unwrap()
}

/// One message refused, and two more that wait behind it.
async fn refused_one(bench: &Bench) -> DestinationId {
    queue(&*bench.store, &[channel(1), channel(1), channel(1)]).await;
    let first = claim_one(&*bench.store, NOON).await;
    let finished = bench.store.finish(&[archived(&first, NOON)]).await.unwrap();
    assert_eq!(finished, [Finished::Now(DeliveryStatus::Retrying)]);
    first.destination
}

/// Sends whatever is due, one after the other.
async fn send_all(bench: &Bench, from: i64) -> Vec<String> {
    let mut texts = Vec::new();
    for now in from.. {
        let claims = claim(&*bench.store, now).await;
        if claims.is_empty() {
            return texts;
        }
        for claim in claims {
            bench.store.finish(&[finish(&claim, sent(), now)]).await.unwrap();
            texts.push(claim.text);
        }
    }
    unreachable!("there is an end to the queue")
}

pub async fn a_refused_channel_keeps_its_messages_and_holds_up_nobody_else(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1), channel(1), channel(2)]).await;
    for held in claim(&*bench.store, NOON).await {
        let done = if held.target == channel(1) {
            archived(&held, NOON)
        } else {
            finish(&held, sent(), NOON)
        };
        bench.store.finish(&[done]).await.unwrap();
    }
    let late = event_for("e9", &rule, channel(1));
    bench.store.record_events(&[late]).await.unwrap();
    for now in [NOON + 1_000, NOON + 29 * 60_000] {
        assert!(claim(&*bench.store, now).await.is_empty(), "it rests");
    }
    let all = states(bench, ConnectionScope::All).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let one = &all[0];
    assert_eq!(
        (one.waiting, one.oldest, &one.target),
        (3, Some(NOON), &channel(1))
    );
    assert_eq!(
        (one.fault_code.as_deref(), one.fault_since, one.fault_at),
        (Some("is_archived"), Some(NOON + 500), Some(NOON + 500))
    );
    assert!(one.paused_until > NOON + 29 * 60_000 && !one.connection_broken);
    assert_eq!(bench.store.count_refused_destinations().await.unwrap(), 1);
}

pub async fn the_first_waiting_message_finds_out_that_a_channel_works_again(bench: &Bench) {
    refused_one(bench).await;
    let again = claim_one(&*bench.store, LATER).await;
    assert_eq!((again.text.as_str(), again.attempts), ("About e0", 0));
    bench.store.finish(&[archived(&again, LATER)]).await.unwrap();
    let state = states(bench, ConnectionScope::All).await.remove(0);
    assert_eq!(
        (state.fault_since, state.fault_at),
        (Some(NOON + 500), Some(LATER + 500))
    );
    assert!(claim(&*bench.store, LATER + 60_000).await.is_empty());
    // A message that is wrong itself says nothing about the channel, and the next one finds out.
    let much_later = LATER * 2 - NOON;
    let wrong = claim_one(&*bench.store, much_later).await;
    let finished = bench
        .store
        .finish(&[finish(&wrong, permanent(), much_later)])
        .await
        .unwrap();
    assert_eq!(finished, [Finished::Now(DeliveryStatus::Failed)]);
    assert_eq!(bench.store.count_refused_destinations().await.unwrap(), 1);
    assert_eq!(send_all(bench, much_later + 1).await, ["About e1", "About e2"]);
    assert_eq!(bench.store.count_refused_destinations().await.unwrap(), 0);
}

pub async fn somebody_who_mended_it_need_not_wait(bench: &Bench) {
    let place = refused_one(bench).await;
    bench.store.retry_destination(&place).await.unwrap();
    assert_eq!(
        send_all(bench, NOON + 1_000).await,
        ["About e0", "About e1", "About e2"]
    );
    assert!(states(bench, ConnectionScope::All).await.is_empty());
    // Nothing to try any more, and nothing happens.
    bench.store.retry_destination(&place).await.unwrap();
    bench.store.retry_destination(&fresh()).await.unwrap();
    assert_eq!(bench.store.next_due().await.unwrap(), None);
}

pub async fn trying_at_once_cuts_no_pause_of_slacks_short(bench: &Bench) {
    let place = refused_one(bench).await;
    let store = &bench.store;
    store.retry_destination(&place).await.unwrap();
    let mut limited = finish(
        &claim_one(&**store, NOON + 1_000).await,
        rate_limited(60_000),
        NOON + 1_000,
    );
    limited.retry_at = Some(limited.finished_at + 60_000);
    let until = limited.finished_at + 60_000;
    store.finish(&[limited]).await.unwrap();
    store.retry_destination(&place).await.unwrap();
    assert!(claim(&**store, until - 1).await.is_empty());
    claim_one(&**store, until).await;
}

pub async fn a_better_token_tries_refused_channels_at_once(bench: &Bench) {
    refused_one(bench).await;
    let connection = states(bench, ConnectionScope::All).await.remove(0).connection;
    bench
        .store
        .record_connection_check(&connection, &fine(NOON + 1_000))
        .await
        .unwrap();
    assert_eq!(send_all(bench, NOON + 2_000).await.len(), 3);
}

pub async fn what_waits_can_be_given_up(bench: &Bench) {
    let place = refused_one(bench).await;
    assert_eq!(
        bench.store.give_up_destination(&place, NOON + 9).await.unwrap(),
        3
    );
    assert_eq!(bench.store.backlog().await.unwrap().waiting, 0);
    assert_eq!(bench.store.next_due().await.unwrap(), None);
    let failed = bench
        .store
        .list_deliveries(&leadbell_store::DeliveryQuery {
            status: Some(DeliveryStatus::Failed),
            limit: 10,
            ..leadbell_store::DeliveryQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(failed.len(), 3);
    assert!(
        failed
            .iter()
            .all(|row| row.last_code.as_deref() == Some("given_up"))
    );
    assert!(claim(&*bench.store, LATER).await.is_empty());
    let unknown = bench.store.give_up_destination(&fresh(), NOON).await;
    assert!(matches!(unknown, Err(StoreError::NotFound)));
}

pub async fn destinations_are_told_with_what_waits_there_as_far_as_the_asker_may_see(bench: &Bench) {
    let place = refused_one(bench).await;
    let nobody = ConnectionScope::Publishers(vec![id("1044")]);
    assert!(states(bench, nobody.clone()).await.is_empty());
    assert_eq!(
        bench.store.destination_state(&place, &nobody).await.unwrap(),
        None
    );
    let mine = bench
        .store
        .destination_state(&place, &ConnectionScope::All)
        .await
        .unwrap();
    assert_eq!(mine.map(|state| state.waiting), Some(3));
    let told = async |scopes: RuleScopes| bench.store.refused_destinations(&scopes, 5).await.unwrap().len();
    assert_eq!(told(vec![(Level::Product, Scope::All)]).await, 1);
    assert_eq!(told(vec![(Level::Publisher, publishers(&["1044"]))]).await, 0);
    assert_eq!(told(Vec::new()).await, 0);
    let all = vec![(Level::Product, Scope::All)];
    assert_eq!(bench.store.troubles(&all, NOON).await.unwrap().failed, 0);
    bench.store.give_up_destination(&place, NOON + 9).await.unwrap();
    assert_eq!(bench.store.troubles(&all, NOON).await.unwrap().failed, 3);
    assert_eq!(bench.store.troubles(&all, NOON + 10).await.unwrap().failed, 0);
}
