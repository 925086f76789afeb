//! The lines of the audit log that tell of the catalog: right after what they tell of, in the words that forms and dry
//! runs use.

use leadbell_domain::{AuditAction, Duty, EntityId, EntityKind, Scope, Verb};
use leadbell_store::{EntityUpsert, EntryChange, UpsertCounts};

use super::change_in_words;
use crate::actor::Caller;
use crate::audit::{self, Line};
use crate::state::AppState;

/// Entries of a request named at most.
const NAMED: usize = 20;

/// An entry was added, changed or deleted.
pub(super) async fn changed(state: &AppState, caller: &Caller, change: &EntryChange) {
    if !change.is_change() {
        return;
    }
    let entity = &change.after.entity;
    let label = format!("{} {}", entity.kind.label(), entity.name);
    let line = Line::of(
        AuditAction::CatalogChanged,
        entity.kind.key(),
        Some(entity.id.as_str()),
        &label,
    )
    .platform(entity.platform)
    .detail(change_in_words(change));
    audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
}

/// Entries came in at once: from a file, or by `PUT /catalog`.
pub async fn came_in(
    state: &AppState,
    caller: &Caller,
    action: AuditAction,
    told: &[EntityUpsert],
    counts: &UpsertCounts,
) {
    if counts.created + counts.updated == 0 {
        return;
    }
    let named: Vec<String> = told
        .iter()
        .take(NAMED)
        .map(|entry| format!("{} {}", entry.kind.key(), entry.id))
        .collect();
    let more = match told.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let detail = format!(
        "{} added, {} changed, {} as they were: {}{more}",
        counts.created,
        counts.updated,
        counts.unchanged,
        named.join(", ")
    );
    let line = Line::of(action, "catalog", None, "Catalog").detail(detail);
    audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
}

/// Something was refused that no page offers to whoever asked for it. Who may change everything has come upon an entry
/// that is gone: an ordinary mistake.
pub async fn refused(
    state: &AppState,
    caller: &Caller,
    field: &str,
    entry: Option<(EntityKind, Option<&EntityId>)>,
) {
    if caller.duty(Duty::Catalog, Verb::Manage) == Scope::All {
        return;
    }
    let label = match entry {
        Some((kind, Some(id))) => format!("{} {id}", kind.label()),
        Some((kind, None)) => format!("New {}", kind.key()),
        None => "Catalog".to_owned(),
    };
    let line = Line::of(AuditAction::RequestRefused, "catalog", None, &label)
        .detail(format!("Fields: {field}. Not theirs to change, or not there."));
    audit::record(&*state.store, &caller.actor, state.clock.now_ms(), line).await;
}
