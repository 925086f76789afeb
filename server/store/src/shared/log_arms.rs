//! Lists of the log are read along an index, newest first: along one stretch of it, or along several at once, merged. Each
//! stretch is an arm: what is equal in all its rows. Both databases merge as they read, so that a page costs what it
//! looks at, however long the stretches are.

use leadbell_domain::Timestamp;

use super::{Connection, FENCE, IN_ORDER, Result, Sql};
use crate::{LogPlace, Walk};

/// What is equal in all rows of a stretch.
#[derive(Clone, Debug)]
pub(super) enum Equal {
    /// A column and its value.
    Is(&'static str, String),
    /// Our own words, written out: only then do the databases see that a partial index applies.
    Words(String),
}

/// A stretch of an index.
pub(super) type Arm = Vec<Equal>;

/// Stretches read at once, at most. More of them are not worth merging.
pub(super) const MAX_ARMS: usize = 64;

/// A table of the log, with what its rows are ordered by.
#[derive(Debug)]
pub(super) struct Table {
    name: &'static str,
    at: &'static str,
    id: &'static str,
}

pub(super) const EVENTS: Table = Table {
    name: "events",
    at: "received_at",
    id: "key",
};

pub(super) const DELIVERIES: Table = Table {
    name: "deliveries",
    at: "created_at",
    id: "id",
};

/// Joins the row of this id, found by it alone.
pub(super) fn push_row(sql: &mut Sql, table: &str, id: &str, wanted: &str, alias: &str) {
    // A planner that is told no order by the words is told by a fence.
    if !FENCE.is_empty() {
        sql.push(format!(
            " CROSS JOIN LATERAL (SELECT * FROM {table} x WHERE x.{id} = {wanted}{FENCE}) {alias}"
        ));
    } else {
        sql.push(format!(" CROSS JOIN {table} {alias} ON {alias}.{id} = {wanted}"));
    }
}

/// What is read, and how much of it.
#[derive(Debug)]
pub(super) struct Along<'a> {
    pub table: &'a Table,
    pub arms: Vec<Arm>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub walk: &'a Walk,
    /// Rows looked at, at most.
    pub look_at: i64,
}

impl Along<'_> {
    /// Adds the rows as a table `s` of `at` and `id`.
    pub(super) fn push(&self, sql: &mut Sql) {
        let merged = IN_ORDER.is_some() && self.arms.len() > 1;
        sql.push("(");
        for (index, arm) in self.arms.iter().enumerate() {
            if index > 0 {
                sql.push(" UNION ALL ");
            }
            if merged {
                sql.push("(");
            }
            self.push_arm(sql, arm);
            if merged {
                sql.push(format!("{} LIMIT ", self.order("")))
                    .push_bind(self.look_at)
                    .push(")");
            }
        }
        let order = self.order("");
        sql.push(format!("{order} LIMIT "))
            .push_bind(self.look_at)
            .push(") s");
    }

    fn push_arm(&self, sql: &mut Sql, arm: &Arm) {
        let Table { name, at, id } = self.table;
        sql.push(format!("SELECT {at} AS at, {id} AS id FROM {name} WHERE 1 = 1"));
        for equal in arm {
            match equal {
                Equal::Is(column, value) => {
                    sql.push(format!(" AND {column} = ")).push_bind(value.clone());
                }
                Equal::Words(words) => {
                    sql.push(format!(" AND {words}"));
                }
            }
        }
        self.push_bounds(sql, at, id);
    }

    /// Adds the bounds of the walk and of time.
    pub(super) fn push_bounds(&self, sql: &mut Sql, at: &str, id: &str) {
        // One bound on each side: of two the databases use one for the range and the other row by row.
        let (from, until) = (self.from, self.until);
        let (after, before) = match self.walk {
            Walk::Older(place) => (None, place.as_ref()),
            Walk::Newer(place) => (place.as_ref(), None),
        };
        let mut bound = |place: Option<&LogPlace>, edge: Option<Timestamp>, beyond, end, inside: bool| match (
            place, edge,
        ) {
            (Some(place), edge)
                if edge.is_none_or(|edge| if inside { place.at >= edge } else { place.at < edge }) =>
            {
                sql.push(format!(" AND ({at}, {id}) {beyond} ("))
                    .push_bind(place.at)
                    .push(", ")
                    .push_bind(place.id.clone())
                    .push(")");
            }
            (_, Some(edge)) => {
                sql.push(format!(" AND {at} {end} ")).push_bind(edge);
            }
            _ => {}
        };
        bound(before, until, "<", "<", false);
        bound(after, from, ">", ">=", true);
    }

    /// Says that the next statement's rows come in order where it reads along an index, if that has to be said.
    pub(super) async fn say_order(along: Option<&Self>, db: &mut Connection) -> Result<()> {
        if let Some(words) = IN_ORDER.filter(|_| along.is_some()) {
            sqlx::query(words).execute(db).await?;
        }
        Ok(())
    }

    /// `ORDER BY`, of the rows of this table in a query.
    pub(super) fn order(&self, table: &str) -> String {
        match self.walk {
            Walk::Older(_) => format!(" ORDER BY {table}at DESC, {table}id DESC"),
            Walk::Newer(_) => format!(" ORDER BY {table}at, {table}id"),
        }
    }

    /// The last row that was looked at, if there may be more behind it.
    pub(super) async fn edge(&self, db: &mut Connection) -> Result<Option<LogPlace>> {
        let mut sql = Sql::new("SELECT s.at, s.id FROM ");
        self.push(&mut sql);
        // Not a page: the end of what one look may cost, in the index alone.
        sql.push(self.order("s."))
            .push(" LIMIT 1 OFFSET ")
            .push_bind((self.look_at - 1).max(0));
        let row: Option<(i64, String)> = sql.build_query_as().fetch_optional(db).await?;
        Ok(row.map(|(at, id)| LogPlace { at, id }))
    }
}
