//! The figures Leadbell promises, measured on this machine: `make bench`.
//!
//! 1. From the answer to an event until its message reaches Slack, at 100 events a second (goal: p99 ≤ 50 ms).
//! 2. The same for a hundred other channels while 10,000 events for one channel pour in (goal: p99 < 100 ms).
//! 3. Events written per second by one client that posts batches, none of them matching.
//! 4. What judging one event costs with a thousand and with a million rules (goal: the same).
//! 5. Memory of the process at rest.
//!
//! The second one is measured on SQLite, and on the PostgreSQL of `LEADBELL_TEST_POSTGRES_URL` if there is one.
//! Everything runs in one process, server and sandbox included, so the figures are on the careful side.

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use leadbell_dispatch::SystemClock;
use leadbell_domain::{
    ConnectionId, EntityId, Event, Filters, Level, Policy, Role, Rule, RuleDraft, RuleId, RuleStatus,
    SlackAction, StoredRule, Target, Template, Trigger, Viewer, parse_event,
};
use leadbell_sandbox::{Channel, Limits, Running, Sandbox, demo};
use leadbell_server::actor::{Actor, Caller};
use leadbell_server::config::Config;
use leadbell_server::engine::{RuleSet, plan};
use leadbell_server::http::api_key::{self, ApiScope};
use leadbell_server::lifecycle::Server;
use leadbell_server::rules;
use leadbell_store::{EntityUpsert, Keys, SecretKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Channels, and as many products: at 100 events a second each channel gets one a second, which is Slack's pace.
const CHANNELS: usize = 100;
const EVENTS_PER_SECOND: u64 = 100;
const SECONDS: u64 = 20;
/// Events for one channel, in so many batches, one after the other as fast as they are answered.
const FLOOD: usize = 10_000;
const FLOOD_BATCH: usize = 500;

fn main() -> Result<()> {
    // `cargo bench` passes --bench; a filter makes no sense here.
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    println!("cores: {}", std::thread::available_parallelism()?);
    judging();
    tokio::runtime::Runtime::new()?.block_on(serving())
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Quantiles of milliseconds, in one line.
fn quantiles(name: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values[((values.len() - 1) as f64 * part) as usize];
    println!(
        "{name}: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms ({} events)",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        values.len()
    );
}

fn event_json(id: &str, product: usize) -> Value {
    json!({
        "event_id": id, "trigger": "lms.lead_sold", "product": {"id": product}, "lead": {"id": 90418277, "method": "POST"},
        "publisher": {"id": 1044, "name": "Blue Traffic"}, "channel": {"id": 5521}, "source": {"id": 77120},
        "buyer": {"id": 402}, "campaign": {"id": 8807}, "pingtree": {"id": 31},
        "money": {"currency": "USD", "price": "42.50", "publisher_earning": "30.00"},
    })
}

/// The engine alone: one event, of a product with one rule, among few and many rules of other products.
fn judging() {
    for count in [1_000usize, 1_000_000] {
        let set = RuleSet::default();
        set.apply((0..count).map(numbered_rule).collect(), &[]);
        let event = |product| -> Event {
            parse_event(&event_json("e", product), 0).unwrap_or_else(|errors| unreachable!("{errors}"))
        };
        for (name, event) in [("matching", event(7)), ("not matching", event(count + 1))] {
            let rounds = 200_000;
            let start = Instant::now();
            for _ in 0..rounds {
                black_box(plan(black_box(&event), &set, "http://127.0.0.1:3000"));
            }
            let each = start.elapsed().as_nanos() / rounds;
            println!("judging an event, {name}, {count} rules: {each} ns");
        }
    }
}

fn numbered_rule(number: usize) -> StoredRule {
    let id = format!("01931c3e-7b1a-7c3e-8a55-{number:012x}");
    let known = "a UUID and a Slack id have their shape";
    StoredRule {
        id: RuleId::new(id.clone()).expect(known),
        number: number as i64,
        version: 1,
        rule: Rule {
            name: String::new(),
            note: String::new(),
            preset: None,
            level: Level::Product,
            entity: EntityId::new(number.to_string()).expect(known),
            trigger: Trigger::LmsLeadSold,
            filters: Filters::default(),
            includes_test_leads: false,
            includes_duplicates: false,
            action: SlackAction {
                connection: ConnectionId::new(id).expect(known),
                target: Target::from_parts("channel", "C0SALES01").expect(known),
                template: Template::stored("Lead {{lead_id}} sold for {{price|money}}"),
                shows_personal_data: false,
                layout: leadbell_domain::Layout::Text,
                sending: leadbell_domain::SendingOptions::default(),
            },
            status: RuleStatus::Active,
        },
        created_at: 0,
        updated_at: 0,
        author: None,
    }
}

async fn serving() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sqlite = format!("sqlite://{}", folder.path().join("bench.db").display());
    on_database("SQLite", &sqlite, true).await?;
    if let Ok(server) = std::env::var("LEADBELL_TEST_POSTGRES_URL") {
        let schema = format!("bench_{}", uuid::Uuid::now_v7().simple());
        let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&server).await?;
        sqlx::query(&format!("CREATE SCHEMA {schema}"))
            .execute(&mut admin)
            .await?;
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options[search_path]={schema}");
        on_database("PostgreSQL", &url, false).await?;
    }
    Ok(())
}

