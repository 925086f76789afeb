//! Presets of products: written like rules, given to rules, and followed by them when somebody says so.

use leadbell_domain::{
    EntityId, FieldErrors, Filters, Level, ListFilter, Preset, PresetId, Rule, RuleDraft, RuleId, StoredRule,
    Verb, Viewer,
};
use leadbell_store::{ChangeKind, RuleChange};

use crate::access::check_filter_values;
use crate::actor::Caller;
use crate::bulk::commit;
use crate::ids::Fresh as _;
use crate::judging::{context, judge, saved_connection};
use crate::refused;
use crate::rules::{RuleError, permitted_entity};
use crate::state::AppState;

/// Rules that follow a preset, looked at and changed at once.
pub const FOLLOWERS: usize = 500;

/// The preset, if the viewer may do this with the presets of its product; `product`, when given, is where it must be.
pub async fn permitted(
    state: &AppState,
    viewer: &Viewer,
    product: Option<&EntityId>,
    id: &PresetId,
    verb: Verb,
) -> Result<Preset, RuleError> {
    let fits = |preset: &Preset| product.is_none_or(|product| *product == preset.product);
    let found = |scope| state.store.find_preset(id, scope);
    let scope = viewer.scope(Level::Product, verb);
    if !scope.is_nothing()
        && let Some(preset) = state.store.find_preset(id, &scope).await?.filter(fits)
    {
        return Ok(preset);
    }
    let view = viewer.scope(Level::Product, Verb::View);
    if verb == Verb::Manage && !view.is_nothing() && found(&view).await?.as_ref().is_some_and(fits) {
        return Err(RuleError::Forbidden);
    }
    Err(RuleError::NotFound)
}

/// Adds a preset to a product, or replaces one (`editing`: which, and the version its editor saw).
pub async fn save(
    state: &AppState,
    viewer: &Caller,
    product: &EntityId,
    editing: Option<(&PresetId, Option<i64>)>,
    draft: &RuleDraft,
) -> Result<Preset, RuleError> {
    let entity = permitted_entity(state, viewer, Level::Product, product, Verb::Manage).await?;
    let before = match editing {
        Some((id, _)) => Some(permitted(state, viewer, Some(product), id, Verb::Manage).await?),
        None => None,
    };
    let tidy = match draft.tidy_preset(&context(viewer, Level::Product, &entity)) {
        Ok(tidy) => tidy,
        Err(errors) => {
            refused::draft(state, viewer, Level::Product, &entity, draft, &errors).await;
            return Err(RuleError::Fields(errors));
        }
    };
    let complaints =
        check_filter_values(&*state.store, viewer, Level::Product, product, &lists(&tidy)).await?;
    if !complaints.is_empty() {
        refused::draft(state, viewer, Level::Product, &entity, draft, &complaints).await;
        return Err(RuleError::Fields(complaints));
    }
    let kept = before.is_some_and(|before| before.draft.connection_id == tidy.connection_id);
    if !tidy.connection_id.is_empty() && !kept {
        let id = leadbell_domain::ConnectionId::new(tidy.connection_id.as_str()).map_err(|_| {
            RuleError::Fields(FieldErrors::one(
                "action.connection_id",
                "Choose a saved connection from the list.",
            ))
        })?;
        saved_connection(state, viewer, &id, None).await?;
    }
    let now = state.clock.now_ms();
    let stored = match editing {
        Some((id, expected)) => {
            let scope = viewer.scope(Level::Product, Verb::Manage);
            state
                .store
                .update_preset(id, &tidy, &scope, expected, &viewer.actor, now)
                .await?
        }
        None => {
            state
                .store
                .insert_preset(&PresetId::fresh(), product, &tidy, &viewer.actor, now)
                .await?
        }
    };
    Ok(stored)
}

/// The list filters of a tidy draft.
fn lists(draft: &RuleDraft) -> Filters {
    let lists = draft.filters.iter().map(|(key, filter)| {
        let values = filter.values.iter().cloned().collect();
        let list = if filter.exclude {
            ListFilter::NoneOf(values)
        } else {
            ListFilter::AnyOf(values)
        };
        (*key, list)
    });
    Filters {
        lists: lists.collect(),
        price: None,
    }
}

