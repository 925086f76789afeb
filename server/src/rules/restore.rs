//! Bringing back what a rule was: through the same doors as a save, so that what is no longer allowed stays away.

use leadbell_domain::{EntityId, Level, PresetId, RuleDraft, RuleId, StoredRule, Verb, Viewer};
use leadbell_store::{KeptRule, RuleChange};

use super::{RuleError, Saved, finished, permitted_entity};
use crate::actor::Caller;
use crate::backtest;
use crate::judging::{Judged, judge};
use crate::refused;
use crate::state::AppState;

/// The rule, deleted or not, if the viewer may do this with it.
pub async fn permitted_kept(
    state: &AppState,
    viewer: &Viewer,
    level: Level,
    entity: &EntityId,
    id: &RuleId,
    verb: Verb,
) -> Result<KeptRule, RuleError> {
    let find = async |verb| {
        let found = state
            .store
            .find_kept_rule(id, level, &viewer.scope(level, verb))
            .await?;
        Ok::<_, RuleError>(found.filter(|kept| kept.stored.rule.entity == *entity))
    };
    if let Some(kept) = find(verb).await? {
        return Ok(kept);
    }
    // Whoever may look learns that he may not change; anybody else learns nothing.
    if verb == Verb::Manage && find(Verb::View).await?.is_some() {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// What a person is told whose rule comes back without its preset.
const LOST: &str = "Its preset is deleted, so the rule follows none now.";

/// Takes a preset out of the draft that is not there any more; answers whether it did.
pub(crate) async fn lose_deleted_preset(
    state: &AppState,
    viewer: &Viewer,
    draft: &mut RuleDraft,
) -> Result<bool, RuleError> {
    let Ok(id) = PresetId::new(draft.preset_id.trim()) else {
        return Ok(false);
    };
    let scope = viewer.scope(Level::Product, Verb::View);
    let is_lost = state.store.find_preset(&id, &scope).await?.is_none();
    if is_lost {
        draft.preset_id.clear();
    }
    Ok(is_lost)
}

/// Which version of a rule is to be what it is again.
#[derive(Debug)]
pub struct Restoring<'a> {
    /// The rule.
    pub id: &'a RuleId,
    /// The version to bring back.
    pub version: i64,
    /// The newest version that whoever asks has seen; any, if he did not say.
    pub seen: Option<i64>,
}

/// Lets a rule be again what it was in an earlier version; a deleted one is back with it.
pub async fn restore(
    state: &AppState,
    caller: &Caller,
    level: Level,
    entity: &EntityId,
    restoring: Restoring<'_>,
) -> Result<Saved, RuleError> {
    let Restoring { id, version, seen } = restoring;
    let kept = match permitted_kept(state, caller, level, entity, id, Verb::Manage).await {
        Err(error @ (RuleError::NotFound | RuleError::Forbidden)) => {
            refused::target(state, caller, "rule", None, Some(id)).await;
            return Err(error);
        }
        kept => kept?,
    };
    if seen.is_some_and(|seen| seen != kept.stored.version) {
        return Err(RuleError::Conflict);
    }
    let scope = caller.scope(level, Verb::Manage);
    let wanted = state
        .store
        .rule_version(id, level, &scope, version)
        .await?
        .ok_or(RuleError::NotFound)?;
    let now = kept.stored;
    let then = StoredRule {
        rule: wanted.rule,
        ..now.clone()
    };
    let entity = permitted_entity(state, caller, level, entity, Verb::Manage).await?;
    let mut draft = RuleDraft::of(&then);
    let lost = lose_deleted_preset(state, caller, &mut draft).await?;
    let judged = judge(state, caller, level, &entity, &draft, Some(&now.rule)).await;
    if let Err(RuleError::Fields(errors)) = &judged {
        refused::draft(state, caller, level, &entity, &draft, errors).await;
    }
    let Judged { rule, note } = judged?;
    let note = match (lost, note) {
        (true, Some(note)) => Some(format!("{LOST} {note}")),
        (true, None) => Some(LOST.to_owned()),
        (false, note) => note,
    };
    // What was checked is what is written over: nobody else's change in between is lost.
    let change = RuleChange::restore(id, &rule, &scope, Some(now.version));
    let changed = state
        .store
        .change_rules(&[change], None, &caller.actor, state.clock.now_ms())
        .await?;
    let stored = changed.into_iter().next().ok_or(RuleError::NotFound)?;
    let flood = backtest::remark(state, &stored.rule).await;
    finished(state, caller, stored, note, flood).await
}
