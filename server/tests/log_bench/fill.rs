//! The log that is measured: events of forty days, every tenth of them told by a message.

use std::time::{Duration, Instant};

use leadbell_dispatch::{Clock as _, SystemClock};
use leadbell_domain::{ConnectionId, EntityId};
use leadbell_store::{LogPlace, Pools, Walk};

/// How many events by default.
const EVENTS: usize = 10_000_000;
/// Events for each delivery.
const MATCHED: usize = 10;
/// Events written by one statement.
const CHUNK: usize = 250_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// The log's length; it ends now.
const DAYS: i64 = 40;
/// Rules; the last one never fires.
const RULES: usize = 300;
/// Channels; rules share them.
const CHANNELS: usize = 60;
/// Connections; the last one is idle.
const CONNECTIONS: usize = 6;
/// Every so many events one is of the rare product and publisher.
const RARE: usize = 50_000;

/// The size of the log, and where to find what in it.
pub struct Log {
    pub events: usize,
    /// When the first one arrived, UTC milliseconds.
    start: i64,
}

pub fn entity(number: usize) -> EntityId {
    EntityId::new(number.to_string()).expect("an id")
}

impl Log {
    pub fn of_environment() -> Self {
        let events = std::env::var("LEADBELL_LOG_EVENTS").ok();
        let events = events.and_then(|events| events.parse().ok()).unwrap_or(EVENTS);
        assert!(events >= 2 * RARE, "LEADBELL_LOG_EVENTS: at least {}", 2 * RARE);
        let start = SystemClock.now_ms() - DAYS * DAY_MS;
        Self { events, start }
    }

    pub fn deliveries(&self) -> usize {
        self.events / MATCHED
    }

    /// Milliseconds between two events.
    fn step(&self) -> i64 {
        DAYS * DAY_MS / i64::try_from(self.events).expect("a number")
    }

    fn at(&self, event: usize) -> i64 {
        self.start + i64::try_from(event).expect("a number") * self.step()
    }

    /// When a day of the log begins, the first one's number being 0.
    pub fn day(&self, number: i64) -> i64 {
        self.start + number * DAY_MS
    }

    /// What the sender calls an event.
    pub fn event_id(&self, event: usize) -> String {
        format!("01J{:012X}{}", self.at(event), 10_000 + event * 7_919 % 89_989)
    }

    pub fn lead(&self, event: usize) -> String {
        (90_000_000 + event / 4).to_string()
    }

    /// Older than the newer half: by then an offset would have passed half of all.
    pub fn middle(&self) -> Walk {
        let at = self.at(self.events / 2);
        Walk::Older(Some(LogPlace {
            at,
            id: "ffffffff-ffff-7fff-bfff-ffffffffffff".to_owned(),
        }))
    }

    pub fn silent_rule(&self) -> i64 {
        i64::try_from(RULES).expect("a number")
    }

    /// A rule of the product that half of all events are of, and of their most frequent trigger.
    pub fn busy_product_rule(&self) -> String {
        rule(40)
    }

    pub fn rare_product(&self) -> usize {
        21
    }

    pub fn rare_publisher(&self) -> usize {
        5_000
    }

    pub fn channel(&self, number: usize) -> String {
        format!("C0SALES{number}")
    }

    pub fn connection(&self, number: usize) -> ConnectionId {
        ConnectionId::new(format!("01931c3e-7b1a-7c3e-8a55-{number:012}")).expect("an id")
    }

    pub fn idle_connection(&self) -> ConnectionId {
        self.connection(CONNECTIONS)
    }
}

/// The id of a rule, as [`house`] makes it.
fn rule(number: usize) -> String {
    format!("01931c3e-7b1a-7c3e-8b55-{number:012}")
}

/// What the two databases say differently.
struct Words {
    sqlite: bool,
}

impl Words {
    fn numbers(&self, from: usize, to: usize) -> String {
        match self.sqlite {
            true => format!(
                "WITH RECURSIVE numbers (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM numbers WHERE n < {to})"
            ),
            false => format!("WITH numbers (n) AS (SELECT generate_series({from}::bigint, {to}::bigint))"),
        }
    }

    /// Twelve hexadecimal digits.
    fn hex(&self, number: &str) -> String {
        match self.sqlite {
            true => format!("printf('%012x', {number})"),
            false => format!("lpad(to_hex({number}), 12, '0')"),
        }
    }

