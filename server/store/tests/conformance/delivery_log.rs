//! The log of deliveries: narrowed, paged, and only of rules in scope.

use leadbell_domain::{DeliveryStatus, Level, Platform, Scope, Trigger};
use leadbell_store::{
    DeliveryFilter, DeliveryLogQuery, LOOK_AT, LoggedDelivery, NewEvent, RuleScopes, StoreError, Walk,
};

use crate::samples::{
    NOON, add_rule, ambiguous, channel, claim, event_for, finish, id, member, permanent, publishers, queue,
    rule, sent,
};
use crate::support::Bench;

fn everything() -> RuleScopes {
    Level::ALL.into_iter().map(|level| (level, Scope::All)).collect()
}

fn all() -> DeliveryFilter {
    DeliveryFilter {
        scopes: everything(),
        ..DeliveryFilter::default()
    }
}

async fn log(bench: &Bench, filter: DeliveryFilter) -> Vec<LoggedDelivery> {
    let query = DeliveryLogQuery {
        filter,
        walk: Walk::Older(None),
        limit: 100,
        look_at: LOOK_AT,
    };
    bench.store.delivery_log(&query).await.unwrap().rows
}

async fn texts(bench: &Bench, filter: DeliveryFilter) -> Vec<String> {
    let found = log(bench, filter).await;
    found.into_iter().map(|row| row.delivery.text).collect()
}

pub async fn the_log_tells_of_event_rule_and_destination(bench: &Bench) {
    let rule = queue(&*bench.store, &[channel(1), member(2)]).await;
    let found = log(bench, all()).await;
    assert_eq!(found.len(), 2);
    let newest = &found[0];
    assert_eq!(newest.delivery.text, "About e1");
    assert_eq!(newest.delivery.target, member(2));
    assert_eq!(
        (newest.trigger, newest.lead_id.as_str(), newest.level),
        (Trigger::LmsLeadSold, "90210", Level::Product)
    );
    assert_eq!((newest.entity.clone(), newest.rule_deleted), (id("218"), false));
    assert_eq!((newest.rule_version_now, newest.resends), (rule.version, 0));
    assert_eq!(newest.connection, rule.rule.action.connection);
    assert_eq!(newest.connection_name, "Demo · salesbot");
    let one = bench
        .store
        .logged_delivery(&newest.delivery.id, &everything())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&one.delivery, one.shows_personal_data),
        (&newest.delivery, false)
    );
    let query = DeliveryLogQuery {
        filter: all(),
        walk: Walk::Older(Some(newest.place())),
        limit: 1,
        look_at: LOOK_AT,
    };
    let older = bench.store.delivery_log(&query).await.unwrap();
    assert_eq!(older.rows[0].delivery.text, "About e0");
    assert_eq!((older.next, older.searched), (None, None));
}

