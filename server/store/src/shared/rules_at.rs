//! The rules that an event met: each as it was then, whatever became of it since.

use leadbell_domain::Rule;

use super::fields::Fields;
use super::{Connection, Result, Sql, scope};
use crate::{ChangeKind, RuleAt, RulesAtQuery};

/// The rules of the entity in scope that may have waited for the event, by number. A rule that was not changed since is
/// told by its own row; of the others the version of then is looked up.
pub(super) async fn list(db: &mut Connection, query: &RulesAtQuery) -> Result<(Vec<RuleAt>, Option<i64>)> {
    let mut sql = Sql::new(
        "SELECT r.id, r.number, r.deleted_at, v.version, v.change_key, v.snapshot, \
         CASE WHEN r.version > v.version THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS changed FROM (",
    );
    if !push_candidates(&mut sql, query) {
        return Ok((Vec::new(), None));
    }
    sql.push(
        ") n CROSS JOIN rules r CROSS JOIN rule_versions v WHERE r.id = n.id AND v.rule_id = r.id AND v.version = \
         (SELECT MAX(w.version) FROM rule_versions w WHERE w.rule_id = r.id AND ",
    );
    push_then(&mut sql, query, "w");
    sql.push(") ORDER BY r.number");
    let rows = sql.build().fetch_all(&mut *db).await?;
    let mut rules = Vec::with_capacity(rows.len());
    for row in &rows {
        let fields = Fields::of(row, "rules", "id")?;
        let rule: Rule = fields.json("snapshot")?;
        let gone = fields.key("change_key", ChangeKind::from_key)? == ChangeKind::Deleted;
        if gone || rule.trigger != query.trigger {
            continue;
        }
        rules.push(RuleAt {
            id: fields.id("id")?,
            number: fields.get("number")?,
            version: fields.get("version")?,
            rule,
            changed_since: fields.flag("changed")?,
            deleted_now: fields.get::<Option<i64>>("deleted_at")?.is_some(),
        });
    }
    Ok((rules, more(db, query).await?))
}

/// "It had come about by then", of a version.
fn push_then(sql: &mut Sql, query: &RulesAtQuery, version: &str) {
    match query.rules_seq {
        // What has no place in the order is older than the order, and so than every event that knows its place.
        Some(seq) => sql
            .push(format!("COALESCE({version}.change_seq, 0) <= "))
            .push_bind(seq),
        None => sql.push(format!("{version}.at <= ")).push_bind(query.at),
    };
}

/// The ids of the rules to look at: those that wait for the trigger and have not changed, and all that have.
fn push_candidates(sql: &mut Sql, query: &RulesAtQuery) -> bool {
    let (column, then) = match query.rules_seq {
        Some(seq) => ("change_seq", seq),
        None => ("updated_at", query.at),
    };
    sql.push("SELECT c.id FROM (");
    let parts = [
        ("", "r.deleted_at IS NULL", false),
        (" UNION ALL ", "r.deleted_at IS NULL", true),
        (" UNION ALL ", "r.deleted_at IS NOT NULL", true),
    ];
    for (before, kept, changed) in parts {
        sql.push(before)
            .push("SELECT r.id, r.number FROM rules r WHERE r.level = ")
            .push_bind(query.level.key())
            .push(" AND r.entity_id = ")
            .push_bind(query.entity.to_string())
            .push(format!(" AND {kept}"));
        if changed {
            sql.push(format!(" AND r.{column} > ")).push_bind(then);
        } else {
            sql.push(" AND r.trigger_key = ")
                .push_bind(query.trigger.key())
                .push(format!(" AND r.{column} <= "))
                .push_bind(then);
        }
        sql.push(" AND r.number > ").push_bind(query.after);
        if !scope::push_rules(sql, &query.scope, query.level) {
            return false;
        }
    }
    sql.push(") c ORDER BY c.number LIMIT ")
        .push_bind(query.limit.max(0));
    true
}

/// The number after which there are more to look at.
async fn more(db: &mut Connection, query: &RulesAtQuery) -> Result<Option<i64>> {
    let mut sql = Sql::new("SELECT MAX(r.number), COUNT(*) FROM rules r WHERE r.id IN (");
    if !push_candidates(&mut sql, query) {
        return Ok(None);
    }
    sql.push(")");
    let (last, count): (Option<i64>, i64) = sql.build_query_as().fetch_one(db).await?;
    Ok(last.filter(|_| count >= query.limit.max(1)))
}
