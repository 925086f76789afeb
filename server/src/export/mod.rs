//! The log as a file: of what happened, or of what was sent. It is read some thousand rows at a time while it is sent, so
//! that it takes no more memory however long it is, and no longer than the reader does.

pub mod deliveries;
pub mod events;
mod progress;

use async_trait::async_trait;
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use leadbell_domain::Timestamp;
use leadbell_store::{StoreError, Walk};

use crate::catalog::guarded;
pub use progress::{Exports, Progress, Stage, Tracked};

/// Rows read at a time.
const READ: i64 = 4_000;
/// Rows looked at for them.
const LOOK: i64 = 20_000;

/// A piece of a file.
#[derive(Default)]
struct Piece {
    text: Vec<u8>,
    /// What the reader counts: events or messages.
    rows: usize,
    /// How far back it was read by now.
    reached: Option<Timestamp>,
}

/// What a file is read from, piece by piece.
#[async_trait]
trait Source: Send {
    /// The next piece, newest first; may be empty while a search goes on. `None`: that was all.
    async fn next(&mut self) -> Result<Option<Piece>, StoreError>;
    /// When the last row of all will have happened; `None` where nothing tells.
    async fn oldest(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// The walk that finds the oldest row of all.
const FROM_THE_BEGINNING: Walk = Walk::Newer(None);

struct Reading<S> {
    source: S,
    tracked: Option<Tracked>,
    begun: bool,
}

impl<S: Source> Reading<S> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(tracked) = self.tracked.as_mut().filter(|_| !self.begun) {
            tracked.ends_at(self.source.oldest().await?);
        }
        self.begun = true;
        let piece = self.source.next().await?;
        match (&piece, &mut self.tracked) {
            (Some(piece), Some(tracked)) => tracked.wrote(piece.rows, piece.reached),
            (None, Some(tracked)) => tracked.done(),
            (_, None) => {}
        }
        Ok(piece.map(|piece| piece.text))
    }
}

/// The file as it is read; who tracks it is told how far it is.
fn body(source: impl Source + 'static, tracked: Option<Tracked>) -> Body {
    let reading = Reading {
        source,
        tracked,
        begun: false,
    };
    Body::from_stream(stream::try_unfold(reading, |mut reading| async move {
        match reading.next().await {
            Ok(Some(text)) => Ok(Some((Bytes::from(text), reading))),
            Ok(None) => Ok(None),
            // The file ends broken off, so that nobody takes it for whole.
            Err(error) => {
                tracing::error!(%error, "an export of the log broke off");
                Err(std::io::Error::other("the export broke off"))
            }
        }
    }))
}

/// Writes a line of a table; no cell is a formula.
fn write_line(out: &mut Vec<u8>, cells: impl Iterator<Item = String>) {
    // Into memory nothing fails.
    let _ = csv::Writer::from_writer(out).write_record(cells.map(|cell| guarded(&cell)));
}
