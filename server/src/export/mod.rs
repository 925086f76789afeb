//! The log as a file: of what happened, or of what was sent. It is read some thousand rows at a time, a page ahead of what
//! is written, so that it takes no more memory however long it is, and no longer than the reader does.

pub mod deliveries;
pub mod events;
mod progress;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use leadbell_domain::Timestamp;
use leadbell_store::{LogPage, LogPlace, StoreError, Walk};
use serde::Serialize;
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
    /// What stands above all rows.
    fn begin(&self, out: &mut Vec<u8>);
    /// A row.
    fn write(&self, row: &Self::Row, out: &mut Vec<u8>);
}

type Coming<T> = JoinHandle<Result<LogPage<T>, StoreError>>;

struct File<S: Source> {
    source: S,
    tracked: Option<Tracked>,
    begun: bool,
    /// The next page; `None` after the last one.
    coming: Option<Coming<S::Row>>,
}

impl<S: Source> File<S> {
    /// The next piece; may be empty while a search goes on. `None`: that was all.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let mut out = Vec::new();
        if !self.begun {
            self.begun = true;
            self.come(None);
            self.source.begin(&mut out);
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
        for row in &page.rows {
            self.source.write(row, &mut out);
        }
        if let Some(tracked) = &self.tracked {
            tracked.wrote(page.rows.len(), reached);
        }
        Ok(Some(out))
    }

    fn come(&mut self, after: Option<LogPlace>) {
        self.coming = Some(tokio::spawn(self.source.read(Walk::Older(after), READ)));
    }
}

/// The file as it is read; who tracks it is told how far it is.
fn body(source: impl Source, tracked: Option<Tracked>) -> Body {
    let file = File {
        source,
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

/// Writes an object on a line of its own.
fn write_object(out: &mut Vec<u8>, object: &impl Serialize) {
    // Into memory nothing fails, and keys are texts.
    let _ = serde_json::to_writer(&mut *out, object);
    out.push(b'\n');
}

/// Writes a line of a table; no cell is a formula.
fn write_line(out: &mut Vec<u8>, cells: impl Iterator<Item = String>) {
    // Into memory nothing fails.
    let _ = csv::Writer::from_writer(out).write_record(cells.map(|cell| guarded(&cell)));
}
