//! Whose data somebody reaches. Every test tries the reach of one against what belongs to another.

use leadbell_domain::{EntityId, EntityKind, Level, Platform, RuleStatus, Scope, StoredRule, Trigger};
use leadbell_store::{Actor, EntityQuery, EntityUpsert, RuleQuery, StoreError};

use crate::samples::{NOON, add_rule, buyers, connect, id, publishers, rule, told};
use crate::support::{Bench, error};

/// Two publishers with a channel and a source each, two buyers with a campaign each, a product and a pingtree.
async fn business(bench: &Bench) {
    let owned = |kind, entity: &str, publisher: &str| EntityUpsert {
        publisher: Some(id(publisher)),
        ..told(kind, entity, entity)
    };
    let campaign = |entity: &str, buyer: &str, platform| EntityUpsert {
        buyer: Some(id(buyer)),
        platform: Some(platform),
        ..told(EntityKind::Campaign, entity, entity)
    };
    let all = [
        told(EntityKind::Publisher, "1044", "1044"),
        told(EntityKind::Publisher, "1050", "1050"),
        owned(EntityKind::Channel, "c-a", "1044"),
        owned(EntityKind::Channel, "c-b", "1050"),
        owned(EntityKind::Source, "s-a", "1044"),
        owned(EntityKind::Source, "s-b", "1050"),
        told(EntityKind::Buyer, "402", "402"),
        told(EntityKind::Buyer, "403", "403"),
        campaign("k-a", "402", Platform::Lms),
        campaign("k-b", "403", Platform::CallLogic),
        told(EntityKind::Product, "218", "218"),
        told(EntityKind::Pingtree, "t-1", "t-1"),
    ];
    bench.store.upsert_entities(&all, NOON).await.unwrap();
}

/// Everything of the catalog that somebody can list; each is also looked up by id, which must agree.
async fn reach(bench: &Bench, scope: &Scope) -> Vec<String> {
    let mut seen = Vec::new();
    for kind in EntityKind::ALL {
        let page = bench
            .store
            .list_entities(&EntityQuery::of(kind, scope.clone()))
            .await
            .unwrap();
        let listed: Vec<EntityId> = page.rows.into_iter().map(|entity| entity.id).collect();
        assert_eq!(page.total, listed.len() as i64);
        for one in bench
            .store
            .list_entities(&EntityQuery::of(kind, Scope::All))
            .await
            .unwrap()
            .rows
        {
            let found = bench
                .store
                .find_entity(kind, &one.id, scope)
                .await
                .unwrap()
                .is_some();
            assert_eq!(found, listed.contains(&one.id), "{} {}", kind.key(), one.id);
        }
        seen.extend(listed.into_iter().map(String::from));
    }
    seen
}

pub async fn a_publisher_sees_what_is_his_and_nothing_else(bench: &Bench) {
    business(bench).await;
    assert_eq!(reach(bench, &publishers(&["1044"])).await, ["1044", "c-a", "s-a"]);
    assert_eq!(reach(bench, &publishers(&["1044", "1050"])).await.len(), 6);
    assert!(
        reach(bench, &publishers(&["9", "402", "218", "k-a"]))
            .await
            .is_empty()
    );
    // Asking for another's by id or owner does not help.
    let mut query = EntityQuery::of(EntityKind::Channel, publishers(&["1044"]));
    query.ids = Some(vec![id("c-b")]);
    assert_eq!(bench.store.list_entities(&query).await.unwrap().total, 0);
    query.ids = None;
    query.publishers = vec![id("1050")];
    assert_eq!(bench.store.list_entities(&query).await.unwrap().total, 0);
}

pub async fn a_buyers_agent_sees_his_buyers_and_their_campaigns(bench: &Bench) {
    business(bench).await;
    assert_eq!(reach(bench, &buyers(&["402"])).await, ["k-a", "402"]);
    assert!(reach(bench, &buyers(&["1044", "218"])).await.is_empty());
}

pub async fn a_platform_admin_sees_his_platform_and_what_serves_both(bench: &Bench) {
    business(bench).await;
    let lms = reach(bench, &Scope::Platform(Platform::Lms)).await;
    assert!(lms.contains(&"k-a".to_owned()) && !lms.contains(&"k-b".to_owned()));
    assert_eq!(lms.len(), 11, "all but the campaign of Call Logic");
}

