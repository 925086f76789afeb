//! People and API keys.

use leadbell_domain::{EntityId, Role, UserId};

use super::fields::Fields;
use super::{Connection, Result, Row};
use crate::text::{clean, search_text};
use crate::{ApiKey, NewUser, StoreError, User};

/// What [`read_user`] reads; `u` is the table `users`.
pub(super) const COLUMNS: &str = "u.id, u.email, u.name, u.role, u.active, u.manages_until, u.created_at";

/// Finds people with their password's hash.
fn select(condition: &str) -> String {
    format!("SELECT {COLUMNS}, u.password_hash FROM users u WHERE {condition}")
}

pub(super) async fn insert_user(db: &mut Connection, new: &NewUser) -> Result<()> {
    let user = &new.user;
    let written = sqlx::query(
        "INSERT INTO users (id, email, name, role, password_hash, active, created_at, search) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
    )
    .bind(user.id.as_str())
    .bind(clean(&user.email.to_lowercase()))
    .bind(clean(&user.name))
    .bind(user.role.key())
    .bind(&new.password_hash)
    .bind(i64::from(user.active))
    .bind(user.created_at)
    .bind(search_text(&[&user.name, &user.email]))
    .execute(&mut *db)
    .await?;
    super::expect_one(written.rows_affected(), StoreError::Taken("email"))?;
    insert_owned(db, &user.id, &user.publishers, &user.buyers).await
}

/// Writes what a person manages or is.
pub(super) async fn insert_owned(
    db: &mut Connection,
    user: &UserId,
    publishers: &[EntityId],
    buyers: &[EntityId],
) -> Result<()> {
    let publishers = publishers.iter().map(|id| ("publisher", id));
    let buyers = buyers.iter().map(|id| ("buyer", id));
    for (kind, entity) in publishers.chain(buyers) {
        sqlx::query(
            "INSERT INTO user_entities (user_id, kind, entity_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(user.as_str())
        .bind(kind)
        .bind(entity.as_str())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

pub(super) async fn find_user_by_email(db: &mut Connection, email: &str) -> Result<Option<(User, String)>> {
    let row = sqlx::query(&select("u.email = $1"))
        .bind(clean(&email.trim().to_lowercase()))
        .fetch_optional(&mut *db)
        .await?;
    match row {
        None => Ok(None),
        Some(row) => {
            let hash = Fields::of(&row, "users", "id")?.get("password_hash")?;
            Ok(Some((read_user(db, &row).await?, hash)))
        }
    }
}

pub(super) async fn find_user(db: &mut Connection, id: &UserId) -> Result<Option<User>> {
    let row = sqlx::query(&select("u.id = $1"))
        .bind(id.as_str())
        .fetch_optional(&mut *db)
        .await?;
    match row {
        None => Ok(None),
        Some(row) => Ok(Some(read_user(db, &row).await?)),
    }
}

pub(super) async fn read_user(db: &mut Connection, row: &Row) -> Result<User> {
    let fields = Fields::of(row, "users", "id")?;
    let id: UserId = fields.id("id")?;
    let (mut publishers, mut buyers) = (Vec::new(), Vec::new());
    let owned = sqlx::query(
        "SELECT user_id, kind, entity_id FROM user_entities WHERE user_id = $1 ORDER BY kind, entity_id",
    )
    .bind(id.as_str())
    .fetch_all(db)
    .await?;
    for row in &owned {
        let owned = Fields::of(row, "user_entities", "user_id")?;
        match owned.get("kind")? {
            "publisher" => publishers.push(owned.id("entity_id")?),
            _ => buyers.push(owned.id("entity_id")?),
        }
    }
    Ok(User {
        id,
        email: fields.get("email")?,
        name: fields.get("name")?,
        role: fields.key("role", Role::from_key)?,
        publishers,
        buyers,
        active: fields.flag("active")?,
        manages_until: fields.get("manages_until")?,
        created_at: fields.get("created_at")?,
    })
}

pub(super) async fn count_users(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM users")
        .fetch_one(db)
        .await?)
}

pub(super) async fn insert_api_key(db: &mut Connection, key: &ApiKey, hash: &[u8]) -> Result<()> {
    let written = sqlx::query(
        "INSERT INTO api_keys (id, name, prefix, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (hash) DO NOTHING",
    )
    .bind(key.id.as_str())
    .bind(clean(&key.name))
    .bind(&key.prefix)
    .bind(hash)
    .bind(crate::text::json_list(&key.scopes))
    .bind(key.created_at)
    .execute(db)
    .await?;
    super::expect_one(written.rows_affected(), StoreError::Taken("key"))
}

pub(super) async fn find_api_key(db: &mut Connection, hash: &[u8]) -> Result<Option<ApiKey>> {
    let row = sqlx::query(
        "SELECT id, name, prefix, scopes, created_at FROM api_keys WHERE hash = $1 AND revoked_at IS NULL",
    )
    .bind(hash)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let fields = Fields::of(&row, "api_keys", "id")?;
    Ok(Some(ApiKey {
        id: fields.id("id")?,
        name: fields.get("name")?,
        prefix: fields.get("prefix")?,
        scopes: fields.json("scopes")?,
        created_at: fields.get("created_at")?,
    }))
}
