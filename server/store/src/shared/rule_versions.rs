//! What rules were: a row for every change, with the whole rule in it.

use leadbell_domain::{EntityId, Level, Rule, RuleId, Scope, StoredRule};

use super::fields::Fields;
use super::rule_rows::{self, COLUMNS};
use super::{Connection, Result, Row, Sql, rule_changes, scope};
use crate::{Actor, ChangeKind, KeptRule, Page, RuleVersion, StoreError};

/// Keeps the rule as it is now.
pub(super) async fn insert(
    db: &mut Connection,
    stored: &StoredRule,
    change: ChangeKind,
    by: &Actor,
) -> Result<()> {
    let snapshot = serde_json::to_string(&stored.rule).map_err(|error| StoreError::Inconsistent {
        table: "rules",
        row: stored.id.to_string(),
        detail: format!("the rule can't be written: {error}"),
    })?;
    sqlx::query(
        "INSERT INTO rule_versions (rule_id, version, at, actor_kind, actor_id, actor_name, change_key, snapshot, \
         change_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT change_seq FROM rules WHERE id = $1))",
    )
    .bind(stored.id.to_string())
    .bind(stored.version)
    .bind(stored.updated_at)
    .bind(by.kind())
    .bind(by.id().map(str::to_owned))
    .bind(crate::text::clean(by.name()))
    .bind(change.key())
    .bind(snapshot)
    .execute(db)
    .await?;
    Ok(())
}

const VERSION: &str =
    "v.rule_id, v.version, v.at, v.actor_kind, v.actor_id, v.actor_name, v.change_key, v.snapshot";

fn read(row: &Row) -> Result<RuleVersion> {
    let fields = Fields::of(row, "rule_versions", "rule_id")?;
    let (id, name): (Option<&str>, &str) = (fields.get("actor_id")?, fields.get("actor_name")?);
    Ok(RuleVersion {
        version: fields.get("version")?,
        at: fields.get("at")?,
        by: fields.key("actor_kind", |kind| Actor::from_parts(kind, id, name))?,
        change: fields.key("change_key", ChangeKind::from_key)?,
        rule: fields.json::<Rule>("snapshot")?,
    })
}

/// `FROM … WHERE …` of the versions of a rule in scope; `false` when there can be none.
fn push_versions(sql: &mut Sql, id: &RuleId, level: Level, scope: &Scope) -> bool {
    sql.push(" FROM rule_versions v JOIN rules r ON r.id = v.rule_id WHERE v.rule_id = ")
        .push_bind(id.to_string())
        .push(" AND r.level = ")
        .push_bind(level.key());
    scope::push_rules(sql, scope, level)
}

pub(super) async fn list(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
    offset: i64,
    limit: i64,
) -> Result<Page<RuleVersion>> {
    let mut count = Sql::new("SELECT COUNT(*)");
    let mut page = Sql::new(format!("SELECT {VERSION}"));
    if !push_versions(&mut count, id, level, scope) || !push_versions(&mut page, id, level, scope) {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    }
    page.push(" ORDER BY v.version DESC LIMIT ")
        .push_bind(limit.max(0))
        .push(" OFFSET ")
        .push_bind(offset.max(0));
    let total = count.build_query_scalar().fetch_one(&mut *db).await?;
    let rows = page.build().fetch_all(db).await?;
    Ok(Page {
        rows: rows.iter().map(read).collect::<Result<_>>()?,
        total,
    })
}

pub(super) async fn find(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
    version: i64,
) -> Result<Option<RuleVersion>> {
    let mut sql = Sql::new(format!("SELECT {VERSION}"));
    if !push_versions(&mut sql, id, level, scope) {
        return Ok(None);
    }
    sql.push(" AND v.version = ").push_bind(version);
    let row = sql.build().fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn find_kept(
    db: &mut Connection,
    id: &RuleId,
    level: Level,
    scope: &Scope,
) -> Result<Option<KeptRule>> {
    rule_changes::find_kept(db, id, level, scope, "").await
}

pub(super) async fn level(db: &mut Connection, id: &RuleId) -> Result<Option<Level>> {
    let row = sqlx::query("SELECT id, level FROM rules WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| Fields::of(&row, "rules", "id")?.key("level", Level::from_key))
        .transpose()
}

pub(super) async fn list_deleted(
    db: &mut Connection,
    level: Level,
    entity: &EntityId,
    scope: &Scope,
    offset: i64,
    limit: i64,
) -> Result<Page<KeptRule>> {
    let push = |sql: &mut Sql| {
        sql.push(" FROM rules r WHERE r.deleted_at IS NOT NULL AND r.level = ")
            .push_bind(level.key())
            .push(" AND r.entity_id = ")
            .push_bind(entity.to_string());
        scope::push_rules(sql, scope, level)
    };
    let mut count = Sql::new("SELECT COUNT(*)");
    let mut page = Sql::new(format!("SELECT {COLUMNS}, r.deleted_at"));
    if !push(&mut count) || !push(&mut page) {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    }
    page.push(" ORDER BY r.deleted_at DESC, r.number DESC LIMIT ")
        .push_bind(limit.max(0))
        .push(" OFFSET ")
        .push_bind(offset.max(0));
    let total = count.build_query_scalar().fetch_one(&mut *db).await?;
    let rows = page.build().fetch_all(db).await?;
    Ok(Page {
        rows: rows.iter().map(rule_rows::read_kept).collect::<Result<_>>()?,
        total,
    })
}