pub async fn nothing_is_found_in_the_scope_of_nothing(bench: &Bench) {
    business(bench).await;
    let rule = publisher_rule(bench, "1044").await;
    // Even without a database there is an answer.
    bench.crash().await;
    for scope in [Scope::Nothing, publishers(&[]), buyers(&[])] {
        let page = bench
            .store
            .list_entities(&EntityQuery::of(EntityKind::Product, scope.clone()))
            .await
            .unwrap();
        assert!(page.rows.is_empty() && page.total == 0);
        assert_eq!(
            bench
                .store
                .find_entity(EntityKind::Product, &id("218"), &scope)
                .await
                .unwrap(),
            None
        );
        cannot_touch(bench, &rule, Level::Publisher, &scope).await;
    }
}

async fn publisher_rule(bench: &Bench, publisher: &str) -> StoredRule {
    let connection = connect(&*bench.store).await;
    add_rule(
        &*bench.store,
        rule(Level::Publisher, publisher, Trigger::LmsLeadSold, &connection),
    )
    .await
}

/// Every method that takes a rule's id and a scope says "not there".
async fn cannot_touch(bench: &Bench, stored: &StoredRule, level: Level, scope: &Scope) {
    assert_eq!(
        bench.store.find_rule(&stored.id, level, scope).await.unwrap(),
        None,
        "{scope:?}"
    );
    let at_level = leadbell_domain::Rule {
        level,
        ..stored.rule.clone()
    };
    let errors = [
        error(
            bench
                .store
                .update_rule(&stored.id, &at_level, scope, None, &Actor::System, NOON)
                .await,
        ),
        error(
            bench
                .store
                .update_rule(
                    &stored.id,
                    &at_level,
                    scope,
                    Some(stored.version),
                    &Actor::System,
                    NOON,
                )
                .await,
        ),
        error(
            bench
                .store
                .set_rule_status(
                    &stored.id,
                    level,
                    scope,
                    RuleStatus::Disabled,
                    &Actor::System,
                    NOON,
                )
                .await,
        ),
        error(
            bench
                .store
                .delete_rule(&stored.id, level, scope, None, &Actor::System, NOON)
                .await,
        ),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::NotFound), "{scope:?} {error:?}");
    }
    let mut query = RuleQuery::of(scope.clone(), level, stored.rule.entity.clone());
    assert_eq!(
        bench.store.list_rules(&query).await.unwrap().total,
        0,
        "{scope:?}"
    );
    query.entity = None;
    let listed = bench.store.list_rules(&query).await.unwrap().rows;
    assert!(listed.iter().all(|row| row.stored.id != stored.id), "{scope:?}");
}

/// The rule is there, listed, can be switched, and nothing has changed it so far.
async fn can_touch(bench: &Bench, stored: &StoredRule, level: Level, scope: &Scope) {
    let found = bench.store.find_rule(&stored.id, level, scope).await.unwrap();
    assert_eq!(found.as_ref(), Some(stored), "{scope:?}");
    let query = RuleQuery::of(scope.clone(), level, stored.rule.entity.clone());
    assert_eq!(
        bench.store.list_rules(&query).await.unwrap().total,
        1,
        "{scope:?}"
    );
    let same = stored.rule.status;
    assert_eq!(
        &bench
            .store
            .set_rule_status(&stored.id, level, scope, same, &Actor::System, NOON)
            .await
            .unwrap(),
        stored
    );
}

pub async fn a_publisher_can_neither_find_nor_change_anothers_rule(bench: &Bench) {
    let theirs = publisher_rule(bench, "1050").await;
    let his = publisher_rule(bench, "1044").await;
    cannot_touch(bench, &theirs, Level::Publisher, &publishers(&["1044"])).await;
    can_touch(bench, &his, Level::Publisher, &publishers(&["1044"])).await;
    can_touch(bench, &theirs, Level::Publisher, &publishers(&["1", "1050"])).await;
    // A buyer of the same id is somebody else.
    cannot_touch(bench, &theirs, Level::Publisher, &buyers(&["1050"])).await;
}

