//! Looking after connections.

use leadbell_domain::{ConnectionId, Level, Scope, Trigger};
use leadbell_store::{
    Actor, ConnectionOwner, ConnectionQuery, ConnectionScope, ConnectionStatus, RuleScopes, StoreError,
};

use crate::connection_faults::{connection, fine, refused};
use crate::samples::{
    NOON, add_rule, channel, claim_one, event_for, id, ids, new_connection, product_rule, publishers, queue,
    rule, token,
};
use crate::support::{Bench, error};

fn everything() -> RuleScopes {
    Level::ALL.into_iter().map(|level| (level, Scope::All)).collect()
}

fn query(search: &str) -> ConnectionQuery {
    ConnectionQuery {
        scope: ConnectionScope::All,
        search: search.to_owned(),
        status: None,
        rules: everything(),
        offset: 0,
        limit: 50,
    }
}

/// A connection of this name.
async fn named(bench: &Bench, owner: ConnectionOwner, name: &str, tail: &str) -> ConnectionId {
    let mut new = new_connection(owner, tail);
    new.connection.name = name.to_owned();
    bench.store.insert_connection(&new).await.unwrap().id
}

async fn names(bench: &Bench, query: &ConnectionQuery) -> Vec<String> {
    let page = bench.store.page_connections(query).await.unwrap();
    assert_eq!(page.total, page.rows.len() as i64);
    page.rows.into_iter().map(|row| row.connection.name).collect()
}

pub async fn connections_are_listed_broken_ones_first_with_what_uses_them(bench: &Bench) {
    named(bench, ConnectionOwner::Staff, "alpha", "aaaa").await;
    let rule_one = queue(&*bench.store, &[channel(1), channel(2)]).await;
    let used = rule_one.rule.action.connection.clone();
    add_rule(
        &*bench.store,
        rule(Level::Publisher, "1044", Trigger::LmsLeadSold, &used),
    )
    .await;
    let claims = crate::samples::claim(&*bench.store, NOON).await;
    bench.store.finish(&[refused(&claims[0], NOON)]).await.unwrap();

    let page = bench.store.page_connections(&query("")).await.unwrap();
    let rows: Vec<_> = page
        .rows
        .iter()
        .map(|row| (row.connection.name.as_str(), row.rules, row.waiting))
        .collect();
    assert_eq!(rows, [("Demo · salesbot", 2, 1), ("alpha", 0, 0)]);
    // Only rules in scope are counted, and told.
    let his: RuleScopes = vec![
        (Level::Publisher, publishers(&["1044"])),
        (Level::Product, Scope::Nothing),
    ];
    let listing = bench
        .store
        .connection_listing(&used, &ConnectionScope::All, &his)
        .await;
    let listing = listing.unwrap().unwrap();
    assert_eq!((listing.rules, listing.waiting), (1, 0), "the other rule waits");
    let told = bench.store.connection_rules(&used, &his, 10).await.unwrap();
    assert_eq!((told.len(), &told[0].rule.entity), (1, &id("1044")));
    assert_eq!(
        bench
            .store
            .connection_rules(&used, &everything(), 10)
            .await
            .unwrap()
            .len(),
        2
    );
}

pub async fn connections_are_found_by_name_workspace_and_hint_and_by_status(bench: &Bench) {
    named(bench, ConnectionOwner::Staff, "Ärzte Alerts", "aaaa").await;
    let other = named(bench, ConnectionOwner::Staff, "Calls", "bbbb").await;
    assert_eq!(names(bench, &query("ärzte")).await, ["Ärzte Alerts"]);
    assert_eq!(names(bench, &query("…BBBB")).await, ["Calls"]);
    assert_eq!(names(bench, &query("demo")).await, ["Calls", "Ärzte Alerts"]);
    let mut check = fine(NOON);
    check.team = Some("Nordwind".to_owned());
    bench.store.record_connection_check(&other, &check).await.unwrap();
    assert_eq!(names(bench, &query("nordwind")).await, ["Calls"]);
    assert!(names(bench, &query("%")).await.is_empty());
    let broken = ConnectionQuery {
        status: Some(ConnectionStatus::Broken),
        ..query("")
    };
    assert!(names(bench, &broken).await.is_empty());
}