    fn text(number: &str) -> String {
        format!("CAST({number} AS TEXT)")
    }

    /// A UUID of a time and a number; `digits` is the time in hexadecimal.
    fn timed(digits: &str, number: &str) -> String {
        format!(
            "substr({digits}, 1, 8) || '-' || substr({digits}, 9, 4) || '-7000-8000-' || \
             substr({}, 2)",
            Self::text(&format!("(1000000000000 + {number})"))
        )
    }

    fn fixed(group: &str, number: &str) -> String {
        format!(
            "'01931c3e-7b1a-7c3e-{group}-' || substr({}, 2)",
            Self::text(&format!("(1000000000000 + {number})"))
        )
    }

    fn blob(&self, number: &str) -> String {
        match self.sqlite {
            true => format!("CAST({number} AS BLOB)"),
            false => format!("CAST(CAST({number} AS TEXT) AS BYTEA)"),
        }
    }
}

/// One connection for all of it, so that its settings hold.
enum Writer {
    Sqlite(sqlx::pool::PoolConnection<sqlx::Sqlite>),
    Postgres(sqlx::pool::PoolConnection<sqlx::Postgres>),
}

impl Writer {
    async fn run(&mut self, statement: &str) {
        let done = match self {
            Writer::Sqlite(db) => sqlx::raw_sql(statement).execute(&mut **db).await.map(drop),
            Writer::Postgres(db) => sqlx::raw_sql(statement).execute(&mut **db).await.map(drop),
        };
        done.unwrap_or_else(|error| panic!("{error}: {}", &statement[..statement.len().min(400)]));
    }
}

/// Fills the log behind the store's back: through its doors it would take hours. Answers how long it took.
pub async fn fill(pools: &Pools, log: &Log) -> Duration {
    let start = Instant::now();
    let (mut db, words) = match pools {
        Pools::Sqlite(pool) => (
            Writer::Sqlite(pool.acquire().await.expect("the writer")),
            Words { sqlite: true },
        ),
        Pools::Postgres(pool) => (
            Writer::Postgres(pool.acquire().await.expect("a writer")),
            Words { sqlite: false },
        ),
    };
    // Nothing of it need survive, and everything refers to what is there.
    db.run(match words.sqlite {
        true => "PRAGMA foreign_keys = 0; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -300000",
        false => "SET session_replication_role = replica; SET synchronous_commit = off",
    })
    .await;
    for statement in house(&words) {
        db.run(&statement).await;
    }
    for from in (0..log.events).step_by(CHUNK) {
        let to = (from + CHUNK).min(log.events) - 1;
        db.run(&events(&words, log, from, to)).await;
        for statement in deliveries(&words, log, from.div_ceil(MATCHED), to / MATCHED) {
            db.run(&statement).await;
        }
    }
    // As in earnest again; and what PostgreSQL does by itself within a minute, SQLite never.
    let afterwards: &[&str] = match words.sqlite {
        true => &[
            "PRAGMA foreign_keys = 1; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2000",
        ],
        false => &[
            "SET session_replication_role = origin; SET synchronous_commit = on",
            "VACUUM ANALYZE",
        ],
    };
    for statement in afterwards {
        db.run(statement).await;
    }
    start.elapsed()
}

