//! Rules: storing, changing, listing, telling engines what changed.

use leadbell_domain::{
    Filters, Level, Role, Rule, RuleId, RuleStatus, Scope, SlackAction, Template, Trigger,
};
use leadbell_store::{Actor, NewUser, RuleQuery, StoreError, User};

use crate::samples::{NOON, connect, fresh, id, member, product_rule, rule};
use crate::support::{Bench, error};

/// Every filter there is.
pub fn all_filters() -> Filters {
    serde_json::from_value(serde_json::json!({
        "method": {"any_of": ["POST"]},
        "publisher": {"none_of": ["1044", "1050"]},
        "channel": {"any_of": ["c-5b1e ü"]},
        "source": {"none_of": ["\"quoted\""]},
        "buyer": {"any_of": ["402"]},
        "campaign": {"any_of": ["77"]},
        "pingtree": {"any_of": ["9"]},
        "price": {"op": "gt_zero"}
    }))
    .expect("filters")
}

pub async fn a_rule_comes_back_as_it_was_stored(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let written = Rule {
        name: "Größte Leads 100%".to_owned(),
        note: "Für Kim: 50 % = viel".to_owned(),
        filters: all_filters(),
        includes_test_leads: true,
        includes_duplicates: true,
        action: SlackAction {
            connection: connection.clone(),
            target: member(3),
            template: Template::stored("Lead {{lead_id}}\nsold — \"quoted\" <now>"),
            shows_personal_data: true,
            layout: leadbell_domain::Layout::Text,
            sending: leadbell_domain::SendingOptions::default(),
        },
        status: RuleStatus::Disabled,
        ..rule(Level::Publisher, "1044", Trigger::ClLeadSold, &connection)
    };
    assert_eq!(written.filters.lists.len(), 7);
    let id: RuleId = fresh();
    let stored = bench
        .store
        .insert_rule(&id, &written, &Actor::System, NOON)
        .await
        .unwrap();
    assert_eq!(
        (&stored.id, stored.version, stored.created_at, &stored.rule),
        (&id, 1, NOON, &written)
    );
    let found = bench
        .store
        .find_rule(&id, Level::Publisher, &Scope::All)
        .await
        .unwrap();
    assert_eq!(found, Some(stored));
    assert_eq!(bench.store.rule_level(&id).await.unwrap(), Some(Level::Publisher));
    assert_eq!(bench.store.rule_level(&fresh()).await.unwrap(), None);
}

pub async fn rules_are_numbered_in_order(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    for number in 1..=3 {
        assert_eq!(product_rule(&*bench.store, &connection).await.number, number);
    }
    assert_eq!(bench.store.rules_version().await.unwrap(), 3);
}

pub async fn an_edit_counts_up_and_keeps_level_entity_and_author(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let author = author(bench).await;
    let id: RuleId = fresh();
    let first = rule(Level::Product, "218", Trigger::LmsLeadSold, &connection);
    bench
        .store
        .insert_rule(&id, &first, &person(&author), NOON)
        .await
        .unwrap();
    let edit = Rule {
        name: "Renamed".to_owned(),
        entity: crate::samples::id("999"),
        trigger: Trigger::LmsLeadRejected,
        filters: all_filters(),
        status: RuleStatus::Disabled,
        ..first.clone()
    };
    let stored = bench
        .store
        .update_rule(&id, &edit, &Scope::All, Some(1), &Actor::System, NOON + 9)
        .await
        .unwrap();
    assert_eq!((stored.number, stored.version), (1, 2));
    assert_eq!(
        (stored.created_at, stored.updated_at, stored.author.as_ref()),
        (NOON, NOON + 9, Some(&author.id))
    );
    assert_eq!(
        stored.rule,
        Rule {
            entity: first.entity,
            ..edit
        }
    );
    assert_eq!(
        bench
            .store
            .find_rule(&id, Level::Product, &Scope::All)
            .await
            .unwrap(),
        Some(stored)
    );
    assert_eq!(bench.store.rules_version().await.unwrap(), 2);
}

/// Somebody, as who makes changes.
pub fn person(user: &User) -> Actor {
    Actor::Person {
        id: user.id.clone(),
        name: user.name.clone(),
    }
}

pub async fn author(bench: &Bench) -> User {
    let user = User {
        id: fresh(),
        email: "ann@example.com".to_owned(),
        name: "Ann Müller".to_owned(),
        role: Role::GlobalAdmin,
        publishers: Vec::new(),
        buyers: Vec::new(),
        active: true,
        manages_until: None,
        created_at: NOON,
    };
    bench
        .store
        .insert_user(&NewUser {
            user: user.clone(),
            password_hash: "x".to_owned(),
        })
        .await
        .unwrap();
    user
}