/// Deletes a preset. The rules that follow it stay as they are and follow nothing from now on; answers how many.
pub async fn delete(
    state: &AppState,
    viewer: &Caller,
    product: Option<&EntityId>,
    id: &PresetId,
    expected: Option<i64>,
) -> Result<usize, RuleError> {
    let preset = permitted(state, viewer, product, id, Verb::Manage).await?;
    if expected.is_some_and(|expected| expected != preset.version) {
        return Err(RuleError::Conflict);
    }
    let scope = viewer.scope(Level::Product, Verb::Manage);
    let mut freed = 0;
    loop {
        let limit = i64::try_from(FOLLOWERS).unwrap_or(i64::MAX);
        let rules = state.store.rules_of_preset(id, &scope, limit).await?;
        let changes: Vec<RuleChange> = rules
            .iter()
            .map(|stored| {
                let free = Rule {
                    preset: None,
                    ..stored.rule.clone()
                };
                RuleChange::update(&stored.id, &free, &scope, Some(stored.version))
            })
            .collect();
        commit(state, viewer, &changes, Some(ChangeKind::Preset)).await?;
        freed += changes.len();
        if changes.len() < FOLLOWERS {
            break;
        }
    }
    state
        .store
        .delete_preset(id, &scope, expected, state.clock.now_ms())
        .await?;
    Ok(freed)
}

/// What following its preset would make of a rule.
#[derive(Debug)]
pub struct Following {
    /// The rule as it is.
    pub stored: StoredRule,
    /// As it would be; the complaints where the preset does not go with what the rule says for itself.
    pub becomes: Result<Rule, FieldErrors>,
}

impl Following {
    /// Whether it would change.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.becomes
            .as_ref()
            .is_ok_and(|becomes| *becomes != self.stored.rule)
    }
}

/// What each rule that follows the preset would become, and whether there are more.
pub async fn preview(
    state: &AppState,
    viewer: &Caller,
    preset: &Preset,
) -> Result<(Vec<Following>, bool), RuleError> {
    let scope = viewer.scope(Level::Product, Verb::Manage);
    let limit = i64::try_from(FOLLOWERS + 1).unwrap_or(i64::MAX);
    let mut rules = state.store.rules_of_preset(&preset.id, &scope, limit).await?;
    let more = rules.len() > FOLLOWERS;
    rules.truncate(FOLLOWERS);
    let followed = follow(state, viewer, preset, rules).await?;
    Ok((followed, more))
}

async fn follow(
    state: &AppState,
    viewer: &Caller,
    preset: &Preset,
    rules: Vec<StoredRule>,
) -> Result<Vec<Following>, RuleError> {
    let entity = permitted_entity(state, viewer, Level::Product, &preset.product, Verb::Manage).await?;
    let before = state.store.preset_before(&preset.id, preset.version).await?;
    let mut followed = Vec::with_capacity(rules.len());
    for stored in rules {
        let draft = RuleDraft::of(&stored);
        let becomes = draft.follow(&before, &preset.draft);
        let becomes = if becomes == draft {
            Ok(stored.rule.clone())
        } else {
            match judge(
                state,
                viewer,
                Level::Product,
                &entity,
                &becomes,
                Some(&stored.rule),
            )
            .await
            {
                Ok(judged) => Ok(judged.rule),
                Err(RuleError::Fields(errors)) => Err(errors),
                Err(other) => return Err(other),
            }
        };
        followed.push(Following { stored, becomes });
    }
    Ok(followed)
}

/// Lets these rules, each in the version that was looked at, follow the preset in the version that was looked at: all of
/// them or none. Answers how many changed.
pub async fn apply(
    state: &AppState,
    viewer: &Caller,
    product: &EntityId,
    id: &PresetId,
    version: i64,
    rules: &[(RuleId, i64)],
) -> Result<usize, RuleError> {
    let preset = permitted(state, viewer, Some(product), id, Verb::Manage).await?;
    if preset.version != version {
        return Err(RuleError::Conflict);
    }
    let scope = viewer.scope(Level::Product, Verb::Manage);
    let mut stored = Vec::new();
    for (rule, seen) in rules.iter().take(FOLLOWERS) {
        let found = state.store.find_rule(rule, Level::Product, &scope).await?;
        let found = found
            .filter(|found| found.rule.preset.as_ref() == Some(id))
            .ok_or(RuleError::NotFound)?;
        if found.version != *seen {
            return Err(RuleError::Conflict);
        }
        stored.push(found);
    }
    let mut changes = Vec::new();
    for followed in follow(state, viewer, &preset, stored).await? {
        let changed = followed.changes();
        let rule = followed.becomes.map_err(RuleError::Fields)?;
        if changed {
            let seen = Some(followed.stored.version);
            changes.push(RuleChange::update(&followed.stored.id, &rule, &scope, seen));
        }
    }
    let done = commit(state, viewer, &changes, Some(ChangeKind::Preset)).await?;
    Ok(done.len())
}
