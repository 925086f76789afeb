//! Slack tokens. Only [`token`] decrypts one.

use leadbell_domain::{ConnectionId, EntityId, SlackToken, TokenKind};

use super::fields::Fields;
use super::{Connection as Db, Result, Row, Sql, expect_one, scope};
use crate::text::{clean, clean_opt, json_list, search_text};
use crate::vault::TokenVault;
use crate::{
    Connection, ConnectionCheck, ConnectionOwner, ConnectionScope, ConnectionStatus, NewConnection,
    StoreError,
};

pub(super) const SELECT: &str = "SELECT id, name, owner_kind, owner_id, kind, hint, team, team_id, user_name, scopes, status, \
                      last_error, broken_since, created_at, checked_at FROM connections WHERE removed_at IS NULL AND ";

pub(super) fn read(row: &Row) -> Result<Connection> {
    let fields = Fields::of(row, "connections", "id")?;
    let owner = match fields.get("owner_kind")? {
        "staff" => ConnectionOwner::Staff,
        _ => ConnectionOwner::Publisher(fields.id("owner_id")?),
    };
    Ok(Connection {
        id: fields.id("id")?,
        name: fields.get("name")?,
        owner,
        kind: fields.key("kind", |key| {
            [TokenKind::Bot, TokenKind::User]
                .into_iter()
                .find(|kind| kind.key() == key)
        })?,
        hint: fields.get("hint")?,
        team: fields.get("team")?,
        team_id: fields.get("team_id")?,
        user_name: fields.get("user_name")?,
        scopes: fields.json("scopes")?,
        status: fields.key("status", ConnectionStatus::from_key)?,
        last_error: fields.get("last_error")?,
        broken_since: fields.get("broken_since")?,
        created_at: fields.get("created_at")?,
        checked_at: fields.get("checked_at")?,
    })
}

pub(super) fn owner_parts(owner: &ConnectionOwner) -> (&'static str, &str) {
    match owner {
        ConnectionOwner::Staff => ("staff", ""),
        ConnectionOwner::Publisher(id) => ("publisher", EntityId::as_str(id)),
    }
}

pub(super) async fn insert(db: &mut Db, vault: &TokenVault, new: &NewConnection) -> Result<Connection> {
    let connection = &new.connection;
    let (owner_kind, owner_id) = owner_parts(&connection.owner);
    let token = vault.seal(&connection.id, &new.token)?;
    // Stored with an earlier key, while keys are exchanged.
    for earlier in &token.earlier_fingerprints {
        if let Some(found) = by_fingerprint(db, owner_kind, owner_id, earlier).await? {
            return Ok(found);
        }
    }
    sqlx::query(
        "INSERT INTO connections (id, name, owner_kind, owner_id, kind, hint, token_sealed, token_fingerprint, team, \
         team_id, user_name, scopes, status, last_error, created_at, checked_at, broken_since) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (owner_kind, owner_id, token_fingerprint) DO NOTHING",
    )
    .bind(connection.id.as_str())
    .bind(clean(&connection.name))
    .bind(owner_kind)
    .bind(owner_id)
    .bind(new.token.kind().key())
    .bind(new.token.hint())
    .bind(token.sealed)
    .bind(&token.fingerprint)
    .bind(clean_opt(connection.team.as_deref()))
    .bind(clean_opt(connection.team_id.as_deref()))
    .bind(clean_opt(connection.user_name.as_deref()))
    .bind(json_list(&connection.scopes))
    .bind(connection.status.key())
    .bind(clean_opt(connection.last_error.as_deref()))
    .bind(connection.created_at)
    .bind(connection.checked_at)
    .bind(connection.broken_since)
    .execute(&mut *db)
    .await?;
    write_search(db, &connection.id).await?;
    // The one just written, or the one that was there.
    let found = by_fingerprint(db, owner_kind, owner_id, &token.fingerprint).await?;
    found.ok_or(StoreError::NotFound)
}

/// The connection of this owner that has the token with this fingerprint.
pub(super) async fn by_fingerprint(
    db: &mut Db,
    owner_kind: &str,
    owner_id: &str,
    fingerprint: &[u8],
) -> Result<Option<Connection>> {
    let found = sqlx::query(&format!(
        "{SELECT} owner_kind = $1 AND owner_id = $2 AND token_fingerprint = $3"
    ))
    .bind(owner_kind)
    .bind(owner_id)
    .bind(fingerprint)
    .fetch_optional(db)
    .await?;
    found.as_ref().map(read).transpose()
}

pub(super) async fn find(
    db: &mut Db,
    id: &ConnectionId,
    scope: &ConnectionScope,
) -> Result<Option<Connection>> {
    let mut sql = Sql::new(SELECT);
    sql.push("id = ").push_bind(id.to_string());
    if !scope::push_connections(&mut sql, scope) {
        return Ok(None);
    }
    sql.build()
        .fetch_optional(db)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(super) async fn list(db: &mut Db, scope: &ConnectionScope) -> Result<Vec<Connection>> {
    let mut sql = Sql::new(SELECT);
    sql.push("1 = 1");
    if !scope::push_connections(&mut sql, scope) {
        return Ok(Vec::new());
    }
    sql.push(" ORDER BY created_at DESC, id DESC");
    sql.build().fetch_all(db).await?.iter().map(read).collect()
}

pub(super) async fn token(db: &mut Db, vault: &TokenVault, id: &ConnectionId) -> Result<SlackToken> {
    let sealed: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT token_sealed FROM connections WHERE id = $1 AND removed_at IS NULL")
            .bind(id.as_str())
            .fetch_optional(db)
            .await?;
    vault.open(id, &sealed.ok_or(StoreError::NotFound)?)
}

pub(super) async fn record_check(db: &mut Db, id: &ConnectionId, check: &ConnectionCheck) -> Result<()> {
    // What Slack did not say this time (it was not reached, or refuses) does not wipe out what it said before.
    let written = sqlx::query(
        "UPDATE connections SET status = $2, last_error = $3, team = COALESCE($4, team), \
         team_id = COALESCE($5, team_id), user_name = COALESCE($6, user_name), \
         scopes = CASE WHEN $7 = '[]' THEN scopes ELSE $7 END, checked_at = $8, \
         broken_since = CASE WHEN $2 = 'broken' THEN COALESCE(broken_since, $8) END \
         WHERE id = $1 AND removed_at IS NULL",
    )
    .bind(id.as_str())
    .bind(check.status.key())
    .bind(clean_opt(check.error.as_deref()))
    .bind(clean_opt(check.team.as_deref()))
    .bind(clean_opt(check.team_id.as_deref()))
    .bind(clean_opt(check.user_name.as_deref()))
    .bind(json_list(&check.scopes))
    .bind(check.checked_at)
    .execute(&mut *db)
    .await?;
    expect_one(written.rows_affected(), StoreError::NotFound)?;
    write_search(db, id).await
}

/// Writes what a search looks in, from what the row says now.
pub(super) async fn write_search(db: &mut Db, id: &ConnectionId) -> Result<()> {
    let parts: Option<(String, Option<String>, Option<String>, String)> =
        sqlx::query_as("SELECT name, team, user_name, hint FROM connections WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *db)
            .await?;
    let Some((name, team, user_name, hint)) = parts else {
        return Ok(());
    };
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    sqlx::query("UPDATE connections SET search = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(search_text(&[&name, &part(&team), &part(&user_name), &hint]))
        .execute(db)
        .await?;
    Ok(())
}
