//! What is counted hour by hour.

use leadbell_domain::{EntityKind, Level, Platform, Scope, StoredRule, Trigger};
use leadbell_store::{
    DelayStep, EntityUpsert, FiguresQuery, HOUR_MS, HourFigures, MessageCounts, NewEvent, Pools, RuleScopes,
    hour_of,
};

use crate::samples::{
    LEASE, NOON, add_rule, ambiguous, buyers, channel, claim, connect, event, event_for, finish, id,
    permanent, publishers, rule, sent, told,
};
use crate::support::Bench;

const HERE: i64 = NOON / HOUR_MS;

fn all() -> RuleScopes {
    Level::ALL.map(|level| (level, Scope::All)).to_vec()
}

fn query(scopes: RuleScopes) -> FiguresQuery {
    FiguresQuery {
        scopes,
        from: HERE - 24,
        until: HERE + 24,
    }
}

fn platform(platform: Platform) -> RuleScopes {
    Level::ALL
        .map(|level| (level, Scope::Platform(platform)))
        .to_vec()
}

fn only(level: Level, scope: Scope) -> RuleScopes {
    vec![(level, scope)]
}

/// Rules of a product, a campaign and two publishers.
struct House {
    product: StoredRule,
    campaign: StoredRule,
    blue: StoredRule,
    red: StoredRule,
}

async fn house(bench: &Bench) -> House {
    let store = &*bench.store;
    let campaign = EntityUpsert {
        buyer: Some(id("402")),
        platform: Some(Platform::Lms),
        ..told(EntityKind::Campaign, "8807", "8807")
    };
    store.upsert_entities(&[campaign], NOON).await.unwrap();
    let connection = connect(store).await;
    let made =
        |level, entity: &'static str, trigger| add_rule(store, rule(level, entity, trigger, &connection));
    House {
        product: made(Level::Product, "218", Trigger::LmsLeadSold).await,
        campaign: made(Level::Campaign, "8807", Trigger::LmsCampaignSold).await,
        blue: made(Level::Publisher, "1044", Trigger::LmsLeadSold).await,
        red: made(Level::Publisher, "1051", Trigger::LmsLeadSold).await,
    }
}

fn campaign_sold(event: NewEvent) -> NewEvent {
    NewEvent {
        trigger: Trigger::LmsCampaignSold,
        campaign: Some(id("8807")),
        ..event
    }
}

/// Two leads of one publisher, one of another, and a sale of a campaign; everything is sent but what is refused.
async fn traffic(bench: &Bench, house: &House) {
    let mut first = event_for("lead-1", &house.product, channel(1));
    first
        .deliveries
        .extend(event_for("x", &house.blue, channel(2)).deliveries);
    let red = NewEvent {
        publisher: Some(id("1051")),
        ..event_for("lead-3", &house.red, channel(3))
    };
    let sold = campaign_sold(event_for("sale-1", &house.campaign, channel(4)));
    let calls = NewEvent {
        source: Platform::CallLogic,
        trigger: Trigger::ClLeadRejected,
        ..event("call-1")
    };
    let batch = [first, event("lead-2"), red, sold, calls];
    bench.store.record_events(&batch).await.unwrap();
    // The same once more is nothing new.
    bench.store.record_events(&batch[..1]).await.unwrap();
    for claim in claim(&*bench.store, NOON + 200).await {
        let outcome = match claim.target == channel(3) {
            true => permanent(),
            false => sent(),
        };
        bench
            .store
            .finish(&[finish(&claim, outcome, NOON + 200)])
            .await
            .unwrap();
    }
}

async fn sum(bench: &Bench, scopes: RuleScopes) -> (i64, MessageCounts) {
    let hours = bench.store.hours(&query(scopes)).await.unwrap();
    assert!(hours.iter().all(|one| one.hour == HERE), "{hours:?}");
    hours
        .first()
        .map_or((0, MessageCounts::default()), |one| (one.events, one.messages))
}

fn counts(fired: i64, sent: i64, failed: i64) -> MessageCounts {
    MessageCounts {
        fired,
        sent,
        failed,
        doubtful: 0,
    }
}

pub async fn everybody_reads_the_counts_of_what_he_may_see(bench: &Bench) {
    let house = house(bench).await;
    traffic(bench, &house).await;
    assert_eq!(sum(bench, all()).await, (5, counts(4, 3, 1)));
    assert_eq!(sum(bench, platform(Platform::Lms)).await, (4, counts(4, 3, 1)));
    assert_eq!(
        sum(bench, platform(Platform::CallLogic)).await,
        (1, counts(0, 0, 0))
    );
    // The sale of a campaign is no event of a publisher.
    assert_eq!(
        sum(bench, only(Level::Publisher, Scope::All)).await,
        (4, counts(2, 1, 1))
    );
    assert_eq!(
        sum(bench, only(Level::Publisher, publishers(&["1044"]))).await,
        (3, counts(1, 1, 0))
    );
    assert_eq!(
        sum(bench, only(Level::Publisher, publishers(&["1051"]))).await,
        (1, counts(1, 0, 1))
    );
    assert_eq!(
        sum(bench, only(Level::Campaign, buyers(&["402"]))).await,
        (1, counts(1, 1, 0))
    );
    for nobody in [
        only(Level::Campaign, buyers(&["403"])),
        only(Level::Publisher, publishers(&[])),
        Vec::new(),
    ] {
        assert_eq!(sum(bench, nobody).await, (0, counts(0, 0, 0)));
    }
}

