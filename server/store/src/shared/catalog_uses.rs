//! What uses an entity, and how many rules live on each of a list.

use std::collections::HashMap;

use leadbell_domain::{EntityId, EntityKind, FilterKey, Filters, Level, Platform, RuleStatus, Scope};
use sqlx::Row as _;

use super::fields::Fields;
use super::{Connection, FIND, Result, Sql, push_in, scope};
use crate::{EntityUses, RuleUse};

/// Rules listed at most.
const LISTED: usize = 50;

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

/// The rules whose filters name it. The text of the filters tells which may; what they say is read from those.
async fn filtering(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
    uses: &mut EntityUses,
) -> Result<()> {
    let Some(key) = FilterKey::from_key(kind.key()) else {
        return Ok(());
    };
    let quoted = serde_json::Value::from(id.as_str()).to_string();
    let rows = sqlx::query(&format!(
        "SELECT r.id, r.number, r.name, r.level, r.entity_id, r.status, r.platform, r.filters FROM rules r \
         WHERE r.deleted_at IS NULL AND {FIND}(r.filters, $1) > 0 ORDER BY r.number DESC"
    ))
    .bind(quoted)
    .fetch_all(db)
    .await?;
    for row in &rows {
        let fields = Fields::of(row, "rules", "id")?;
        let filters: Filters = fields.json("filters")?;
        let names_it = filters
            .lists
            .get(&key)
            .is_some_and(|list| list.values().contains(id.as_str()));
        if !names_it {
            continue;
        }
        uses.filters += 1;
        let platform = fields.key("platform", Platform::from_key)?;
        let seen = match scope {
            Scope::All => true,
            Scope::Platform(own) => *own == platform,
            Scope::Nothing | Scope::Publishers(_) | Scope::Buyers(_) => false,
        };
        if seen && uses.filtering.len() < LISTED {
            uses.filtering.push(RuleUse {
                id: fields.id("id")?,
                number: fields.get("number")?,
                name: fields.get("name")?,
                level: fields.key("level", Level::from_key)?,
                entity: fields.id("entity_id")?,
                active: fields.key("status", RuleStatus::from_key)? == RuleStatus::Active,
            });
        }
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
