//! The log as a file. It is read some thousand events at a time while it is sent, so that it takes no more memory however
//! long it is, and no longer than the reader does.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use leadbell_app::backend::ExportFormat;
use leadbell_domain::{DeliveryStatus, Level, Viewer, format_rfc3339};
use leadbell_store::{EventFilter, EventLogQuery, Fired, LogPlace, LoggedEvent, Store, StoreError, Walk};
use serde_json::{Value, json};

use crate::catalog::guarded;
use crate::delivery_log::levels;
use crate::event_log::knows_presets;
use crate::http::event_host;

/// Events read at a time.
const READ: i64 = 4_000;
/// Rows looked at for them.
const LOOK: i64 = 20_000;

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
    format: ExportFormat,
    hidden: Vec<&'static str>,
    next: Option<LogPlace>,
    begun: bool,
    done: bool,
}

/// The file as it is read.
pub fn body(store: Arc<dyn Store>, viewer: Viewer, filter: EventFilter, format: ExportFormat) -> Body {
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
        format,
        hidden,
        next: None,
        begun: false,
        done: false,
    };
    Body::from_stream(stream::try_unfold(export, |mut export| async move {
        match export.read().await {
            Ok(Some(text)) => Ok(Some((Bytes::from(text), export))),
            Ok(None) => Ok(None),
            // The file ends broken off, so that nobody takes it for whole.
            Err(error) => {
                tracing::error!(%error, "an export of the log broke off");
                Err(std::io::Error::other("the export broke off"))
            }
        }
    }))
}

impl Export {
    /// The next piece of the file; may be empty while a search goes on.
    async fn read(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let mut out = Vec::new();
        if !self.begun {
            self.begun = true;
            self.head(&mut out);
        }
        let query = EventLogQuery {
            filter: self.filter.clone(),
            walk: Walk::Older(self.next.take()),
            limit: READ,
            look_at: LOOK,
        };
        let page = self.store.event_log(&query).await?;
        self.next = page.next;
        self.done = self.next.is_none();
        self.write(&page.rows, &mut out);
        Ok(Some(out))
    }

    fn shows(&self, column: &str) -> bool {
        !self.hidden.contains(&column)
    }

    fn head(&self, out: &mut Vec<u8>) {
        if self.format == ExportFormat::Csv {
            let columns = COLUMNS.into_iter().filter(|column| self.shows(column));
            let mut writer = csv::Writer::from_writer(out);
            // Into memory nothing fails.
            let _ = writer.write_record(columns);
        }
    }

    fn write(&self, events: &[LoggedEvent], out: &mut Vec<u8>) {
        match self.format {
            ExportFormat::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                for event in events {
                    let mut fired: VecDeque<Option<&Fired>> = event.fired.iter().map(Some).collect();
                    if fired.is_empty() {
                        fired.push_back(None);
                    }
                    for fired in fired {
                        let cells = self.cells(event, fired);
                        let shown = COLUMNS.iter().zip(cells).filter(|(column, _)| self.shows(column));
                        let _ = writer.write_record(shown.map(|(_, cell)| guarded(&cell)));
                    }
                }
            }
            ExportFormat::Ndjson => {
                for event in events {
                    out.extend_from_slice(self.object(event).to_string().as_bytes());
                    out.push(b'\n');
                }
            }
        }
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
            of(&|fired| text(delay(fired).map(|ms| ms.to_string()))),
            of(&|fired| fired.delivery.to_string()),
        ]
    }

    fn object(&self, event: &LoggedEvent) -> Value {
        let fired: Vec<Value> = event
            .fired
            .iter()
            .map(|fired| {
                let mut object = json!({
                    "delivery_id": fired.delivery, "rule": fired.rule_number, "rule_id": fired.rule,
                    "rule_name": fired.rule_name, "destination": fired.target, "status": fired.status,
                    "code": fired.code, "delay_ms": delay(fired),
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

fn delay(fired: &Fired) -> Option<i64> {
    (fired.status == DeliveryStatus::Sent).then(|| (fired.updated_at - fired.created_at).max(0))
}
