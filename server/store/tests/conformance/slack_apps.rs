//! Connections that came by "Add to Slack", and tokens that are exchanged for others.

use leadbell_domain::SessionId;
use leadbell_store::{ConnectionOwner, ConnectionScope, ConnectionStatus};
use secrecy::{ExposeSecret as _, SecretString};

use crate::connection_faults::{connection, refused};
use crate::samples::{NOON, channel, claim_one, fresh, new_connection, queue, token};
use crate::support::Bench;

const HOUR: i64 = 3_600_000;

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

pub async fn what_somebody_took_to_slack_is_worth_something_once_soon_and_to_him(bench: &Bench) {
    let store = &bench.store;
    let (his, other): (SessionId, SessionId) = (fresh(), fresh());
    for (hash, until) in [(b"one", NOON + 10), (b"two", NOON + 10)] {
        store.add_oauth_state(hash, &his, until, NOON).await.unwrap();
    }
    assert!(!store.take_oauth_state(b"one", &other, NOON).await.unwrap());
    assert!(store.take_oauth_state(b"one", &his, NOON).await.unwrap());
    assert!(!store.take_oauth_state(b"one", &his, NOON).await.unwrap());
    assert!(!store.take_oauth_state(b"two", &his, NOON + 10).await.unwrap());
    assert!(!store.take_oauth_state(b"six", &his, NOON).await.unwrap());
}

pub async fn the_same_app_in_the_same_workspace_is_found_for_its_owner_only(bench: &Bench) {
    let store = &bench.store;
    let mut new = new_connection(ConnectionOwner::Staff, "aaaa");
    new.connection.team_id = Some("T1".to_owned());
    let id = store.insert_connection(&new).await.unwrap().id;
    let find = async |owner: &ConnectionOwner, team: &str| {
        let found = store.find_app_connection(owner, team, "A1").await.unwrap();
        found.map(|found| found.id)
    };
    assert_eq!(find(&ConnectionOwner::Staff, "T1").await, None);
    store.keep_app(&id, Some("A1"), None).await.unwrap();
    assert_eq!(find(&ConnectionOwner::Staff, "T1").await, Some(id));
    assert_eq!(find(&ConnectionOwner::Staff, "T2").await, None);
    let publisher = ConnectionOwner::Publisher(crate::samples::id("1044"));
    assert_eq!(find(&publisher, "T1").await, None);
}

pub async fn a_token_that_ends_is_followed_by_one_server_only(bench: &Bench) {
    let store = &bench.store;
    let new = new_connection(ConnectionOwner::Staff, "aaaa");
    let id = store.insert_connection(&new).await.unwrap().id;
    assert_eq!(store.rotation(&id).await.unwrap(), None);
    let first = secret("xoxe-1-canary-first");
    store
        .keep_app(&id, Some("A1"), Some((&first, NOON + HOUR)))
        .await
        .unwrap();
    let bytes = bench.bytes().await;
    assert!(!bytes.windows(12).any(|window| window == b"canary-first"));
    assert!(store.rotation(&id).await.unwrap().unwrap().renews);
    assert!(store.ending_tokens(NOON + HOUR, NOON).await.unwrap().is_empty());
    assert_eq!(
        store.ending_tokens(NOON + HOUR + 1, NOON).await.unwrap(),
        std::slice::from_ref(&id)
    );
    let turn = store.begin_refresh(&id, NOON, NOON + 60).await.unwrap().unwrap();
    assert_eq!(turn.refresh.expose_secret(), first.expose_secret());
    assert!(!format!("{turn:?}").contains("canary"));
    // Another server sees that somebody is at it; after his time it may try.
    let other = bench.open_again().await.store;
    assert!(
        other
            .ending_tokens(NOON + 2 * HOUR, NOON)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        other
            .begin_refresh(&id, NOON + 59, NOON + 99)
            .await
            .unwrap()
            .is_none()
    );
    let late = other
        .begin_refresh(&id, NOON + 60, NOON + 99)
        .await
        .unwrap()
        .unwrap();
    let second = secret("xoxe-1-second");
    let ends = Some((&second, NOON + 12 * HOUR));
    assert!(
        store
            .finish_refresh(&turn, &token("bbbb"), ends, NOON)
            .await
            .unwrap()
    );
    // Who came too late changes nothing.
    assert!(
        !other
            .finish_refresh(&late, &token("cccc"), None, NOON)
            .await
            .unwrap()
    );
    assert_eq!(store.connection_token(&id).await.unwrap(), token("bbbb"));
    assert!(store.ending_tokens(NOON + HOUR, NOON).await.unwrap().is_empty());
    let turn = store.begin_refresh(&id, NOON, NOON + 60).await.unwrap().unwrap();
    assert_eq!(turn.refresh.expose_secret(), second.expose_secret());
    store.give_up_refresh(&turn).await.unwrap();
    assert!(!store.rotation(&id).await.unwrap().unwrap().renews);
    assert!(
        store
            .begin_refresh(&id, NOON + HOUR, NOON + 2 * HOUR)
            .await
            .unwrap()
            .is_none()
    );
}

pub async fn a_token_that_has_ended_is_followed_and_what_waited_goes_on(bench: &Bench) {
    let store = &bench.store;
    let rule = queue(&**store, &[channel(1)]).await;
    let id = rule.rule.action.connection;
    let refresh = secret("xoxe-1-refresh");
    store
        .keep_app(&id, None, Some((&refresh, NOON + 99 * HOUR)))
        .await
        .unwrap();
    let claim = claim_one(&**store, NOON).await;
    let mut finish = refused(&claim, NOON);
    finish.outcome = leadbell_domain::Outcome::Permanent {
        code: "token_expired".to_owned(),
    };
    store.finish(&[finish]).await.unwrap();
    assert_eq!(connection(bench, &id).await.status, ConnectionStatus::Broken);
    assert_eq!(
        store.ending_tokens(NOON, NOON).await.unwrap(),
        std::slice::from_ref(&id)
    );
    let turn = store.begin_refresh(&id, NOON, NOON + 60).await.unwrap().unwrap();
    let ends = Some((&refresh, NOON + 99 * HOUR));
    assert!(
        store
            .finish_refresh(&turn, &token("next"), ends, NOON)
            .await
            .unwrap()
    );
    let now = store
        .find_connection(&id, &ConnectionScope::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (now.status, now.last_error, now.broken_since),
        (ConnectionStatus::Ok, None, None)
    );
    assert_eq!(claim_one(&**store, NOON + 5_000).await.token, token("next"));
}
