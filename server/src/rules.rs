//! Saving, switching and deleting rules: the one way for pages and REST alike. Every change is in force when the call
//! returns.

mod restore;

use leadbell_domain::{
    Entity, EntityId, EntityKind, FieldErrors, Level, RuleDraft, RuleId, RuleStatus, StoredRule, Verb, Viewer,
};
use leadbell_store::{RuleChange, StoreError};

use crate::actor::Caller;
use crate::adjacent;
use crate::backtest;
use crate::ids::Fresh;
use crate::judging::{Judged, judge};
use crate::message_check;
use crate::refused;
use crate::state::AppState;
pub use restore::{Restoring, permitted_kept, restore};

/// Why a rule was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// Not there, or not for this viewer.
    #[error("not found")]
    NotFound,
    /// May be seen but not changed.
    #[error("forbidden")]
    Forbidden,
    /// Complaints at fields.
    #[error("{0}")]
    Fields(FieldErrors),
    /// Changed by somebody else since.
    #[error("conflict")]
    Conflict,
    /// It would send more than anybody reads; says how much.
    #[error("{0}")]
    WouldFlood(String),
    /// Anything else.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RuleError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => RuleError::NotFound,
            StoreError::Conflict => RuleError::Conflict,
            other => RuleError::Store(other),
        }
    }
}

/// A rule that was saved.
#[derive(Debug)]
pub struct Saved {
    /// As it is now.
    pub rule: StoredRule,
    /// Something worth knowing about it.
    pub note: Option<String>,
}

/// A rule to be replaced, and the version its editor saw (any, if he did not say).
#[derive(Debug)]
pub struct Editing<'a> {
    /// Which.
    pub id: &'a RuleId,
    /// The version seen.
    pub version: Option<i64>,
}

/// The entity, if the viewer may do this with its rules.
pub async fn permitted_entity(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &EntityId,
    verb: Verb,
) -> Result<Entity, RuleError> {
    let kind = EntityKind::from(level);
    if let Some(entity) = state
        .store
        .find_entity(kind, id, &viewer.scope(level, verb))
        .await?
    {
        return Ok(entity);
    }
    if verb == Verb::Manage {
        refused::target(state, viewer, "entity", Some((level, id)), None).await;
    }
    // Whoever may look learns that he may not change; anybody else learns nothing.
    if verb == Verb::Manage
        && state
            .store
            .find_entity(kind, id, &viewer.scope(level, Verb::View))
            .await?
            .is_some()
    {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// The rule, if the viewer may do this with it.
pub async fn permitted_rule(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    id: &RuleId,
    verb: Verb,
) -> Result<StoredRule, RuleError> {
    if let Some(rule) = state
        .store
        .find_rule(id, level, &viewer.scope(level, verb))
        .await?
    {
        return Ok(rule);
    }
    if verb == Verb::Manage {
        refused::target(state, viewer, "rule", None, Some(id)).await;
    }
    if verb == Verb::Manage
        && state
            .store
            .find_rule(id, level, &viewer.scope(level, Verb::View))
            .await?
            .is_some()
    {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// What becomes of a rule that would flood and did not fire for the same events before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// It is refused: somebody at a form is asked.
    Refused,
    /// It is saved: he has answered.
    Accepted,
    /// It is saved, with a remark.
    Remarked,
}

/// Adds a rule, or replaces one.
pub async fn save(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity_id: &EntityId,
    editing: Option<Editing<'_>>,
    draft: &RuleDraft,
    flood: Flood,
) -> Result<Saved, RuleError> {
    let entity = permitted_entity(state, viewer, level, entity_id, Verb::Manage).await?;
    let before = match &editing {
        Some(editing) => {
            Some(permitted_kept(state, viewer, level, entity_id, editing.id, Verb::Manage).await?)
        }
        None => None,
    };
    // A rule that somebody deleted meanwhile is back for who knows of that and saves his all the same.
    let deleted = before.as_ref().is_some_and(|kept| kept.deleted_at.is_some());
    let before = before.map(|kept| kept.stored);
    if let (true, Some(before), Some(Editing { version, .. })) = (deleted, &before, &editing) {
        match version {
            None => return Err(RuleError::NotFound),
            Some(version) if *version != before.version => return Err(RuleError::Conflict),
            Some(_) => {}
        }
    }
    let replaced = before.as_ref().map(|before| &before.rule);
    let judged = judge(state, viewer, level, &entity, draft, replaced).await;
    if let Err(RuleError::Fields(errors)) = &judged {
        refused::draft(state, viewer, level, &entity, draft, errors).await;
    }
    let Judged { rule, note } = judged?;
    let fires_anew = deleted || !replaced.is_some_and(|before| before.fires_like(&rule));
    let flood = match flood {
        Flood::Refused if fires_anew && rule.status == RuleStatus::Active => {
            match backtest::warning(state, &rule).await {
                Some(warning) => return Err(RuleError::WouldFlood(warning)),
                None => None,
            }
        }
        Flood::Remarked if fires_anew => backtest::remark(state, &rule).await,
        _ => None,
    };
    let scope = viewer.scope(level, Verb::Manage);
    let change = match editing {
        Some(Editing { id, version }) if deleted => RuleChange::restore(id, &rule, &scope, version),
        Some(Editing { id, version }) => RuleChange::update(id, &rule, &scope, version),
        None => RuleChange::insert(&RuleId::fresh(), &rule),
    };
    let changed = state
        .store
        .change_rules(&[change], None, &viewer.actor, state.clock.now_ms())
        .await?;
    let stored = changed.into_iter().next().ok_or(RuleError::NotFound)?;
    finished(state, viewer, stored, note, flood).await
}

/// A changed rule, in force, with what is worth knowing about it.
async fn finished(
    state: &AppState,
    viewer: &Caller,
    rule: StoredRule,
    note: Option<String>,
    flood: Option<String>,
) -> Result<Saved, RuleError> {
    state.rules.refresh(&*state.store).await?;
    let double = adjacent::remark(state, viewer, &rule).await?;
    let too_long = message_check::remark(state, &rule).await?;
    let said: Vec<String> = [note, double, too_long, flood].into_iter().flatten().collect();
    let note = (!said.is_empty()).then(|| said.join(" "));
    Ok(Saved { rule, note })
}

/// Enables or disables a rule.
pub async fn set_status(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    id: &RuleId,
    status: RuleStatus,
) -> Result<StoredRule, RuleError> {
    permitted_rule(state, viewer, level, id, Verb::Manage).await?;
    let scope = viewer.scope(level, Verb::Manage);
    let rule = state
        .store
        .set_rule_status(id, level, &scope, status, &viewer.actor, state.clock.now_ms())
        .await?;
    state.rules.refresh(&*state.store).await?;
    Ok(rule)
}

/// Deletes a rule; what it has sent stays in the log. Answers what it was, with the version that its deletion is.
pub async fn delete(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    id: &RuleId,
    expected: Option<i64>,
) -> Result<StoredRule, RuleError> {
    permitted_rule(state, viewer, level, id, Verb::Manage).await?;
    let scope = viewer.scope(level, Verb::Manage);
    let deleted = state
        .store
        .delete_rule(id, level, &scope, expected, &viewer.actor, state.clock.now_ms())
        .await?;
    state.rules.refresh(&*state.store).await?;
    Ok(deleted)
}
