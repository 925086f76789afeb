//! Slack tokens.

use leadbell_domain::ConnectionId;
use leadbell_store::{ConnectionCheck, ConnectionOwner, ConnectionScope, ConnectionStatus, StoreError};

use crate::samples::{NOON, channel, fresh, id, ids, new_connection, queue};
use crate::support::{Bench, error};

pub async fn a_token_comes_back_as_it_was_stored(bench: &Bench) {
    let new = new_connection(ConnectionOwner::Staff, "abcd1234");
    let stored = bench.store.insert_connection(&new).await.unwrap();
    assert_eq!(stored, new.connection);
    assert_eq!(stored.hint, "xoxb-…1234");
    assert_eq!(bench.store.connection_token(&stored.id).await.unwrap(), new.token);
    let found = bench
        .store
        .find_connection(&stored.id, &ConnectionScope::All)
        .await
        .unwrap();
    assert_eq!(found, Some(stored));
}

pub async fn the_same_token_of_the_same_owner_is_one_connection(bench: &Bench) {
    let first = bench
        .store
        .insert_connection(&new_connection(ConnectionOwner::Staff, "same"))
        .await
        .unwrap();
    let mut again = new_connection(ConnectionOwner::Staff, "same");
    again.connection.name = "another name".to_owned();
    assert_eq!(bench.store.insert_connection(&again).await.unwrap(), first);
    // Somebody else's is a connection of its own: each sees his own only.
    let his = new_connection(ConnectionOwner::Publisher(id("1044")), "same");
    let his = bench.store.insert_connection(&his).await.unwrap();
    assert_ne!(his.id, first.id);
    let other = bench
        .store
        .insert_connection(&new_connection(ConnectionOwner::Staff, "other"))
        .await
        .unwrap();
    assert_ne!(other.id, first.id);
    assert_eq!(
        bench
            .store
            .list_connections(&ConnectionScope::All)
            .await
            .unwrap()
            .len(),
        3
    );
}

pub async fn a_token_is_nowhere_in_the_database(bench: &Bench) {
    let secret = "Zx9QsecretMiddlePartQx7";
    let new = new_connection(ConnectionOwner::Staff, secret);
    let stored = bench.store.insert_connection(&new).await.unwrap();
    let bytes = bench.bytes().await;
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&stored.hint), "the hint is there, so the search works");
    for part in [
        new.token.reveal(),
        "xoxb-2222222222",
        "3333333333",
        "secretMiddlePart",
    ] {
        assert!(!holds(part), "{part}");
    }
    for shown in [
        format!("{new:?}"),
        format!("{stored:?}"),
        format!("{:?}", new.token),
    ] {
        assert!(
            !shown.contains("3333333333") && !shown.contains("Middle"),
            "{shown}"
        );
    }
}

pub async fn a_token_does_not_open_with_another_key(bench: &Bench) {
    let new = new_connection(ConnectionOwner::Staff, "abcd1234");
    let stored = bench.store.insert_connection(&new).await.unwrap();
    queue(&*bench.store, &[channel(1)]).await;
    let other = bench.open_with_another_key().await.store;
    let refused = error(other.connection_token(&stored.id).await);
    assert!(matches!(refused, StoreError::WrongKey));
    assert!(!format!("{refused} {refused:?}").contains("xoxb"));
    // Claiming with it fails, too, and does not take the delivery away from whoever has the key.
    let claim = other.claim_due("w", NOON, 1_000, crate::samples::FAST, 10).await;
    assert!(matches!(error(claim), StoreError::WrongKey));
    let later = NOON + 3_600_000;
    assert_eq!(crate::samples::claim(&*bench.store, later).await.len(), 1);
}

