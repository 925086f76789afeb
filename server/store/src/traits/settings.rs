//! What a house settled for itself.

use async_trait::async_trait;
use leadbell_domain::Timestamp;

use crate::StoreError;

/// Settings, as key and text. What they mean is `domain::settings`'s to say.
#[async_trait]
pub trait SettingsStore {
    /// Everything that was ever set.
    async fn settings(&self) -> Result<Vec<(String, String)>, StoreError>;
    /// Sets these, in one transaction; others stay as they are.
    async fn put_settings(&self, settings: &[(String, String)], now: Timestamp) -> Result<(), StoreError>;
}
