//! What the catalog's pages can ask of the server.

use async_trait::async_trait;
use leadbell_domain::{EntityId, EntityKind, Timestamp};

use crate::error::AppError;
use crate::views::catalog::{
    CatalogListing, CatalogSearch, DryRun, EntryForm, EntryView, Imported, NotSaved, SaveEntry, UsesView,
};

/// The catalog.
#[async_trait]
pub trait CatalogBackend: Send + Sync {
    /// A page of products, campaigns, publishers…
    async fn catalog(&self, kind: EntityKind, search: &CatalogSearch) -> Result<CatalogListing, AppError>;
    /// One entry with what belongs to it.
    async fn entry(&self, kind: EntityKind, id: &EntityId) -> Result<EntryView, AppError>;
    /// The form of a new entry (`id` is `None`) or of an existing one. `Forbidden` for who may only look.
    async fn entry_form(&self, kind: EntityKind, id: Option<&EntityId>) -> Result<EntryForm, AppError>;
    /// Saves an entry; its id and name.
    async fn save_entry(&self, save: &SaveEntry) -> Result<Result<(EntityId, String), NotSaved>, AppError>;
    /// What uses an entry.
    async fn entry_uses(&self, kind: EntityKind, id: &EntityId) -> Result<UsesView, AppError>;
    /// Gives an entry the status "deleted". `Conflict` when it was changed since `seen`.
    async fn delete_entry(&self, kind: EntityKind, id: &EntityId, seen: Timestamp) -> Result<(), AppError>;
    /// Whether this person may import files; `Forbidden` or `NotFound` if not. Who already sends one had no page for it.
    async fn may_import(&self, sends: bool) -> Result<(), AppError>;
    /// Looks at a CSV file, keeps it if it can be imported, and says what that would do.
    async fn dry_run(&self, file: &[u8]) -> Result<DryRun, AppError>;
    /// Imports a file that was looked at, if the catalog is still what `stamp` stands for.
    async fn import(&self, id: &str, stamp: &str) -> Result<Imported, AppError>;
    /// A list as a CSV file, in the form that can be imported.
    async fn export(&self, kind: EntityKind, search: &CatalogSearch) -> Result<String, AppError>;
}
