//! People as administrators list and change them. Whoever changes a person holds the rows of the Global Admins first,
//! in the order of their ids, then the person's own: so that one always stays.

use async_trait::async_trait;
use leadbell_domain::{ApiKeyId, Role, SessionId, Timestamp, UserId, may_be_elevated};

use super::fields::Fields;
use super::people::COLUMNS;
use super::search::push_search;
use super::store::{read, write};
use super::{Connection, DbStore, LOCK, Result, Row, Sql, expect_one, people, push_in, sessions};
use crate::text::{clean, search_text};
use crate::{
    Accounts, ApiKey, ApiKeyRecord, NO_PASSWORD, NewSession, Page, PasswordLink, StoreError, User,
    UserChange, UserQuery, UserRecord, UserSession, UserStatus,
};

/// People with what only administrators are shown.
fn select() -> String {
    format!("SELECT {COLUMNS}, u.password_hash, u.version, u.last_login_at FROM users u")
}

/// Reads people; what they manage comes in one further query for all.
async fn read_records(db: &mut Connection, rows: &[Row]) -> Result<Vec<UserRecord>> {
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let fields = Fields::of(row, "users", "id")?;
        records.push(UserRecord {
            user: User {
                id: fields.id("id")?,
                email: fields.get("email")?,
                name: fields.get("name")?,
                role: fields.key("role", Role::from_key)?,
                publishers: Vec::new(),
                buyers: Vec::new(),
                active: fields.flag("active")?,
                manages_until: fields.get("manages_until")?,
                created_at: fields.get("created_at")?,
            },
            version: fields.get("version")?,
            has_password: fields.get::<&str>("password_hash")? != NO_PASSWORD,
            last_login_at: fields.get("last_login_at")?,
        });
    }
    let mut sql = Sql::new("SELECT user_id, kind, entity_id FROM user_entities WHERE ");
    push_in(
        &mut sql,
        "user_id",
        records.iter().map(|record| record.user.id.as_str()),
    );
    sql.push(" ORDER BY user_id, kind, entity_id");
    for row in &sql.build().fetch_all(db).await? {
        let owned = Fields::of(row, "user_entities", "user_id")?;
        let owner: UserId = owned.id("user_id")?;
        let Some(record) = records.iter_mut().find(|record| record.user.id == owner) else {
            continue;
        };
        match owned.get("kind")? {
            "publisher" => record.user.publishers.push(owned.id("entity_id")?),
            _ => record.user.buyers.push(owned.id("entity_id")?),
        }
    }
    Ok(records)
}

async fn find(db: &mut Connection, id: &UserId, lock: &'static str) -> Result<Option<UserRecord>> {
    let row = sqlx::query(&format!("{} WHERE u.id = $1{lock}", select()))
        .bind(id.as_str())
        .fetch_optional(&mut *db)
        .await?;
    match row {
        None => Ok(None),
        Some(row) => Ok(read_records(db, &[row]).await?.pop()),
    }
}

async fn record(db: &mut Connection, id: &UserId) -> Result<Option<UserRecord>> {
    find(db, id, "").await
}

fn push_filter(sql: &mut Sql, query: &UserQuery) {
    sql.push(" WHERE 1 = 1");
    if let Some(role) = query.role {
        sql.push(" AND u.role = ").push_bind(role.key());
    }
    match query.status {
        None => {}
        Some(UserStatus::Disabled) => {
            sql.push(" AND u.active = 0");
        }
        Some(UserStatus::Active) => {
            sql.push(" AND u.active = 1 AND u.password_hash <> ")
                .push_bind(NO_PASSWORD);
        }
        Some(UserStatus::Invited) => {
            sql.push(" AND u.active = 1 AND u.password_hash = ")
                .push_bind(NO_PASSWORD);
        }
    }
    push_search(sql, "u.search", &query.search);
}