/// `all`: not the flood alone.
async fn on_database(name: &str, database_url: &str, all: bool) -> Result<()> {
    let sandbox = Sandbox::builder()
        .demo_workspace()
        .limits(Limits::off())
        .build()
        .spawn()
        .await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let config = Config {
        listen: address,
        database_url: database_url.to_owned(),
        slack_api_url: sandbox.api_url(),
        keys: Arc::new(Keys::only(SecretKey::generate())),
        slack_app: None,
        public_url: format!("http://{address}"),
        log: "warn".to_owned(),
        sandbox_listen: address,
    };
    let server = Server::start(&config, Arc::new(SystemClock), |dispatch| dispatch, None).await?;
    let key = prepare(&server, &sandbox).await?;
    let router = server.router.clone();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let url = format!("http://{address}/api/v1/events");

    if all {
        latency(&url, &key, &sandbox, "", SECONDS).await?;
        throughput(&url, &key).await?;
    }
    flood(name, &url, &key, &sandbox).await?;
    if all {
        memory();
    }
    serving.abort();
    server.stop().await;
    Ok(())
}

/// A rule for each product, each with a channel of its own.
async fn prepare(server: &Server, sandbox: &Running) -> Result<SecretString> {
    let state = &server.state;
    let caller = Caller {
        viewer: Viewer {
            user: None,
            role: Role::GlobalAdmin,
            publishers: Vec::new(),
            buyers: Vec::new(),
            elevated: false,
            policy: Policy::default(),
        },
        actor: Actor::System,
    };
    // The last one is flooded.
    for number in 0..=CHANNELS {
        let channel = format!("C0BENCH{number:03}");
        sandbox
            .handle()
            .add_channel(Channel::public(&channel, demo::TEAM, &format!("bench-{number}")));
        let entity = EntityUpsert {
            kind: leadbell_domain::EntityKind::Product,
            id: EntityId::new(number.to_string())?,
            name: Some(format!("Product {number}")),
            platform: Some(leadbell_domain::Platform::Lms),
            status: None,
            product: None,
            publisher: None,
            buyer: None,
            campaigns: None,
            discovered: false,
        };
        state.store.upsert_entities(&[entity], now_ms()).await?;
        let draft = RuleDraft::from_json(&json!({
            "trigger": "lms.lead_sold", "filters": {"price": {"op": "between", "min": "10", "max": "50"}},
            "action": {"auth_token": demo::BOT_TOKEN, "target": {"channel_id": channel}, "text": "{{event_id}}"},
        }))?;
        rules::save(
            state,
            &caller,
            Level::Product,
            &EntityId::new(number.to_string())?,
            None,
            &draft,
            rules::Flood::Remarked,
        )
        .await?;
    }
    Ok(api_key::create(&*state.store, "bench", &ApiScope::ALL, now_ms()).await?)
}

