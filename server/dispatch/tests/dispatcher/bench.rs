//! What the tests share: a database, a sandbox, and dispatchers that are started and stopped.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use leadbell_dispatch::{
    Clock, DispatchConfig, Dispatcher, ManualClock, Progress, SlackClient, SlackConfig, WakeHandle,
};
use leadbell_domain::{
    Blocks, Bursts, ConnectionId, DeliveryId, DeliveryStatus, EntityId, EventId, EventKey, Filters, Level,
    Platform, Rule, RuleId, RuleStatus, SendingOptions, SlackAction, SlackToken, Target, Template, Trigger,
    parse_channel_id, parse_member_id,
};
use leadbell_sandbox::{Builder, Limits, Running, Sandbox};
use leadbell_store::{
    Actor, Connection, ConnectionOwner, ConnectionStatus, Delivery, NewConnection, NewEvent, Opened,
    PlannedDelivery, Pools, SecretKey, Store, open,
};
use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The first moment of every test, UTC milliseconds.
pub const START: i64 = 1_763_900_000_000;

pub struct Bench {
    pub sandbox: Running,
    pub store: Arc<dyn Store>,
    pub clock: ManualClock,
    pools: Pools,
    url: String,
    key: SecretKey,
    /// Keeps the database's folder; none when the database is PostgreSQL.
    _folder: Option<TempDir>,
}

/// A sandbox without limits, and an empty database.
pub async fn bench() -> Bench {
    bench_with(|sandbox| sandbox.limits(Limits::off())).await
}

pub async fn bench_with(set: impl FnOnce(Builder) -> Builder) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    bench_on(url, Some(folder), set).await
}

pub async fn bench_on(url: String, folder: Option<TempDir>, set: impl FnOnce(Builder) -> Builder) -> Bench {
    let sandbox = set(Sandbox::builder().demo_workspace())
        .build()
        .spawn()
        .await
        .unwrap();
    let key = SecretKey::generate();
    let Opened { store, pools } = open(&url, &key).await.unwrap();
    store.migrate().await.unwrap();
    Bench {
        sandbox,
        store,
        pools,
        clock: ManualClock::at(START),
        url,
        key,
        _folder: folder,
    }
}

/// A dispatcher at work.
pub struct Worker {
    pub wake: WakeHandle,
    cancel: CancellationToken,
    task: JoinHandle<()>,
    progress: watch::Receiver<Progress>,
}

/// A delivery to be made, with the ids the test needs.
#[derive(Clone)]
pub struct Route {
    connection: ConnectionId,
    rule: RuleId,
    target: Target,
}

pub fn uuid() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Nothing here takes long; a test that would hang says so instead.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what)
        .await
        .expect("it never happened")
}

impl Bench {
    /// Another store on the same database, as another server would have.
    pub async fn other_store(&self) -> Arc<dyn Store> {
        open(&self.url, &self.key).await.unwrap().store
    }

    pub async fn connection(&self, token: &str) -> ConnectionId {
        let token = SlackToken::parse(token).unwrap();
        let connection = Connection {
            id: ConnectionId::new(uuid()).unwrap(),
            name: "Test".into(),
            owner: ConnectionOwner::Staff,
            kind: token.kind(),
            hint: token.hint(),
            team: Some("Leadbell Demo".into()),
            team_id: None,
            user_name: None,
            scopes: Vec::new(),
            status: ConnectionStatus::Unchecked,
            last_error: None,
            broken_since: None,
            created_at: START,
            checked_at: None,
        };
        self.store
            .insert_connection(&NewConnection { connection, token })
            .await
            .unwrap()
            .id
    }

    /// A rule that sends with this token to this channel or member.
    pub async fn route(&self, token: &str, target: &str) -> Route {
        let connection = self.connection(token).await;
        let target = match parse_channel_id(target) {
            Ok(channel) => Target::Channel(channel),
            Err(_) => Target::Member(parse_member_id(target).unwrap()),
        };
        let trigger = Trigger::LmsLeadSold;
        let rule = Rule {
            name: String::new(),
            note: String::new(),
            preset: None,
            level: Level::Product,
            entity: EntityId::new("218").unwrap(),
            trigger,
            filters: Filters::default(),
            includes_test_leads: false,
            includes_duplicates: false,
            action: SlackAction {
                connection: connection.clone(),
                target: target.clone(),
                template: Template::parse("Sold", trigger, Level::Product).unwrap(),
                shows_personal_data: false,
                layout: leadbell_domain::Layout::Text,
                // Summaries have tests of their own, in the store's suite.
                sending: SendingOptions {
                    bursts: Bursts::Every,
                    ..SendingOptions::default()
                },
            },
            status: RuleStatus::Active,
        };
        let id = RuleId::new(uuid()).unwrap();
        self.store
            .insert_rule(&id, &rule, &Actor::System, START)
            .await
            .unwrap();
        Route {
            connection,
            rule: id,
            target,
        }
    }

    /// Records an event whose rule wants this text sent.
    pub async fn enqueue(&self, route: &Route, text: &str) -> DeliveryId {
        self.enqueue_card(route, text, None).await
    }

    /// The same with a card around the text.
    pub async fn enqueue_card(&self, route: &Route, text: &str, blocks: Option<Blocks>) -> DeliveryId {
        let mut event = self.event(route, text);
        event.deliveries[0].blocks = blocks;
        let delivery = event.deliveries[0].id.clone();
        self.store.record_events(&[event]).await.unwrap();
        delivery
    }

