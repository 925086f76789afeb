//! What happened, as a file: an event with what became of its messages.

use std::sync::Arc;

use axum::body::Body;
use leadbell_app::backend::ExportFormat;
use leadbell_domain::{Level, Timestamp, Viewer, format_rfc3339};
use leadbell_store::{EventFilter, EventLogQuery, Fired, LogPage, LoggedEvent, Store, StoreError, Walk};
use serde_json::{Value, json};

use super::{LOOK, Source, Table, Tracked, body};
use crate::delivery_log::levels;
use crate::event_log::knows_presets;
use crate::http::event_host;

/// The columns; those of levels that the reader does not know are left out.
const COLUMNS: [&str; 19] = [
    "received_at",
    "occurred_at",
    "event_id",
    "platform",
    "trigger",
    "lead_id",
    "call_id",
    "host",
    "product_id",
    "campaign_id",
    "publisher_id",
    "rule",
    "rule_name",
    "preset",
    "destination",
    "status",
    "code",
    "delay_ms",
    "delivery_id",
];

struct Export {
    store: Arc<dyn Store>,
    viewer: Viewer,
    filter: EventFilter,
    hidden: Vec<&'static str>,
}

/// The file as it is read.
pub fn file(
    store: Arc<dyn Store>,
    viewer: Viewer,
    filter: EventFilter,
    format: ExportFormat,
    tracked: Option<Tracked>,
) -> Body {
    let known = levels(&viewer);
    let mut hidden = Vec::new();
    for (level, column) in [
        (Level::Campaign, "campaign_id"),
        (Level::Publisher, "publisher_id"),
    ] {
        if !known.contains(&level) {
            hidden.push(column);
        }
    }
    if !crate::event_log::knows_hosts(&viewer) {
        hidden.push("host");
    }
    if !knows_presets(&viewer) {
        hidden.push("preset");
    }
    let export = Export {
        store,
        viewer,
        filter,
        hidden,
    };
    body(export, format, tracked)
}

impl Source for Export {
    type Row = LoggedEvent;

    fn read(
        &self,
        walk: Walk,
        limit: i64,
    ) -> impl Future<Output = Result<LogPage<LoggedEvent>, StoreError>> + Send + 'static {
        let (store, filter) = (Arc::clone(&self.store), self.filter.clone());
        async move {
            let query = EventLogQuery {
                filter,
                walk,
                limit,
                look_at: LOOK,
            };
            store.event_log(&query).await
        }
    }

    fn at(event: &LoggedEvent) -> Timestamp {
        event.received_at
    }

    fn columns(&self) -> impl Iterator<Item = &'static str> {
        COLUMNS.into_iter().filter(|column| self.shows(column))
    }

    fn write(&self, event: &LoggedEvent, table: &mut Table<'_>) {
        let mut fired: Vec<Option<&Fired>> = event.fired.iter().map(Some).collect();
        if fired.is_empty() {
            fired.push(None);
        }
        for fired in fired {
            let cells = COLUMNS.iter().zip(self.cells(event, fired));
            let shown = cells.filter(|(column, _)| self.shows(column));
            table.line(shown.map(|(_, cell)| cell));
        }
    }

    fn object(&self, event: &LoggedEvent) -> Value {
        let fired: Vec<Value> = event
            .fired
            .iter()
            .map(|fired| {
                let mut object = json!({
                    "delivery_id": fired.delivery, "rule": fired.rule_number, "rule_id": fired.rule,
                    "rule_name": fired.rule_name, "destination": fired.target, "status": fired.status,
                    "code": fired.code, "delay_ms": fired.delay_ms(),
                });
                if self.shows("preset") {
                    object["preset"] = json!(fired.preset.as_ref().map(|(_, name)| name));
                }
                object
            })
            .collect();
        let mut object = json!({
            "received_at": format_rfc3339(event.received_at), "occurred_at": format_rfc3339(event.occurred_at),
            "event_id": event.event_id, "platform": event.source.key(), "trigger": event.trigger.key(),
            "lead_id": event.lead_id, "call_id": event.call_id, "product_id": event.product, "deliveries": fired,
        });
        if self.shows("host") {
            object["host"] = json!(event_host(&self.viewer, event));
        }
        if self.shows("campaign_id") {
            object["campaign_id"] = json!(event.campaign);
        }
        if self.shows("publisher_id") {
            object["publisher_id"] = json!(event.publisher);
        }
        object
    }
}

impl Export {
    fn shows(&self, column: &str) -> bool {
        !self.hidden.contains(&column)
    }

    fn cells(&self, event: &LoggedEvent, fired: Option<&Fired>) -> [String; 19] {
        let of = |read: &dyn Fn(&Fired) -> String| fired.map(read).unwrap_or_default();
        let text = |id: Option<String>| id.unwrap_or_default();
        [
            format_rfc3339(event.received_at),
            format_rfc3339(event.occurred_at),
            event.event_id.to_string(),
            event.source.key().to_owned(),
            event.trigger.key().to_owned(),
            event.lead_id.clone(),
            text(event.call_id.clone()),
            text(event_host(&self.viewer, event)),
            event.product.to_string(),
            text(event.campaign.as_ref().map(ToString::to_string)),
            text(event.publisher.as_ref().map(ToString::to_string)),
            of(&|fired| fired.rule_number.to_string()),
            of(&|fired| fired.rule_name.clone()),
            of(&|fired| text(fired.preset.as_ref().map(|(_, name)| name.clone()))),
            of(&|fired| fired.target.id().to_owned()),
            of(&|fired| fired.status.key().to_owned()),
            of(&|fired| text(fired.code.clone())),
            of(&|fired| text(fired.delay_ms().map(|ms| ms.to_string()))),
            of(&|fired| fired.delivery.to_string()),
        ]
    }
}