/// Posts events to all channels but the last in turn; measures until the answer, from there until the message, and both.
async fn latency(url: &str, key: &SecretString, sandbox: &Running, during: &str, seconds: u64) -> Result<()> {
    let client = reqwest::Client::new();
    let mut turns = tokio::time::interval(Duration::from_micros(1_000_000 / EVENTS_PER_SECOND));
    let total = EVENTS_PER_SECOND * seconds;
    let mut posts = Vec::new();
    for number in 0..total {
        turns.tick().await;
        let (client, url, key) = (client.clone(), url.to_owned(), key.clone());
        let id = format!("bench{during}-{number}");
        posts.push(tokio::spawn(async move {
            let json = event_json(&id, number as usize % CHANNELS);
            let (posted, start) = (now_ms(), Instant::now());
            let answer = client
                .post(url)
                .bearer_auth(key.expose_secret())
                .json(&json)
                .send()
                .await?;
            let took = start.elapsed().as_secs_f64() * 1_000.0;
            answer.error_for_status()?;
            Ok::<_, reqwest::Error>((id, (posted, now_ms()), took))
        }));
    }
    let mut answered = HashMap::new();
    let mut answer_times = Vec::new();
    for post in posts {
        let (id, at, took) = post.await??;
        answered.insert(id, at);
        answer_times.push(took);
    }
    let wanted = total as usize;
    // Since the answer, and since the event was on its way here.
    let found = |messages: &[leadbell_sandbox::Message]| -> (Vec<f64>, Vec<f64>) {
        let since = |at: i64, moment: i64| (at - moment).max(0) as f64;
        let waits = messages.iter().filter_map(|message| {
            let (posted, answered) = *answered.get(&message.text)?;
            Some((since(message.at_ms, answered), since(message.at_ms, posted)))
        });
        waits.unzip()
    };
    let until = Instant::now() + Duration::from_secs(60);
    let mut waits = found(&sandbox.handle().messages());
    while waits.0.len() < wanted && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
        waits = found(&sandbox.handle().messages());
    }
    if waits.0.len() != wanted {
        return Err(format!("{} of {total} messages arrived", waits.0.len()).into());
    }
    quantiles(
        &format!("an event's answer, at 100 events/s{during}"),
        answer_times,
    );
    quantiles(
        &format!("from the answer to the message at Slack, at 100 events/s{during}"),
        waits.0,
    );
    quantiles(
        &format!("from the event to the message at Slack, at 100 events/s{during}"),
        waits.1,
    );
    Ok(())
}

/// The others while one channel is flooded. Its events are spread over half the time, so that others arrive before, during
/// and after.
async fn flood(name: &str, url: &str, key: &SecretString, sandbox: &Running) -> Result<()> {
    let pouring = async {
        let client = reqwest::Client::new();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let start = Instant::now();
        for batch in 0..FLOOD / FLOOD_BATCH {
            let events: Vec<Value> = (0..FLOOD_BATCH)
                .map(|at| event_json(&format!("flood-{batch}-{at}"), CHANNELS))
                .collect();
            let answer = client
                .post(url)
                .bearer_auth(key.expose_secret())
                .json(&json!({"events": events}))
                .send()
                .await?;
            answer.error_for_status()?;
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("{name}: {FLOOD} events for one channel are on disk after {seconds:.1} s");
        Ok::<(), reqwest::Error>(())
    };
    let during = format!(", {name}, beside a flood");
    let (poured, measured) = tokio::join!(pouring, latency(url, key, sandbox, &during, 10));
    poured?;
    measured
}

async fn throughput(url: &str, key: &SecretString) -> Result<()> {
    const BATCH: usize = 200;
    const BATCHES: usize = 100;
    let client = reqwest::Client::new();
    let start = Instant::now();
    for batch in 0..BATCHES {
        let events: Vec<Value> = (0..BATCH)
            .map(|at| event_json(&format!("t-{batch}-{at}"), CHANNELS + 2))
            .collect();
        let answer = client
            .post(url)
            .bearer_auth(key.expose_secret())
            .json(&json!({"events": events}))
            .send()
            .await?;
        answer.error_for_status()?;
    }
    let rate = (BATCH * BATCHES) as f64 / start.elapsed().as_secs_f64();
    println!("events on disk, batches of {BATCH}, one client: {rate:.0} a second");
    Ok(())
}

fn memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmRSS")) {
        println!(
            "memory after all this, server, sandbox and bench together: {}",
            line.trim_start_matches("VmRSS:").trim()
        );
    }
}
