//! What is encrypted, while the key is exchanged.

use async_trait::async_trait;

use crate::{Resealed, Sealed, StoreError};

/// Encrypting what is stored anew.
#[async_trait]
pub trait SealedStore {
    /// Seals with the present key what is sealed with another: row by row, beside servers that work, and to be called
    /// again when it was cut short. A row that somebody changes meanwhile is looked at again.
    async fn reseal(&self) -> Result<Resealed, StoreError>;
    /// How many connections are sealed with which keys.
    async fn sealed(&self) -> Result<Sealed, StoreError>;
}