pub async fn a_house_scope_sees_the_houses_and_its_own_publishers(bench: &Bench) {
    named(bench, ConnectionOwner::Staff, "house", "aaaa").await;
    named(bench, ConnectionOwner::Publisher(id("1044")), "his", "bbbb").await;
    named(bench, ConnectionOwner::Publisher(id("1051")), "other", "cccc").await;
    let of = |scope| ConnectionQuery { scope, ..query("") };
    let house = |own: &[&str]| of(ConnectionScope::House(ids(own)));
    assert_eq!(names(bench, &house(&["1044"])).await, ["his", "house"]);
    assert_eq!(names(bench, &house(&[])).await, ["house"]);
    assert_eq!(
        names(bench, &of(ConnectionScope::Publishers(ids(&["1044"])))).await,
        ["his"]
    );
    assert!(
        names(bench, &of(ConnectionScope::Publishers(Vec::new())))
            .await
            .is_empty()
    );
    assert!(names(bench, &of(ConnectionScope::Nothing)).await.is_empty());
}

pub async fn a_connection_gets_another_name(bench: &Bench) {
    let one = named(bench, ConnectionOwner::Staff, "one", "aaaa").await;
    named(bench, ConnectionOwner::Staff, "two", "bbbb").await;
    let renamed = bench
        .store
        .rename_connection(&one, &ConnectionScope::All, "Uno")
        .await;
    renamed.unwrap();
    assert_eq!(connection(bench, &one).await.name, "Uno");
    assert_eq!(names(bench, &query("uno")).await, ["Uno"]);
    assert!(names(bench, &query("one")).await.is_empty());
    let others = bench
        .store
        .connection_names(&ConnectionOwner::Staff, Some(&one))
        .await;
    assert_eq!(others.unwrap(), ["two"]);
}

pub async fn a_replaced_token_is_what_is_sent_with_from_then_on(bench: &Bench) {
    queue(&*bench.store, &[channel(1)]).await;
    let page = bench.store.page_connections(&query("")).await.unwrap();
    let id = page.rows[0].connection.id.clone();
    let mut check = fine(NOON + 7);
    check.user_name = Some("newbot".to_owned());
    check.scopes = vec!["chat:write".to_owned(), "im:write".to_owned()];
    let replaced = bench
        .store
        .replace_token(&id, &ConnectionScope::All, &token("freshWXYZ"), &check)
        .await;
    replaced.unwrap();
    let now = connection(bench, &id).await;
    assert_eq!(
        (now.hint.as_str(), now.user_name.as_deref()),
        ("xoxb-…WXYZ", Some("newbot"))
    );
    assert_eq!((now.scopes.len(), now.checked_at), (2, Some(NOON + 7)));
    assert_eq!(
        bench.store.connection_token(&id).await.unwrap(),
        token("freshWXYZ")
    );
    assert_eq!(claim_one(&*bench.store, NOON + 8).await.token, token("freshWXYZ"));
    let bytes = bench.bytes().await;
    assert!(!bytes.windows(9).any(|window| window == b"freshWXYZ"));
}

pub async fn a_token_that_another_connection_has_is_taken(bench: &Bench) {
    let one = named(bench, ConnectionOwner::Staff, "one", "aaaa").await;
    named(bench, ConnectionOwner::Staff, "two", "bbbb").await;
    named(bench, ConnectionOwner::Publisher(id("1044")), "his", "cccc").await;
    let all = ConnectionScope::All;
    let refused = bench
        .store
        .replace_token(&one, &all, &token("bbbb"), &fine(NOON))
        .await;
    assert!(matches!(error(refused), StoreError::Taken("auth_token")));
    // Another owner's, and its own, are none of the others.
    for tail in ["cccc", "cccc"] {
        bench
            .store
            .replace_token(&one, &all, &token(tail), &fine(NOON))
            .await
            .unwrap();
    }
}

