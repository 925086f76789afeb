//! People as administrators manage them, logins, and one-time links.

use leadbell_domain::{Role, SessionId, UserId};
use leadbell_store::{
    ApiKey, NO_PASSWORD, NewSession, NewUser, PasswordLink, Store, StoreError, User, UserChange, UserQuery,
    UserSession, UserStatus,
};

use crate::samples::{NOON, fresh, ids};
use crate::support::{Bench, error};

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
const DAY: i64 = 86_400_000;

/// Adds a person.
async fn add(store: &dyn Store, name: &str, role: Role) -> User {
    let user = User {
        id: fresh(),
        email: format!("{}@example.com", name.to_lowercase()),
        name: name.to_owned(),
        role,
        publishers: Vec::new(),
        buyers: Vec::new(),
        active: true,
        manages_until: None,
        created_at: NOON,
    };
    let new = NewUser {
        user: user.clone(),
        password_hash: HASH.to_owned(),
    };
    store.insert_user(&new).await.unwrap();
    user
}

fn change(user: &User) -> UserChange {
    UserChange {
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role,
        publishers: user.publishers.clone(),
        buyers: user.buyers.clone(),
    }
}

fn login(user: &User, at: i64) -> NewSession {
    NewSession {
        session: UserSession {
            id: fresh(),
            device: "Firefox on Linux".to_owned(),
            started_at: at,
            seen_at: at,
        },
        user: user.id.clone(),
        password_hash: HASH.to_owned(),
    }
}

/// Logs a person in.
async fn log_in(store: &dyn Store, user: &User, at: i64) -> SessionId {
    let new = login(user, at);
    store.start_session(&new).await.unwrap();
    new.session.id
}

async fn link(store: &dyn Store, user: &User, byte: u8) -> Vec<u8> {
    let hash = vec![byte; 32];
    let link = PasswordLink {
        hash: hash.clone(),
        user: user.id.clone(),
        created_at: NOON,
        expires_at: NOON + DAY,
    };
    store.add_password_link(&link).await.unwrap();
    hash
}

async fn names(store: &dyn Store, query: UserQuery) -> Vec<String> {
    let query = UserQuery { limit: 50, ..query };
    let page = store.list_users(&query).await.unwrap();
    assert_eq!(page.total, i64::try_from(page.rows.len()).unwrap());
    page.rows.into_iter().map(|row| row.user.name).collect()
}

pub async fn people_are_listed_by_name_and_narrowed_by_role_status_and_words(bench: &Bench) {
    let store = &*bench.store;
    add(store, "Zoë", Role::Qa).await;
    let ann = add(store, "Ann", Role::GlobalAdmin).await;
    let ben = add(store, "Ben", Role::Qa).await;
    let carl = add(store, "Carl", Role::Support).await;
    store.set_user_active(&ben.id, false).await.unwrap();
    store.set_password(&carl.id, NO_PASSWORD, None).await.unwrap();
    assert_eq!(
        names(store, UserQuery::default()).await,
        ["Ann", "Ben", "Carl", "Zoë"]
    );
    let by = |search: &str, role, status| UserQuery {
        search: search.to_owned(),
        role,
        status,
        ..UserQuery::default()
    };
    assert_eq!(names(store, by("ZOË", None, None)).await, ["Zoë"]);
    assert_eq!(names(store, by("ann@EXAMPLE", None, None)).await, ["Ann"]);
    assert_eq!(names(store, by("", Some(Role::Qa), None)).await, ["Ben", "Zoë"]);
    for (status, expected) in [
        (UserStatus::Active, vec!["Ann", "Zoë"]),
        (UserStatus::Disabled, vec!["Ben"]),
        (UserStatus::Invited, vec!["Carl"]),
    ] {
        assert_eq!(names(store, by("", None, Some(status))).await, expected);
    }
    let second = UserQuery {
        offset: 1,
        limit: 2,
        ..UserQuery::default()
    };
    let page = store.list_users(&second).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (4, 2));
    let found = store.find_user_record(&ann.id).await.unwrap().unwrap();
    assert_eq!((found.user, found.version), (ann, 1));
    assert_eq!(store.find_user_record(&fresh::<UserId>()).await.unwrap(), None);
}

