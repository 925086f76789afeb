//! What was sent, as a file: what the list shows of each message, and never its words.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use leadbell_app::backend::ExportFormat;
use leadbell_domain::{ConnectionId, Timestamp, format_rfc3339};
use leadbell_store::{DeliveryFilter, DeliveryLogQuery, LogPage, LoggedDelivery, Store, StoreError, Walk};
use serde_json::{Value, json};

use super::{LOOK, Source, Table, Tracked, body};

/// The columns of the table, and the names in JSON.
const COLUMNS: [&str; 16] = [
    "created_at",
    "event_id",
    "platform",
    "trigger",
    "lead_id",
    "level",
    "entity_id",
    "rule",
    "rule_name",
    "destination",
    "connection",
    "status",
    "code",
    "attempts",
    "delay_ms",
    "delivery_id",
];

struct Export {
    store: Arc<dyn Store>,
    filter: DeliveryFilter,
    /// Those that the reader may see.
    connections: HashMap<ConnectionId, String>,
}

/// The file as it is read; `connections` are the names of those that the reader may see.
pub fn file(
    store: Arc<dyn Store>,
    filter: DeliveryFilter,
    connections: HashMap<ConnectionId, String>,
    format: ExportFormat,
    tracked: Option<Tracked>,
) -> Body {
    let export = Export {
        store,
        filter,
        connections,
    };
    body(export, format, tracked)
}

impl Export {
    fn values(&self, logged: &LoggedDelivery) -> [Value; 16] {
        let delivery = &logged.delivery;
        [
            json!(format_rfc3339(delivery.created_at)),
            json!(delivery.event_id),
            json!(delivery.source.key()),
            json!(logged.trigger.key()),
            json!(logged.lead_id),
            json!(logged.level.key()),
            json!(logged.entity),
            json!(delivery.rule_number),
            json!(logged.rule_name),
            json!(delivery.target.id()),
            json!(self.connections.get(&logged.connection)),
            json!(delivery.status.key()),
            json!(delivery.last_code),
            json!(delivery.attempts.len()),
            json!(delivery.delay_ms()),
            json!(delivery.id),
        ]
    }
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

impl Source for Export {
    type Row = LoggedDelivery;

    fn read(
        &self,
        walk: Walk,
        limit: i64,
    ) -> impl Future<Output = Result<LogPage<LoggedDelivery>, StoreError>> + Send + 'static {
        let (store, filter) = (Arc::clone(&self.store), self.filter.clone());
        async move {
            let query = DeliveryLogQuery {
                filter,
                walk,
                limit,
                look_at: LOOK,
            };
            store.delivery_log(&query).await
        }
    }

    fn at(logged: &LoggedDelivery) -> Timestamp {
        logged.delivery.created_at
    }

    fn columns(&self) -> impl Iterator<Item = &'static str> {
        COLUMNS.into_iter()
    }

    fn write(&self, logged: &LoggedDelivery, table: &mut Table<'_>) {
        table.line(self.values(logged).into_iter().map(cell));
    }

    fn object(&self, logged: &LoggedDelivery) -> Value {
        let named = COLUMNS.map(str::to_owned).into_iter().zip(self.values(logged));
        Value::Object(named.collect())
    }
}
