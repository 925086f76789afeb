//! Presets: reached through their product, kept with every version.

use async_trait::async_trait;
use leadbell_domain::{
    EntityId, EntityKind, Level, Preset, PresetId, RuleDraft, Scope, SecretText, StoredRule, Timestamp,
};

use super::fields::Fields;
use super::search::push_search;
use super::{Connection, DbStore, LOCK, Result, Row, Sql, expect_one, rule_rows, scope, uses};
use crate::text::{clean, search_text};
use crate::traits::Presets;
use crate::{Actor, Page, PresetListing, PresetQuery, StoreError};

const COLUMNS: &str = "p.id, p.product_id, p.draft, p.version, p.author_id, p.created_at, p.updated_at";

#[async_trait]
impl Presets for DbStore {
    async fn insert_preset(
        &self,
        id: &PresetId,
        product: &EntityId,
        draft: &RuleDraft,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Preset> {
        let preset = Preset {
            id: id.clone(),
            product: product.clone(),
            draft: without_secrets(draft),
            version: 1,
            created_at: now,
            updated_at: now,
            author: by.user().cloned(),
        };
        let mut tx = self.begin().await?;
        insert(&mut tx, &preset, by).await?;
        tx.commit().await?;
        Ok(preset)
    }

    async fn update_preset(
        &self,
        id: &PresetId,
        draft: &RuleDraft,
        scope: &Scope,
        expected: Option<i64>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Preset> {
        let mut tx = self.begin().await?;
        let old = hold(&mut tx, id, scope, expected).await?;
        let preset = Preset {
            draft: without_secrets(draft),
            version: old.version + 1,
            updated_at: now,
            ..old
        };
        update(&mut tx, &preset).await?;
        keep(&mut tx, &preset, by).await?;
        tx.commit().await?;
        Ok(preset)
    }

    async fn delete_preset(
        &self,
        id: &PresetId,
        scope: &Scope,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        hold(&mut tx, id, scope, expected).await?;
        let written = sqlx::query(
            "UPDATE presets SET deleted_at = $2, updated_at = $2 WHERE id = $1 AND deleted_at IS NULL",
        )
        .bind(id.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        expect_one(written.rows_affected(), StoreError::Conflict)?;
        uses::forget_preset(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    async fn find_preset(&self, id: &PresetId, scope: &Scope) -> Result<Option<Preset>> {
        let mut db = self.reader.acquire().await?;
        find(&mut db, id, scope, "").await
    }

    async fn list_presets(&self, query: &PresetQuery) -> Result<Page<PresetListing>> {
        let mut db = self.reader.acquire().await?;
        list(&mut db, query).await
    }

    async fn preset_before(&self, id: &PresetId, version: i64) -> Result<Vec<RuleDraft>> {
        let mut db = self.reader.acquire().await?;
        let rows = sqlx::query(
            "SELECT preset_id, draft FROM preset_versions WHERE preset_id = $1 AND version < $2 ORDER BY version",
        )
        .bind(id.as_str())
        .bind(version)
        .fetch_all(&mut *db)
        .await?;
        rows.iter()
            .map(|row| Fields::of(row, "preset_versions", "preset_id")?.json("draft"))
            .collect()
    }

    async fn rules_of_preset(&self, id: &PresetId, scope: &Scope, limit: i64) -> Result<Vec<StoredRule>> {
        let mut sql = Sql::new(format!(
            "SELECT {} FROM rules r WHERE r.deleted_at IS NULL AND r.preset_id = ",
            rule_rows::COLUMNS
        ));
        sql.push_bind(id.to_string())
            .push(" AND r.level = ")
            .push_bind(Level::Product.key());
        if !scope::push_rules(&mut sql, scope, Level::Product) {
            return Ok(Vec::new());
        }
        sql.push(" ORDER BY r.number LIMIT ").push_bind(limit.max(0));
        let mut db = self.reader.acquire().await?;
        let rows = sql.build().fetch_all(&mut *db).await?;
        rows.iter().map(rule_rows::read).collect()
    }
}

/// A token has no business in a preset; whoever let one come this far is stopped here.
fn without_secrets(draft: &RuleDraft) -> RuleDraft {
    RuleDraft {
        auth_token: SecretText::default(),
        name: clean(&draft.name),
        note: clean(&draft.note),
        text: clean(&draft.text),
        ..draft.clone()
    }
}

fn read(row: &Row) -> Result<Preset> {
    let fields = Fields::of(row, "presets", "id")?;
    Ok(Preset {
        id: fields.id("id")?,
        product: fields.id("product_id")?,
        draft: fields.json("draft")?,
        version: fields.get("version")?,
        created_at: fields.get("created_at")?,
        updated_at: fields.get("updated_at")?,
        author: fields.opt_id("author_id")?,
    })
}

/// Adds that the preset `p` is not deleted and its product in scope; `false` when nothing can be.
#[must_use]
pub(super) fn push_scope(sql: &mut Sql, scope: &Scope) -> bool {
    sql.push(" AND p.deleted_at IS NULL");
    if *scope == Scope::All {
        return true;
    }
    sql.push(" AND EXISTS (SELECT 1 FROM entities e WHERE e.kind = 'product' AND e.id = p.product_id");
    let possible = scope::push_entities(sql, scope, EntityKind::Product);
    sql.push(")");
    possible
}

async fn find(
    db: &mut Connection,
    id: &PresetId,
    scope: &Scope,
    lock: &'static str,
) -> Result<Option<Preset>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM presets p WHERE p.id = "));
    sql.push_bind(id.to_string());
    if !push_scope(&mut sql, scope) {
        return Ok(None);
    }
    sql.push(lock);
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

async fn hold(db: &mut Connection, id: &PresetId, scope: &Scope, expected: Option<i64>) -> Result<Preset> {
    let old = find(db, id, scope, LOCK).await?.ok_or(StoreError::NotFound)?;
    if expected.is_some_and(|expected| expected != old.version) {
        return Err(StoreError::Conflict);
    }
    Ok(old)
}

fn draft_text(preset: &Preset) -> Result<String> {
    serde_json::to_string(&preset.draft).map_err(|error| StoreError::Inconsistent {
        table: "presets",
        row: preset.id.to_string(),
        detail: format!("the draft can't be written: {error}"),
    })
}

fn search(preset: &Preset) -> String {
    search_text(&[&preset.draft.name, &preset.draft.text, &preset.draft.note])
}

async fn insert(db: &mut Connection, preset: &Preset, by: &Actor) -> Result<()> {
    sqlx::query(
        "INSERT INTO presets (id, product_id, name, trigger_key, draft, version, author_id, created_at, updated_at, \
         search) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(preset.id.to_string())
    .bind(preset.product.to_string())
    .bind(preset.draft.name.clone())
    .bind(preset.draft.trigger.clone())
    .bind(draft_text(preset)?)
    .bind(preset.version)
    .bind(preset.author.as_ref().map(ToString::to_string))
    .bind(preset.created_at)
    .bind(preset.updated_at)
    .bind(search(preset))
    .execute(&mut *db)
    .await?;
    keep(db, preset, by).await
}

async fn update(db: &mut Connection, preset: &Preset) -> Result<()> {
    let written = sqlx::query(
        "UPDATE presets SET name = $2, trigger_key = $3, draft = $4, version = $5, updated_at = $6, search = $7 \
         WHERE id = $1 AND version = $5 - 1 AND deleted_at IS NULL",
    )
    .bind(preset.id.to_string())
    .bind(preset.draft.name.clone())
    .bind(preset.draft.trigger.clone())
    .bind(draft_text(preset)?)
    .bind(preset.version)
    .bind(preset.updated_at)
    .bind(search(preset))
    .execute(db)
    .await?;
    expect_one(written.rows_affected(), StoreError::Conflict)
}

/// Keeps this version: what rules have from it follows the preset later; and what it names.
async fn keep(db: &mut Connection, preset: &Preset, by: &Actor) -> Result<()> {
    uses::forget_preset(db, &preset.id).await?;
    uses::keep_preset(db, &preset.id, &preset.draft).await?;
    sqlx::query(
        "INSERT INTO preset_versions (preset_id, version, draft, user_id, at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(preset.id.to_string())
    .bind(preset.version)
    .bind(draft_text(preset)?)
    .bind(by.user().map(ToString::to_string))
    .bind(preset.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

async fn list(db: &mut Connection, query: &PresetQuery) -> Result<Page<PresetListing>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM presets p");
    let mut page = Sql::new(format!(
        "SELECT {COLUMNS}, (SELECT COUNT(*) FROM rules r WHERE r.preset_id = p.id AND r.deleted_at IS NULL) \
         AS followers FROM presets p"
    ));
    if query.scope.is_nothing() || !push_filter(&mut count, query) || !push_filter(&mut page, query) {
        return Ok(Page {
            rows: Vec::new(),
            total: 0,
        });
    }
    page.push(" ORDER BY p.search, p.id LIMIT ")
        .push_bind(query.limit.max(0));
    page.push(" OFFSET ").push_bind(query.offset.max(0));
    let total = count.build_query_scalar().fetch_one(&mut *db).await?;
    let mut rows = Vec::new();
    for row in &page.build().fetch_all(db).await? {
        rows.push(PresetListing {
            preset: read(row)?,
            followers: Fields::of(row, "presets", "id")?.get("followers")?,
        });
    }
    Ok(Page { rows, total })
}

fn push_filter(sql: &mut Sql, query: &PresetQuery) -> bool {
    sql.push(" WHERE 1 = 1");
    if let Some(product) = &query.product {
        sql.push(" AND p.product_id = ").push_bind(product.to_string());
    }
    push_search(sql, "p.search", &query.search);
    push_scope(sql, &query.scope)
}
