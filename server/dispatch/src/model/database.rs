//! The real database of the model: opened once, emptied before each case, and read past the store.

use std::sync::Arc;

use leadbell_domain::{
    ConnectionId, EntityId, Filters, Level, Rule, RuleId, RuleStatus, SlackAction, SlackToken, Target,
    Template, Trigger,
};
use leadbell_store::{
    Actor, Connection, ConnectionOwner, ConnectionStatus, NewConnection, Pools, SecretKey, Store, open,
};
use tempfile::TempDir;

use super::command::{Choice, RULES};

/// A delivery as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub id: String,
    pub destination_id: String,
    pub status: String,
    pub priority: i64,
    pub last_code: Option<String>,
    pub hold_until: Option<i64>,
    pub told_in: Option<String>,
}

/// A rule with the place it sends to.
#[derive(Clone)]
pub(super) struct Route {
    pub id: RuleId,
    pub rule: Rule,
    pub connection: usize,
}

pub(super) struct Database {
    /// As two servers have it open; on SQLite two would be refused, but the store itself bears it.
    pub stores: [Arc<dyn Store>; 2],
    pub connections: [ConnectionId; 2],
    pub routes: Vec<Route>,
    pools: Pools,
    _folder: Option<TempDir>,
}

/// What a case leaves behind, children first.
const TABLES: [&str; 7] = [
    "attempts",
    "summaries",
    "rule_pace",
    "deliveries",
    "destinations",
    "events",
    "alerts",
];

impl Database {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("model.db").display());
        Self::at(&url, Some(folder)).await
    }

    /// A schema of its own; `None` without a server to test on.
    pub(super) async fn postgres() -> Option<Self> {
        let url = std::env::var("LEADBELL_TEST_POSTGRES_URL").ok()?;
        let schema = format!("model_{}", uuid::Uuid::now_v7().simple());
        let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&url)
            .await
            .unwrap();
        let made = format!("CREATE SCHEMA {schema}");
        sqlx::query(&made).execute(&mut admin).await.unwrap();
        let mark = if url.contains('?') { '&' } else { '?' };
        Some(Self::at(&format!("{url}{mark}options=-csearch_path%3D{schema}"), None).await)
    }

    async fn at(url: &str, folder: Option<TempDir>) -> Self {
        let key = SecretKey::generate();
        let opened = open(url, &key).await.unwrap();
        opened.store.migrate().await.unwrap();
        let other = open(url, &key).await.unwrap();
        for pools in [&opened.pools, &other.pools] {
            if let Pools::Sqlite(writer) = pools {
                // What a loss of power does is not the model's concern.
                sqlx::query("PRAGMA synchronous = OFF")
                    .execute(writer)
                    .await
                    .unwrap();
            }
        }
        let mut connections = Vec::new();
        for number in 0..2 {
            connections.push(connect(&*opened.store, number).await);
        }
        let connections: [ConnectionId; 2] = connections.try_into().unwrap();
        let mut routes = Vec::new();
        for number in 0..RULES {
            // Two rules share the first channel; the last one's is of another connection.
            let connection = usize::from(number == RULES - 1);
            let channel = format!("C0MODEL{:03}", number.saturating_sub(1));
            let rule = rule(&connections[connection], &channel);
            let id = RuleId::new(uuid::Uuid::now_v7().to_string()).unwrap();
            opened
                .store
                .insert_rule(&id, &rule, &Actor::System, 0)
                .await
                .unwrap();
            routes.push(Route { id, rule, connection });
        }
        Self {
            stores: [opened.store, other.store],
            connections,
            routes,
            pools: opened.pools,
            _folder: folder,
        }
    }

    /// Takes back whatever the last case did.
    pub(super) async fn clear(&self) {
        for table in TABLES {
            self.write(&format!("DELETE FROM {table}")).await;
        }
        self.write("UPDATE connections SET status = 'ok', last_error = NULL, broken_since = NULL")
            .await;
    }

    async fn write(&self, statement: &str) {
        match &self.pools {
            Pools::Sqlite(pool) => drop(sqlx::query(statement).execute(pool).await.unwrap()),
            Pools::Postgres(pool) => drop(sqlx::query(statement).execute(pool).await.unwrap()),
        }
    }

    /// Every delivery, in the order of ids.
    pub(super) async fn rows(&self) -> Vec<Row> {
        let text = "SELECT id, destination_id, status, priority, last_code, hold_until, told_in FROM deliveries \
                    ORDER BY id";
        match &self.pools {
            Pools::Sqlite(pool) => sqlx::query_as(text).fetch_all(pool).await.unwrap(),
            Pools::Postgres(pool) => sqlx::query_as(text).fetch_all(pool).await.unwrap(),
        }
    }

    /// Deliveries with an attempt of unknown end, and all pairs of a summary's delivery and how many it stands for.
    pub(super) async fn doubts_and_summaries(&self) -> (Vec<(String,)>, Vec<(String, i64)>) {
        let doubts = "SELECT DISTINCT delivery_id FROM attempts WHERE outcome = 'ambiguous'";
        let sums = "SELECT delivery_id, messages FROM summaries";
        match &self.pools {
            Pools::Sqlite(pool) => (
                sqlx::query_as(doubts).fetch_all(pool).await.unwrap(),
                sqlx::query_as(sums).fetch_all(pool).await.unwrap(),
            ),
            Pools::Postgres(pool) => (
                sqlx::query_as(doubts).fetch_all(pool).await.unwrap(),
                sqlx::query_as(sums).fetch_all(pool).await.unwrap(),
            ),
        }
    }
}

/// A token as nobody has had it yet.
pub(super) fn fresh_token() -> SlackToken {
    SlackToken::parse(&format!("xoxb-{}", uuid::Uuid::new_v4())).unwrap()
}

async fn connect(store: &dyn Store, number: usize) -> ConnectionId {
    let token = fresh_token();
    let connection = Connection {
        id: ConnectionId::new(uuid::Uuid::now_v7().to_string()).unwrap(),
        name: format!("Model {number}"),
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
        created_at: 0,
        checked_at: None,
    };
    let new = NewConnection { connection, token };
    store.insert_connection(&new).await.unwrap().id
}

fn rule(connection: &ConnectionId, channel: &str) -> Rule {
    let trigger = Trigger::LmsLeadSold;
    Rule {
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
            target: Target::from_parts("channel", channel).unwrap(),
            template: Template::parse("Sold", trigger, Level::Product).unwrap(),
            shows_personal_data: false,
            layout: leadbell_domain::Layout::Text,
            sending: Choice::Every.options(),
        },
        status: RuleStatus::Active,
    }
}
