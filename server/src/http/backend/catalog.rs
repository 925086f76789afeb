//! The catalog's pages, for whoever is logged in.

use async_trait::async_trait;
use leadbell_app::backend::CatalogBackend;
use leadbell_app::error::AppError;
use leadbell_app::views::catalog::{
    CatalogListing, CatalogSearch, DryRun, EntryForm, EntryView, Imported, NotSaved, SaveEntry, UsesView,
};
use leadbell_domain::{
    AuditAction, Duty, EntityId, EntityKind, EntityStatus, EntryDraft, FieldErrors, Platform, PlatformUse,
    Scope, Timestamp, UserId, Verb, Viewer,
};
use leadbell_store::{CatalogEntry, EntityQuery};

use super::{RequestBackend, internal, store_error};
use crate::catalog::{self, CatalogError, Checked, FileError};
use crate::http::views;

/// Complaints and changes shown of a file.
const SHOWN: usize = 100;
/// Entries exported at most: more than there can be of a kind in a large house.
const EXPORTED: i64 = 200_000;

fn catalog_error(error: CatalogError) -> AppError {
    match error {
        CatalogError::NotFound => AppError::NotFound,
        CatalogError::Forbidden => AppError::Forbidden,
        CatalogError::Fields(errors) => AppError::Fields(errors),
        CatalogError::Conflict => AppError::Conflict,
        CatalogError::Store(error) => store_error(error),
    }
}

#[async_trait]
impl CatalogBackend for RequestBackend {
    async fn catalog(&self, kind: EntityKind, search: &CatalogSearch) -> Result<CatalogListing, AppError> {
        views::catalog::list(&self.state, &self.viewer()?, kind, search).await
    }

    async fn entry(&self, kind: EntityKind, id: &EntityId) -> Result<EntryView, AppError> {
        views::catalog::entry(&self.state, &self.viewer()?, kind, id).await
    }

    async fn entry_form(&self, kind: EntityKind, id: Option<&EntityId>) -> Result<EntryForm, AppError> {
        let viewer = self.viewer()?;
        let entry = match id {
            Some(id) => Some(
                catalog::permitted(&self.state, &viewer, kind, id)
                    .await
                    .map_err(catalog_error)?,
            ),
            None => {
                catalog::permitted_kind(&viewer, kind).map_err(catalog_error)?;
                None
            }
        };
        let mut owners = Vec::new();
        for owner in kind.owners() {
            let mut offered = views::catalog::offered(&self.state, &viewer, *owner).await?;
            // The present one is named even if it is not among the first.
            let present = entry
                .as_ref()
                .and_then(|entry| views::owner_of(&entry.entity, *owner));
            if let Some(present) = present.filter(|id| offered.iter().all(|one| one.id != **id)) {
                let ids = std::iter::once(present.clone()).collect();
                let found = views::named(&self.state, &viewer, *owner, ids).await?;
                offered.extend(found.values().map(views::catalog::link));
            }
            owners.push((*owner, offered));
        }
        Ok(form(kind, entry, owners, &viewer))
    }

    async fn save_entry(&self, save: &SaveEntry) -> Result<Result<(EntityId, String), NotSaved>, AppError> {
        let editing = save.editing.as_ref().map(|(id, seen)| (id, *seen));
        match catalog::save(&self.state, &self.caller()?, save.kind, editing, &save.draft).await {
            Ok(entry) => Ok(Ok((entry.entity.id, entry.entity.name))),
            Err(CatalogError::Fields(errors)) => Ok(Err(NotSaved::Fields(errors))),
            Err(CatalogError::Conflict) => {
                let id = save.editing.as_ref().map(|(id, _)| id);
                let now = self.entry_form(save.kind, id).await?;
                Ok(Err(NotSaved::Changed(Box::new(now))))
            }
            Err(error) => Err(catalog_error(error)),
        }
    }

    async fn entry_uses(&self, kind: EntityKind, id: &EntityId) -> Result<UsesView, AppError> {
        views::catalog::uses(&self.state, &self.viewer()?, kind, id).await
    }

    async fn delete_entry(&self, kind: EntityKind, id: &EntityId, seen: Timestamp) -> Result<(), AppError> {
        catalog::delete(&self.state, &self.caller()?, kind, id, seen)
            .await
            .map_err(catalog_error)?;
        Ok(())
    }

