//! Lists of rules: their order, what narrows them further, and what they can be narrowed by.

use async_trait::async_trait;
use leadbell_domain::{EntityId, Level, RuleSort, Scope, UserId};

use super::{Connection, DbStore, Result, Sql, scope};
use crate::{RuleAuthor, RuleFacets, RuleLists, RuleQuery, StoreError};

/// Rules looked through for authors and targets: an entity with more has its latest ones looked through.
const LOOKED_THROUGH: i64 = 2_000;

/// Authors or targets told at most.
const TOLD: i64 = 200;

/// ` ORDER BY …`. The same letters sort alike in both databases: text is compared by bytes there.
pub(super) fn order(sort: RuleSort) -> &'static str {
    match sort {
        RuleSort::Newest => " ORDER BY r.number DESC",
        RuleSort::Oldest => " ORDER BY r.number",
        RuleSort::Changed => " ORDER BY r.updated_at DESC, r.number DESC",
        RuleSort::Name => " ORDER BY CASE WHEN r.name = '' THEN 1 ELSE 0 END, LOWER(r.name), r.number DESC",
        RuleSort::Trigger => " ORDER BY r.trigger_key, r.number DESC",
    }
}

/// Adds the author and the target that are wanted.
pub(super) fn push_narrower(sql: &mut Sql, query: &RuleQuery) {
    match &query.author {
        Some(RuleAuthor::Person(id)) => {
            sql.push(" AND r.author_id = ").push_bind(id.to_string());
        }
        Some(RuleAuthor::Nobody) => {
            sql.push(" AND r.author_id IS NULL");
        }
        None => {}
    }
    if let Some(target) = &query.target {
        sql.push(" AND r.target_id = ").push_bind(target.clone());
    }
}

/// `SELECT what FROM (the latest rules of the entity) r`; `false` when none can be in scope.
fn push_latest(sql: &mut Sql, column: &str, scope: &Scope, level: Level, entity: &EntityId) -> bool {
    sql.push(format!(
        "(SELECT r.{column} FROM rules r WHERE r.deleted_at IS NULL AND r.level = "
    ))
    .push_bind(level.key())
    .push(" AND r.entity_id = ")
    .push_bind(entity.to_string());
    if !scope::push_rules(sql, scope, level) {
        return false;
    }
    sql.push(" ORDER BY r.number DESC LIMIT ")
        .push_bind(LOOKED_THROUGH)
        .push(") latest");
    true
}

async fn facets(db: &mut Connection, scope: &Scope, level: Level, entity: &EntityId) -> Result<RuleFacets> {
    let mut authors = Sql::new("SELECT DISTINCT latest.author_id, u.name AS name FROM ");
    let mut targets = Sql::new("SELECT DISTINCT latest.target_id FROM ");
    if !push_latest(&mut authors, "author_id", scope, level, entity)
        || !push_latest(&mut targets, "target_id", scope, level, entity)
    {
        return Ok(RuleFacets::default());
    }
    authors
        .push(" LEFT JOIN users u ON u.id = latest.author_id ORDER BY name LIMIT ")
        .push_bind(TOLD);
    targets.push(" ORDER BY latest.target_id LIMIT ").push_bind(TOLD);
    let rows: Vec<(Option<String>, Option<String>)> = authors.build_query_as().fetch_all(&mut *db).await?;
    let mut facets = RuleFacets {
        targets: targets.build_query_scalar().fetch_all(&mut *db).await?,
        ..RuleFacets::default()
    };
    for (id, name) in rows {
        match id.map(|id| UserId::new(id.clone()).map_err(|_| id)) {
            None => facets.by_nobody = true,
            Some(Ok(id)) => facets.authors.push((id, name.unwrap_or_default())),
            Some(Err(row)) => {
                return Err(StoreError::Inconsistent {
                    table: "rules",
                    row,
                    detail: "author_id is no id".to_owned(),
                });
            }
        }
    }
    Ok(facets)
}

#[async_trait]
impl RuleLists for DbStore {
    async fn rule_facets(&self, scope: &Scope, level: Level, entity: &EntityId) -> Result<RuleFacets> {
        let mut db = self.reader.acquire().await?;
        facets(&mut db, scope, level, entity).await
    }
}
