//! Rules: every lookup says level and scope, every change takes the next version of the rule set.

use futures::TryStreamExt as _;
use leadbell_domain::{
    EntityId, Level, Rule, RuleId, RuleStatus, Scope, StoredRule, Timestamp, Trigger, UserId,
};

use super::fields::Fields;
use super::rule_rows::{self, COLUMNS};
use super::{Connection, LOCK, Result, Sql, expect_one, push_search, scope};
use crate::{Page, RuleChanges, RuleListing, RuleQuery, StoreError};

pub(super) async fn insert(
    db: &mut Connection,
    id: &RuleId,
    rule: &Rule,
    author: Option<&UserId>,
    now: Timestamp,
) -> Result<StoredRule> {
    let number = rule_rows::next(db, "rule_number").await?;
    let stored = StoredRule {
        id: id.clone(),
        number,
        version: 1,
        rule: rule.clone(),
        created_at: now,
        updated_at: now,
        author: author.cloned(),
    };
    rule_rows::insert(db, &stored).await?;
    Ok(stored)
}

pub(super) async fn find(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
) -> Result<Option<StoredRule>> {
    find_with(db, id, level, scope, "").await
}

async fn find_with(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
    lock: &'static str,
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
    sql.push(lock);
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(rule_rows::read)
        .transpose()
}

async fn hold(db: &mut Connection, id: &RuleId, level: Level, scope: &Scope) -> Result<StoredRule> {
    find_with(db, id, level, scope, LOCK)
        .await?
        .ok_or(StoreError::NotFound)
}

pub(super) async fn update(
    db: &mut Connection,
    id: &RuleId,
    rule: &Rule,
    scope: &Scope,
    expected: Option<i64>,
    now: Timestamp,
) -> Result<StoredRule> {
    let old = hold(db, id, rule.level, scope).await?;
    if expected.is_some_and(|expected| expected != old.version) {
        return Err(StoreError::Conflict);
    }
    // A trigger of the other platform would move the rule out of its editor's reach.
    if matches!(scope, Scope::Platform(platform) if rule.trigger.platform() != *platform) {
        return Err(StoreError::NotFound);
    }
    let rule = Rule {
        level: old.rule.level,
        entity: old.rule.entity.clone(),
        ..rule.clone()
    };
    let stored = StoredRule {
        version: old.version + 1,
        rule,
        updated_at: now,
        ..old
    };
    rule_rows::update(db, &stored).await?;
    Ok(stored)
}

pub(super) async fn set_status(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
    status: RuleStatus,
    now: Timestamp,
) -> Result<StoredRule> {
    let mut stored = hold(db, id, level, scope).await?;
    if stored.rule.status != status {
        stored.rule.status = status;
        stored.version += 1;
        stored.updated_at = now;
        rule_rows::update(db, &stored).await?;
    }
    Ok(stored)
}

pub(super) async fn delete(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
    now: Timestamp,
) -> Result<()> {
    let old = hold(db, id, level, scope).await?;
    let change = rule_rows::next_version(db).await?;
    let written = sqlx::query(
        "UPDATE rules SET deleted_at = $2, updated_at = $2, change_seq = $3, version = version + 1 \
         WHERE id = $1 AND version = $4 AND deleted_at IS NULL",
    )
    .bind(id.as_str())
    .bind(now)
    .bind(change)
    .bind(old.version)
    .execute(db)
    .await?;
    expect_one(written.rows_affected(), StoreError::Conflict)
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
    page.push(" ORDER BY r.number DESC LIMIT ")
        .push_bind(query.limit.max(0));
    page.push(" OFFSET ").push_bind(query.offset.max(0));
    let total = count.build_query_scalar().fetch_one(&mut *db).await?;
    let mut rows = Vec::new();
    for row in &page.build().fetch_all(db).await? {
        let author_name = Fields::of(row, "rules", "id")?.get("author_name")?;
        rows.push(RuleListing {
            stored: rule_rows::read(row)?,
            author_name,
        });
    }
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