pub async fn the_log_is_narrowed_by_everything_people_look_for(bench: &Bench) {
    let first = queue(&*bench.store, &[channel(1), channel(2)]).await;
    let connection = first.rule.action.connection.clone();
    let second = rule(Level::Publisher, "1044", Trigger::ClLeadSold, &connection);
    let second = add_rule(&*bench.store, second).await;
    let call = NewEvent {
        source: Platform::CallLogic,
        trigger: Trigger::ClLeadSold,
        lead_id: "call-7".to_owned(),
        received_at: NOON + 5_000,
        campaign: Some(id("8807")),
        ..event_for("e9", &second, channel(3))
    };
    bench.store.record_events(&[call]).await.unwrap();
    let claims = claim(&*bench.store, NOON).await;
    for held in &claims {
        let outcome = if held.target == channel(1) {
            permanent()
        } else {
            sent()
        };
        bench.store.finish(&[finish(held, outcome, NOON)]).await.unwrap();
    }
    let third = ["About e9"];
    let firsts = ["About e1", "About e0"];
    let only = async |filter: DeliveryFilter| texts(bench, filter).await;
    assert_eq!(
        only(DeliveryFilter {
            rule: Some(second.id.clone()),
            ..all()
        })
        .await,
        third
    );
    assert_eq!(
        only(DeliveryFilter {
            rule_number: Some(first.number),
            ..all()
        })
        .await,
        firsts
    );
    assert_eq!(
        only(DeliveryFilter {
            about: Some("call-7".into()),
            ..all()
        })
        .await,
        third
    );
    assert_eq!(
        only(DeliveryFilter {
            about: Some("e9".into()),
            ..all()
        })
        .await,
        third
    );
    assert_eq!(
        only(DeliveryFilter {
            target: Some(channel(2).id().into()),
            ..all()
        })
        .await,
        ["About e1"]
    );
    assert_eq!(
        only(DeliveryFilter {
            of: vec![(Level::Campaign, id("8807"))],
            ..all()
        })
        .await,
        third
    );
    assert_eq!(
        only(DeliveryFilter {
            of: vec![(Level::Product, id("219"))],
            ..all()
        })
        .await
        .len(),
        0
    );
    assert_eq!(
        only(DeliveryFilter {
            from: Some(NOON + 1),
            ..all()
        })
        .await,
        third
    );
    assert_eq!(
        only(DeliveryFilter {
            until: Some(NOON + 1),
            ..all()
        })
        .await,
        firsts
    );
    assert_eq!(
        only(DeliveryFilter {
            connection: Some(connection),
            ..all()
        })
        .await
        .len(),
        3
    );
    assert_eq!(
        only(DeliveryFilter {
            status: Some(DeliveryStatus::Sending),
            ..all()
        })
        .await
        .len(),
        0
    );
}

pub async fn the_log_holds_nothing_outside_the_readers_scope(bench: &Bench) {
    let first = queue(&*bench.store, &[channel(1)]).await;
    let connection = first.rule.action.connection.clone();
    for (number, publisher) in ["1044", "1051"].into_iter().enumerate() {
        let of_publisher = rule(Level::Publisher, publisher, Trigger::LmsLeadSold, &connection);
        let of_publisher = add_rule(&*bench.store, of_publisher).await;
        let event = event_for(&format!("p{number}"), &of_publisher, channel(2));
        bench.store.record_events(&[event]).await.unwrap();
    }
    let seen = async |scopes: RuleScopes| {
        let filter = DeliveryFilter {
            scopes,
            ..DeliveryFilter::default()
        };
        texts(bench, filter).await
    };
    assert_eq!(seen(everything()).await.len(), 3);
    assert_eq!(
        seen(vec![(Level::Publisher, publishers(&["1044"]))]).await,
        ["About p0"]
    );
    assert_eq!(
        seen(vec![(Level::Publisher, Scope::All)]).await,
        ["About p1", "About p0"]
    );
    assert_eq!(
        seen(vec![(Level::Product, Scope::Platform(Platform::Lms))]).await,
        ["About e0"]
    );
    assert!(
        seen(vec![(Level::Product, Scope::Platform(Platform::CallLogic))])
            .await
            .is_empty()
    );
    assert!(
        seen(vec![(Level::Campaign, publishers(&["1044"]))])
            .await
            .is_empty()
    );
    assert!(seen(Vec::new()).await.is_empty());
    let other = log(bench, all()).await.remove(0);
    let scopes = vec![(Level::Publisher, publishers(&["1044"]))];
    let found = bench
        .store
        .logged_delivery(&other.delivery.id, &scopes)
        .await
        .unwrap();
    assert_eq!(found, None);
}

/// Three messages: one failed, one ambiguous, one sent.
async fn settled(bench: &Bench) -> Vec<LoggedDelivery> {
    queue(&*bench.store, &[channel(1), channel(2), channel(3)]).await;
    for (held, outcome) in claim(&*bench.store, NOON)
        .await
        .iter()
        .zip([permanent(), ambiguous(), sent()])
    {
        bench.store.finish(&[finish(held, outcome, NOON)]).await.unwrap();
    }
    let mut rows = log(bench, all()).await;
    rows.reverse();
    rows
}

