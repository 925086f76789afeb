//! Adding, changing and deleting one entry.

use std::collections::BTreeSet;

use leadbell_domain::{
    Duty, Entity, EntityId, EntityKind, EntityStatus, EntryDraft, FieldErrors, ParsedEntry, Platform,
    PlatformUse, Scope, Timestamp, Verb, Viewer,
};
use leadbell_store::{CatalogEntry, EntryChange, StoreError};

use super::owners::{fits_its_product, holds_known_campaigns, name_owners, owner_text};
use super::told;
use crate::actor::Caller;
use crate::state::AppState;

/// Why an entry was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Not there, or not for this viewer.
    #[error("not found")]
    NotFound,
    /// May be seen but not changed.
    #[error("forbidden")]
    Forbidden,
    /// Complaints at fields.
    #[error("{0}")]
    Fields(FieldErrors),
    /// Changed by somebody else, or by an event, since.
    #[error("conflict")]
    Conflict,
    /// Anything else.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CatalogError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => CatalogError::NotFound,
            StoreError::Conflict => CatalogError::Conflict,
            StoreError::Taken(field) => {
                CatalogError::Fields(FieldErrors::one(field, "There is an entry of this ID already."))
            }
            other => CatalogError::Store(other),
        }
    }
}

/// How far the viewer may change the catalog. Who may look at a kind learns that he may not change it; anybody else
/// learns nothing.
fn duty(viewer: &Viewer, kind: EntityKind) -> Result<Scope, CatalogError> {
    let scope = viewer.duty(Duty::Catalog, Verb::Manage);
    if !scope.is_nothing() {
        Ok(scope)
    } else if viewer.catalog_scope(kind).is_nothing() {
        Err(CatalogError::NotFound)
    } else {
        Err(CatalogError::Forbidden)
    }
}

/// The entry, if the viewer may change it.
pub async fn permitted(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    id: &EntityId,
) -> Result<CatalogEntry, CatalogError> {
    match duty(viewer, kind) {
        Ok(scope) => state
            .store
            .find_entry(kind, id, &scope)
            .await?
            .ok_or(CatalogError::NotFound),
        // Of what he can't see he learns no more than that it is not there.
        Err(CatalogError::Forbidden) => {
            let seen = state
                .store
                .find_entity(kind, id, &viewer.catalog_scope(kind))
                .await?;
            Err(seen.map_or(CatalogError::NotFound, |_| CatalogError::Forbidden))
        }
        Err(error) => Err(error),
    }
}

/// The same for a new entry of this kind.
pub fn permitted_kind(viewer: &Viewer, kind: EntityKind) -> Result<Scope, CatalogError> {
    duty(viewer, kind)
}

/// Adds an entry, or replaces one that was last changed at the given time.
pub async fn save(
    state: &AppState,
    viewer: &Caller,
    kind: EntityKind,
    editing: Option<(&EntityId, Timestamp)>,
    draft: &EntryDraft,
) -> Result<CatalogEntry, CatalogError> {
    let id = editing.map(|(id, _)| id);
    let before = match id {
        Some(id) => permitted(state, viewer, kind, id).await.map(Some),
        None => duty(viewer, kind).map(|_| None),
    };
    let before = told_if_refused(state, viewer, kind, id, before).await?;
    let scope = viewer.duty(Duty::Catalog, Verb::Manage);
    let mut draft = draft.clone();
    if let Some(before) = &before {
        draft.id = Some(before.entity.id.to_string());
    }
    let mut errors = FieldErrors::new();
    name_owners(state, viewer, kind, &mut draft, &mut errors).await?;
    let parsed = match draft.parse(kind) {
        Ok(parsed) => Some(parsed),
        Err(wrong) => {
            errors.0.extend(
                wrong
                    .0
                    .into_iter()
                    .filter(|found| errors.of(&found.field).is_none())
                    .collect::<Vec<_>>(),
            );
            None
        }
    };
    require(kind, &scope, &draft, &mut errors);
    let Some(mut parsed) = parsed.filter(|_| errors.is_empty()) else {
        return Err(CatalogError::Fields(errors));
    };
    let known = before.as_ref().map(|before| &before.entity);
    match settle_platform(&scope, kind, known, parsed.platform) {
        Ok(platform) => parsed.platform = platform,
        Err(why) => {
            // The form offers him no other.
            told::refused(state, viewer, "platform", Some((kind, id))).await;
            errors.add("platform", why);
        }
    }
    if parsed.platform.is_none() && kind.platform_use() == PlatformUse::One && errors.is_empty() {
        errors.add("platform", "Choose the platform.");
    }
    fits_its_product(state, &parsed, &mut errors).await?;
    holds_known_campaigns(state, &scope, &parsed, &mut errors).await?;
    if !errors.is_empty() {
        return Err(CatalogError::Fields(errors));
    }
    let now = state.clock.now_ms();
    let entry = entry_of(parsed, known, now);
    let after = match editing {
        Some((_, seen)) => state.store.replace_entry(&entry, &scope, seen, now).await?,
        None => state.store.add_entry(&entry, now).await?,
    };
    let change = EntryChange { before, after };
    told::changed(state, viewer, &change).await;
    Ok(change.after)
}

