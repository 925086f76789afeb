//! Logins and one-time links. Whoever changes either holds the person's row first, so that a login and the change that
//! forbids it can not pass each other.

use leadbell_domain::{SessionId, Timestamp, UserId};

use super::fields::Fields;
use super::{Connection, LOCK, Result, expect_one, people};
use crate::text::clean;
use crate::{NewSession, PasswordLink, StoreError, User, UserSession};

/// Holds the row of a person who may log in.
async fn hold_active(db: &mut Connection, user: &UserId) -> Result<()> {
    let found = sqlx::query(&format!(
        "SELECT id FROM users WHERE id = $1 AND active = 1{LOCK}"
    ))
    .bind(user.as_str())
    .fetch_optional(db)
    .await?;
    found.map(|_| ()).ok_or(StoreError::NotFound)
}

pub(super) async fn write_password(db: &mut Connection, user: &UserId, password_hash: &str) -> Result<()> {
    let written = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user.as_str())
        .bind(password_hash)
        .execute(db)
        .await?;
    expect_one(written.rows_affected(), StoreError::NotFound)
}

pub(super) async fn end_links(db: &mut Connection, user: &UserId) -> Result<()> {
    sqlx::query("DELETE FROM password_links WHERE user_id = $1")
        .bind(user.as_str())
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn add_link(db: &mut Connection, link: &PasswordLink) -> Result<()> {
    hold_active(db, &link.user).await?;
    end_links(db, &link.user).await?;
    sqlx::query("INSERT INTO password_links (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(&link.hash)
        .bind(link.user.as_str())
        .bind(link.created_at)
        .bind(link.expires_at)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn find_link(db: &mut Connection, hash: &[u8], now: Timestamp) -> Result<Option<User>> {
    let row = sqlx::query("SELECT user_id FROM password_links WHERE hash = $1 AND expires_at > $2")
        .bind(hash)
        .bind(now)
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let user: UserId = Fields::of(&row, "password_links", "user_id")?.id("user_id")?;
    let found = people::find_user(db, &user).await?;
    Ok(found.filter(|user| user.active))
}

pub(super) async fn use_link(
    db: &mut Connection,
    hash: &[u8],
    password_hash: &str,
    now: Timestamp,
) -> Result<Option<User>> {
    let Some(user) = find_link(db, hash, now).await? else {
        return Ok(None);
    };
    hold_active(db, &user.id).await?;
    let used = sqlx::query("DELETE FROM password_links WHERE hash = $1")
        .bind(hash)
        .execute(&mut *db)
        .await?;
    if used.rows_affected() != 1 {
        return Ok(None);
    }
    write_password(db, &user.id, password_hash).await?;
    end_links(db, &user.id).await?;
    end_others(db, &user.id, None).await?;
    Ok(Some(user))
}

pub(super) async fn start(db: &mut Connection, new: &NewSession) -> Result<()> {
    let written = sqlx::query(
        "UPDATE users SET last_login_at = $2 WHERE id = $1 AND active = 1 AND password_hash = $3",
    )
    .bind(new.user.as_str())
    .bind(new.session.started_at)
    .bind(&new.password_hash)
    .execute(&mut *db)
    .await?;
    expect_one(written.rows_affected(), StoreError::NotFound)?;
    sqlx::query(
        "INSERT INTO user_sessions (id, user_id, device, started_at, seen_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.session.id.as_str())
    .bind(new.user.as_str())
    .bind(clean(&new.session.device))
    .bind(new.session.started_at)
    .bind(new.session.seen_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn user(db: &mut Connection, id: &SessionId) -> Result<Option<User>> {
    let row = sqlx::query(&format!(
        "SELECT {} FROM user_sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND u.active = 1",
        people::COLUMNS
    ))
    .bind(id.as_str())
    .fetch_optional(&mut *db)
    .await?;
    match row {
        None => Ok(None),
        Some(row) => Ok(Some(people::read_user(db, &row).await?)),
    }
}

pub(super) async fn touch(db: &mut Connection, id: &SessionId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE user_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2")
        .bind(id.as_str())
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn list(db: &mut Connection, user: &UserId, since: Timestamp) -> Result<Vec<UserSession>> {
    sqlx::query(
        "SELECT id, device, started_at, seen_at FROM user_sessions WHERE user_id = $1 AND seen_at >= $2 \
         ORDER BY seen_at DESC, id DESC",
    )
    .bind(user.as_str())
    .bind(since)
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| {
        let fields = Fields::of(row, "user_sessions", "id")?;
        Ok(UserSession {
            id: fields.id("id")?,
            device: fields.get("device")?,
            started_at: fields.get("started_at")?,
            seen_at: fields.get("seen_at")?,
        })
    })
    .collect()
}

pub(super) async fn end(db: &mut Connection, user: &UserId, id: &SessionId) -> Result<()> {
    let ended = sqlx::query("DELETE FROM user_sessions WHERE id = $1 AND user_id = $2")
        .bind(id.as_str())
        .bind(user.as_str())
        .execute(db)
        .await?;
    expect_one(ended.rows_affected(), StoreError::NotFound)
}

pub(super) async fn end_others(db: &mut Connection, user: &UserId, keep: Option<&SessionId>) -> Result<u64> {
    let ended = sqlx::query("DELETE FROM user_sessions WHERE user_id = $1 AND id <> $2")
        .bind(user.as_str())
        .bind(keep.map_or("", SessionId::as_str))
        .execute(db)
        .await?;
    Ok(ended.rows_affected())
}

pub(super) async fn sweep(db: &mut Connection, since: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM user_sessions WHERE seen_at < $1")
        .bind(since)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM password_links WHERE expires_at <= $1")
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}