pub async fn a_change_of_a_person_is_complete_and_of_an_old_version_a_conflict(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::PublisherAgent).await;
    add(store, "Ben", Role::Qa).await;
    let first = UserChange {
        name: "Ann Kim".to_owned(),
        email: "Kim@Example.com".to_owned(),
        role: Role::BuyerAgent,
        publishers: ids(&["1044"]),
        buyers: ids(&["402", "455"]),
    };
    let before = store.update_user(&ann.id, &first, Some(1)).await.unwrap();
    assert_eq!(before, ann);
    let now = store.find_user_record(&ann.id).await.unwrap().unwrap();
    assert_eq!(now.version, 2);
    assert_eq!(now.user.email, "kim@example.com");
    assert_eq!(now.user.publishers, ids(&["1044"]));
    assert_eq!(now.user.buyers, ids(&["402", "455"]));
    assert_eq!(names(store, UserQuery::default()).await, ["Ann Kim", "Ben"]);
    let again = error(store.update_user(&ann.id, &first, Some(1)).await);
    assert!(matches!(again, StoreError::Conflict), "{again:?}");
    let taken = UserChange {
        email: "BEN@example.com".to_owned(),
        ..first
    };
    let taken = error(store.update_user(&ann.id, &taken, Some(2)).await);
    assert!(matches!(taken, StoreError::Taken("email")), "{taken:?}");
    store.rename_user(&ann.id, "Anna").await.unwrap();
    let found = store.find_user(&ann.id).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.role), ("Anna", Role::BuyerAgent));
    let gone = error(store.rename_user(&fresh(), "x").await);
    assert!(matches!(gone, StoreError::NotFound), "{gone:?}");
}

pub async fn the_last_active_global_admin_stays_one(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::GlobalAdmin).await;
    let ben = add(store, "Ben", Role::GlobalAdmin).await;
    store.set_user_active(&ben.id, false).await.unwrap();
    let demoted = UserChange {
        role: Role::Qa,
        ..change(&ann)
    };
    for refused in [
        error(store.set_user_active(&ann.id, false).await),
        error(store.update_user(&ann.id, &demoted, None).await),
    ] {
        assert!(matches!(refused, StoreError::LastAdmin), "{refused:?}");
    }
    // Other changes of his are fine, and so is his going once there is another.
    store.update_user(&ann.id, &change(&ann), None).await.unwrap();
    store.set_user_active(&ben.id, true).await.unwrap();
    store.set_user_active(&ann.id, false).await.unwrap();
    let refused = error(store.set_user_active(&ben.id, false).await);
    assert!(matches!(refused, StoreError::LastAdmin), "{refused:?}");
}

pub async fn of_two_admins_who_disable_each_other_at_once_one_stays(bench: &Bench) {
    for _ in 0..5 {
        let store = &*bench.store;
        let ann = add(store, &format!("Ann{}", fresh::<UserId>()), Role::GlobalAdmin).await;
        let ben = add(store, &format!("Ben{}", fresh::<UserId>()), Role::GlobalAdmin).await;
        let other = bench.open_again().await;
        let (first, second) = tokio::join!(
            store.set_user_active(&ann.id, false),
            other.store.set_user_active(&ben.id, false)
        );
        let done = usize::from(first.is_ok()) + usize::from(second.is_ok());
        assert_eq!(done, 1, "{first:?} {second:?}");
        // The next turn needs exactly two.
        bench.tamper("UPDATE users SET active = 0").await;
    }
}

