//! Whose an entry is, and what it must agree with.

use leadbell_domain::{Entity, EntityId, EntityKind, EntryDraft, FieldErrors, ParsedEntry, Scope, Viewer};
use leadbell_store::EntityQuery;

use super::save::CatalogError;
use crate::state::AppState;

/// What is said of an owner of this kind.
pub(super) fn owner_text(draft: &EntryDraft, owner: EntityKind) -> &Option<String> {
    match owner {
        EntityKind::Product => &draft.product,
        EntityKind::Publisher => &draft.publisher,
        _ => &draft.buyer,
    }
}

/// Puts ids in the place of owners' names, and complains about owners that nobody knows.
pub(super) async fn name_owners(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    draft: &mut EntryDraft,
    errors: &mut FieldErrors,
) -> Result<(), CatalogError> {
    for owner in kind.owners() {
        let typed = owner_text(draft, *owner)
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_owned();
        if typed.is_empty() {
            continue;
        }
        match owner_meant(state, viewer, *owner, &typed).await? {
            Ok(id) => {
                if let Some(field) = draft.field_mut(owner.key()) {
                    *field = Some(id.to_string());
                }
            }
            Err(why) => errors.add(owner.key(), why),
        }
    }
    Ok(())
}

/// The one that is meant by an id or a full name, or why there is none.
async fn owner_meant(
    state: &AppState,
    viewer: &Viewer,
    kind: EntityKind,
    typed: &str,
) -> Result<Result<EntityId, String>, CatalogError> {
    let scope = viewer.catalog_scope(kind);
    if let Ok(id) = EntityId::new(typed)
        && state.store.find_entity(kind, &id, &scope).await?.is_some()
    {
        return Ok(Ok(id));
    }
    let query = EntityQuery {
        search: typed.to_owned(),
        counted: false,
        ..EntityQuery::of(kind, scope)
    };
    let found = state.store.list_entities(&query).await?.rows;
    let lower = typed.to_lowercase();
    let same: Vec<&Entity> = found
        .iter()
        .filter(|entity| entity.name.to_lowercase() == lower)
        .collect();
    if let [one] = same.as_slice() {
        return Ok(Ok(one.id.clone()));
    }
    let what = kind.key();
    let near = if same.is_empty() {
        found.iter().collect()
    } else {
        same
    };
    let near: Vec<String> = near
        .iter()
        .take(3)
        .map(|entity| format!("{} ({})", entity.name, entity.id))
        .collect();
    Ok(Err(if near.is_empty() {
        format!("There is no {what} “{typed}”. Add it first.")
    } else {
        format!(
            "No {what} has this ID or full name. Did you mean {}?",
            near.join(" or ")
        )
    }))
}

/// What belongs to a product is of its platform.
pub(super) async fn fits_its_product(
    state: &AppState,
    entry: &ParsedEntry,
    errors: &mut FieldErrors,
) -> Result<(), CatalogError> {
    let (Some(product), Some(platform)) = (&entry.product, entry.platform) else {
        return Ok(());
    };
    let found = state
        .store
        .find_entity(EntityKind::Product, product, &Scope::All)
        .await?;
    if let Some(other) = found
        .and_then(|product| product.platform)
        .filter(|other| *other != platform)
    {
        errors.add(
            "product",
            format!(
                "Product {product} is of {}, and what belongs to it as well.",
                other.label()
            ),
        );
    }
    Ok(())
}

/// A pingtree is entered with campaigns that are in the catalog.
pub(super) async fn holds_known_campaigns(
    state: &AppState,
    scope: &Scope,
    entry: &ParsedEntry,
    errors: &mut FieldErrors,
) -> Result<(), CatalogError> {
    let wanted: Vec<EntityId> = entry.campaigns.iter().flatten().cloned().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let query = EntityQuery {
        limit: i64::try_from(wanted.len()).unwrap_or(i64::MAX),
        ids: Some(wanted.clone()),
        hide_deleted: false,
        counted: false,
        ..EntityQuery::of(EntityKind::Campaign, scope.clone())
    };
    let known = state.store.list_entities(&query).await?.rows;
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|id| !known.iter().any(|campaign| campaign.id == **id))
        .map(EntityId::as_str)
        .collect();
    if !missing.is_empty() {
        errors.add(
            "campaigns",
            format!("There is no campaign {}.", missing.join(", ")),
        );
    }
    Ok(())
}
