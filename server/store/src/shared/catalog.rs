//! Finding and listing entities.

use leadbell_domain::{Entity, EntityId, EntityKind, EntityStatus, Platform, Scope};

use super::fields::Fields;

use super::search::push_indexed_search;
use super::{Connection, EXPLAIN, Result, Row, Sql, explained, push_in, scope};
use crate::{EntityPage, EntityQuery, EntitySort, Page};

pub(super) const COLUMNS: &str = "e.kind, e.id, e.name, e.platform, e.status, e.product_id, e.publisher_id, \
                                  e.buyer_id, e.discovered, e.created_at, e.updated_at";

pub(super) fn read(row: &Row) -> Result<Entity> {
    let fields = Fields::of(row, "entities", "id")?;
    Ok(Entity {
        kind: fields.key("kind", EntityKind::from_key)?,
        id: fields.id("id")?,
        name: fields.get("name")?,
        platform: fields.opt_key("platform", Platform::from_key)?,
        status: fields.key("status", EntityStatus::from_key)?,
        product: fields.opt_id("product_id")?,
        publisher: fields.opt_id("publisher_id")?,
        buyer: fields.opt_id("buyer_id")?,
        discovered: fields.flag("discovered")?,
        created_at: fields.get("created_at")?,
        updated_at: fields.get("updated_at")?,
    })
}

pub(super) async fn find(
    db: &mut Connection,
    kind: EntityKind,
    id: &EntityId,
    scope: &Scope,
) -> Result<Option<Entity>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM entities e WHERE e.kind = "));
    sql.push_bind(kind.key())
        .push(" AND e.id = ")
        .push_bind(id.to_string());
    if !scope::push_entities(&mut sql, scope, kind) {
        return Ok(None);
    }
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(super) async fn list(db: &mut Connection, query: &EntityQuery) -> Result<EntityPage> {
    let Some(mut page) = page_of(query, "") else {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    };
    let rows: Vec<Entity> = page
        .build()
        .fetch_all(&mut *db)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_>>()?;
    let (shown, offset) = (i64::try_from(rows.len()).unwrap_or(i64::MAX), query.offset.max(0));
    // The last page says itself how many there are: a search that finds little looks through everything only once.
    let is_last = shown < query.limit && (shown > 0 || offset == 0);
    let total = match (query.counted, is_last) {
        (false, _) => 0,
        (true, true) => offset + shown,
        (true, false) => {
            let mut count = Sql::new("SELECT COUNT(*) FROM entities e");
            if !push_filter(&mut count, query) {
                return Ok(Page { rows, total: 0 });
            }
            count.build_query_scalar().fetch_one(db).await?
        }
    };
    Ok(Page { rows, total })
}

/// The statement of a page; `None` when nothing can be in scope. What is skipped is skipped in the index alone: only
/// the rows of the page are looked up.
fn page_of(query: &EntityQuery, before: &str) -> Option<Sql> {
    let order = match query.sort {
        // `search` begins with the name in lower case.
        EntitySort::Name => " ORDER BY e.search, e.id",
        EntitySort::Id => " ORDER BY e.id",
        EntitySort::Changed => " ORDER BY e.updated_at DESC, e.id DESC",
    };
    let mut sql = Sql::new(format!(
        "{before} SELECT {COLUMNS} FROM (SELECT e.kind AS page_kind, e.id AS page_id FROM entities e"
    ));
    if !push_filter(&mut sql, query) {
        return None;
    }
    sql.push(order).push(" LIMIT ").push_bind(query.limit.max(0));
    sql.push(" OFFSET ").push_bind(query.offset.max(0));
    sql.push(") page CROSS JOIN entities e WHERE e.kind = page.page_kind AND e.id = page.page_id")
        .push(order);
    Some(sql)
}

/// How the database finds a page, step by step.
pub(super) async fn explain(db: &mut Connection, query: &EntityQuery) -> Result<Vec<String>> {
    match page_of(query, EXPLAIN) {
        Some(page) => explained(db, page).await,
        None => Ok(Vec::new()),
    }
}

fn push_filter(sql: &mut Sql, query: &EntityQuery) -> bool {
    sql.push(" WHERE e.kind = ").push_bind(query.kind.key());
    match query.status {
        Some(status) => drop(sql.push(" AND e.status = ").push_bind(status.key())),
        None if query.hide_deleted => drop(sql.push(" AND e.status <> 'deleted'")),
        None => {}
    }
    if let Some(discovered) = query.discovered {
        sql.push(" AND e.discovered = ").push_bind(i64::from(discovered));
    }
    if let Some(after) = &query.after {
        sql.push(" AND e.id > ").push_bind(after.to_string());
    }
    if let Some(ids) = &query.ids {
        sql.push(" AND ");
        push_in(sql, "e.id", ids.iter().map(EntityId::as_str));
    }
    if let Some(platform) = query.platform {
        sql.push(" AND (e.platform IS NULL OR e.platform = ")
            .push_bind(platform.key())
            .push(")");
    }
    for (owners, kind, column) in [
        (&query.publishers, EntityKind::Publisher, "e.publisher_id"),
        (&query.buyers, EntityKind::Buyer, "e.buyer_id"),
        (&query.products, EntityKind::Product, "e.product_id"),
    ] {
        if !owners.is_empty() {
            sql.push(" AND ");
            push_in(
                sql,
                if query.kind == kind { "e.id" } else { column },
                owners.iter().map(EntityId::as_str),
            );
        }
    }
    for (others, mine, theirs) in [
        (&query.campaigns, "pingtree_id", "campaign_id"),
        (&query.pingtrees, "campaign_id", "pingtree_id"),
    ] {
        if !others.is_empty() {
            sql.push(format!(
                " AND e.id IN (SELECT p.{mine} FROM pingtree_campaigns p WHERE "
            ));
            push_in(sql, &format!("p.{theirs}"), others.iter().map(EntityId::as_str));
            sql.push(")");
        }
    }
    push_indexed_search(sql, "e.search", &query.search);
    scope::push_entities(sql, &query.scope, query.kind)
}