pub async fn what_slack_says_is_recorded_and_what_it_does_not_say_stays(bench: &Bench) {
    let stored = bench
        .store
        .insert_connection(&new_connection(ConnectionOwner::Staff, "abcd"))
        .await
        .unwrap();
    let broken = ConnectionCheck {
        status: ConnectionStatus::Broken,
        error: Some("token_revoked".to_owned()),
        team: None,
        team_id: None,
        user_name: Some("newbot".to_owned()),
        scopes: Vec::new(),
        checked_at: NOON + 5,
    };
    bench
        .store
        .record_connection_check(&stored.id, &broken)
        .await
        .unwrap();
    let now = bench
        .store
        .find_connection(&stored.id, &ConnectionScope::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (now.status, now.last_error.as_deref()),
        (ConnectionStatus::Broken, Some("token_revoked"))
    );
    assert_eq!(
        (now.team.as_deref(), now.user_name.as_deref()),
        (Some("Demo"), Some("newbot"))
    );
    assert_eq!(
        (now.scopes, now.checked_at),
        (vec!["chat:write".to_owned()], Some(NOON + 5))
    );

    let fine = ConnectionCheck {
        status: ConnectionStatus::Ok,
        error: None,
        scopes: vec!["chat:write".to_owned(), "im:write".to_owned()],
        ..broken
    };
    bench
        .store
        .record_connection_check(&stored.id, &fine)
        .await
        .unwrap();
    let now = bench
        .store
        .find_connection(&stored.id, &ConnectionScope::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (now.status, now.last_error, now.scopes.len()),
        (ConnectionStatus::Ok, None, 2)
    );
}

pub async fn a_publisher_sees_his_own_connections_only(bench: &Bench) {
    let of = |publisher: &str| new_connection(ConnectionOwner::Publisher(id(publisher)), publisher);
    let staff = bench
        .store
        .insert_connection(&new_connection(ConnectionOwner::Staff, "staff"))
        .await
        .unwrap();
    let his = bench.store.insert_connection(&of("1044")).await.unwrap();
    let theirs = bench.store.insert_connection(&of("1050")).await.unwrap();
    let scope = ConnectionScope::Publishers(ids(&["1044"]));
    assert_eq!(
        bench.store.list_connections(&scope).await.unwrap(),
        std::slice::from_ref(&his)
    );
    assert_eq!(
        bench
            .store
            .find_connection(&his.id, &scope)
            .await
            .unwrap()
            .as_ref(),
        Some(&his)
    );
    for hidden in [&staff, &theirs] {
        assert_eq!(
            bench.store.find_connection(&hidden.id, &scope).await.unwrap(),
            None
        );
        for nothing in [ConnectionScope::Nothing, ConnectionScope::Publishers(Vec::new())] {
            assert_eq!(
                bench.store.find_connection(&hidden.id, &nothing).await.unwrap(),
                None
            );
            assert!(bench.store.list_connections(&nothing).await.unwrap().is_empty());
        }
    }
}

pub async fn connections_are_listed_newest_first(bench: &Bench) {
    for (tail, created_at) in [("aaaa", NOON), ("bbbb", NOON + 2), ("cccc", NOON + 1)] {
        let mut new = new_connection(ConnectionOwner::Staff, tail);
        new.connection.created_at = created_at;
        bench.store.insert_connection(&new).await.unwrap();
    }
    let listed = bench.store.list_connections(&ConnectionScope::All).await.unwrap();
    let hints: Vec<_> = listed.iter().map(|connection| connection.hint.as_str()).collect();
    assert_eq!(hints, ["xoxb-…bbbb", "xoxb-…cccc", "xoxb-…aaaa"]);
}

pub async fn an_unknown_connection_is_not_found(bench: &Bench) {
    let nobody: ConnectionId = fresh();
    assert!(matches!(
        error(bench.store.connection_token(&nobody).await),
        StoreError::NotFound
    ));
    let check = ConnectionCheck {
        status: ConnectionStatus::Ok,
        error: None,
        team: None,
        team_id: None,
        user_name: None,
        scopes: Vec::new(),
        checked_at: NOON,
    };
    assert!(matches!(
        error(bench.store.record_connection_check(&nobody, &check).await),
        StoreError::NotFound
    ));
    assert_eq!(
        bench
            .store
            .find_connection(&nobody, &ConnectionScope::All)
            .await
            .unwrap(),
        None
    );
}