pub async fn the_noisiest_rules_are_those_that_one_may_see(bench: &Bench) {
    let house = house(bench).await;
    traffic(bench, &house).await;
    let twice = [
        event_for("lead-7", &house.blue, channel(2)),
        event_for("lead-8", &house.blue, channel(2)),
    ];
    bench.store.record_events(&twice).await.unwrap();
    let noisy = async |scopes| {
        let found = bench.store.noisiest_rules(&query(scopes), 3).await.unwrap();
        found
            .into_iter()
            .map(|one| (one.number, one.messages.fired))
            .collect::<Vec<_>>()
    };
    let (blue, product, campaign) = (house.blue.number, house.product.number, house.campaign.number);
    assert_eq!(noisy(all()).await, [(blue, 3), (product, 1), (campaign, 1)]);
    assert_eq!(
        noisy(only(Level::Publisher, publishers(&["1044"]))).await,
        [(blue, 3)]
    );
    assert_eq!(
        noisy(only(Level::Campaign, buyers(&["402"]))).await,
        [(campaign, 1)]
    );
    assert_eq!(noisy(platform(Platform::CallLogic)).await, []);
    let hours = bench
        .store
        .rule_hours(&house.blue.id, &query(all()))
        .await
        .unwrap();
    assert_eq!(
        hours,
        [HourFigures {
            hour: HERE,
            events: 0,
            messages: counts(3, 1, 0)
        }]
    );
    let other = only(Level::Publisher, publishers(&["1051"]));
    assert_eq!(
        bench
            .store
            .rule_hours(&house.blue.id, &query(other.clone()))
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        bench
            .store
            .last_messages(&house.blue.id, &other, 9)
            .await
            .unwrap(),
        []
    );
    let last = bench
        .store
        .last_messages(&house.blue.id, &all(), 2)
        .await
        .unwrap();
    assert_eq!(last.len(), 2);
    // The rules are older than what is asked about, and the red one fired in it.
    let mut later = query(all());
    (later.from, later.until) = (HERE + 1, HERE + 9);
    assert_eq!(bench.store.silent_rules(&later, 9).await.unwrap().len(), 4);
    later.scopes = only(Level::Publisher, publishers(&["1044"]));
    assert_eq!(bench.store.silent_rules(&later, 9).await.unwrap().len(), 1);
}

pub async fn delays_are_told_of_what_was_sent_by_itself(bench: &Bench) {
    let house = house(bench).await;
    traffic(bench, &house).await;
    let of = async |scopes| bench.store.delays(&query(scopes)).await;
    let step = |up_to, messages| DelayStep { up_to, messages };
    assert_eq!(of(all()).await.unwrap(), [step(750, 3)]);
    assert_eq!(
        of(only(Level::Publisher, publishers(&["1044"]))).await.unwrap(),
        [step(750, 1)]
    );
    assert_eq!(
        of(only(Level::Publisher, publishers(&["1051"]))).await.unwrap(),
        []
    );
}

pub async fn a_message_of_which_nobody_knows_is_counted_once(bench: &Bench) {
    let house = house(bench).await;
    let store = &*bench.store;
    let both = [
        event_for("a", &house.blue, channel(1)),
        event_for("b", &house.red, channel(2)),
    ];
    store.record_events(&both).await.unwrap();
    let claims = claim(store, NOON).await;
    assert_eq!(claims.len(), 2);
    store
        .finish(&[finish(&claims[0], ambiguous(), NOON)])
        .await
        .unwrap();
    // The other one's worker never comes back; that Slack's answer is late changes nothing of what was counted.
    assert_eq!(store.rescue_expired(NOON + 2 * LEASE).await.unwrap(), 1);
    let (_, counted) = sum(bench, all()).await;
    assert_eq!((counted.fired, counted.sent, counted.doubtful), (2, 0, 2));
}

pub async fn what_was_counted_is_what_the_rows_themselves_say(bench: &Bench) {
    let house = house(bench).await;
    traffic(bench, &house).await;
    let everybody = [
        all(),
        platform(Platform::Lms),
        platform(Platform::CallLogic),
        only(Level::Publisher, Scope::All),
        only(Level::Publisher, publishers(&["1044"])),
        only(Level::Publisher, publishers(&["1051"])),
        only(Level::Campaign, buyers(&["402"])),
    ];
    let mut counted = Vec::new();
    for scopes in &everybody {
        let query = query(scopes.clone());
        counted.push((
            bench.store.hours(&query).await.unwrap(),
            bench.store.delays(&query).await.unwrap(),
            bench.store.noisiest_rules(&query, 9).await.unwrap(),
        ));
    }
    while bench.store.forget_hours(HERE + 1, 2).await.unwrap() > 0 {}
    assert_eq!(sum(bench, all()).await, (0, counts(0, 0, 0)));
    // The migration counts what there was before it, in the same way.
    match &bench.pools {
        Pools::Sqlite(pool) => {
            let sql = include_str!("../../../../migrations/sqlite/0030_hours.sql");
            sqlx::raw_sql(first_count(sql)).execute(pool).await.unwrap();
        }
        Pools::Postgres(pool) => {
            let sql = include_str!("../../../../migrations/postgres/0030_hours.sql");
            sqlx::raw_sql(first_count(sql)).execute(pool).await.unwrap();
        }
    }
    for (scopes, before) in everybody.into_iter().zip(counted) {
        let query = query(scopes);
        assert_eq!(bench.store.hours(&query).await.unwrap(), before.0);
        assert_eq!(bench.store.delays(&query).await.unwrap(), before.1);
        assert_eq!(bench.store.noisiest_rules(&query, 9).await.unwrap(), before.2);
    }
    assert_eq!(hour_of(NOON), HERE);
}

fn first_count(sql: &'static str) -> &'static str {
    let (_, rest) = sql
        .split_once("-- The last fifteen days")
        .expect("the counting of what there was");
    &rest[rest.find("INSERT").expect("statements")..]
}
