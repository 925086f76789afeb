//! The log as a file: of what happened, or of what was sent. It is read some thousand rows at a time, a page ahead of what
//! is written, so that it takes no more memory however long it is, and no longer than the reader does.

pub mod deliveries;
pub mod events;
mod progress;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use leadbell_app::backend::ExportFormat;
use leadbell_domain::Timestamp;
use leadbell_store::{LogPage, LogPlace, StoreError, Walk};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::catalog::guarded;
pub use progress::{Exports, Progress, Stage, Tracked};

/// Rows read at a time.
const READ: i64 = 4_000;
/// Rows looked at for them.
const LOOK: i64 = 20_000;

/// What a file is made from.
trait Source: Send + 'static {
    /// An event or a message.
    type Row: Send + Sync + 'static;

    /// A page of the log, which is read while the one before it is written.
    fn read(
        &self,
        walk: Walk,
        limit: i64,
    ) -> impl Future<Output = Result<LogPage<Self::Row>, StoreError>> + Send + 'static;
    /// When it happened, UTC milliseconds.
    fn at(row: &Self::Row) -> Timestamp;
    /// The columns of the table.
    fn columns(&self) -> impl Iterator<Item = &'static str>;
    /// A row's lines in the table.
    fn write(&self, row: &Self::Row, table: &mut Table<'_>);
    /// A row as JSON.
    fn object(&self, row: &Self::Row) -> Value;
}

/// A table that is written as CSV.
struct Table<'a>(csv::Writer<&'a mut Vec<u8>>);

impl Table<'_> {
    /// A line; no cell is a formula.
    fn line(&mut self, cells: impl Iterator<Item = String>) {
        // Into memory nothing fails.
        let _ = self.0.write_record(cells.map(|cell| guarded(&cell)));
    }
}

type Coming<T> = JoinHandle<Result<LogPage<T>, StoreError>>;

struct File<S: Source> {
    source: S,
    format: ExportFormat,
    tracked: Option<Tracked>,
    begun: bool,
    /// The next page; `None` after the last one.
    coming: Option<Coming<S::Row>>,
}

impl<S: Source> File<S> {
    /// The next piece; may be empty while a search goes on. `None`: that was all.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let begins = !std::mem::replace(&mut self.begun, true);
        if begins {
            self.come(None);
            if let Some(tracked) = &self.tracked {
                let first = self.source.read(Walk::Newer(None), 1).await?;
                tracked.ends_at(first.rows.first().map(S::at));
            }
        }
        let Some(coming) = self.coming.take() else {
            if let Some(tracked) = &self.tracked {
                tracked.done();
            }
            return Ok(None);
        };
        let page = match coming.await {
            Ok(page) => page?,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        };
        let reached = page.next.as_ref().map(|place| place.at);
        if page.next.is_some() {
            self.come(page.next);
        }
        let out = self.written(&page.rows, begins);
        if let Some(tracked) = &self.tracked {
            tracked.wrote(page.rows.len(), reached);
        }
        Ok(Some(out))
    }

    fn written(&self, rows: &[S::Row], begins: bool) -> Vec<u8> {
        let mut out = Vec::new();
        match self.format {
            ExportFormat::Csv => {
                let mut table = Table(csv::Writer::from_writer(&mut out));
                if begins {
                    table.line(self.source.columns().map(str::to_owned));
                }
                for row in rows {
                    self.source.write(row, &mut table);
                }
            }
            ExportFormat::Ndjson => {
                for row in rows {
                    // Into memory nothing fails, and keys are texts.
                    let _ = serde_json::to_writer(&mut out, &self.source.object(row));
                    out.push(b'\n');
                }
            }
        }
        out
    }

    fn come(&mut self, after: Option<LogPlace>) {
        self.coming = Some(tokio::spawn(self.source.read(Walk::Older(after), READ)));
    }
}

/// The file as it is read; who tracks it is told how far it is.
fn body(source: impl Source, format: ExportFormat, tracked: Option<Tracked>) -> Body {
    let file = File {
        source,
        format,
        tracked,
        begun: false,
        coming: None,
    };
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        match file.next().await {
            Ok(Some(text)) => Ok(Some((Bytes::from(text), file))),
            Ok(None) => Ok(None),
            // The file ends broken off, so that nobody takes it for whole.
            Err(error) => {
                tracing::error!(%error, "an export of the log broke off");
                Err(std::io::Error::other("the export broke off"))
            }
        }
    }))
}