pub async fn a_buyers_agent_reaches_rules_of_his_buyers_campaigns_only(bench: &Bench) {
    business(bench).await;
    let connection = connect(&*bench.store).await;
    let on = |entity| rule(Level::Campaign, entity, Trigger::LmsCampaignSold, &connection);
    let (his, theirs, unknown) = (
        add_rule(&*bench.store, on("k-a")).await,
        add_rule(&*bench.store, on("k-b")).await,
        add_rule(&*bench.store, on("never-entered")).await,
    );
    can_touch(bench, &his, Level::Campaign, &buyers(&["402"])).await;
    cannot_touch(bench, &theirs, Level::Campaign, &buyers(&["402"])).await;
    cannot_touch(bench, &unknown, Level::Campaign, &buyers(&["402"])).await;
    cannot_touch(bench, &his, Level::Campaign, &publishers(&["402", "k-a"])).await;
    // The id of the campaign is not the id of a buyer.
    cannot_touch(bench, &his, Level::Campaign, &buyers(&["k-a"])).await;
}

pub async fn a_platform_admin_reaches_rules_of_his_platforms_triggers_only(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    for (level, entity, lms, cl) in [
        (Level::Product, "218", Trigger::LmsLeadSold, Trigger::ClLeadSold),
        (
            Level::Publisher,
            "1044",
            Trigger::LmsLeadRejected,
            Trigger::ClLeadRejected,
        ),
    ] {
        let lms = add_rule(&*bench.store, rule(level, entity, lms, &connection)).await;
        let cl = add_rule(&*bench.store, rule(level, entity, cl, &connection)).await;
        can_touch(bench, &lms, level, &Scope::Platform(Platform::Lms)).await;
        can_touch(bench, &cl, level, &Scope::Platform(Platform::CallLogic)).await;
        let mut query = RuleQuery::of(Scope::Platform(Platform::Lms), level, id(entity));
        query.limit = 10;
        let listed = bench.store.list_rules(&query).await.unwrap();
        assert_eq!(
            listed.rows.iter().map(|row| &row.stored.id).collect::<Vec<_>>(),
            [&lms.id]
        );
        assert_eq!(
            bench
                .store
                .find_rule(&cl.id, level, &Scope::Platform(Platform::Lms))
                .await
                .unwrap(),
            None
        );
        let delete = bench
            .store
            .delete_rule(
                &cl.id,
                level,
                &Scope::Platform(Platform::Lms),
                None,
                &Actor::System,
                NOON,
            )
            .await;
        assert!(matches!(error(delete), StoreError::NotFound));
    }
}

pub async fn a_rule_does_not_exist_at_another_level(bench: &Bench) {
    let stored = publisher_rule(bench, "1044").await;
    for level in [Level::Product, Level::Campaign] {
        cannot_touch(bench, &stored, level, &Scope::All).await;
        cannot_touch(bench, &stored, level, &publishers(&["1044"])).await;
    }
    can_touch(bench, &stored, Level::Publisher, &Scope::All).await;
}

pub async fn a_platform_admin_cannot_move_a_rule_to_the_other_platform(bench: &Bench) {
    let connection = connect(&*bench.store).await;
    let stored = add_rule(
        &*bench.store,
        rule(Level::Product, "218", Trigger::LmsLeadSold, &connection),
    )
    .await;
    let moved = rule(Level::Product, "218", Trigger::ClLeadSold, &connection);
    let lms = Scope::Platform(Platform::Lms);
    assert!(matches!(
        error(
            bench
                .store
                .update_rule(&stored.id, &moved, &lms, None, &Actor::System, NOON)
                .await
        ),
        StoreError::NotFound
    ));
    can_touch(bench, &stored, Level::Product, &lms).await;
    bench
        .store
        .update_rule(&stored.id, &moved, &Scope::All, None, &Actor::System, NOON)
        .await
        .unwrap();
    assert_eq!(
        bench
            .store
            .find_rule(&stored.id, Level::Product, &lms)
            .await
            .unwrap(),
        None
    );
}