    async fn may_import(&self, sends: bool) -> Result<(), AppError> {
        let importer = if sends {
            self.sender().await
        } else {
            self.importer()
        };
        importer.map(drop)
    }

    async fn dry_run(&self, file: &[u8]) -> Result<DryRun, AppError> {
        let (user, scope) = self.sender().await?;
        match catalog::check(&self.state, &scope, file)
            .await
            .map_err(catalog_error)?
        {
            Err(FileError::File(why)) => Err(AppError::Fields(FieldErrors::one("file", why))),
            Err(FileError::Lines(mut errors)) => {
                let error_count = errors.len();
                errors.truncate(SHOWN);
                Ok(DryRun {
                    errors,
                    error_count,
                    ..DryRun::default()
                })
            }
            Ok(checked) => {
                let id = uuid::Uuid::new_v4().to_string();
                let text = std::str::from_utf8(file).map_err(|error| internal(&error))?;
                self.state
                    .store
                    .keep_import(&id, &user, text, self.state.clock.now_ms())
                    .await
                    .map_err(store_error)?;
                self.told(id, &checked, &scope).await
            }
        }
    }

    async fn import(&self, id: &str, stamp: &str) -> Result<Imported, AppError> {
        let (user, scope) = self.sender().await?;
        let store = &self.state.store;
        let file = store
            .find_import(id, &user)
            .await
            .map_err(store_error)?
            .ok_or_else(|| {
                AppError::Request(
                    "This file was imported already, or another was checked after it. Check it again."
                        .to_owned(),
                )
            })?;
        // Checked anew: owners may have gone meanwhile, and so may his duty.
        let checked = catalog::check(&self.state, &scope, file.as_bytes())
            .await
            .map_err(catalog_error)?;
        let Ok(checked) = checked else {
            return Ok(Imported::Again(Box::new(self.dry_run(file.as_bytes()).await?)));
        };
        let now = self.state.clock.now_ms();
        match store.import_entries(&checked.told, stamp, now).await {
            Ok(counts) => {
                let (caller, action) = (self.caller()?, AuditAction::CatalogImported);
                catalog::came_in(&self.state, &caller, action, &checked.told, &counts).await;
                // A file that stays behind is forgotten with the next.
                if let Err(error) = store.drop_import(id).await {
                    tracing::warn!(%error, "an imported file is not forgotten");
                }
                Ok(Imported::Done(counts.created, counts.updated))
            }
            Err(leadbell_store::StoreError::Conflict) => {
                let run = self.told(id.to_owned(), &checked, &scope).await?;
                Ok(Imported::Again(Box::new(run)))
            }
            Err(error) => Err(store_error(error)),
        }
    }

    async fn export(&self, kind: EntityKind, search: &CatalogSearch) -> Result<String, AppError> {
        let viewer = self.viewer()?;
        let query = EntityQuery {
            limit: EXPORTED,
            counted: false,
            ..views::catalog::query_of(&self.state, &viewer, kind, search).await?
        };
        let rows = self
            .state
            .store
            .list_entities(&query)
            .await
            .map_err(store_error)?
            .rows;
        let owners: Vec<EntityKind> = kind
            .owners()
            .iter()
            .copied()
            .filter(|owner| !viewer.catalog_scope(*owner).is_nothing())
            .collect();
        let mut header = vec!["kind", "id", "name", "platform", "status"];
        header.extend(owners.iter().map(|owner| owner.key()));
        let cells = rows.into_iter().map(|entity| {
            let mut cells = vec![
                kind.key().to_owned(),
                entity.id.to_string(),
                entity.name.clone(),
                entity
                    .platform
                    .map(|platform| platform.key().to_owned())
                    .unwrap_or_default(),
                entity.status.key().to_owned(),
            ];
            cells.extend(owners.iter().map(|owner| {
                views::owner_of(&entity, *owner)
                    .map(EntityId::to_string)
                    .unwrap_or_default()
            }));
            cells
        });
        Ok(catalog::write(&header, cells))
    }
}

impl RequestBackend {
    /// Who may import files, and how far.
    fn importer(&self) -> Result<(UserId, Scope), AppError> {
        let viewer = self.viewer()?;
        let scope = viewer.duty(Duty::Catalog, Verb::Manage);
        match viewer.user {
            Some(user) if !scope.is_nothing() => Ok((user, scope)),
            // There is no such page for others.
            _ => Err(AppError::NotFound),
        }
    }

