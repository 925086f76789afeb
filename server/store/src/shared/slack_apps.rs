//! Connections that came by "Add to Slack", and tokens that are exchanged for others.

use async_trait::async_trait;
use leadbell_domain::{ConnectionId, SessionId, SlackToken, Timestamp};
use secrecy::SecretString;

use super::connections::{SELECT, owner_parts, read, write_search};
use super::fields::Fields;
use super::{DbStore, Result, connection_faults, expect_one};
use crate::text::clean;
use crate::{Connection, ConnectionOwner, Refreshing, Rotation, SlackApps, StoreError};

/// Connections that one look finds at most.
const FEW: i64 = 20;

#[async_trait]
impl SlackApps for DbStore {
    async fn add_oauth_state(
        &self,
        hash: &[u8],
        session: &SessionId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM oauth_states WHERE expires_at <= $1")
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO oauth_states (state_hash, session_id, expires_at) VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(session.as_str())
            .bind(until)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn take_oauth_state(&self, hash: &[u8], session: &SessionId, now: Timestamp) -> Result<bool> {
        let taken = sqlx::query(
            "DELETE FROM oauth_states WHERE state_hash = $1 AND session_id = $2 AND expires_at > $3",
        )
        .bind(hash)
        .bind(session.as_str())
        .bind(now)
        .execute(&self.writer)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn find_app_connection(
        &self,
        owner: &ConnectionOwner,
        team_id: &str,
        app_id: &str,
    ) -> Result<Option<Connection>> {
        let (kind, id) = owner_parts(owner);
        let found = sqlx::query(&format!(
            "{SELECT} owner_kind = $1 AND owner_id = $2 AND team_id = $3 AND app_id = $4 AND kind = 'bot' \
             ORDER BY created_at DESC, id DESC LIMIT 1"
        ))
        .bind(kind)
        .bind(id)
        .bind(team_id)
        .bind(app_id)
        .fetch_optional(&self.reader)
        .await?;
        found.as_ref().map(read).transpose()
    }

    async fn keep_app(
        &self,
        id: &ConnectionId,
        app_id: Option<&str>,
        rotation: Option<(&SecretString, Timestamp)>,
    ) -> Result<()> {
        let sealed = match rotation {
            Some((refresh, _)) => Some(self.vault.seal_refresh(id, refresh)?),
            None => None,
        };
        let written = sqlx::query(
            "UPDATE connections SET app_id = COALESCE($2, app_id), refresh_sealed = $3, expires_at = $4, \
             refresh_until = NULL WHERE id = $1 AND removed_at IS NULL",
        )
        .bind(id.as_str())
        .bind(app_id.map(clean))
        .bind(sealed)
        .bind(rotation.map(|(_, at)| at))
        .execute(&self.writer)
        .await?;
        expect_one(written.rows_affected(), StoreError::NotFound)
    }

    async fn rotation(&self, id: &ConnectionId) -> Result<Option<Rotation>> {
        let found: Option<(Option<i64>, i64)> = sqlx::query_as(
            "SELECT expires_at, CASE WHEN refresh_sealed IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END \
             FROM connections WHERE id = $1 AND removed_at IS NULL",
        )
        .bind(id.as_str())
        .fetch_optional(&self.reader)
        .await?;
        let ends = found.and_then(|(at, renews)| Some((at?, renews)));
        Ok(ends.map(|(expires_at, renews)| Rotation {
            expires_at,
            renews: renews != 0,
        }))
    }

    async fn ending_tokens(&self, before: Timestamp, now: Timestamp) -> Result<Vec<ConnectionId>> {
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM connections WHERE refresh_sealed IS NOT NULL AND removed_at IS NULL \
             AND (expires_at < $1 OR (status = 'broken' AND last_error = 'token_expired')) \
             AND (refresh_until IS NULL OR refresh_until <= $2 OR refresh_until > $2 + 600000) ORDER BY expires_at LIMIT $3",
        )
        .bind(before)
        .bind(now)
        .bind(FEW)
        .fetch_all(&self.reader)
        .await?;
        let wrong = |id: &str| StoreError::Inconsistent {
            table: "connections",
            row: id.to_owned(),
            detail: "the id is none".to_owned(),
        };
        found
            .into_iter()
            .map(|id| ConnectionId::new(id.clone()).map_err(|_| wrong(&id)))
            .collect()
    }

    async fn begin_refresh(
        &self,
        id: &ConnectionId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Refreshing>> {
        let row = sqlx::query(
            "UPDATE connections SET refresh_until = $3 WHERE id = $1 AND removed_at IS NULL \
             AND refresh_sealed IS NOT NULL \
             AND (refresh_until IS NULL OR refresh_until <= $2 OR refresh_until > $2 + 600000) \
             RETURNING id, token_version, refresh_sealed",
        )
        .bind(id.as_str())
        .bind(now)
        .bind(until)
        .fetch_optional(&self.writer)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let fields = Fields::of(&row, "connections", "id")?;
        Ok(Some(Refreshing {
            id: id.clone(),
            version: fields.get("token_version")?,
            refresh: self.vault.open_refresh(id, fields.get("refresh_sealed")?)?,
        }))
    }

    async fn finish_refresh(
        &self,
        turn: &Refreshing,
        token: &SlackToken,
        rotation: Option<(&SecretString, Timestamp)>,
        now: Timestamp,
    ) -> Result<bool> {
        let new = self.vault.seal(&turn.id, token)?;
        let refresh = match rotation {
            Some((refresh, _)) => Some(self.vault.seal_refresh(&turn.id, refresh)?),
            None => None,
        };
        let mut tx = self.begin().await?;
        let written = sqlx::query(
            "UPDATE connections SET token_sealed = $3, token_fingerprint = $4, token_version = token_version + 1, \
             hint = $5, refresh_sealed = $6, expires_at = $7, refresh_until = NULL, checked_at = $8, \
             status = CASE WHEN last_error = 'token_expired' THEN 'ok' ELSE status END, \
             broken_since = CASE WHEN last_error = 'token_expired' THEN NULL ELSE broken_since END, \
             last_error = CASE WHEN last_error = 'token_expired' THEN NULL ELSE last_error END \
             WHERE id = $1 AND token_version = $2 AND removed_at IS NULL",
        )
        .bind(turn.id.as_str())
        .bind(turn.version)
        .bind(new.sealed)
        .bind(new.fingerprint)
        .bind(token.hint())
        .bind(refresh)
        .bind(rotation.map(|(_, at)| at))
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if written.rows_affected() == 0 {
            return Ok(false);
        }
        write_search(&mut tx, &turn.id).await?;
        tx.commit().await?;
        // In a transaction of its own: whoever sends holds destinations first and connections after them.
        let mut tx = self.begin().await?;
        connection_faults::resume(&mut tx, &turn.id).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn give_up_refresh(&self, turn: &Refreshing) -> Result<()> {
        sqlx::query(
            "UPDATE connections SET refresh_sealed = NULL, refresh_until = NULL WHERE id = $1 AND token_version = $2",
        )
        .bind(turn.id.as_str())
        .bind(turn.version)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