async fn list(db: &mut Connection, query: &UserQuery) -> Result<Page<UserRecord>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM users u");
    push_filter(&mut count, query);
    let mut page = Sql::new(select());
    push_filter(&mut page, query);
    page.push(" ORDER BY u.search, u.id LIMIT ")
        .push_bind(query.limit.max(0));
    page.push(" OFFSET ").push_bind(query.offset.max(0));
    let total = count.build_query_scalar().fetch_one(&mut *db).await?;
    let rows = page.build().fetch_all(&mut *db).await?;
    Ok(Page {
        rows: read_records(db, &rows).await?,
        total,
    })
}

/// Holds a person's row. Refuses when he is the last who may manage people and `stays_admin` says that he will not be.
async fn hold(db: &mut Connection, id: &UserId, stays_admin: bool) -> Result<UserRecord> {
    let admins = sqlx::query(&format!(
        "SELECT id FROM users WHERE role = $1 AND active = 1 ORDER BY id{LOCK}"
    ))
    .bind(Role::GlobalAdmin.key())
    .fetch_all(&mut *db)
    .await?;
    let found = find(db, id, LOCK).await?.ok_or(StoreError::NotFound)?;
    let is_admin = found.user.active && found.user.role == Role::GlobalAdmin;
    if is_admin && !stays_admin && admins.len() <= 1 {
        return Err(StoreError::LastAdmin);
    }
    Ok(found)
}

async fn update(
    db: &mut Connection,
    id: &UserId,
    change: &UserChange,
    expected: Option<i64>,
) -> Result<User> {
    let before = hold(db, id, change.role == Role::GlobalAdmin).await?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(StoreError::Conflict);
    }
    let email = clean(&change.email.to_lowercase());
    let written = sqlx::query(
        "UPDATE users SET email = $2, name = $3, role = $4, search = $5, version = version + 1, \
         manages_until = CASE WHEN role = $4 THEN manages_until END WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(&email)
    .bind(clean(&change.name))
    .bind(change.role.key())
    .bind(search_text(&[&change.name, &email]))
    .execute(&mut *db)
    .await;
    let written = written.map_err(|error| match error.as_database_error() {
        Some(database) if database.is_unique_violation() => StoreError::Taken("email"),
        _ => error.into(),
    })?;
    expect_one(written.rows_affected(), StoreError::NotFound)?;
    sqlx::query("DELETE FROM user_entities WHERE user_id = $1")
        .bind(id.as_str())
        .execute(&mut *db)
        .await?;
    people::insert_owned(db, id, &change.publishers, &change.buyers).await?;
    Ok(before.user)
}

async fn rename(db: &mut Connection, id: &UserId, name: &str) -> Result<()> {
    let found = find(db, id, LOCK).await?.ok_or(StoreError::NotFound)?;
    let written = sqlx::query("UPDATE users SET name = $2, search = $3, version = version + 1 WHERE id = $1")
        .bind(id.as_str())
        .bind(clean(name))
        .bind(search_text(&[name, &found.user.email]))
        .execute(db)
        .await?;
    expect_one(written.rows_affected(), StoreError::NotFound)
}

async fn set_active(db: &mut Connection, id: &UserId, active: bool) -> Result<User> {
    let before = hold(db, id, active).await?;
    sqlx::query("UPDATE users SET active = $2, manages_until = NULL, version = version + 1 WHERE id = $1")
        .bind(id.as_str())
        .bind(i64::from(active))
        .execute(&mut *db)
        .await?;
    if !active {
        sessions::end_others(db, id, None).await?;
        sessions::end_links(db, id).await?;
    }
    Ok(before.user)
}

async fn elevate(db: &mut Connection, id: &UserId, until: Option<Timestamp>) -> Result<User> {
    let before = find(db, id, LOCK).await?.ok_or(StoreError::NotFound)?;
    if !before.user.active || !may_be_elevated(before.user.role) {
        return Err(StoreError::NotFound);
    }
    let written = sqlx::query(
        "UPDATE users SET manages_until = $3, version = version + 1 WHERE id = $1 AND role = $2 AND active = 1",
    )
    .bind(id.as_str())
    .bind(before.user.role.key())
    .bind(until)
    .execute(db)
    .await?;
    expect_one(written.rows_affected(), StoreError::NotFound)?;
    Ok(before.user)
}

