//! Looking after connections.

use async_trait::async_trait;
use leadbell_domain::{ConnectionId, SlackToken, StoredRule, Timestamp};

use super::connections::{SELECT, owner_parts, read, write_search};
use super::search::push_search;
use super::{
    Connection as Db, DbStore, LOCK, Result, Sql, connection_faults, connection_use, connections, expect_one,
    scope,
};
use crate::text::{clean, clean_opt, json_list};
use crate::vault::TokenVault;
use crate::verdict::WAITING;
use crate::{
    Connection, ConnectionCheck, ConnectionDesk, ConnectionListing, ConnectionOwner, ConnectionQuery,
    ConnectionScope, Page, RuleScopes, StoreError,
};

#[async_trait]
impl ConnectionDesk for DbStore {
    async fn page_connections(&self, query: &ConnectionQuery) -> Result<Page<ConnectionListing>> {
        let mut db = self.reader.acquire().await?;
        page(&mut db, query).await
    }

    async fn connection_listing(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        rules: &RuleScopes,
    ) -> Result<Option<ConnectionListing>> {
        let mut db = self.reader.acquire().await?;
        let Some(found) = connections::find(&mut db, id, scope).await? else {
            return Ok(None);
        };
        Ok(connection_use::with_use(&mut db, vec![found], rules).await?.pop())
    }

    async fn connection_rules(
        &self,
        id: &ConnectionId,
        rules: &RuleScopes,
        limit: i64,
    ) -> Result<Vec<StoredRule>> {
        let mut db = self.reader.acquire().await?;
        connection_use::rules(&mut db, id, rules, limit).await
    }

    async fn connection_names(
        &self,
        owner: &ConnectionOwner,
        except: Option<&ConnectionId>,
    ) -> Result<Vec<String>> {
        let (kind, id) = owner_parts(owner);
        Ok(sqlx::query_scalar(
            "SELECT name FROM connections WHERE removed_at IS NULL AND owner_kind = $1 AND owner_id = $2 AND id <> $3",
        )
        .bind(kind)
        .bind(id)
        .bind(except.map_or("", ConnectionId::as_str))
        .fetch_all(&self.reader)
        .await?)
    }

