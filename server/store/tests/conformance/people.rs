//! People and API keys.

use leadbell_domain::{Role, UserId};
use leadbell_store::{ApiKey, NewUser, StoreError, User};

use crate::samples::{NOON, fresh, ids};
use crate::support::{Bench, error};

fn person(email: &str) -> NewUser {
    NewUser {
        user: User {
            id: fresh(),
            email: email.to_owned(),
            name: "Ann Müller".to_owned(),
            role: Role::PublisherAgent,
            publishers: ids(&["1044", "1050"]),
            buyers: ids(&["402"]),
            active: true,
            manages_until: None,
            created_at: NOON,
        },
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
    }
}

pub async fn a_person_is_found_by_address_in_any_case_with_hash_and_assignments(bench: &Bench) {
    let ann = person("ann@example.com");
    bench.store.insert_user(&ann).await.unwrap();
    let (user, hash) = bench
        .store
        .find_user_by_email(" Ann@Example.COM ")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(user, ann.user);
    assert_eq!(hash, ann.password_hash);
    assert_eq!(bench.store.find_user(&ann.user.id).await.unwrap(), Some(ann.user));
}

pub async fn an_address_can_be_taken_once(bench: &Bench) {
    bench.store.insert_user(&person("ann@example.com")).await.unwrap();
    let again = error(bench.store.insert_user(&person("ANN@example.com")).await);
    assert!(matches!(again, StoreError::Taken("email")), "{again:?}");
    assert_eq!(bench.store.count_users().await.unwrap(), 1);
    bench.store.insert_user(&person("ben@example.com")).await.unwrap();
    assert_eq!(bench.store.count_users().await.unwrap(), 2);
}

pub async fn a_person_who_may_not_log_in_is_found_all_the_same(bench: &Bench) {
    let mut ann = person("ann@example.com");
    ann.user.active = false;
    bench.store.insert_user(&ann).await.unwrap();
    assert!(!bench.store.find_user(&ann.user.id).await.unwrap().unwrap().active);
}

pub async fn an_unknown_person_is_not_found(bench: &Bench) {
    assert_eq!(bench.store.count_users().await.unwrap(), 0);
    assert_eq!(
        bench.store.find_user_by_email("ann@example.com").await.unwrap(),
        None
    );
    assert_eq!(bench.store.find_user(&fresh::<UserId>()).await.unwrap(), None);
}

pub async fn an_api_key_is_found_by_its_hash_only(bench: &Bench) {
    let key = ApiKey {
        id: fresh(),
        name: "LMS".to_owned(),
        prefix: "lbk_ab12".to_owned(),
        scopes: vec!["ingest".to_owned(), "catalog".to_owned()],
        created_at: NOON,
    };
    bench.store.insert_api_key(&key, &[1; 32]).await.unwrap();
    assert_eq!(
        bench.store.find_api_key(&[1; 32]).await.unwrap(),
        Some(key.clone())
    );
    assert_eq!(bench.store.find_api_key(&[2; 32]).await.unwrap(), None);
    assert_eq!(bench.store.find_api_key(&[]).await.unwrap(), None);
    let again = ApiKey { id: fresh(), ..key };
    assert!(matches!(
        error(bench.store.insert_api_key(&again, &[1; 32]).await),
        StoreError::Taken(_)
    ));
}
