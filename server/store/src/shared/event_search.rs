//! Events by what people call them: the id of a lead, a call or the event itself.

use super::{Connection, FIND, Result, Sql};
use crate::Match;
use crate::text::clean;

/// Events that an index may find at once, at most. What begins more of them is looked for in time's order instead.
const FOUND: i64 = 2_000;

/// What the indexes of ids are asked for.
const IDS: [&str; 3] = ["lead_id", "call_id", "event_id"];

/// The keys of the events that are meant, if an index finds them and they are few enough to be put into order.
pub(super) async fn keys(db: &mut Connection, about: &str, how: Match) -> Result<Option<Vec<String>>> {
    let about = clean(about);
    if how == Match::Contains {
        return Ok(None);
    }
    let mut keys: Vec<String> = Vec::new();
    for column in IDS {
        let mut sql = Sql::new(format!("SELECT key FROM events WHERE {column} "));
        if how == Match::Whole {
            sql.push("= ").push_bind(about.clone());
        } else {
            sql.push(">= ").push_bind(about.clone());
            sql.push(format!(" AND {column} < ")).push_bind(beyond(&about));
        }
        sql.push(" LIMIT ").push_bind(FOUND + 1);
        keys.extend(sql.build_query_scalar::<String>().fetch_all(&mut *db).await?);
        if keys.len() > usize::try_from(FOUND).unwrap_or(usize::MAX) {
            return Ok(None);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(Some(keys))
}

/// The first text after all that begin so: both databases order texts by their bytes.
fn beyond(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// Adds the same as a condition of each row.
pub(super) fn push(sql: &mut Sql, about: &str, how: Match) {
    let about = clean(about);
    let test = match how {
        Match::Whole | Match::Begins => "= 1",
        Match::Contains => "> 0",
    };
    sql.push(" AND (1 = 0");
    for column in IDS {
        if how == Match::Whole {
            sql.push(format!(" OR e.{column} = ")).push_bind(about.clone());
        } else {
            sql.push(format!(" OR {FIND}(e.{column}, "))
                .push_bind(about.clone())
                .push(format!(") {test}"));
        }
    }
    sql.push(")");
}