/// The rules, and what they need.
fn house(words: &Words) -> Vec<String> {
    let of =
        |count: usize, statement: String| format!("{} {statement} FROM numbers", words.numbers(1, count));
    let text = Words::text;
    let (connection, rule, destination) = ("8a55", "8b55", "8d55");
    vec![
        of(
            300,
            format!(
                "INSERT INTO entities (kind, id, name, platform, status, buyer_id, discovered, created_at, updated_at, search) \
             SELECT 'campaign', {n}, 'Campaign ' || n, 'lms', 'active', {buyer}, 0, 1, 1, 'campaign ' || n",
                n = text("n"),
                buyer = text("(1 + n % 50)")
            ),
        ),
        of(
            CONNECTIONS,
            format!(
                "INSERT INTO connections (id, name, owner_kind, owner_id, kind, hint, token_sealed, token_fingerprint, \
             scopes, status, created_at) SELECT {}, 'Workspace ' || n, 'staff', '', 'bot', 'xoxb', {blob}, {blob}, '[]', 'ok', n",
                Words::fixed(connection, "n"),
                blob = words.blob("n")
            ),
        ),
        of(
            RULES,
            format!(
                "INSERT INTO rules (id, number, version, change_seq, name, level, entity_id, trigger_key, platform, filters, \
             connection_id, target_kind, target_id, template, status, created_at, updated_at, search) \
             SELECT {}, n, 1, n, 'Rule ' || n, CASE n % 3 WHEN 0 THEN 'publisher' WHEN 1 THEN 'product' ELSE 'campaign' END, \
             CASE n % 3 WHEN 1 THEN {} ELSE {} END, CASE WHEN n % 10 < 7 THEN 'lms.lead_sold' ELSE 'cl.lead_sold' END, \
             CASE WHEN n % 10 < 7 THEN 'lms' ELSE 'call_logic' END, '{{}}', CASE n WHEN {RULES} THEN {} ELSE {} END, \
             'channel', 'C0SALES' || (1 + n % {CHANNELS}), 'Lead', 'active', 1, 1, 'rule ' || n",
                Words::fixed(rule, "n"),
                text("(1 + n % 20)"),
                text("n"),
                Words::fixed(connection, &CONNECTIONS.to_string()),
                Words::fixed(
                    connection,
                    &format!("(1 + (1 + n % {CHANNELS}) % {})", CONNECTIONS - 1)
                )
            ),
        ),
        of(
            CHANNELS,
            format!(
                "INSERT INTO destinations (id, connection_id, target_kind, target_id) \
             SELECT {}, {}, 'channel', 'C0SALES' || n",
                Words::fixed(destination, "n"),
                Words::fixed(connection, &format!("(1 + n % {})", CONNECTIONS - 1))
            ),
        ),
    ]
}

/// Events `from` to `to`.
fn events(words: &Words, log: &Log, from: usize, to: usize) -> String {
    let text = Words::text;
    let at = format!("({} + n * {})", log.start, log.step());
    let rare = format!("n % {RARE} = 0");
    // Half of all are of one product.
    let product = format!(
        "CASE WHEN {rare} THEN '21' WHEN n % 4 < 2 THEN '1' ELSE {} END",
        text("(1 + n % 20)")
    );
    let publisher = format!(
        "CASE WHEN {rare} THEN '5000' WHEN n % 7 = 0 THEN '42' ELSE {} END",
        text("(1 + n * 7919 % 2003)")
    );
    let campaign = format!("CASE WHEN n % 3 = 0 THEN NULL ELSE {} END", text("(1 + n % 300)"));
    let body = "'{\"schema\":\"lms.event.v1\",\"event_id\":\"' || event_id || '\",\"trigger\":\"' || trigger_key || '\",\
         \"occurred_at\":\"2026-11-23T20:15:03.412Z\",\"is_test\":false,\"host\":\"loans.example.com\",\
         \"product\":{\"id\":' || product || ',\"name\":\"Debt Relief\",\"ping_post\":false},\
         \"lead\":{\"id\":' || lead || ',\"public_id\":\"LD-' || n || '\",\"status\":\"sold\",\
         \"created_at\":\"2026-11-23T20:15:01.990Z\",\"method\":\"POST\",\"min_price\":\"0.01\",\"state\":\"CA\",\
         \"zip\":\"90210\",\"sub_id\":\"fb-12\",\"fields\":{\"firstName\":\"John\",\"email\":\"john' || n || '@example.com\"}},\
         \"publisher\":{\"id\":' || publisher || ',\"name\":\"Blue Traffic\"},\"channel\":{\"id\":5521,\"name\":\"Blue POST 1\"},\
         \"source\":{\"id\":77120,\"name\":\"fb-12\"},\"pingtree\":{\"id\":31,\"name\":\"Main US\",\"type\":\"main\"},\
         \"buyer\":{\"id\":402,\"name\":\"Acme Lending\"},\"campaign\":{\"id\":' || COALESCE(campaign, '8807') || ',\
         \"name\":\"Acme CA\",\"type\":\"redirect\",\"attempt\":3,\"response_ms\":241},\
         \"money\":{\"currency\":\"USD\",\"price\":\"42.' || (n % 90 + 10) || '\",\"total\":\"42.5000\",\
         \"publisher_earning\":\"30.0000\",\"agent_fee\":\"1.0000\",\"referral_fee\":\"0.0000\",\"admin\":\"11.5000\"}}'";
    let digits = words.hex("at");
    format!(
        "{numbers}, told AS (SELECT n, {at} AS at, {product} AS product, {publisher} AS publisher, {campaign} AS campaign, \
         {lead} AS lead, CASE n / 10 % 10 WHEN 0 THEN 'lms.campaign_sold' WHEN 1 THEN 'lms.campaign_rejected' WHEN 2 THEN \
         'lms.campaign_rejected' WHEN 3 THEN 'lms.lead_rejected' WHEN 4 THEN 'lms.publisher_earning_received' WHEN 7 THEN \
         'cl.lead_sold' WHEN 8 THEN 'cl.campaign_accepted' WHEN 9 THEN 'cl.buyer_response' ELSE 'lms.lead_sold' END AS trigger_key, \
         '01J' || upper({hex}) || (10000 + n * 7919 % 89989) AS event_id FROM numbers) \
         INSERT INTO events (key, source, event_id, trigger_key, occurred_at, received_at, product_id, publisher_id, \
         campaign_id, lead_id, body, matched) SELECT {key}, CASE WHEN trigger_key LIKE 'cl.%' THEN 'call_logic' ELSE 'lms' END, \
         event_id, trigger_key, at - 900, at, product, publisher, campaign, lead, {body}, CASE n % {MATCHED} WHEN 0 THEN 1 ELSE 0 END FROM told",
        numbers = words.numbers(from, to),
        lead = text("(90000000 + n / 4)"),
        hex = words.hex(&at),
        key = Words::timed(&digits, "n"),
    )
}

