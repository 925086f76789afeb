//! The same done to many rules of one entity, all or nothing, and undone.

use leadbell_domain::{EntityId, Level, RuleDraft, RuleId, RuleStatus, StoredRule, Verb};
use leadbell_store::{ChangeKind, RuleChange};

use crate::actor::Caller;
use crate::judging::judge;
use crate::rules::{RuleError, permitted_entity, permitted_rule};
use crate::state::AppState;

/// Rules changed at once.
pub const MOST: usize = 200;

/// What is done to each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Enable or disable it.
    Switch(RuleStatus),
    /// Delete it.
    Delete,
}

/// The rules of these ids on this entity, if the viewer may do that with every one of them.
pub async fn permitted_rules(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity: &EntityId,
    ids: &[RuleId],
    verb: Verb,
) -> Result<Vec<StoredRule>, RuleError> {
    let mut found: Vec<StoredRule> = Vec::with_capacity(ids.len());
    for id in ids.iter().take(MOST + 1) {
        if found.iter().any(|known| known.id == *id) {
            continue;
        }
        let rule = permitted_rule(state, viewer, level, id, verb).await?;
        if rule.rule.entity != *entity {
            return Err(RuleError::NotFound);
        }
        found.push(rule);
    }
    if found.len() > MOST {
        return Err(RuleError::NotFound);
    }
    Ok(found)
}

/// Does it to all of them or to none. Answers the rules that changed, as they are now: one that stands already where it
/// is to be is left alone.
pub async fn change(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity: &EntityId,
    ids: &[RuleId],
    deed: Deed,
) -> Result<Vec<StoredRule>, RuleError> {
    let rules = permitted_rules(state, viewer, level, entity, ids, Verb::Manage).await?;
    let scope = viewer.scope(level, Verb::Manage);
    let changes: Vec<RuleChange> = rules
        .iter()
        .filter_map(|stored| match deed {
            Deed::Switch(status) => {
                (stored.rule.status != status).then(|| RuleChange::switch(&stored.id, level, &scope, status))
            }
            Deed::Delete => Some(RuleChange::delete(&stored.id, level, &scope, None)),
        })
        .collect();
    commit(state, viewer, &changes, None).await
}

/// Makes each rule again what it was before the change that led to this version, unless somebody changed it since.
pub async fn undo(
    state: &AppState,
    viewer: &Caller,
    level: Level,
    entity: &EntityId,
    changed: &[(RuleId, i64)],
) -> Result<Vec<StoredRule>, RuleError> {
    let lives_on = permitted_entity(state, viewer, level, entity, Verb::Manage).await?;
    let scope = viewer.scope(level, Verb::Manage);
    let mut changes = Vec::new();
    for (id, version) in changed.iter().take(MOST) {
        let kept = state
            .store
            .find_kept_rule(id, level, &scope)
            .await?
            .filter(|kept| kept.stored.rule.entity == *entity)
            .ok_or(RuleError::NotFound)?;
        if kept.stored.version != *version {
            return Err(RuleError::Conflict);
        }
        let before = state
            .store
            .rule_version(id, level, &scope, version - 1)
            .await?
            .ok_or(RuleError::NotFound)?;
        // What is no longer allowed does not come back by this door either.
        let as_it_was = StoredRule {
            rule: before.rule,
            ..kept.stored
        };
        let draft = RuleDraft::of(&as_it_was);
        let judged = judge(state, viewer, level, &lives_on, &draft, Some(&as_it_was.rule)).await?;
        changes.push(RuleChange::restore(id, &judged.rule, &scope, Some(*version)));
    }
    commit(state, viewer, &changes, None).await
}

/// Makes the changes and puts them in force.
pub(crate) async fn commit(
    state: &AppState,
    viewer: &Caller,
    changes: &[RuleChange],
    occasion: Option<ChangeKind>,
) -> Result<Vec<StoredRule>, RuleError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let changed = state
        .store
        .change_rules(changes, occasion, &viewer.actor, state.clock.now_ms())
        .await?;
    state.rules.refresh(&*state.store).await?;
    Ok(changed)
}
