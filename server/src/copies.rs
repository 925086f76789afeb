//! Copies of rules, on the same entity or on others: judged there like a rule that is written anew, and made all at
//! once or not at all.

use leadbell_domain::{
    Entity, EntityId, FieldError, FieldErrors, Level, RuleDraft, RuleId, RuleStatus, StoredRule, Verb,
};
use leadbell_store::RuleChange;

use crate::actor::Caller;
use crate::ids::Fresh as _;
use crate::judging::judge;
use crate::rules::{RuleError, permitted_entity};
use crate::state::AppState;

/// Copies made at once.
pub const MOST: usize = 100;

/// What a copy of the rule would be on that entity, as a draft.
fn draft(source: &StoredRule, level: Level, entity: &EntityId, active: bool) -> RuleDraft {
    let mut draft = RuleDraft::of(source);
    let status = if active {
        RuleStatus::Active
    } else {
        RuleStatus::Disabled
    };
    draft.status = status.key().to_owned();
    // A preset is its product's: elsewhere a copy goes its own way.
    if !is_home(source, level, entity) {
        draft.preset_id = String::new();
    }
    draft
}

fn is_home(source: &StoredRule, level: Level, entity: &EntityId) -> bool {
    (source.rule.level, &source.rule.entity) == (level, entity)
}

/// The copy on this entity, whose rules the viewer may manage, or why it does not fit there.
async fn fitted(
    state: &AppState,
    viewer: &Caller,
    source: &StoredRule,
    level: Level,
    entity: &Entity,
    active: bool,
) -> Result<leadbell_domain::Rule, RuleError> {
    let draft = draft(source, level, &entity.id, active);
    let twin = is_home(source, level, &entity.id).then_some(&source.rule);
    Ok(judge(state, viewer, level, entity, &draft, twin).await?.rule)
}

/// What of the rule does not fit on this entity.
pub async fn misfits(
    state: &AppState,
    viewer: &Caller,
    source: &StoredRule,
    level: Level,
    entity: &Entity,
) -> Result<Vec<FieldError>, RuleError> {
    match fitted(state, viewer, source, level, entity, false).await {
        Ok(_) => Ok(Vec::new()),
        Err(RuleError::Fields(errors)) => Ok(errors.0),
        Err(other) => Err(other),
    }
}

/// Copies every rule to every place, all or nothing. Complaints name the rule's field and say where.
pub async fn copy(
    state: &AppState,
    viewer: &Caller,
    sources: &[StoredRule],
    places: &[(Level, EntityId)],
    active: bool,
) -> Result<Vec<StoredRule>, RuleError> {
    let refused = |message: String| RuleError::Fields(FieldErrors::one("to", message));
    if places.is_empty() {
        return Err(refused("Choose at least one place to copy to.".to_owned()));
    }
    if sources.len().saturating_mul(places.len()) > MOST {
        return Err(refused(format!(
            "At most {MOST} copies are made at once; choose fewer places."
        )));
    }
    let mut errors = FieldErrors::new();
    let mut changes = Vec::new();
    for (level, id) in places {
        let what = level.label().to_lowercase();
        let entity = match permitted_entity(state, viewer, *level, id, Verb::Manage).await {
            Ok(entity) => entity,
            Err(RuleError::NotFound) => {
                errors.add("to", format!("There is no {what} {id} to copy to."));
                continue;
            }
            Err(RuleError::Forbidden) => {
                errors.add("to", format!("You may not add rules to {what} {id}."));
                continue;
            }
            Err(other) => return Err(other),
        };
        for source in sources {
            match fitted(state, viewer, source, *level, &entity, active).await {
                Ok(rule) => changes.push(RuleChange::insert(&RuleId::fresh(), &rule)),
                Err(RuleError::Fields(wrong)) => {
                    for error in wrong.0 {
                        let place = format!("{} {}", level.label(), entity.name);
                        errors.add(
                            error.field,
                            format!("Rule {} on {place}: {}", source.number, error.message),
                        );
                    }
                }
                Err(other) => return Err(other),
            }
        }
    }
    if !errors.is_empty() {
        return Err(RuleError::Fields(errors));
    }
    let made = state
        .store
        .change_rules(&changes, None, &viewer.actor, state.clock.now_ms())
        .await?;
    state.rules.refresh(&*state.store).await?;
    Ok(made)
}