/// The deliveries of those, by their own numbers, and their attempts.
fn deliveries(words: &Words, log: &Log, from: usize, to: usize) -> Vec<String> {
    let waiting = log.deliveries().saturating_sub(300);
    let at = format!("({} + n * {MATCHED} * {})", log.start, log.step());
    let digits = words.hex(&at);
    let id = Words::timed(&digits, &format!("n * {MATCHED}"));
    // A third of all is one rule's.
    let rule = format!("(CASE n % 3 WHEN 0 THEN 1 ELSE 1 + n % {} END)", RULES - 1);
    let numbers = words.numbers(from, to);
    vec![
        format!(
            "{numbers}, told AS (SELECT n, {id} AS id, {rule} AS rule, {at} AS at, CASE WHEN n >= {waiting} THEN 'queued' \
             WHEN n % 100 IN (7, 8) THEN 'failed' WHEN n % 500 = 9 THEN 'ambiguous' WHEN n % 200 = 11 THEN 'suppressed' \
             ELSE 'sent' END AS status FROM numbers) \
             INSERT INTO deliveries (id, event_key, rule_id, rule_version, destination_id, text, status, attempts, \
             last_code, slack_channel, slack_ts, created_at, updated_at) SELECT id, id, {}, 1, {}, \
             'Lead ' || n || ' sold for 42.50 by Blue Traffic (fb-12, CA)', status, \
             CASE WHEN status IN ('queued', 'suppressed') THEN 0 ELSE 1 END, CASE status WHEN 'failed' THEN \
             CASE n % 100 WHEN 7 THEN 'msg_too_long' ELSE 'restricted_action' END WHEN 'ambiguous' THEN 'timeout' WHEN \
             'suppressed' THEN 'in_summary' END, CASE status WHEN 'sent' THEN 'C0SALES1' END, \
             CASE status WHEN 'sent' THEN '1795000000.' || (100000 + n % 899999) END, at, at + 700 FROM told",
            Words::fixed("8b55", "rule"),
            Words::fixed("8d55", &format!("(1 + rule % {CHANNELS})")),
        ),
        format!(
            "{numbers} INSERT INTO attempts (delivery_id, number, outcome, code, http_status, started_at, finished_at) \
             SELECT {id}, 1, CASE WHEN n % 100 IN (7, 8) THEN 'permanent' WHEN n % 500 = 9 THEN 'ambiguous' ELSE 'sent' END, \
             CASE n % 100 WHEN 7 THEN 'msg_too_long' WHEN 8 THEN 'restricted_action' END, 200, {at} + 200, {at} + 700 \
             FROM numbers WHERE n < {waiting} AND n % 200 <> 11"
        ),
    ]
}
