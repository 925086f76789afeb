//! The log of deliveries: narrowed, paged, and only of rules in scope.

use leadbell_domain::{DeliveryStatus, Level, Platform, Scope, Trigger};
use leadbell_store::{DeliveryFilter, DeliveryLogQuery, LoggedDelivery, NewEvent, RuleScopes};

use crate::samples::{
    NOON, add_rule, channel, claim, event_for, finish, id, member, permanent, publishers, queue, rule, sent,
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
        before: None,
        limit: 100,
    };
    bench.store.delivery_log(&query).await.unwrap()
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
        before: Some(newest.delivery.id.clone()),
        limit: 1,
    };
    let older = bench.store.delivery_log(&query).await.unwrap();
    assert_eq!(older[0].delivery.text, "About e0");
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