    async fn rename_connection(&self, id: &ConnectionId, scope: &ConnectionScope, name: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        hold(&mut tx, id, scope).await?;
        sqlx::query("UPDATE connections SET name = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(clean(name))
            .execute(&mut *tx)
            .await?;
        write_search(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    async fn replace_token(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        token: &SlackToken,
        check: &ConnectionCheck,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        hold(&mut tx, id, scope).await?;
        replace(&mut tx, &self.vault, id, token, check).await?;
        tx.commit().await?;
        // In a transaction of its own: whoever sends holds destinations first and connections after them.
        let mut tx = self.begin().await?;
        connection_faults::resume(&mut tx, id).await?;
        connection_faults::forget_conversations(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    async fn remove_connection(
        &self,
        id: &ConnectionId,
        scope: &ConnectionScope,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        hold(&mut tx, id, scope).await?;
        if connection_use::is_used(&mut tx, id).await? {
            return Err(StoreError::Conflict);
        }
        // Broken, so that nothing is claimed for it should an old rule come back; the fingerprint makes way for the
        // same token pasted anew.
        let written = sqlx::query(
            "UPDATE connections SET removed_at = $2, status = 'broken', last_error = 'removed', broken_since = $2, \
             token_sealed = $3, refresh_sealed = NULL, expires_at = NULL, token_fingerprint = $4, \
             token_version = token_version + 1 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(now)
        .bind(Vec::<u8>::new())
        .bind(id.as_str().as_bytes())
        .execute(&mut *tx)
        .await?;
        expect_one(written.rows_affected(), StoreError::NotFound)?;
        Ok(tx.commit().await?)
    }

    async fn broken_connections(&self, scope: &ConnectionScope, limit: i64) -> Result<Vec<Connection>> {
        let mut sql = Sql::new(SELECT);
        sql.push("status = 'broken'");
        if !scope::push_connections(&mut sql, scope) {
            return Ok(Vec::new());
        }
        sql.push(format!(
            " AND (EXISTS (SELECT 1 FROM rules r WHERE r.connection_id = connections.id AND r.deleted_at IS NULL \
             AND r.status = 'active') OR EXISTS (SELECT 1 FROM destinations d JOIN deliveries w \
             ON w.destination_id = d.id AND w.{WAITING} WHERE d.connection_id = connections.id)) \
             ORDER BY broken_since, id LIMIT "
        ));
        sql.push_bind(limit.max(0));
        let rows = sql.build().fetch_all(&self.reader).await?;
        rows.iter().map(read).collect()
    }

    async fn count_broken_connections(&self) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COUNT(*) FROM connections WHERE status = 'broken' AND removed_at IS NULL",
        )
        .fetch_one(&self.reader)
        .await?)
    }
}

/// Locks the connection's row, if it is in scope.
async fn hold(db: &mut Db, id: &ConnectionId, scope: &ConnectionScope) -> Result<()> {
    let mut sql = Sql::new("SELECT id FROM connections WHERE removed_at IS NULL AND id = ");
    sql.push_bind(id.to_string());
    if !scope::push_connections(&mut sql, scope) {
        return Err(StoreError::NotFound);
    }
    sql.push(LOCK);
    let found = sql.build().fetch_optional(db).await?;
    found.map(drop).ok_or(StoreError::NotFound)
}

async fn page(db: &mut Db, query: &ConnectionQuery) -> Result<Page<ConnectionListing>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM connections WHERE removed_at IS NULL AND ");
    let mut rows = Sql::new(SELECT);
    for sql in [&mut count, &mut rows] {
        sql.push("1 = 1");
        if let Some(status) = query.status {
            sql.push(" AND status = ").push_bind(status.key());
        }
        push_search(sql, "search", &query.search);
        if !scope::push_connections(sql, &query.scope) {
            return Ok(Page {
                rows: Vec::new(),
                total: 0,
            });
        }
    }
    rows.push(" ORDER BY CASE WHEN status = 'broken' THEN 0 ELSE 1 END, search, id LIMIT ")
        .push_bind(query.limit.max(0))
        .push(" OFFSET ")
        .push_bind(query.offset.max(0));
    let total = count.build_query_scalar().fetch_one(&mut *db).await?;
    let found = rows.build().fetch_all(&mut *db).await?;
    let found = found.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page {
        rows: connection_use::with_use(db, found, &query.rules).await?,
        total,
    })
}

/// Whether another connection of the same owner has this token, stored with an earlier key.
async fn is_elsewhere(db: &mut Db, id: &ConnectionId, fingerprints: &[Vec<u8>]) -> Result<bool> {
    if fingerprints.is_empty() {
        return Ok(false);
    }
    let Some(own) = connections::find(db, id, &ConnectionScope::All).await? else {
        return Ok(false);
    };
    let (kind, owner) = owner_parts(&own.owner);
    for fingerprint in fingerprints {
        let found = connections::by_fingerprint(db, kind, owner, fingerprint).await?;
        if found.is_some_and(|found| found.id != *id) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn replace(
    db: &mut Db,
    vault: &TokenVault,
    id: &ConnectionId,
    token: &SlackToken,
    check: &ConnectionCheck,
) -> Result<()> {
    let new = vault.seal(id, token)?;
    if is_elsewhere(db, id, &new.earlier_fingerprints).await? {
        return Err(StoreError::Taken("auth_token"));
    }
    let written = sqlx::query(
        "UPDATE connections SET token_sealed = $2, token_fingerprint = $3, token_version = token_version + 1, \
         hint = $4, kind = $5, status = $6, last_error = $7, team = COALESCE($8, team), \
         team_id = COALESCE($9, team_id), user_name = COALESCE($10, user_name), scopes = $11, checked_at = $12, \
         broken_since = NULL, refresh_sealed = NULL, expires_at = NULL, refresh_until = NULL WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(new.sealed)
    .bind(new.fingerprint)
    .bind(token.hint())
    .bind(token.kind().key())
    .bind(check.status.key())
    .bind(clean_opt(check.error.as_deref()))
    .bind(clean_opt(check.team.as_deref()))
    .bind(clean_opt(check.team_id.as_deref()))
    .bind(clean_opt(check.user_name.as_deref()))
    .bind(json_list(&check.scopes))
    .bind(check.checked_at)
    .execute(&mut *db)
    .await
    .map_err(|error| match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => StoreError::Taken("auth_token"),
        _ => error.into(),
    })?;
    expect_one(written.rows_affected(), StoreError::NotFound)?;
    write_search(db, id).await
}
