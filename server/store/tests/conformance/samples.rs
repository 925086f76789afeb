//! Made-up data of the business, small enough to read.

use std::sync::atomic::{AtomicU64, Ordering};

use leadbell_domain::{
    Bursts, ConnectionId, Entity, EntityId, EntityKind, EventId, Filters, Level, Outcome, Platform, Rule,
    RuleId, RuleStatus, Scope, SendingOptions, SlackAction, SlackToken, StoredRule, Target, Template,
    Timestamp, Trigger,
};
use leadbell_store::{
    Actor, Claim, Connection, ConnectionOwner, ConnectionStatus, EntityUpsert, Finish, NewConnection,
    NewEvent, Pace, PlannedDelivery, Store,
};

/// Noon of some day, UTC milliseconds.
pub const NOON: Timestamp = 1_795_000_000_000;
/// No limit at all.
pub const FAST: Pace = Pace {
    interval_ms: 0,
    burst: 1,
};
/// How long a lease holds in these tests, milliseconds.
pub const LEASE: i64 = 30_000;
/// The worker of most tests.
pub const WORKER: &str = "worker-1";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A fresh id; later ones sort after earlier ones.
pub fn fresh<T: TryFrom<String, Error: std::fmt::Debug>>() -> T {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    T::try_from(format!("01931c3e-7b1a-7c3e-8a55-{number:012x}")).expect("an id")
}

/// An outside id.
pub fn id(text: &str) -> EntityId {
    EntityId::new(text).expect("an outside id")
}

/// Outside ids.
pub fn ids(texts: &[&str]) -> Vec<EntityId> {
    texts.iter().copied().map(id).collect()
}

/// The scope of these publishers.
pub fn publishers(texts: &[&str]) -> Scope {
    Scope::Publishers(ids(texts))
}

/// The scope of these buyers.
pub fn buyers(texts: &[&str]) -> Scope {
    Scope::Buyers(ids(texts))
}

/// A channel of Slack.
pub fn channel(number: usize) -> Target {
    Target::Channel(format!("C{number:010}").try_into().expect("a channel id"))
}

/// A member of a workspace.
pub fn member(number: usize) -> Target {
    Target::Member(format!("U{number:010}").try_into().expect("a member id"))
}

/// A token that ends so.
pub fn token(tail: &str) -> SlackToken {
    SlackToken::parse(&format!("xoxb-2222222222-3333333333-{tail}")).expect("a token")
}

/// A connection to add.
pub fn new_connection(owner: ConnectionOwner, tail: &str) -> NewConnection {
    let token = token(tail);
    NewConnection {
        connection: Connection {
            id: fresh(),
            name: "Demo · salesbot".to_owned(),
            owner,
            kind: token.kind(),
            hint: token.hint(),
            team: Some("Demo".to_owned()),
            team_id: Some("T0001".to_owned()),
            user_name: Some("salesbot".to_owned()),
            scopes: vec!["chat:write".to_owned()],
            status: ConnectionStatus::Ok,
            last_error: None,
            broken_since: None,
            created_at: NOON,
            checked_at: Some(NOON),
        },
        token,
    }
}

/// A stored connection of the house.
pub async fn connect(store: &dyn Store) -> ConnectionId {
    store
        .insert_connection(&new_connection(ConnectionOwner::Staff, "staff1"))
        .await
        .expect("stored")
        .id
}

/// No message is merged with others.
pub fn every_in_order() -> SendingOptions {
    SendingOptions {
        bursts: Bursts::Every,
        ..SendingOptions::default()
    }
}

/// A rule whose messages all go out as themselves.
pub fn rule(level: Level, entity: &str, trigger: Trigger, connection: &ConnectionId) -> Rule {
    Rule {
        name: "Big leads".to_owned(),
        note: String::new(),
        preset: None,
        level,
        entity: id(entity),
        trigger,
        filters: Filters::default(),
        includes_test_leads: false,
        includes_duplicates: false,
        action: SlackAction {
            connection: connection.clone(),
            target: channel(1),
            template: Template::stored("Lead {{lead_id}} sold"),
            shows_personal_data: false,
            layout: leadbell_domain::Layout::Text,
            sending: every_in_order(),
        },
        status: RuleStatus::Active,
    }
}

/// A stored rule of a product.
pub async fn product_rule(store: &dyn Store, connection: &ConnectionId) -> StoredRule {
    add_rule(
        store,
        rule(Level::Product, "218", Trigger::LmsLeadSold, connection),
    )
    .await
}