pub async fn only_what_nobody_uses_is_removed_and_its_token_is_gone(bench: &Bench) {
    let all = ConnectionScope::All;
    let spare = named(bench, ConnectionOwner::Staff, "spare", "spare1").await;
    let rule_one = queue(&*bench.store, &[channel(1)]).await;
    let used = rule_one.rule.action.connection.clone();
    let removed = bench.store.remove_connection(&used, &all, NOON).await;
    assert!(matches!(error(removed), StoreError::Conflict));
    bench
        .store
        .delete_rule(
            &rule_one.id,
            Level::Product,
            &Scope::All,
            None,
            &Actor::System,
            NOON,
        )
        .await
        .unwrap();
    let removed = bench.store.remove_connection(&used, &all, NOON).await;
    assert!(matches!(error(removed), StoreError::Conflict), "a message waits");
    let claim = claim_one(&*bench.store, NOON).await;
    let removed = bench.store.remove_connection(&used, &all, NOON).await;
    assert!(
        matches!(error(removed), StoreError::Conflict),
        "a message is on its way"
    );
    let sent = crate::samples::finish(&claim, crate::samples::sent(), NOON);
    bench.store.finish(&[sent]).await.unwrap();

    for id in [&used, &spare] {
        bench.store.remove_connection(id, &all, NOON).await.unwrap();
        assert_eq!(bench.store.find_connection(id, &all).await.unwrap(), None);
        assert!(matches!(
            error(bench.store.connection_token(id).await),
            StoreError::NotFound
        ));
        let again = bench.store.remove_connection(id, &all, NOON).await;
        assert!(matches!(error(again), StoreError::NotFound));
    }
    assert!(names(bench, &query("")).await.is_empty());
    assert_eq!(bench.store.count_broken_connections().await.unwrap(), 0);
    // The same token may come again.
    let anew = named(bench, ConnectionOwner::Staff, "anew", "spare1").await;
    assert_ne!(anew, spare);
    assert_eq!(
        bench.store.connection_token(&anew).await.unwrap(),
        token("spare1")
    );
}

pub async fn outside_the_scope_nothing_is_changed(bench: &Bench) {
    let staff = named(bench, ConnectionOwner::Staff, "house", "aaaa").await;
    let before = connection(bench, &staff).await;
    let his = ConnectionScope::Publishers(ids(&["1044"]));
    for scope in [
        his,
        ConnectionScope::Publishers(Vec::new()),
        ConnectionScope::Nothing,
    ] {
        let store = &bench.store;
        let gone = |result| matches!(error::<()>(result), StoreError::NotFound);
        assert!(gone(store.rename_connection(&staff, &scope, "mine").await));
        assert!(gone(
            store
                .replace_token(&staff, &scope, &token("mine1"), &fine(NOON))
                .await
        ));
        assert!(gone(store.remove_connection(&staff, &scope, NOON).await));
        let listing = store.connection_listing(&staff, &scope, &everything()).await;
        assert_eq!(listing.unwrap(), None);
    }
    assert_eq!(connection(bench, &staff).await, before);
}

pub async fn the_broken_ones_that_matter_are_told(bench: &Bench) {
    let all = ConnectionScope::All;
    let idle = named(bench, ConnectionOwner::Staff, "idle", "aaaa").await;
    let used = named(bench, ConnectionOwner::Staff, "used", "bbbb").await;
    let rule_one = product_rule(&*bench.store, &used).await;
    for (id, at) in [(&idle, NOON), (&used, NOON + 1)] {
        let mut check = fine(at);
        check.status = ConnectionStatus::Broken;
        check.error = Some("account_inactive".to_owned());
        bench.store.record_connection_check(id, &check).await.unwrap();
    }
    let told = bench.store.broken_connections(&all, 5).await.unwrap();
    assert_eq!(told.iter().map(|one| &one.id).collect::<Vec<_>>(), [&used]);
    assert_eq!(bench.store.count_broken_connections().await.unwrap(), 2);
    let his = ConnectionScope::Publishers(ids(&["1044"]));
    assert!(bench.store.broken_connections(&his, 5).await.unwrap().is_empty());
    // A rule that is gone needs no token, unless something of it still waits.
    let event = event_for("e1", &rule_one, channel(1));
    bench.store.record_events(&[event]).await.unwrap();
    bench
        .store
        .delete_rule(
            &rule_one.id,
            Level::Product,
            &Scope::All,
            None,
            &Actor::System,
            NOON,
        )
        .await
        .unwrap();
    assert_eq!(bench.store.broken_connections(&all, 5).await.unwrap().len(), 1);
}