async fn set_password(
    db: &mut Connection,
    id: &UserId,
    password_hash: &str,
    keep: Option<&SessionId>,
) -> Result<()> {
    sessions::write_password(db, id, password_hash).await?;
    sessions::end_links(db, id).await?;
    sessions::end_others(db, id, keep).await?;
    Ok(())
}

fn read_key(row: &Row) -> Result<ApiKeyRecord> {
    let fields = Fields::of(row, "api_keys", "id")?;
    Ok(ApiKeyRecord {
        key: ApiKey {
            id: fields.id("id")?,
            name: fields.get("name")?,
            prefix: fields.get("prefix")?,
            scopes: fields.json("scopes")?,
            created_at: fields.get("created_at")?,
        },
        revoked_at: fields.get("revoked_at")?,
    })
}

async fn keys(db: &mut Connection) -> Result<Vec<ApiKeyRecord>> {
    sqlx::query(
        "SELECT id, name, prefix, scopes, created_at, revoked_at FROM api_keys \
         ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id DESC",
    )
    .fetch_all(db)
    .await?
    .iter()
    .map(read_key)
    .collect()
}

async fn revoke(db: &mut Connection, id: &ApiKeyId, now: Timestamp) -> Result<ApiKeyRecord> {
    let row = sqlx::query(
        "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL \
         RETURNING id, name, prefix, scopes, created_at, revoked_at",
    )
    .bind(id.as_str())
    .bind(now)
    .fetch_optional(db)
    .await?;
    read_key(&row.ok_or(StoreError::NotFound)?)
}

#[async_trait]
impl Accounts for DbStore {
    async fn list_users(&self, query: &UserQuery) -> Result<Page<UserRecord>> {
        read!(self, list, query)
    }

    async fn find_user_record(&self, id: &UserId) -> Result<Option<UserRecord>> {
        read!(self, record, id)
    }

    async fn update_user(&self, id: &UserId, change: &UserChange, expected: Option<i64>) -> Result<User> {
        write!(self, update, id, change, expected)
    }

    async fn rename_user(&self, id: &UserId, name: &str) -> Result<()> {
        write!(self, rename, id, name)
    }

    async fn elevate_user(&self, id: &UserId, until: Option<Timestamp>) -> Result<User> {
        write!(self, elevate, id, until)
    }

    async fn set_user_active(&self, id: &UserId, active: bool) -> Result<User> {
        write!(self, set_active, id, active)
    }

    async fn set_password(&self, id: &UserId, password_hash: &str, keep: Option<&SessionId>) -> Result<()> {
        write!(self, set_password, id, password_hash, keep)
    }

    async fn add_password_link(&self, link: &PasswordLink) -> Result<()> {
        write!(self, sessions::add_link, link)
    }

    async fn find_password_link(&self, hash: &[u8], now: Timestamp) -> Result<Option<User>> {
        read!(self, sessions::find_link, hash, now)
    }

    async fn use_password_link(
        &self,
        hash: &[u8],
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<User>> {
        write!(self, sessions::use_link, hash, password_hash, now)
    }

    async fn start_session(&self, new: &NewSession) -> Result<()> {
        write!(self, sessions::start, new)
    }

    async fn session_user(&self, id: &SessionId) -> Result<Option<User>> {
        read!(self, sessions::user, id)
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<()> {
        write!(self, sessions::touch, id, now)
    }

    async fn list_sessions(&self, user: &UserId, since: Timestamp) -> Result<Vec<UserSession>> {
        read!(self, sessions::list, user, since)
    }

    async fn end_session(&self, user: &UserId, id: &SessionId) -> Result<()> {
        write!(self, sessions::end, user, id)
    }

    async fn end_other_sessions(&self, user: &UserId, keep: Option<&SessionId>) -> Result<u64> {
        write!(self, sessions::end_others, user, keep)
    }

    async fn sweep_accounts(&self, since: Timestamp, now: Timestamp) -> Result<()> {
        write!(self, sessions::sweep, since, now)
    }

    async fn list_api_keys(&self) -> Result<Vec<ApiKeyRecord>> {
        read!(self, keys)
    }

    async fn revoke_api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<ApiKeyRecord> {
        write!(self, revoke, id, now)
    }
}
