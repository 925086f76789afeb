//! Exchanging the key that tokens are encrypted with.

use leadbell_store::{ConnectionOwner, ConnectionScope, Keys, Resealed, Sealed, SecretKey, StoreError};

use crate::connection_faults::fine;
use crate::samples::{NOON, new_connection, token};
use crate::support::{Bench, KEY, error};

fn old() -> SecretKey {
    SecretKey::from_bytes(KEY)
}

fn new() -> SecretKey {
    SecretKey::from_bytes([8; 32])
}

pub async fn everything_is_sealed_anew_and_the_old_key_opens_nothing_any_more(bench: &Bench) {
    let mut ids = Vec::new();
    for tail in ["aaaa", "bbbb", "cccc"] {
        let new = new_connection(ConnectionOwner::Staff, tail);
        ids.push((bench.store.insert_connection(&new).await.unwrap().id, token(tail)));
    }
    let both = Keys::with_previous(new(), vec![old()]);
    let store = bench.open_with_keys(&both).await.store;
    let all = Sealed {
        earlier: 3,
        ..Sealed::default()
    };
    assert_eq!(store.sealed().await.unwrap(), all);
    let done = Resealed {
        resealed: 3,
        unreadable: Vec::new(),
    };
    assert_eq!(store.reseal().await.unwrap(), done);
    assert_eq!(store.reseal().await.unwrap(), Resealed::default());
    let alone = bench.open_with_another_key().await.store;
    for (id, token) in &ids {
        assert_eq!(alone.connection_token(id).await.unwrap(), *token);
        let refused = error(bench.store.connection_token(id).await);
        assert!(matches!(refused, StoreError::WrongKey));
    }
}

pub async fn while_keys_are_exchanged_servers_of_both_read_and_recognise_all_tokens(bench: &Bench) {
    let before = bench
        .open_with_keys(&Keys::with_previous(old(), vec![new()]))
        .await;
    let after = bench
        .open_with_keys(&Keys::with_previous(new(), vec![old()]))
        .await;
    let (before, after) = (before.store, after.store);
    let one = new_connection(ConnectionOwner::Staff, "aaaa");
    let one = before.insert_connection(&one).await.unwrap();
    assert_eq!(after.reseal().await.unwrap().resealed, 1);
    assert_eq!(before.connection_token(&one.id).await.unwrap(), token("aaaa"));
    // The same token pasted again is the same connection, whichever server is asked.
    let again = new_connection(ConnectionOwner::Staff, "aaaa");
    assert_eq!(before.insert_connection(&again).await.unwrap().id, one.id);
    let two = new_connection(ConnectionOwner::Staff, "bbbb");
    let two = before.insert_connection(&two).await.unwrap();
    let again = new_connection(ConnectionOwner::Staff, "bbbb");
    assert_eq!(after.insert_connection(&again).await.unwrap().id, two.id);
    let taken = after
        .replace_token(&one.id, &ConnectionScope::All, &token("bbbb"), &fine(NOON))
        .await;
    assert!(matches!(error(taken), StoreError::Taken("auth_token")));
    assert_eq!(after.connection_token(&two.id).await.unwrap(), token("bbbb"));
    assert_eq!(after.reseal().await.unwrap().resealed, 1);
}

pub async fn what_no_key_opens_is_named_and_left_alone(bench: &Bench) {
    let new = new_connection(ConnectionOwner::Staff, "aaaa");
    let stored = bench.store.insert_connection(&new).await.unwrap();
    let stranger = bench.open_with_another_key().await.store;
    let done = Resealed {
        resealed: 0,
        unreadable: vec![stored.name.clone()],
    };
    assert_eq!(stranger.reseal().await.unwrap(), done);
    assert_eq!(stranger.sealed().await.unwrap().unreadable, 1);
    assert_eq!(bench.store.connection_token(&stored.id).await.unwrap(), new.token);
}