    /// The same of who sends one: no page offers that to anybody else.
    async fn sender(&self) -> Result<(UserId, Scope), AppError> {
        let importer = self.importer();
        if let (Err(AppError::NotFound), Ok(caller)) = (&importer, self.caller()) {
            catalog::refused(&self.state, &caller, "file", None).await;
        }
        importer
    }

    /// A file that can be imported, in words.
    async fn told(&self, id: String, checked: &Checked, scope: &Scope) -> Result<DryRun, AppError> {
        let mut run = DryRun {
            id,
            stamp: checked.plan.stamp.clone(),
            ..DryRun::default()
        };
        for (change, line) in checked.plan.changes.iter().zip(&checked.lines) {
            if !change.is_change() {
                run.unchanged += 1;
                continue;
            }
            match &change.before {
                Some(_) => run.updated += 1,
                None => run.created += 1,
            }
            if run.changes.len() < SHOWN {
                let entity = &change.after.entity;
                let what = format!("{} {} “{}”", entity.kind.label(), entity.id, entity.name);
                let mut how = catalog::change_in_words(change);
                let deleted = EntityStatus::Deleted;
                if let (Some(before), Some(level), true) =
                    (&change.before, entity.kind.level(), entity.status == deleted)
                    && before.entity.status != deleted
                {
                    let ids = [entity.id.clone()];
                    let counts = self.state.store.count_rules_on(level, &ids, scope).await;
                    if let Some(rules) = counts.map_err(store_error)?.get(&entity.id) {
                        how.push_str(&format!(" (rules on it: {rules})"));
                    }
                }
                run.changes.push((*line, what, how));
            }
        }
        Ok(run)
    }
}

/// The form of an entry, or of a new one, for this viewer.
fn form(
    kind: EntityKind,
    entry: Option<CatalogEntry>,
    owners: Vec<(EntityKind, Vec<leadbell_app::views::catalog::EntityLink>)>,
    viewer: &Viewer,
) -> EntryForm {
    let scope = viewer.duty(Duty::Catalog, Verb::Manage);
    let before = entry.as_ref().map(|entry| &entry.entity);
    let label = |platform: Platform| (platform.key().to_owned(), platform.label().to_owned());
    let both =
        (kind.platform_use() == PlatformUse::Any).then(|| (String::new(), "Both platforms".to_owned()));
    let platforms: Vec<(String, String)> = match &scope {
        Scope::Platform(own) => match before {
            Some(before) if kind.platform_use() == PlatformUse::Any => {
                before.platform.map(label).or(both).into_iter().collect()
            }
            _ => both.into_iter().chain([label(*own)]).collect(),
        },
        _ => {
            let choose = (kind.platform_use() == PlatformUse::One
                && before.is_none_or(|before| before.platform.is_none()))
            .then(|| (String::new(), "Choose…".to_owned()));
            choose
                .into_iter()
                .chain(both)
                .chain(Platform::ALL.map(label))
                .collect()
        }
    };
    let is_deleted = before.is_some_and(|before| before.status == EntityStatus::Deleted);
    let statuses = kind
        .statuses()
        .iter()
        .copied()
        // Deleting asks first; taking it back is done here.
        .filter(|status| *status != EntityStatus::Deleted || is_deleted)
        .collect();
    let draft = match &entry {
        Some(entry) => draft_of(entry),
        None => EntryDraft::default(),
    };
    EntryForm {
        kind,
        discovered: before.is_some_and(|before| before.discovered),
        editing: before.map(|before| (before.id.clone(), before.name.clone(), before.updated_at)),
        draft,
        statuses,
        platforms,
        owners,
    }
}

fn draft_of(entry: &CatalogEntry) -> EntryDraft {
    let entity = &entry.entity;
    let id = |id: &Option<EntityId>| id.as_ref().map(EntityId::to_string);
    let campaigns: Vec<&str> = entry.campaigns.iter().map(EntityId::as_str).collect();
    EntryDraft {
        id: Some(entity.id.to_string()),
        name: Some(entity.name.clone()),
        platform: entity.platform.map(|platform| platform.key().to_owned()),
        status: Some(entity.status.key().to_owned()),
        product: id(&entity.product),
        publisher: id(&entity.publisher),
        buyer: id(&entity.buyer),
        campaigns: Some(campaigns.join("\n")),
    }
}