/// Stores a rule.
pub async fn add_rule(store: &dyn Store, rule: Rule) -> StoredRule {
    store
        .insert_rule(&fresh::<RuleId>(), &rule, &Actor::System, NOON)
        .await
        .expect("stored")
}

/// An event of LMS that causes nothing.
pub fn event(event_id: &str) -> NewEvent {
    NewEvent {
        key: fresh(),
        source: Platform::Lms,
        event_id: EventId::new(event_id).expect("an event id"),
        trigger: Trigger::LmsLeadSold,
        occurred_at: NOON - 400,
        received_at: NOON,
        product: id("218"),
        publisher: Some(id("1044")),
        campaign: None,
        lead_id: "90210".to_owned(),
        call_id: None,
        rules_seq: None,
        body: format!(r#"{{"event_id":"{event_id}"}}"#),
        deliveries: Vec::new(),
        mentions: Vec::new(),
    }
}

/// An event that makes this rule send to this target.
pub fn event_for(event_id: &str, rule: &StoredRule, target: Target) -> NewEvent {
    let mut event = event(event_id);
    event.deliveries.push(PlannedDelivery {
        id: fresh(),
        rule: rule.id.clone(),
        rule_version: rule.version,
        connection: rule.rule.action.connection.clone(),
        target,
        text: format!("About {event_id}"),
        blocks: None,
        sending: leadbell_store::PlannedSending::default(),
    });
    event
}

/// A catalog entry that tells its name only.
pub fn told(kind: EntityKind, entity: &str, name: &str) -> EntityUpsert {
    EntityUpsert {
        kind,
        id: id(entity),
        name: Some(name.to_owned()),
        platform: None,
        status: None,
        product: None,
        publisher: None,
        buyer: None,
        campaigns: None,
        discovered: false,
    }
}

/// An entity that must be there.
pub async fn entity(store: &dyn Store, kind: EntityKind, entity: &str) -> Entity {
    store
        .find_entity(kind, &id(entity), &Scope::All)
        .await
        .expect("found")
        .expect("there")
}

/// A stored rule, and one event for each of these targets, in order, with ids `e0`, `e1` …
pub async fn queue(store: &dyn Store, targets: &[Target]) -> StoredRule {
    let connection = connect(store).await;
    let rule = product_rule(store, &connection).await;
    let events: Vec<NewEvent> = targets
        .iter()
        .enumerate()
        .map(|(number, target)| event_for(&format!("e{number}"), &rule, target.clone()))
        .collect();
    store.record_events(&events).await.expect("recorded");
    rule
}

/// Claims as [`WORKER`] without a pace.
pub async fn claim(store: &dyn Store, now: Timestamp) -> Vec<Claim> {
    store
        .claim_due(WORKER, now, LEASE, FAST, 100)
        .await
        .expect("claimed")
}

/// Claims the one delivery that is due.
pub async fn claim_one(store: &dyn Store, now: Timestamp) -> Claim {
    let mut claims = claim(store, now).await;
    assert_eq!(claims.len(), 1, "one delivery is due");
    claims.remove(0)
}

/// The answer of Slack for a claim, half a second after `now`.
pub fn finish(claim: &Claim, outcome: Outcome, now: Timestamp) -> Finish {
    Finish {
        delivery: claim.delivery.clone(),
        destination: claim.destination.clone(),
        worker: WORKER.to_owned(),
        outcome,
        retry_at: None,
        http_status: Some(200),
        note: None,
        resolved_channel: None,
        refused: None,
        thread_ts: None,
        started_at: now,
        finished_at: now + 500,
    }
}

/// Slack's yes.
pub fn sent() -> Outcome {
    Outcome::Sent {
        channel: "C0000000001".to_owned(),
        ts: "1795000000.000100".to_owned(),
    }
}

/// Slack's "later".
pub fn rate_limited(retry_after_ms: i64) -> Outcome {
    Outcome::RateLimited { retry_after_ms }
}

/// Certainly not posted.
pub fn transient() -> Outcome {
    Outcome::Transient {
        code: "connect_failed".to_owned(),
    }
}

/// Perhaps posted.
pub fn ambiguous() -> Outcome {
    Outcome::Ambiguous {
        code: "timeout".to_owned(),
    }
}

/// Will never work.
pub fn permanent() -> Outcome {
    Outcome::Permanent {
        code: "msg_too_long".to_owned(),
    }
}