pub async fn what_did_not_arrive_is_sent_again_once_and_in_its_order(bench: &Bench) {
    settled(bench).await;
    let plan = bench.store.resend_plan(&all()).await.unwrap();
    let told: Vec<_> = plan
        .iter()
        .map(|place| (place.count, place.ambiguous, place.waiting))
        .collect();
    assert_eq!(told.len(), 2, "{plan:?}");
    assert_eq!(told.iter().map(|one| one.1).sum::<i64>(), 1);
    assert!(
        plan.iter()
            .all(|place| place.rule_off == 0 && place.rule_changed == 0 && !place.refused)
    );
    let seen = DeliveryFilter {
        settled_by: Some(NOON + 10_000),
        ..all()
    };
    assert_eq!(bench.store.resend(&seen, NOON + 20_000).await.unwrap(), 2);
    // Posted twice, the same form does nothing more.
    assert_eq!(bench.store.resend(&seen, NOON + 20_001).await.unwrap(), 0);
    let again = claim(&*bench.store, NOON + 20_002).await;
    assert_eq!(again.len(), 2);
    for held in &again {
        assert_eq!(held.attempts, 0, "it has all its attempts again");
        bench
            .store
            .finish(&[finish(held, permanent(), NOON + 30_000)])
            .await
            .unwrap();
    }
    // What failed anew since the look is no part of it.
    assert_eq!(bench.store.resend(&seen, NOON + 40_000).await.unwrap(), 0);
    let rows = log(bench, all()).await;
    let resends: Vec<i64> = rows.iter().rev().map(|row| row.resends).collect();
    assert_eq!(resends, [1, 1, 0]);
    let twice: Vec<bool> = rows.iter().rev().map(|row| row.maybe_twice).collect();
    assert_eq!(twice, [false, true, false]);
    assert_eq!(rows[2].delivery.attempts.len(), 2, "the calls of before are kept");
}

pub async fn nobody_sends_again_what_is_not_in_his_scope(bench: &Bench) {
    let rows = settled(bench).await;
    let filter = DeliveryFilter {
        scopes: vec![(Level::Publisher, publishers(&["1044"]))],
        ids: Some(vec![rows[0].delivery.id.clone()]),
        ..DeliveryFilter::default()
    };
    assert_eq!(bench.store.resend_plan(&filter).await.unwrap(), []);
    assert_eq!(bench.store.resend(&filter, NOON).await.unwrap(), 0);
    let scopes = filter.scopes.clone();
    let id = &rows[1].delivery.id;
    let settled = bench
        .store
        .settle_delivery(id, &scopes, DeliveryStatus::Sent, NOON)
        .await;
    assert!(matches!(settled, Err(StoreError::NotFound)));
}

pub async fn an_uncertain_message_is_settled_by_who_looked(bench: &Bench) {
    let rows = settled(bench).await;
    let id = &rows[1].delivery.id;
    let settle = async |to| bench.store.settle_delivery(id, &everything(), to, NOON + 9).await;
    assert!(matches!(
        settle(DeliveryStatus::Queued).await,
        Err(StoreError::Conflict)
    ));
    settle(DeliveryStatus::Sent).await.unwrap();
    let now = bench.store.find_delivery(id).await.unwrap().unwrap();
    assert_eq!((now.status, now.last_code), (DeliveryStatus::Sent, None));
    assert!(matches!(
        settle(DeliveryStatus::Failed).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(
        bench.store.resend(&all(), NOON + 10).await.unwrap(),
        1,
        "only the failed one"
    );
}

pub async fn hundreds_are_sent_again_in_steps(bench: &Bench) {
    let targets: Vec<_> = (0..1_100).map(|_| channel(1)).collect();
    queue(&*bench.store, &targets).await;
    bench
        .tamper("UPDATE deliveries SET status = 'failed', updated_at = 0")
        .await;
    bench.tamper("UPDATE destinations SET ready_at = NULL").await;
    assert_eq!(bench.store.resend(&all(), NOON).await.unwrap(), 1_100);
    assert_eq!(bench.store.backlog().await.unwrap().waiting, 1_100);
    assert_eq!(claim(&*bench.store, NOON).await[0].text, "About e0");
}
