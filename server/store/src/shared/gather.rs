//! Reading thousands of rows at once.

use std::pin::pin;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};

use super::{Connection, Result, Row, Sql};

/// Pages with more rows are gathered.
const LONG: i64 = 500;
/// Between two looks for further rows: some hundred have come by then.
const PAUSE: Duration = Duration::from_millis(1);

/// All rows of a statement; `about` is how many there will be.
///
/// A database hands rows over one by one, and whoever waits for each is woken for each: that costs more than reading it.
/// A long page is therefore left to gather, and what has come is taken from time to time.
pub(super) async fn rows(mut sql: Sql, about: i64, db: &mut Connection) -> Result<Vec<Row>> {
    if about < LONG {
        return Ok(sql.build().fetch_all(db).await?);
    }
    let query = sql.build();
    let mut coming = pin!(query.fetch(db));
    let mut rows = Vec::with_capacity(usize::try_from(about).unwrap_or_default());
    loop {
        match coming.next().now_or_never() {
            Some(Some(row)) => rows.push(row?),
            Some(None) => return Ok(rows),
            None => tokio::time::sleep(PAUSE).await,
        }
    }
}
