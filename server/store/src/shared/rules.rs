//! Rules: every lookup says level and scope.

use futures::TryStreamExt as _;
use leadbell_domain::{EntityId, Level, RuleId, Scope, StoredRule, Trigger};

use super::fields::Fields;
use super::rule_lists;
use super::rule_rows::{self, COLUMNS};
use super::{Connection, Result, Sql, push_search, scope};
use crate::{Page, RuleChanges, RuleListing, RuleQuery};

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

pub(super) async fn list(db: &mut Connection, query: &RuleQuery) -> Result<Page<RuleListing>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM rules r");
    let mut page = Sql::new(format!(
        "SELECT {COLUMNS}, u.name AS author_name FROM rules r LEFT JOIN users u ON u.id = r.author_id"
    ));
    if !push_filter(&mut count, query) || !push_filter(&mut page, query) {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    }
    page.push(rule_lists::order(query.sort))
        .push(" LIMIT ")
        .push_bind(query.limit.max(0));
    page.push(" OFFSET ").push_bind(query.offset.max(0));
    let mut rows = Vec::new();
    for row in &page.build().fetch_all(&mut *db).await? {
        let author_name = Fields::of(row, "rules", "id")?.get("author_name")?;
        rows.push(RuleListing {
            stored: rule_rows::read(row)?,
            author_name,
        });
    }
    let (shown, offset) = (i64::try_from(rows.len()).unwrap_or(i64::MAX), query.offset.max(0));
    // The last page says itself how many there are: a search that finds little looks through everything only once.
    let total = if shown < query.limit && (shown > 0 || offset == 0) {
        offset + shown
    } else {
        count.build_query_scalar().fetch_one(db).await?
    };
    Ok(Page { rows, total })
}

fn push_filter(sql: &mut Sql, query: &RuleQuery) -> bool {
    sql.push(" WHERE r.deleted_at IS NULL AND r.level = ")
        .push_bind(query.level.key());
    if let Some(entity) = &query.entity {
        sql.push(" AND r.entity_id = ")
            .push_bind(EntityId::to_string(entity));
    }
    if let Some(trigger) = query.trigger {
        sql.push(" AND r.trigger_key = ").push_bind(trigger.key());
    }
    if let Some(status) = query.status {
        sql.push(" AND r.status = ").push_bind(status.key());
    }
    rule_lists::push_narrower(sql, query);
    push_search(sql, "r.search", &query.search);
    scope::push_rules(sql, &query.scope, query.level)
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
