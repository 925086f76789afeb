//! Measurements, run by hand: `cargo test --release -p leadbell-store --test throughput -- --ignored --nocapture`.
//! They print; nothing is asserted about time, because a busy machine is no bug.

use std::time::Instant;

use leadbell_domain::{
    EntityId, EventId, Filters, Level, Outcome, Platform, Rule, RuleStatus, SlackAction, SlackToken,
    StoredRule, Target, Template, Trigger,
};
use leadbell_store::{
    Actor, Connection, ConnectionOwner, ConnectionStatus, Finish, NewConnection, NewEvent, Pace,
    PlannedDelivery, SecretKey, Store, open,
};

const NOON: i64 = 1_795_000_000_000;
const BATCH: usize = 200;

fn fresh<T: TryFrom<String, Error: std::fmt::Debug>>() -> T {
    T::try_from(uuid::Uuid::now_v7().to_string()).unwrap()
}

fn channel(number: usize) -> Target {
    Target::Channel(format!("C{number:010}").try_into().unwrap())
}

fn event(number: usize, planned: Option<(&StoredRule, Target)>) -> NewEvent {
    let deliveries = planned.map(|(rule, target)| PlannedDelivery {
        id: fresh(),
        rule: rule.id.clone(),
        rule_version: 1,
        connection: rule.rule.action.connection.clone(),
        target,
        text: "Lead 90210 sold for 42.50 to Acme".to_owned(),
        blocks: None,
        sending: Default::default(),
    });
    NewEvent {
        key: fresh(),
        source: Platform::Lms,
        // Senders' ids are random, which is the hard case for an index.
        event_id: EventId::new(format!(
            "{:016x}",
            (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ))
        .unwrap(),
        trigger: Trigger::LmsLeadSold,
        occurred_at: NOON,
        received_at: NOON,
        product: EntityId::new("218").unwrap(),
        publisher: EntityId::new("1044").ok(),
        campaign: None,
        lead_id: format!("{number}"),
        call_id: None,
        rules_seq: None,
        body: format!(r#"{{"event_id":"{number}","pad":"{}"}}"#, "x".repeat(600)),
        deliveries: deliveries.into_iter().collect(),
        mentions: Vec::new(),
    }
}

async fn rule(store: &dyn Store) -> StoredRule {
    let token = SlackToken::parse("xoxb-1-2-abcdefgh").unwrap();
    let connection = Connection {
        id: fresh(),
        name: "x".to_owned(),
        owner: ConnectionOwner::Staff,
        kind: token.kind(),
        hint: token.hint(),
        team: None,
        team_id: None,
        user_name: None,
        scopes: Vec::new(),
        status: ConnectionStatus::Ok,
        last_error: None,
        broken_since: None,
        created_at: NOON,
        checked_at: None,
    };
    let connection = store
        .insert_connection(&NewConnection { connection, token })
        .await
        .unwrap()
        .id;
    let rule = Rule {
        name: String::new(),
        note: String::new(),
        preset: None,
        level: Level::Product,
        entity: EntityId::new("218").unwrap(),
        trigger: Trigger::LmsLeadSold,
        filters: Filters::default(),
        includes_test_leads: false,
        includes_duplicates: false,
        action: SlackAction {
            connection,
            target: channel(1),
            template: Template::stored("x"),
            shows_personal_data: false,
            layout: leadbell_domain::Layout::Text,
            sending: leadbell_domain::SendingOptions::default(),
        },
        status: RuleStatus::Active,
    };
    store
        .insert_rule(&fresh(), &rule, &Actor::System, NOON)
        .await
        .unwrap()
}

fn say(what: &str, count: usize, since: Instant) {
    let seconds = since.elapsed().as_secs_f64();
    println!(
        "{what}: {count} in {seconds:.2} s, {:.0}/s",
        count as f64 / seconds
    );
}

async fn measure(url: &str) {
    let store = open(url, &SecretKey::generate()).await.unwrap().store;
    store.migrate().await.unwrap();
    let rule = rule(&*store).await;
    let mut number = 0;
    let mut next = |count: usize, destinations: usize| -> Vec<NewEvent> {
        (0..count)
            .map(|_| {
                number += 1;
                event(
                    number,
                    (destinations > 0).then(|| (&rule, channel(number % destinations))),
                )
            })
            .collect()
    };

    let since = Instant::now();
    for _ in 0..100 {
        store.record_events(&next(BATCH, 0)).await.unwrap();
    }
    say("events without deliveries, batches of 200", 100 * BATCH, since);

    let since = Instant::now();
    for _ in 0..100 {
        store.record_events(&next(BATCH, 5_000)).await.unwrap();
    }
    say("events with a delivery each, 5,000 channels", 100 * BATCH, since);

    let since = Instant::now();
    for _ in 0..200 {
        store.record_events(&next(1, 0)).await.unwrap();
    }
    say("events one by one", 200, since);

    // A backlog of 20,000 in 5,000 places: a claim of 50 must cost what 50 cost.
    let pace = Pace {
        interval_ms: 1_000,
        burst: 5,
    };
    let (since, mut sent, mut now) = (Instant::now(), 0, NOON);
    let (mut claiming, mut finishing) = (0.0, 0.0);
    while sent < 10_000 {
        let start = Instant::now();
        let claims = store.claim_due("w", now, 30_000, pace, 50).await.unwrap();
        claiming += start.elapsed().as_secs_f64();
        let finishes: Vec<_> = claims
            .into_iter()
            .map(|claim| Finish {
                delivery: claim.delivery,
                destination: claim.destination,
                worker: "w".to_owned(),
                outcome: Outcome::Sent {
                    channel: "C1".to_owned(),
                    ts: "1.2".to_owned(),
                },
                retry_at: None,
                http_status: Some(200),
                note: None,
                resolved_channel: None,
                refused: None,
                thread_ts: None,
                started_at: now,
                finished_at: now,
            })
            .collect();
        let start = Instant::now();
        sent += store.finish(&finishes).await.unwrap().len();
        finishing += start.elapsed().as_secs_f64();
        now += 20;
    }
    say("deliveries claimed and finished, 50 at a time", sent, since);
    println!("  claiming {claiming:.2} s, finishing {finishing:.2} s");
    let since = Instant::now();
    println!("  backlog {:?}", store.backlog().await.unwrap());
    say("backlog", 1, since);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by hand"]
async fn sqlite_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    measure(&format!("sqlite://{}/leadbell.db", folder.path().display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by hand; fills the schema `public` of LEADBELL_TEST_POSTGRES_URL"]
async fn postgres() {
    measure(&std::env::var("LEADBELL_TEST_POSTGRES_URL").expect("LEADBELL_TEST_POSTGRES_URL")).await;
}