/// Keeps what no page offers: to change what is not his to change, or not there.
async fn told_if_refused<T>(
    state: &AppState,
    caller: &Caller,
    kind: EntityKind,
    id: Option<&EntityId>,
    permitted: Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    if matches!(permitted, Err(CatalogError::NotFound | CatalogError::Forbidden)) {
        told::refused(state, caller, "entry", Some((kind, id))).await;
    }
    permitted
}

fn entry_of(parsed: ParsedEntry, before: Option<&Entity>, now: Timestamp) -> CatalogEntry {
    let campaigns: BTreeSet<EntityId> = parsed.campaigns.into_iter().flatten().collect();
    CatalogEntry {
        entity: Entity {
            kind: parsed.kind,
            name: parsed.name.unwrap_or_else(|| parsed.id.to_string()),
            id: parsed.id,
            platform: parsed.platform,
            status: parsed.status.unwrap_or(EntityStatus::Active),
            product: parsed.product,
            publisher: parsed.publisher,
            buyer: parsed.buyer,
            discovered: false,
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
        },
        campaigns,
    }
}

/// What a form must have filled in.
fn require(kind: EntityKind, scope: &Scope, draft: &EntryDraft, errors: &mut FieldErrors) {
    let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    if empty(&draft.name) {
        errors.add("name", "Enter the name.");
    }
    if kind.platform_use() == PlatformUse::One && *scope == Scope::All && empty(&draft.platform) {
        errors.add("platform", "Choose the platform.");
    }
    if let Some(owner) = kind.owners().first()
        && empty(owner_text(draft, *owner))
    {
        let (what, whose) = (kind.key(), owner.key());
        errors.add(whose, format!("Say which {whose} this {what} belongs to."));
    }
}

/// The platform an entry gets that is said to have this one. Who looks after one platform enters things of that one
/// only, and leaves the platform of what is there as it is.
pub fn settle_platform(
    scope: &Scope,
    kind: EntityKind,
    before: Option<&Entity>,
    said: Option<Platform>,
) -> Result<Option<Platform>, String> {
    let Scope::Platform(own) = scope else {
        return Ok(said);
    };
    let one = kind.platform_use() == PlatformUse::One;
    let fits = match before {
        Some(before) => said == before.platform || (one && before.platform.is_none() && said == Some(*own)),
        None => said == Some(*own) || said.is_none(),
    };
    match (fits, before) {
        (true, None) if one => Ok(Some(*own)),
        (true, _) => Ok(said),
        (false, _) => Err(format!(
            "You look after {}; only a Global Admin gives a {} another platform.",
            own.label(),
            kind.key()
        )),
    }
}

/// Gives an entry the status "deleted".
pub async fn delete(
    state: &AppState,
    viewer: &Caller,
    kind: EntityKind,
    id: &EntityId,
    seen: Timestamp,
) -> Result<CatalogEntry, CatalogError> {
    let found = permitted(state, viewer, kind, id).await;
    let before = told_if_refused(state, viewer, kind, Some(id), found).await?;
    let scope = viewer.duty(Duty::Catalog, Verb::Manage);
    let now = state.clock.now_ms();
    let status = EntityStatus::Deleted;
    let after = state
        .store
        .set_entry_status(kind, id, status, &scope, seen, now)
        .await?;
    let change = EntryChange {
        before: Some(before),
        after,
    };
    told::changed(state, viewer, &change).await;
    Ok(change.after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(kind: EntityKind, platform: Option<Platform>) -> Entity {
        Entity {
            kind,
            id: EntityId::new("1").unwrap(),
            name: "1".to_owned(),
            platform,
            status: EntityStatus::Active,
            product: None,
            publisher: None,
            buyer: None,
            discovered: false,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn a_global_admin_gives_any_platform() {
        for said in [None, Some(Platform::Lms), Some(Platform::CallLogic)] {
            assert_eq!(
                settle_platform(&Scope::All, EntityKind::Product, None, said),
                Ok(said)
            );
        }
    }

    #[test]
    fn an_admin_of_one_platform_enters_things_of_that_one_only() {
        let lms = Scope::Platform(Platform::Lms);
        let (own, other) = (Some(Platform::Lms), Some(Platform::CallLogic));
        let settle = |kind, before: Option<&Entity>, said| settle_platform(&lms, kind, before, said);
        assert_eq!(settle(EntityKind::Channel, None, own), Ok(own));
        assert_eq!(
            settle(EntityKind::Channel, None, None),
            Ok(own),
            "his own, unsaid"
        );
        assert!(settle(EntityKind::Channel, None, other).is_err());
        assert_eq!(
            settle(EntityKind::Publisher, None, None),
            Ok(None),
            "one that serves both"
        );
        let both = entity(EntityKind::Publisher, None);
        assert_eq!(settle(EntityKind::Publisher, Some(&both), None), Ok(None));
        assert!(
            settle(EntityKind::Publisher, Some(&both), own).is_err(),
            "it would be gone for the others"
        );
        let unknown = entity(EntityKind::Channel, None);
        assert_eq!(settle(EntityKind::Channel, Some(&unknown), own), Ok(own));
        let known = entity(EntityKind::Channel, own);
        assert!(settle(EntityKind::Channel, Some(&known), other).is_err());
    }
}
