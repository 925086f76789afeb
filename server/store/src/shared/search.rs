//! Looking for words in lists.
//!
//! The truth is one comparison, the same in both databases: the column holds the words somewhere. In long lists trigrams
//! find the rows that it has to be asked of: PostgreSQL's index of them, or SQLite's table of them beside the list.

use super::{Connection, FIND, Result, SEARCH_TABLES, Sql, TRIGRAMS};
use crate::text::{needle, some_trigrams};

/// Rows that the table of trigrams may name at most. Of more, walking the list in its order meets a page of them soon.
const FEW: i64 = 2_000;

/// A long list in which words are looked for.
pub(super) struct Searched {
    /// What is looked in.
    column: &'static str,
    /// The number of a row, and the table that knows the rows by trigrams.
    key: &'static str,
    table: &'static str,
}

pub(super) const RULES: Searched = Searched {
    column: "r.search",
    key: "r.number",
    table: "rules_search",
};
pub(super) const AUDIT: Searched = Searched {
    column: "a.search",
    key: "a.number",
    table: "audit_search",
};

/// What the table of trigrams is asked; `None` where it is of no use, or there is none.
pub(super) type Narrowed = Option<String>;

/// Whether few rows can hold the words, and how to find those.
pub(super) async fn narrowed(db: &mut Connection, list: &Searched, typed: &str) -> Result<Narrowed> {
    let Some(question) = needle(typed)
        .filter(|_| SEARCH_TABLES)
        .and_then(|needle| some_trigrams(&needle))
    else {
        return Ok(None);
    };
    let Searched { table, .. } = list;
    let text = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH $1 LIMIT $2)");
    let rows: i64 = sqlx::query_scalar(&text)
        .bind(&question)
        .bind(FEW + 1)
        .fetch_one(db)
        .await?;
    Ok((rows <= FEW).then_some(question))
}

/// Adds `AND` a case-insensitive search in the column, unless nothing is looked for.
pub(super) fn push_search(sql: &mut Sql, column: &str, typed: &str) {
    if let Some(needle) = needle(typed) {
        sql.push(format!(" AND {FIND}({column}, "))
            .push_bind(needle)
            .push(") > 0");
    }
}

/// The same in a column that PostgreSQL has an index of trigrams of, in the words that such an index answers.
pub(super) fn push_indexed_search(sql: &mut Sql, column: &str, typed: &str) {
    let Some(needle) = needle(typed).filter(|_| TRIGRAMS) else {
        push_search(sql, column, typed);
        return;
    };
    let needle = needle
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    sql.push(format!(" AND {column} LIKE "))
        .push_bind(format!("%{needle}%"));
}

/// The same in a long list.
pub(super) fn push_long_search(sql: &mut Sql, list: &Searched, typed: &str, narrowed: &Narrowed) {
    push_indexed_search(sql, list.column, typed);
    if let Some(question) = narrowed {
        let Searched { key, table, .. } = list;
        sql.push(format!(
            " AND {key} IN (SELECT t.rowid FROM {table} t WHERE {table} MATCH "
        ))
        .push_bind(question.clone())
        .push(")");
    }
}