    /// An event whose rule wants this text sent.
    pub fn event(&self, route: &Route, text: &str) -> NewEvent {
        let delivery = DeliveryId::new(uuid()).unwrap();
        let now = self.clock.now_ms();
        NewEvent {
            key: EventKey::new(uuid()).unwrap(),
            source: Platform::Lms,
            event_id: EventId::new(uuid()).unwrap(),
            trigger: Trigger::LmsLeadSold,
            occurred_at: now,
            received_at: now,
            product: EntityId::new("218").unwrap(),
            publisher: None,
            campaign: None,
            lead_id: "1".into(),
            call_id: None,
            rules_seq: None,
            body: "{}".into(),
            deliveries: vec![PlannedDelivery {
                id: delivery,
                rule: route.rule.clone(),
                rule_version: 1,
                connection: route.connection.clone(),
                target: route.target.clone(),
                text: text.into(),
                blocks: None,
                sending: leadbell_store::PlannedSending::default(),
            }],
            mentions: Vec::new(),
        }
    }

    /// Sets the clock.
    pub fn at(&self, at: i64) {
        self.clock.advance(at - self.clock.now_ms());
    }

    pub fn slack(&self) -> SlackClient {
        SlackClient::new(&SlackConfig::new(self.sandbox.api_url())).unwrap()
    }

    /// The numbers of production, with retries that wait their full time.
    pub fn config(&self) -> DispatchConfig {
        DispatchConfig {
            jitter: Arc::new(|| 1.0),
            ..DispatchConfig::default()
        }
    }

    pub fn start(&self) -> Worker {
        self.start_with(self.store.clone(), self.slack(), self.config())
    }

    pub fn start_with(&self, store: Arc<dyn Store>, slack: SlackClient, config: DispatchConfig) -> Worker {
        let dispatcher = Dispatcher::new(store, slack, Arc::new(self.clock.clone()), config);
        let cancel = CancellationToken::new();
        Worker {
            wake: dispatcher.wake_handle(),
            progress: dispatcher.progress(),
            task: tokio::spawn(dispatcher.run(cancel.clone())),
            cancel,
        }
    }

    pub async fn delivery(&self, id: &DeliveryId) -> Delivery {
        self.store.find_delivery(id).await.unwrap().unwrap()
    }

    /// Status, code, and the outcomes of all attempts.
    pub async fn state(&self, id: &DeliveryId) -> (DeliveryStatus, Option<String>, Vec<String>) {
        let delivery = self.delivery(id).await;
        let outcomes = delivery
            .attempts
            .into_iter()
            .map(|attempt| attempt.outcome)
            .collect();
        (delivery.status, delivery.last_code, outcomes)
    }

    /// Who holds the only lease, by the database's own words.
    pub async fn lease_owner(&self) -> String {
        let Pools::Sqlite(writer) = &self.pools else {
            panic!("not on SQLite")
        };
        let text = "SELECT lease_owner FROM destinations WHERE lease_owner IS NOT NULL";
        sqlx::query_scalar(text).fetch_one(writer).await.unwrap()
    }

    /// Holds the write lock of the SQLite file; the store is told so at once, instead of after its usual patience.
    pub async fn lock_database(&self) -> sqlx::SqliteConnection {
        let Pools::Sqlite(writer) = &self.pools else {
            panic!("not on SQLite")
        };
        sqlx::query("PRAGMA busy_timeout = 0")
            .execute(writer)
            .await
            .unwrap();
        let mut other = sqlx::SqliteConnection::connect(&self.url).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        other
    }

    pub fn texts(&self) -> Vec<String> {
        self.sandbox
            .handle()
            .messages()
            .into_iter()
            .map(|message| message.text)
            .collect()
    }

    pub fn posts(&self) -> usize {
        self.sandbox.handle().calls_of("chat.postMessage").len()
    }
}

impl Worker {
    /// Returns once so many results are on disk.
    pub async fn recorded(&mut self, count: u64) {
        soon(self.progress.wait_for(|progress| progress.recorded >= count))
            .await
            .unwrap();
    }

    /// Returns once so many leases were found to have run out.
    pub async fn rescued(&mut self, count: u64) {
        soon(self.progress.wait_for(|progress| progress.rescued >= count))
            .await
            .unwrap();
    }

    /// Returns once so many lines of threads were dealt with.
    pub async fn lines(&mut self, count: u64) {
        soon(self.progress.wait_for(|progress| progress.lines >= count))
            .await
            .unwrap();
    }

    /// Returns once the database has refused itself so many times.
    pub async fn failed(&mut self, count: u64) {
        soon(self.progress.wait_for(|progress| progress.failures >= count))
            .await
            .unwrap();
    }

    /// Wakes it, and returns after a look that began later than this call.
    pub async fn looked(&mut self) {
        for _ in 0..2 {
            let looks = self.progress.borrow().looks;
            self.wake.wake();
            soon(self.progress.wait_for(|progress| progress.looks > looks))
                .await
                .unwrap();
        }
    }

    /// Tells it to end, and waits until it has.
    pub async fn stop(self) {
        self.cancel.cancel();
        soon(self.task).await.unwrap();
    }

    /// Tells it to end.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Ends it like a crash.
    pub async fn crash(self) {
        self.task.abort();
        assert!(soon(self.task).await.unwrap_err().is_cancelled());
    }
}
