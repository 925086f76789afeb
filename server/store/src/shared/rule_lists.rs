//! Lists of rules: their order, what narrows them, and what they can be narrowed by.
//!
//! All that an entity's rules are narrowed and ordered by, but the words searched for, stands in `rules_by_entity`.

use async_trait::async_trait;
use leadbell_domain::{EntityId, EntityKind, Level, RuleSort, Scope, UserId};

use super::fields::Fields;
use super::rule_rows::{self, COLUMNS};
use super::search::{self, Narrowed, RULES};
use super::window::Window;
use super::{Connection, DbStore, EXPLAIN, Result, Sql, catalog_uses, explained, scope};
use crate::{MOST_FACETS, Page, RuleAuthor, RuleFacets, RuleListing, RuleLists, RuleQuery, StoreError};

/// ` ORDER BY …`, or the other way round. The same letters sort alike in both databases: text is compared by bytes there.
fn order(sort: RuleSort, backwards: bool) -> String {
    let (up, down) = if backwards {
        ("DESC", "ASC")
    } else {
        ("ASC", "DESC")
    };
    let columns = match sort {
        RuleSort::Newest => format!("r.number {down}"),
        RuleSort::Oldest => format!("r.number {up}"),
        RuleSort::Changed => format!("r.updated_at {down}, r.number {down}"),
        RuleSort::Name => {
            format!("CASE WHEN r.name = '' THEN 1 ELSE 0 END {up}, LOWER(r.name) {up}, r.number {down}")
        }
        RuleSort::Trigger => format!("r.trigger_key {up}, r.number {down}"),
    };
    format!(" ORDER BY {columns}")
}

pub(super) async fn list(db: &mut Connection, query: &RuleQuery) -> Result<Page<RuleListing>> {
    let narrowed = search::narrowed(db, &RULES, &query.search).await?;
    let mut window = Window::new(query.limit, query.offset);
    let mut total = None;
    if window.is_deep() {
        let all = count(db, query, &narrowed).await?;
        window = window.of(all);
        total = Some(all);
    }
    let Some(mut page) = page_of(query, &narrowed, window, "") else {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    };
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
    let total = match total {
        Some(total) => total,
        None if shown < query.limit && (shown > 0 || offset == 0) => offset + shown,
        None => count(db, query, &narrowed).await?,
    };
    Ok(Page { rows, total })
}

async fn count(db: &mut Connection, query: &RuleQuery, narrowed: &Narrowed) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM rules r");
    if !push_filter(&mut sql, query, narrowed) {
        return Ok(0);
    }
    Ok(sql.build_query_scalar().fetch_one(db).await?)
}

/// The statement of a page; `None` when nothing can be in scope. What is skipped is skipped in the index alone: only
/// the rows of the page are looked up.
fn page_of(query: &RuleQuery, narrowed: &Narrowed, window: Window, before: &str) -> Option<Sql> {
    let mut sql = Sql::new(format!(
        "{before} SELECT {COLUMNS}, w.name AS author_name FROM (SELECT r.number AS page_number FROM rules r"
    ));
    if !push_filter(&mut sql, query, narrowed) {
        return None;
    }
    sql.push(order(query.sort, window.backwards));
    window.push(&mut sql);
    sql.push(
        ") page CROSS JOIN rules r LEFT JOIN users w ON w.id = r.author_id WHERE r.number = page.page_number",
    )
    .push(order(query.sort, false));
    Some(sql)
}

/// Adds the conditions; answers `false` when nothing can be in scope.
fn push_filter(sql: &mut Sql, query: &RuleQuery, narrowed: &Narrowed) -> bool {
    sql.push(" WHERE r.deleted_at IS NULL AND r.level = ")
        .push_bind(query.level.key());
    if let Some(entity) = &query.entity {
        sql.push(" AND r.entity_id = ").push_bind(entity.to_string());
    }
    if let Some(trigger) = query.trigger {
        sql.push(" AND r.trigger_key = ").push_bind(trigger.key());
    }
    if let Some(status) = query.status {
        sql.push(" AND r.status = ").push_bind(status.key());
    }
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
    search::push_long_search(sql, &RULES, &query.search, narrowed);
    scope::push_rules(sql, &query.scope, query.level)
}

/// `SELECT DISTINCT column FROM (the rules of the entity) r`; `false` when none can be in scope.
fn push_of(sql: &mut Sql, column: &str, scope: &Scope, level: Level, entity: &EntityId) -> bool {
    sql.push(format!(
        "SELECT DISTINCT r.{column} FROM rules r WHERE r.deleted_at IS NULL AND r.level = "
    ))
    .push_bind(level.key())
    .push(" AND r.entity_id = ")
    .push_bind(entity.to_string());
    scope::push_rules(sql, scope, level)
}

async fn facets(db: &mut Connection, scope: &Scope, level: Level, entity: &EntityId) -> Result<RuleFacets> {
    let mut authors = Sql::new("SELECT made.author_id, w.name AS name FROM (");
    let mut targets = Sql::new("");
    if !push_of(&mut authors, "author_id", scope, level, entity)
        || !push_of(&mut targets, "target_id", scope, level, entity)
    {
        return Ok(RuleFacets::default());
    }
    authors
        .push(") made LEFT JOIN users w ON w.id = made.author_id ORDER BY name LIMIT ")
        .push_bind(MOST_FACETS);
    targets
        .push(" ORDER BY r.target_id LIMIT ")
        .push_bind(MOST_FACETS);
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

    async fn explain_rules(&self, query: &RuleQuery) -> Result<Vec<String>> {
        let mut db = self.reader.acquire().await?;
        let narrowed = search::narrowed(&mut db, &RULES, &query.search).await?;
        match page_of(query, &narrowed, Window::new(query.limit, query.offset), EXPLAIN) {
            Some(page) => explained(&mut db, page).await,
            None => Ok(Vec::new()),
        }
    }

    async fn explain_uses(&self, kind: EntityKind, id: &EntityId) -> Result<Vec<String>> {
        let mut db = self.reader.acquire().await?;
        catalog_uses::explain(&mut db, kind, id).await
    }
}