pub async fn an_edit_of_an_old_version_is_a_conflict(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let stored = product_rule(&*bench.store, &connection).await;
    let edit = Rule {
        name: "second".to_owned(),
        ..stored.rule.clone()
    };
    bench
        .store
        .update_rule(&stored.id, &edit, &Scope::All, Some(1), &Actor::System, NOON)
        .await
        .unwrap();
    let late = Rule {
        name: "late".to_owned(),
        ..stored.rule.clone()
    };
    let refused = error(
        bench
            .store
            .update_rule(&stored.id, &late, &Scope::All, Some(1), &Actor::System, NOON)
            .await,
    );
    assert!(matches!(refused, StoreError::Conflict));
    let now = bench
        .store
        .find_rule(&stored.id, Level::Product, &Scope::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((now.rule.name.as_str(), now.version), ("second", 2));
    assert_eq!(
        bench.store.rules_version().await.unwrap(),
        2,
        "a refused edit is no change"
    );
    // Who names no version has read none, and wins.
    assert_eq!(
        bench
            .store
            .update_rule(&stored.id, &late, &Scope::All, None, &Actor::System, NOON)
            .await
            .unwrap()
            .version,
        3
    );
}

pub async fn switching_to_where_it_stands_changes_nothing(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let stored = product_rule(&*bench.store, &connection).await;
    let switch = async |status, now| {
        bench
            .store
            .set_rule_status(
                &stored.id,
                Level::Product,
                &Scope::All,
                status,
                &Actor::System,
                now,
            )
            .await
            .unwrap()
    };
    assert_eq!(switch(RuleStatus::Active, NOON + 1).await, stored);
    assert_eq!(bench.store.rules_version().await.unwrap(), 1);
    let off = switch(RuleStatus::Disabled, NOON + 2).await;
    assert_eq!(
        (off.rule.status, off.version, off.updated_at),
        (RuleStatus::Disabled, 2, NOON + 2)
    );
    assert_eq!(switch(RuleStatus::Disabled, NOON + 3).await, off);
    assert_eq!(bench.store.rules_version().await.unwrap(), 2);
}

pub async fn a_deleted_rule_is_gone_for_everybody(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let stored = product_rule(&*bench.store, &connection).await;
    bench
        .store
        .delete_rule(
            &stored.id,
            Level::Product,
            &Scope::All,
            None,
            &Actor::System,
            NOON,
        )
        .await
        .unwrap();
    assert_eq!(
        bench
            .store
            .find_rule(&stored.id, Level::Product, &Scope::All)
            .await
            .unwrap(),
        None
    );
    assert_eq!(bench.store.rule_level(&stored.id).await.unwrap(), None);
    let query = RuleQuery::of(Scope::All, Level::Product, id("218"));
    assert_eq!(bench.store.list_rules(&query).await.unwrap().total, 0);
    for error in [
        error(
            bench
                .store
                .delete_rule(
                    &stored.id,
                    Level::Product,
                    &Scope::All,
                    None,
                    &Actor::System,
                    NOON,
                )
                .await,
        ),
        error(
            bench
                .store
                .update_rule(&stored.id, &stored.rule, &Scope::All, None, &Actor::System, NOON)
                .await,
        ),
        error(
            bench
                .store
                .set_rule_status(
                    &stored.id,
                    Level::Product,
                    &Scope::All,
                    RuleStatus::Active,
                    &Actor::System,
                    NOON,
                )
                .await,
        ),
    ] {
        assert!(matches!(error, StoreError::NotFound));
    }
    // Its number is not given out again.
    assert_eq!(product_rule(&*bench.store, &connection).await.number, 2);
}

pub async fn changes_are_told_since_a_version(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let a = product_rule(&*bench.store, &connection).await;
    let b = product_rule(&*bench.store, &connection).await;
    let c = product_rule(&*bench.store, &connection).await;
    let all = bench.store.rule_changes(0).await.unwrap();
    assert_eq!((all.version, all.changed.len(), all.deleted.len()), (3, 3, 0));
    assert_eq!(bench.store.rule_changes(3).await.unwrap().changed, []);

    let b = bench
        .store
        .set_rule_status(
            &b.id,
            Level::Product,
            &Scope::All,
            RuleStatus::Disabled,
            &Actor::System,
            NOON,
        )
        .await
        .unwrap();
    bench
        .store
        .delete_rule(&a.id, Level::Product, &Scope::All, None, &Actor::System, NOON)
        .await
        .unwrap();
    let news = bench.store.rule_changes(3).await.unwrap();
    assert_eq!(news.version, 5);
    assert_eq!(news.changed, [b]);
    assert_eq!(
        news.deleted,
        [(a.id, Level::Product, id("218"), Trigger::LmsLeadSold)]
    );
    // The unchanged one is told only to who has not heard of it.
    assert!(news.changed.iter().all(|rule| rule.id != c.id));
    assert_eq!(bench.store.rule_changes(2).await.unwrap().changed.len(), 2);
}

pub async fn from_the_beginning_deleted_rules_are_not_told(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let a = product_rule(&*bench.store, &connection).await;
    let b = product_rule(&*bench.store, &connection).await;
    bench
        .store
        .delete_rule(&a.id, Level::Product, &Scope::All, None, &Actor::System, NOON)
        .await
        .unwrap();
    let all = bench.store.rule_changes(0).await.unwrap();
    assert_eq!((all.version, all.changed, all.deleted), (3, vec![b], vec![]));
}

pub async fn a_rule_needs_a_stored_connection(bench: &Bench) {
    let unknown = rule(Level::Product, "218", Trigger::LmsLeadSold, &fresh());
    let refused = error(
        bench
            .store
            .insert_rule(&fresh(), &unknown, &Actor::System, NOON)
            .await,
    );
    assert!(matches!(refused, StoreError::Database(_)), "{refused:?}");
    assert_eq!(bench.store.rules_version().await.unwrap(), 0);
}

pub async fn an_unreadable_rule_is_named_without_its_content(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let stored = product_rule(&*bench.store, &connection).await;
    bench.tamper("UPDATE rules SET filters = '{\"private\": 1'").await;
    let found = bench
        .store
        .find_rule(&stored.id, Level::Product, &Scope::All)
        .await;
    let shown = error(found).to_string();
    assert!(
        shown.contains("rules") && shown.contains(stored.id.as_str()),
        "{shown}"
    );
    assert!(!shown.contains("private"), "{shown}");
}
