//! Rules: every lookup says level and scope.

use futures::TryStreamExt as _;
use leadbell_domain::{Level, RuleId, Scope, StoredRule, Trigger};

use super::fields::Fields;
use super::rule_rows::{self, COLUMNS};
use super::{Connection, Result, Sql, scope};
use crate::RuleChanges;

pub(super) async fn find(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
) -> Result<Option<StoredRule>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM rules r WHERE r.deleted_at IS NULL AND r.id = "
    ));
    sql.push_bind(id.to_string())
        .push(" AND r.level = ")
        .push_bind(level.key());
    if !scope::push_rules(&mut sql, scope, level) {
        return Ok(None);
    }
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(rule_rows::read)
        .transpose()
}

pub(super) async fn level(db: &mut Connection, id: &RuleId) -> Result<Option<Level>> {
    let row = sqlx::query("SELECT id, level FROM rules WHERE id = $1 AND deleted_at IS NULL")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| Fields::of(&row, "rules", "id")?.key("level", Level::from_key))
        .transpose()
}

pub(super) async fn version(db: &mut Connection) -> Result<i64> {
    Ok(
        sqlx::query_scalar("SELECT value FROM counters WHERE name = 'rules_version'")
            .fetch_one(db)
            .await?,
    )
}

/// The version is read first: a change that commits in between is told now and once more next time, never missed.
pub(super) async fn changes(db: &mut Connection, since: i64) -> Result<RuleChanges> {
    let version = version(db).await?;
    let (mut changed, mut deleted) = (Vec::new(), Vec::new());
    // From the beginning nobody has heard of what is deleted by now.
    let wanted = if since <= 0 {
        "r.deleted_at IS NULL"
    } else {
        "r.change_seq > $1"
    };
    let text = format!("SELECT {COLUMNS}, r.deleted_at FROM rules r WHERE {wanted} ORDER BY r.change_seq");
    let mut query = sqlx::query(&text);
    if since > 0 {
        query = query.bind(since);
    }
    // Row by row: a million rules must not be in memory twice.
    let mut rows = query.fetch(db);
    while let Some(row) = rows.try_next().await? {
        let fields = Fields::of(&row, "rules", "id")?;
        if fields.get::<Option<i64>>("deleted_at")?.is_none() {
            changed.push(rule_rows::read(&row)?);
        } else {
            let level = fields.key("level", Level::from_key)?;
            let trigger = fields.key("trigger_key", Trigger::from_key)?;
            deleted.push((fields.id("id")?, level, fields.id("entity_id")?, trigger));
        }
    }
    drop(rows);
    Ok(RuleChanges {
        version,
        changed,
        deleted,
    })
}
