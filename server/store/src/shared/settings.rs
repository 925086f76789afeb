//! What a house settled for itself, one row a setting.

use async_trait::async_trait;
use leadbell_domain::Timestamp;
use sqlx::Row as _;

use super::store::{read, write};
use super::{Connection, DbStore, Result};
use crate::{SettingsStore, StoreError};

async fn all(db: &mut Connection) -> Result<Vec<(String, String)>> {
    sqlx::query("SELECT key, value FROM settings ORDER BY key")
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

async fn put(db: &mut Connection, settings: &[(String, String)], now: Timestamp) -> Result<()> {
    for (key, value) in settings {
        sqlx::query(
            "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        )
        .bind(key.clone())
        .bind(value.clone())
        .bind(now)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

#[async_trait]
impl SettingsStore for DbStore {
    async fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        read!(self, all)
    }

    async fn put_settings(&self, settings: &[(String, String)], now: Timestamp) -> Result<(), StoreError> {
        write!(self, put, settings, now)
    }
}