pub async fn a_login_is_worth_something_until_it_ends(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::Qa).await;
    let ben = add(store, "Ben", Role::Qa).await;
    let desk = log_in(store, &ann, NOON).await;
    let phone = log_in(store, &ann, NOON + 1_000).await;
    let bens = log_in(store, &ben, NOON).await;
    assert_eq!(store.session_user(&desk).await.unwrap(), Some(ann.clone()));
    assert_eq!(store.session_user(&fresh::<SessionId>()).await.unwrap(), None);
    let record = store.find_user_record(&ann.id).await.unwrap().unwrap();
    assert_eq!(record.last_login_at, Some(NOON + 1_000));
    store.touch_session(&desk, NOON + 5_000).await.unwrap();
    store.touch_session(&desk, NOON + 2_000).await.unwrap();
    let listed = async |since| {
        let rows = store.list_sessions(&ann.id, since).await.unwrap();
        rows.into_iter()
            .map(|row| (row.id, row.seen_at))
            .collect::<Vec<_>>()
    };
    let both = [(desk.clone(), NOON + 5_000), (phone.clone(), NOON + 1_000)];
    assert_eq!(listed(NOON).await, both);
    assert_eq!(listed(NOON + 2_000).await, both[..1]);
    // Nobody ends another's.
    let foreign = error(store.end_session(&ann.id, &bens).await);
    assert!(matches!(foreign, StoreError::NotFound), "{foreign:?}");
    store.end_session(&ann.id, &phone).await.unwrap();
    assert_eq!(store.session_user(&phone).await.unwrap(), None);
    log_in(store, &ann, NOON).await;
    assert_eq!(store.end_other_sessions(&ann.id, Some(&desk)).await.unwrap(), 1);
    assert_eq!(listed(NOON).await, both[..1]);
    store.sweep_accounts(NOON + 6_000, NOON).await.unwrap();
    assert_eq!(store.session_user(&desk).await.unwrap(), None);
    assert_eq!(store.session_user(&bens).await.unwrap(), None);
}

pub async fn who_is_disabled_is_out_at_once_and_his_old_logins_stay_dead(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::Qa).await;
    let session = log_in(store, &ann, NOON).await;
    let hash = link(store, &ann, 1).await;
    store.set_user_active(&ann.id, false).await.unwrap();
    assert_eq!(store.session_user(&session).await.unwrap(), None);
    assert_eq!(store.find_password_link(&hash, NOON).await.unwrap(), None);
    let refused = error(store.start_session(&login(&ann, NOON)).await);
    assert!(matches!(refused, StoreError::NotFound), "{refused:?}");
    let refused = PasswordLink {
        hash: vec![2; 32],
        user: ann.id.clone(),
        created_at: NOON,
        expires_at: NOON + DAY,
    };
    let refused = error(store.add_password_link(&refused).await);
    assert!(matches!(refused, StoreError::NotFound), "{refused:?}");
    store.set_user_active(&ann.id, true).await.unwrap();
    assert_eq!(store.session_user(&session).await.unwrap(), None);
    assert_eq!(store.find_password_link(&hash, NOON).await.unwrap(), None);
    log_in(store, &ann, NOON).await;
}

pub async fn a_changed_password_ends_the_other_logins_and_refuses_who_knew_the_old_one(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::Qa).await;
    let here = log_in(store, &ann, NOON).await;
    let there = log_in(store, &ann, NOON).await;
    let hash = link(store, &ann, 1).await;
    store
        .set_password(&ann.id, "$argon2id$new", Some(&here))
        .await
        .unwrap();
    assert!(store.session_user(&here).await.unwrap().is_some());
    assert_eq!(store.session_user(&there).await.unwrap(), None);
    assert_eq!(store.find_password_link(&hash, NOON).await.unwrap(), None);
    // His password was checked a moment before it was changed.
    let late = error(store.start_session(&login(&ann, NOON)).await);
    assert!(matches!(late, StoreError::NotFound), "{late:?}");
}

pub async fn a_one_time_link_sets_a_password_once(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::Qa).await;
    let session = log_in(store, &ann, NOON).await;
    let older = link(store, &ann, 1).await;
    let hash = link(store, &ann, 2).await;
    assert_eq!(store.find_password_link(&older, NOON).await.unwrap(), None);
    let at_last = NOON + DAY - 1;
    assert_eq!(
        store.find_password_link(&hash, at_last).await.unwrap(),
        Some(ann.clone())
    );
    for (hash, now) in [(&hash, NOON + DAY), (&older, NOON)] {
        assert_eq!(store.use_password_link(hash, "new", now).await.unwrap(), None);
    }
    assert!(store.session_user(&session).await.unwrap().is_some());
    let used = store
        .use_password_link(&hash, "$argon2id$new", at_last)
        .await
        .unwrap();
    assert_eq!(used, Some(ann.clone()));
    let (_, now) = store.find_user_by_email(&ann.email).await.unwrap().unwrap();
    assert_eq!(now, "$argon2id$new");
    assert_eq!(store.session_user(&session).await.unwrap(), None);
    assert_eq!(store.use_password_link(&hash, "again", NOON).await.unwrap(), None);
    let swept = link(store, &ann, 3).await;
    store.sweep_accounts(NOON, NOON + DAY).await.unwrap();
    assert_eq!(store.find_password_link(&swept, NOON).await.unwrap(), None);
}

