//! What uses an entity, and how many rules live on each of a list.

use std::collections::HashMap;

use leadbell_domain::{EntityId, EntityKind, FilterKey, Level, RuleStatus, Scope};
use sqlx::Row as _;

use super::fields::Fields;
use super::{Connection, EXPLAIN, Result, Sql, explained, push_in, scope};
use crate::{EntityUses, PresetUse, RuleUse};

/// Rules, and presets, listed at most.
const LISTED: i64 = 50;

pub(super) async fn uses(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
) -> Result<EntityUses> {
    let mut uses = EntityUses::default();
    if let Some(level) = kind.level() {
        let row = sqlx::query(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN status = 'active' THEN 1 ELSE 0 END), 0) FROM rules \
             WHERE level = $1 AND entity_id = $2 AND deleted_at IS NULL",
        )
        .bind(level.key())
        .bind(id.as_str())
        .fetch_one(&mut *db)
        .await?;
        (uses.rules, uses.active_rules) = (row.try_get(0)?, row.try_get(1)?);
    }
    filtering(db, kind, id, scope, &mut uses).await?;
    presets(db, kind, id, scope, &mut uses).await?;
    for owned in kind.owned() {
        let count: i64 = sqlx::query_scalar(&format!(
            "SELECT COUNT(*) FROM entities WHERE kind = $1 AND {}_id = $2 AND status <> 'deleted'",
            kind.key()
        ))
        .bind(owned.key())
        .bind(id.as_str())
        .fetch_one(&mut *db)
        .await?;
        if count > 0 {
            uses.owned.push((owned, count));
        }
    }
    if kind == EntityKind::Campaign {
        uses.pingtrees = sqlx::query_scalar("SELECT COUNT(*) FROM pingtree_campaigns WHERE campaign_id = $1")
            .bind(id.as_str())
            .fetch_one(&mut *db)
            .await?;
    }
    uses.people = sqlx::query_scalar(
        "SELECT u.name FROM user_entities o JOIN users u ON u.id = o.user_id \
         WHERE o.kind = $1 AND o.entity_id = $2 AND u.active = 1 ORDER BY u.name",
    )
    .bind(kind.key())
    .bind(id.as_str())
    .fetch_all(db)
    .await?;
    Ok(uses)
}

/// The rules whose filters name it.
async fn filtering(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
    uses: &mut EntityUses,
) -> Result<()> {
    if FilterKey::from_key(kind.key()).is_none() {
        return Ok(());
    }
    uses.filters = sqlx::query_scalar("SELECT COUNT(*) FROM rule_uses WHERE kind = $1 AND entity_id = $2")
        .bind(kind.key())
        .bind(id.as_str())
        .fetch_one(&mut *db)
        .await?;
    let Some(mut sql) = filtering_query(kind, id, scope, "") else {
        return Ok(());
    };
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "rules", "id")?;
        uses.filtering.push(RuleUse {
            id: fields.id("id")?,
            number: fields.get("number")?,
            name: fields.get("name")?,
            level: fields.key("level", Level::from_key)?,
            entity: fields.id("entity_id")?,
            active: fields.key("status", RuleStatus::from_key)? == RuleStatus::Active,
        });
    }
    Ok(())
}

/// The newest rules of this scope that name it; `None` when none can be in scope.
fn filtering_query(kind: EntityKind, id: &EntityId, scope: &Scope, before: &str) -> Option<Sql> {
    let mut sql = Sql::new(format!(
        "{before} SELECT r.id, r.number, r.name, r.level, r.entity_id, r.status FROM rule_uses u \
         CROSS JOIN rules r WHERE r.number = u.number AND r.deleted_at IS NULL AND u.kind = "
    ));
    sql.push_bind(kind.key())
        .push(" AND u.entity_id = ")
        .push_bind(id.to_string());
    match scope {
        Scope::All => {}
        Scope::Platform(platform) => {
            sql.push(" AND r.platform = ").push_bind(platform.key());
        }
        Scope::Nothing | Scope::Publishers(_) | Scope::Buyers(_) => return None,
    }
    sql.push(format!(" ORDER BY u.number DESC LIMIT {LISTED}"));
    Some(sql)
}

/// How the database finds them.
pub(super) async fn explain(db: &mut Connection, kind: EntityKind, id: &EntityId) -> Result<Vec<String>> {
    match filtering_query(kind, id, &Scope::All, EXPLAIN) {
        Some(sql) => explained(db, sql).await,
        None => Ok(Vec::new()),
    }
}

/// The presets that name it, or live on it.
async fn presets(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
    uses: &mut EntityUses,
) -> Result<()> {
    let push = |sql: &mut Sql| {
        if kind == EntityKind::Product {
            sql.push(" FROM presets p WHERE p.deleted_at IS NULL AND p.product_id = ")
                .push_bind(id.to_string());
        } else {
            sql.push(
                " FROM presets p WHERE p.deleted_at IS NULL AND p.id IN \
                 (SELECT u.preset_id FROM preset_uses u WHERE u.kind = ",
            )
            .push_bind(kind.key())
            .push(" AND u.entity_id = ")
            .push_bind(id.to_string())
            .push(")");
        }
    };
    let mut count = Sql::new("SELECT COUNT(*)");
    push(&mut count);
    uses.presets = count.build_query_scalar().fetch_one(&mut *db).await?;
    let mut sql = Sql::new("SELECT p.id, p.name, p.product_id");
    push(&mut sql);
    if uses.presets == 0 || scope.is_nothing() || !super::presets::push_scope(&mut sql, scope) {
        return Ok(());
    }
    sql.push(format!(" ORDER BY p.search, p.id LIMIT {LISTED}"));
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "presets", "id")?;
        uses.preset_uses.push(PresetUse {
            id: fields.id("id")?,
            name: fields.get("name")?,
            product: fields.id("product_id")?,
        });
    }
    Ok(())
}

pub(super) async fn count_rules(
    db: &mut Connection,
    level: Level,
    ids: &[EntityId],
    scope: &Scope,
) -> Result<HashMap<EntityId, i64>> {
    let mut sql = Sql::new("SELECT r.entity_id, COUNT(*) AS count FROM rules r WHERE r.level = ");
    sql.push_bind(level.key()).push(" AND r.deleted_at IS NULL AND ");
    push_in(&mut sql, "r.entity_id", ids.iter().map(EntityId::as_str));
    if !scope::push_rules(&mut sql, scope, level) {
        return Ok(HashMap::new());
    }
    sql.push(" GROUP BY r.entity_id");
    let mut counts = HashMap::new();
    for row in &sql.build().fetch_all(db).await? {
        let fields = Fields::of(row, "rules", "entity_id")?;
        counts.insert(fields.id("entity_id")?, fields.get("count")?);
    }
    Ok(counts)
}
