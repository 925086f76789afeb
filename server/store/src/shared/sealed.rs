//! Sealing everything with the present key, row by row and beside servers that work.

use async_trait::async_trait;
use leadbell_domain::ConnectionId;

use super::fields::Fields;
use super::{DbStore, Result};
use crate::vault::TokenVault;
use crate::{Resealed, Sealed, SealedStore, StoreError};

/// Rows read at a time.
const BATCH: i64 = 200;
/// Times the table is gone through at most: something may be written meanwhile that a server had sealed before.
const PASSES: u32 = 5;

/// What is sealed in a row.
struct Row {
    id: ConnectionId,
    name: String,
    token: Vec<u8>,
    refresh: Option<Vec<u8>>,
}

impl Row {
    fn is_present(&self, vault: &TokenVault) -> bool {
        vault.is_present(&self.token)
            && self
                .refresh
                .as_ref()
                .is_none_or(|refresh| vault.is_present(refresh))
    }

    fn opens(&self, vault: &TokenVault) -> bool {
        let refresh = self.refresh.as_ref();
        vault.open(&self.id, &self.token).is_ok()
            && refresh.is_none_or(|refresh| vault.open_refresh(&self.id, refresh).is_ok())
    }
}

#[async_trait]
impl SealedStore for DbStore {
    async fn reseal(&self) -> Result<Resealed> {
        let mut total = Resealed::default();
        for _ in 0..PASSES {
            let mut after = String::new();
            let mut changed = 0;
            total.unreadable.clear();
            loop {
                let batch = self.sealed_rows(&after).await?;
                let Some(last) = batch.last() else { break };
                after = last.id.to_string();
                for row in batch.iter().filter(|row| !row.is_present(&self.vault)) {
                    match self.reseal_one(row).await {
                        Ok(written) => changed += u64::from(written),
                        Err(StoreError::WrongKey) => total.unreadable.push(row.name.clone()),
                        Err(error) => return Err(error),
                    }
                }
            }
            total.resealed += changed;
            if changed == 0 {
                break;
            }
        }
        Ok(total)
    }

    async fn sealed(&self) -> Result<Sealed> {
        let mut counts = Sealed::default();
        let mut after = String::new();
        loop {
            let batch = self.sealed_rows(&after).await?;
            let Some(last) = batch.last() else {
                return Ok(counts);
            };
            after = last.id.to_string();
            for row in &batch {
                if !row.opens(&self.vault) {
                    counts.unreadable += 1;
                } else if row.is_present(&self.vault) {
                    counts.present += 1;
                } else {
                    counts.earlier += 1;
                }
            }
        }
    }
}

impl DbStore {
    async fn sealed_rows(&self, after: &str) -> Result<Vec<Row>> {
        let found = sqlx::query(
            "SELECT id, name, token_sealed, refresh_sealed FROM connections \
             WHERE removed_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(BATCH)
        .fetch_all(&self.reader)
        .await?;
        let rows = found.iter().map(|row| {
            let fields = Fields::of(row, "connections", "id")?;
            Ok(Row {
                id: fields.id("id")?,
                name: fields.get("name")?,
                token: fields.get("token_sealed")?,
                refresh: fields.get("refresh_sealed")?,
            })
        });
        rows.collect()
    }

    /// Seals one, unless it holds something else by now.
    async fn reseal_one(&self, row: &Row) -> Result<bool> {
        let token = self.vault.open(&row.id, &row.token)?;
        let new = self.vault.seal(&row.id, &token)?;
        let refresh = match &row.refresh {
            Some(refresh) => {
                let refresh = self.vault.open_refresh(&row.id, refresh)?;
                Some(self.vault.seal_refresh(&row.id, &refresh)?)
            }
            None => None,
        };
        let write = async |fingerprint: Option<&[u8]>| {
            sqlx::query(
                "UPDATE connections SET token_sealed = $2, refresh_sealed = $3, \
                 token_fingerprint = COALESCE($4, token_fingerprint) \
                 WHERE id = $1 AND token_sealed = $5 AND (refresh_sealed = $6 OR ($6 IS NULL AND refresh_sealed IS NULL))",
            )
            .bind(row.id.as_str())
            .bind(&new.sealed)
            .bind(&refresh)
            .bind(fingerprint)
            .bind(&row.token)
            .bind(&row.refresh)
            .execute(&self.writer)
            .await
        };
        let written = match write(Some(&new.fingerprint)).await {
            // The same token came in meanwhile as another connection: both stay, and the other one is recognised.
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => write(None).await?,
            other => other?,
        };
        Ok(written.rows_affected() == 1)
    }
}