pub async fn of_two_who_use_a_link_at_once_one_gets_it(bench: &Bench) {
    let store = &*bench.store;
    let ann = add(store, "Ann", Role::Qa).await;
    let other = bench.open_again().await;
    for byte in 1..6 {
        let hash = link(store, &ann, byte).await;
        let (first, second) = tokio::join!(
            store.use_password_link(&hash, "first", NOON),
            other.store.use_password_link(&hash, "second", NOON)
        );
        let got = usize::from(first.unwrap().is_some()) + usize::from(second.unwrap().is_some());
        assert_eq!(got, 1);
    }
}

pub async fn a_revoked_key_opens_nothing_and_stays_listed(bench: &Bench) {
    let store = &*bench.store;
    let key = |name: &str| ApiKey {
        id: fresh(),
        name: name.to_owned(),
        prefix: "lbk_ab12".to_owned(),
        scopes: vec!["read".to_owned()],
        created_at: NOON,
    };
    let (first, second) = (key("First"), key("Second"));
    store.insert_api_key(&first, &[1; 32]).await.unwrap();
    store.insert_api_key(&second, &[2; 32]).await.unwrap();
    let revoked = store.revoke_api_key(&second.id, NOON + 1).await.unwrap();
    assert_eq!((revoked.key, revoked.revoked_at), (second, Some(NOON + 1)));
    assert_eq!(store.find_api_key(&[2; 32]).await.unwrap(), None);
    assert!(store.find_api_key(&[1; 32]).await.unwrap().is_some());
    let again = error(store.revoke_api_key(&revoked_id(store).await, NOON + 2).await);
    assert!(matches!(again, StoreError::NotFound), "{again:?}");
    let listed = store.list_api_keys().await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|row| (row.key.name.as_str(), row.revoked_at))
        .collect();
    assert_eq!(listed, [("First", None), ("Second", Some(NOON + 1))]);
}

async fn revoked_id(store: &dyn Store) -> leadbell_domain::ApiKeyId {
    let rows = store.list_api_keys().await.unwrap();
    let row = rows.into_iter().find(|row| row.revoked_at.is_some());
    row.expect("one is revoked").key.id
}

pub async fn only_support_is_elevated_and_that_ends_with_the_role_or_the_login(bench: &Bench) {
    let store = &*bench.store;
    let sue = add(store, "Sue", Role::Support).await;
    let ann = add(store, "Ann", Role::GlobalAdmin).await;
    let refused = store.elevate_user(&ann.id, Some(NOON)).await;
    assert!(matches!(error(refused), StoreError::NotFound));
    let until = async || {
        let found = store.find_user_record(&sue.id).await.unwrap();
        found.unwrap().user.manages_until
    };
    store.elevate_user(&sue.id, Some(NOON + 5)).await.unwrap();
    assert_eq!(until().await, Some(NOON + 5));
    store.elevate_user(&sue.id, None).await.unwrap();
    assert_eq!(until().await, None);

    store.elevate_user(&sue.id, Some(NOON + 5)).await.unwrap();
    let same = change(&sue);
    store.update_user(&sue.id, &same, None).await.unwrap();
    assert_eq!(until().await, Some(NOON + 5));
    let other = UserChange {
        role: Role::Qa,
        ..same.clone()
    };
    store.update_user(&sue.id, &other, None).await.unwrap();
    store.update_user(&sue.id, &same, None).await.unwrap();
    assert_eq!(until().await, None);

    store.elevate_user(&sue.id, Some(NOON + 5)).await.unwrap();
    store.set_user_active(&sue.id, false).await.unwrap();
    let refused = store.elevate_user(&sue.id, Some(NOON)).await;
    assert!(matches!(error(refused), StoreError::NotFound));
    store.set_user_active(&sue.id, true).await.unwrap();
    assert_eq!(until().await, None);
}
