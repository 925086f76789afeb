//! API keys, for those whose duty people and keys are.

use async_trait::async_trait;
use leadbell_app::backend::ApiKeys;
use leadbell_app::error::AppError;
use leadbell_app::views::people::{KeyRow, NewKey};
use leadbell_domain::{ApiKeyId, AuditAction, FieldErrors};
use secrecy::ExposeSecret as _;

use super::{RequestBackend, store_error};
use crate::audit::Line;
use crate::http::api_key::{self, ApiScope};
use crate::people;

#[async_trait]
impl ApiKeys for RequestBackend {
    async fn api_keys(&self) -> Result<Vec<KeyRow>, AppError> {
        self.manager()?;
        let keys = self.state.store.list_api_keys().await.map_err(store_error)?;
        Ok(keys
            .into_iter()
            .map(|record| KeyRow {
                id: record.key.id.to_string(),
                name: record.key.name,
                prefix: record.key.prefix,
                scopes: record.key.scopes,
                created_at: record.key.created_at,
                revoked_at: record.revoked_at,
            })
            .collect())
    }

    async fn add_api_key(&self, name: &str, scopes: &[String]) -> Result<NewKey, AppError> {
        let caller = self.manager()?;
        let mut errors = FieldErrors::new();
        let name = errors.keep("name", people::name(name)).unwrap_or_default();
        let mut granted = Vec::new();
        for key in scopes {
            match ApiScope::from_key(key) {
                Some(scope) => granted.push(scope),
                None => errors.add("scopes", format!("There is no scope {key}.")),
            }
        }
        if scopes.is_empty() {
            errors.add("scopes", "Choose what the key may do.");
        }
        if !errors.is_empty() {
            return Err(AppError::Fields(errors));
        }
        granted.dedup();
        let now = self.state.clock.now_ms();
        let made = api_key::make(&*self.state.store, &name, &granted, now).await;
        let (key, text) = made.map_err(store_error)?;
        let detail = format!("{}…, {}", key.prefix, key.scopes.join(", "));
        let line = Line::key(AuditAction::KeyCreated, &key).detail(detail);
        self.tell_of(&caller, line).await;
        Ok(NewKey {
            name,
            key: text.expose_secret().to_owned(),
        })
    }

    async fn revoke_api_key(&self, id: &str) -> Result<String, AppError> {
        let caller = self.manager()?;
        let id = ApiKeyId::new(id).map_err(|_| AppError::NotFound)?;
        let now = self.state.clock.now_ms();
        let revoked = self.state.store.revoke_api_key(&id, now).await;
        let key = revoked.map_err(store_error)?.key;
        let line = Line::key(AuditAction::KeyRevoked, &key).detail(format!("{}…", key.prefix));
        self.tell_of(&caller, line).await;
        Ok(key.name)
    }
}
