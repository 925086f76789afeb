//! Doing what was planned: all of it in one transaction, or nothing.

use leadbell_domain::{FieldErrors, RuleId, Scope, Verb};
use leadbell_store::{RuleChange, StoreError};
use serde_json::Value;

use super::plan::{Fate, Plan, plan};
use crate::actor::Caller;
use crate::ids::Fresh as _;
use crate::rules::RuleError;
use crate::state::AppState;

/// Why a file was not imported. Nothing of it is.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rules have been changed since somebody looked.
    #[error("changed since")]
    Changed,
    /// Some rules can't be imported; the plan says which and why.
    #[error("refused")]
    Refused(Box<Plan>),
    /// Anything else.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

/// Imports these rules if the set of rules has still the version that was looked at. Answers what was done.
pub async fn apply(
    state: &AppState,
    caller: &Caller,
    rules: &[Value],
    seen: i64,
) -> Result<Plan, ImportError> {
    let mut plan = plan(state, caller, rules).await?;
    if plan.version != seen {
        return Err(ImportError::Changed);
    }
    if plan
        .rules
        .iter()
        .any(|rule| matches!(rule.fate, Fate::Refused(_)))
    {
        return Err(ImportError::Refused(Box::new(plan)));
    }
    let mut changes = Vec::new();
    for rule in &mut plan.rules {
        match &rule.fate {
            Fate::New(new) => {
                let id = rule.id.get_or_insert_with(RuleId::fresh);
                changes.push(RuleChange::insert(id, new));
            }
            Fate::Changed {
                before,
                after,
                restored,
                ..
            } => {
                let scope: Scope = caller.scope(after.level, Verb::Manage);
                let expected = Some(before.version);
                changes.push(if *restored {
                    RuleChange::restore(&before.id, after, &scope, expected)
                } else {
                    RuleChange::update(&before.id, after, &scope, expected)
                });
            }
            Fate::Unchanged | Fate::Refused(_) => {}
        }
    }
    let now = state.clock.now_ms();
    match state.store.import_rules(&changes, seen, &caller.actor, now).await {
        Ok(_) => {}
        Err(StoreError::Conflict | StoreError::NotFound) => return Err(ImportError::Changed),
        Err(other) => return Err(RuleError::from(other).into()),
    }
    state
        .rules
        .refresh(&*state.store)
        .await
        .map_err(RuleError::from)?;
    tracing::info!(by = %caller.actor, changes = changes.len(), "rules were imported");
    Ok(plan)
}

impl Plan {
    /// Every complaint, each at its rule's place in the file.
    #[must_use]
    pub fn complaints(&self) -> FieldErrors {
        let mut all = FieldErrors::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let Fate::Refused(errors) = &rule.fate else {
                continue;
            };
            for error in &errors.0 {
                let dot = if error.field.is_empty() { "" } else { "." };
                all.add(format!("rules[{at}]{dot}{}", error.field), error.message.clone());
            }
        }
        all
    }
}
