//! A token that Slack refuses: its messages wait and nothing of them is lost.

use leadbell_domain::{ConnectionId, DeliveryStatus, Outcome};
use leadbell_store::{
    Claim, Connection, ConnectionCheck, ConnectionOwner, ConnectionScope, ConnectionStatus, Finish, Finished,
    RefusedToken,
};

use crate::samples::{
    NOON, add_rule, channel, claim, claim_one, event_for, finish, id, new_connection, queue, rule, sent,
    token,
};
use crate::support::Bench;

/// When claims look at a broken connection again at the latest.
const LATER: i64 = NOON + 60_000;

/// Slack says that the token of this claim is of no use.
pub fn refused(claim: &Claim, now: i64) -> Finish {
    let code = "token_revoked".to_owned();
    Finish {
        refused: Some(RefusedToken {
            connection: claim.connection.clone(),
            version: claim.token_version,
        }),
        ..finish(claim, Outcome::Permanent { code }, now)
    }
}

/// What a good check says.
pub fn fine(checked_at: i64) -> ConnectionCheck {
    ConnectionCheck {
        status: ConnectionStatus::Ok,
        error: None,
        team: Some("Demo".to_owned()),
        team_id: Some("T0001".to_owned()),
        user_name: Some("salesbot".to_owned()),
        scopes: vec!["chat:write".to_owned()],
        checked_at,
    }
}

pub async fn connection(bench: &Bench, id: &ConnectionId) -> Connection {
    let found = bench.store.find_connection(id, &ConnectionScope::All).await;
    found.unwrap().expect("there")
}

pub async fn a_refused_token_sends_its_delivery_back_and_pauses_the_connection(bench: &Bench) {
    queue(&*bench.store, &[channel(1), channel(1), channel(2)]).await;
    let first = claim(&*bench.store, NOON).await;
    assert_eq!(first.len(), 2, "one of each channel");
    let finished = bench.store.finish(&[refused(&first[0], NOON)]).await.unwrap();
    assert_eq!(finished, [Finished::Now(DeliveryStatus::Retrying)]);
    let waits = bench
        .store
        .find_delivery(&first[0].delivery)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(waits.last_code.as_deref(), Some("token_revoked"));
    assert_eq!(waits.attempts[0].outcome, "permanent");

    let broken = connection(bench, &first[0].connection).await;
    assert_eq!(
        (broken.status, broken.last_error.as_deref(), broken.broken_since),
        (ConnectionStatus::Broken, Some("token_revoked"), Some(NOON + 500))
    );
    // The second one under way finds out the same, and does not make it younger.
    bench
        .store
        .finish(&[refused(&first[1], NOON + 900)])
        .await
        .unwrap();
    assert_eq!(connection(bench, &broken.id).await, broken);

    for now in [NOON + 1_000, LATER, LATER * 2] {
        assert!(
            claim(&*bench.store, now).await.is_empty(),
            "nothing goes while it is broken"
        );
    }
    assert_eq!(bench.store.backlog().await.unwrap().waiting, 3);
}

pub async fn what_waits_goes_on_in_order_with_the_next_token(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1), channel(1)]).await;
    let first = claim_one(&*bench.store, NOON).await;
    bench.store.finish(&[refused(&first, NOON)]).await.unwrap();
    assert!(claim(&*bench.store, NOON + 1_000).await.is_empty());
    // What comes meanwhile queues up, in known channels and in new ones.
    let later = [
        event_for("e8", &rule, channel(1)),
        event_for("e9", &rule, channel(2)),
    ];
    bench.store.record_events(&later).await.unwrap();
    assert!(claim(&*bench.store, NOON + 2_000).await.is_empty());

    let fresh = token("fresh1");
    let replaced = bench
        .store
        .replace_token(
            &first.connection,
            &ConnectionScope::All,
            &fresh,
            &fine(NOON + 3_000),
        )
        .await;
    replaced.unwrap();
    let now = connection(bench, &first.connection).await;
    assert_eq!((now.status, now.broken_since), (ConnectionStatus::Ok, None));
    let mut texts = Vec::new();
    for now in [NOON + 3_001, NOON + 3_002, NOON + 3_003] {
        for claim in claim(&*bench.store, now).await {
            assert_eq!(claim.token, fresh);
            assert_eq!(claim.attempts, 0, "waiting cost no attempt");
            texts.push(claim.text.clone());
            bench.store.finish(&[finish(&claim, sent(), now)]).await.unwrap();
        }
    }
    texts.sort();
    assert_eq!(texts, ["About e0", "About e1", "About e8", "About e9"]);
}

pub async fn a_good_check_lets_the_queue_go_on(bench: &Bench) {
    queue(&*bench.store, &[channel(1)]).await;
    let first = claim_one(&*bench.store, NOON).await;
    bench.store.finish(&[refused(&first, NOON)]).await.unwrap();
    assert!(claim(&*bench.store, NOON + 1_000).await.is_empty());
    let check = fine(NOON + 2_000);
    bench
        .store
        .record_connection_check(&first.connection, &check)
        .await
        .unwrap();
    let again = claim_one(&*bench.store, NOON + 2_001).await;
    assert_eq!(again.delivery, first.delivery);
    assert_eq!(connection(bench, &first.connection).await.broken_since, None);
}

pub async fn an_answer_about_an_earlier_token_blames_nobody(bench: &Bench) {
    queue(&*bench.store, &[channel(1)]).await;
    let old = claim_one(&*bench.store, NOON).await;
    let replaced = bench
        .store
        .replace_token(
            &old.connection,
            &ConnectionScope::All,
            &token("fresh2"),
            &fine(NOON + 1),
        )
        .await;
    replaced.unwrap();
    bench.store.finish(&[refused(&old, NOON + 2)]).await.unwrap();
    assert_eq!(
        connection(bench, &old.connection).await.status,
        ConnectionStatus::Ok
    );
    let again = claim_one(&*bench.store, NOON + 1_000).await;
    assert_eq!((&again.delivery, again.token), (&old.delivery, token("fresh2")));
}

pub async fn other_connections_are_not_held_up(bench: &Bench) {
    let rule_one = queue(&*bench.store, &[channel(1)]).await;
    let other = new_connection(ConnectionOwner::Publisher(id("1044")), "other1");
    let other = bench.store.insert_connection(&other).await.unwrap();
    let second = rule(rule_one.rule.level, "219", rule_one.rule.trigger, &other.id);
    let second = add_rule(&*bench.store, second).await;
    let first = claim_one(&*bench.store, NOON).await;
    bench.store.finish(&[refused(&first, NOON)]).await.unwrap();
    // The same channel, by another token.
    let event = event_for("e5", &second, channel(1));
    bench.store.record_events(&[event]).await.unwrap();
    let free = claim_one(&*bench.store, NOON + 1_000).await;
    assert_eq!(free.connection, other.id);
}
