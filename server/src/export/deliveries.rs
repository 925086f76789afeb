//! What was sent, as a file: what the list shows of each message, and never its words.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use leadbell_app::backend::ExportFormat;
use leadbell_domain::{ConnectionId, DeliveryStatus, Timestamp, format_rfc3339};
use leadbell_store::{DeliveryFilter, DeliveryLogQuery, LogPlace, LoggedDelivery, Store, StoreError, Walk};
use serde_json::{Map, Value, json};

use super::{FROM_THE_BEGINNING, LOOK, Piece, READ, Source, Tracked, body, write_line};

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
    format: ExportFormat,
    /// Those that the reader may see.
    connections: HashMap<ConnectionId, String>,
    next: Option<LogPlace>,
    begun: bool,
    done: bool,
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
        format,
        connections,
        next: None,
        begun: false,
        done: false,
    };
    body(export, tracked)
}

impl Export {
    fn query(&self, walk: Walk, limit: i64) -> DeliveryLogQuery {
        DeliveryLogQuery {
            filter: self.filter.clone(),
            walk,
            limit,
            look_at: LOOK,
        }
    }

    fn values(&self, logged: &LoggedDelivery) -> [Value; 16] {
        let delivery = &logged.delivery;
        let sent = delivery.status == DeliveryStatus::Sent;
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
            json!(sent.then(|| (delivery.updated_at - delivery.created_at).max(0))),
            json!(delivery.id),
        ]
    }

    fn write(&self, logged: &LoggedDelivery, out: &mut Vec<u8>) {
        let values = self.values(logged);
        match self.format {
            ExportFormat::Csv => write_line(out, values.into_iter().map(cell)),
            ExportFormat::Ndjson => {
                let names = COLUMNS.map(str::to_owned);
                let object: Map<String, Value> = names.into_iter().zip(values).collect();
                out.extend_from_slice(Value::Object(object).to_string().as_bytes());
                out.push(b'\n');
            }
        }
    }
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[async_trait]
impl Source for Export {
    async fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let mut piece = Piece::default();
        if !self.begun && self.format == ExportFormat::Csv {
            write_line(&mut piece.text, COLUMNS.map(str::to_owned).into_iter());
        }
        self.begun = true;
        let walk = Walk::Older(self.next.take());
        let page = self.store.delivery_log(&self.query(walk, READ)).await?;
        for logged in &page.rows {
            self.write(logged, &mut piece.text);
        }
        piece.rows = page.rows.len();
        piece.reached = page.next.as_ref().map(|place| place.at);
        self.next = page.next;
        self.done = self.next.is_none();
        Ok(Some(piece))
    }

    async fn oldest(&self) -> Result<Option<Timestamp>, StoreError> {
        let page = self
            .store
            .delivery_log(&self.query(FROM_THE_BEGINNING, 1))
            .await?;
        Ok(page.rows.first().map(|logged| logged.delivery.created_at))
    }
}
