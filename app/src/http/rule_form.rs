//! Fills the rule form for a page: what is stored or was posted, with names for what was chosen.

use std::collections::BTreeMap;

use leadbell_domain::{EntityId, FilterKey, Level, PresetId, RuleDraft, RuleId, filter_label, form_fields};

use super::PostedRule;
use crate::api::FormPage;
use crate::backend::Backend;
use crate::error::AppError;
use crate::logic::fit::chosen_values;
use crate::views::{Choice, ChoiceQuery};

/// The preset that the address of the page at hand wants a new rule made from. To be asked before anything is awaited.
pub(crate) fn preset_asked_for() -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "preset")
        .map(|(_, preset)| preset.into_owned())
}

/// The draft of a new rule made from a preset of this product.
async fn from_preset(
    backend: &dyn Backend,
    level: Level,
    entity: &EntityId,
    preset: &str,
) -> Result<RuleDraft, AppError> {
    match PresetId::new(preset) {
        Ok(preset) if level == Level::Product => backend.preset_draft(entity, &preset).await,
        _ => Err(AppError::NotFound),
    }
}

/// Names of the values chosen in a draft's filters.
async fn names(
    backend: &dyn Backend,
    level: Level,
    entity: &EntityId,
    draft: &RuleDraft,
) -> Result<BTreeMap<FilterKey, Vec<Choice>>, AppError> {
    let mut chosen = BTreeMap::new();
    for (key, filter) in &draft.filters {
        if *key != FilterKey::Method && !filter.values.is_empty() {
            let query = choice_query(level, entity, *key, draft);
            chosen.insert(*key, backend.chosen(&query, &filter.values).await?);
        }
    }
    Ok(chosen)
}

/// The form of a new or existing rule; `preset` is what a new one is made from. `plain` asks for values to choose from as well, for a page drawn where perhaps
/// no script runs.
pub(crate) async fn fill(
    backend: &dyn Backend,
    level: Level,
    entity: &EntityId,
    rule: Option<&RuleId>,
    preset: Option<&str>,
    posted: Option<&PostedRule>,
    plain: bool,
) -> Result<FormPage, AppError> {
    let person = backend.person().ok_or(AppError::LoggedOut)?;
    let (role, policy) = (person.role, person.policy);
    let mut data = backend.rule_form(level, entity, rule).await?;
    let mut message = None;
    let mut note = withheld_note(&data.withheld);
    if let Some(posted) = posted {
        data.draft = posted.draft.clone();
        data.errors = posted.errors.clone();
        message = posted.message.clone();
        note = posted.note.clone().or(note);
        if let (Some((_, _, version)), Some(seen)) = (&mut data.editing, posted.version) {
            *version = seen;
        }
        data.chosen = names(backend, level, entity, &data.draft).await?;
    } else if let (Some(preset), None) = (preset, rule) {
        data.draft = from_preset(backend, level, entity, preset).await?;
        data.chosen = names(backend, level, entity, &data.draft).await?;
    }
    let mut plain_choices = BTreeMap::new();
    if plain && data.view.can_manage {
        for key in FilterKey::LISTS
            .into_iter()
            .filter(|key| *key != FilterKey::Method)
        {
            let offered = data
                .view
                .triggers
                .iter()
                .any(|trigger| form_fields(role, policy, level, *trigger).filters.contains(&key));
            if offered {
                let choices: Vec<Choice> = backend
                    .choices(&choice_query(level, entity, key, &data.draft))
                    .await?;
                plain_choices.insert(key, choices);
            }
        }
    }
    Ok(FormPage {
        data,
        role,
        policy: policy.for_form(role),
        message,
        note,
        plain_choices,
    })
}

/// What to say of filters that are not on the form because whoever fills it in may not read them.
fn withheld_note(withheld: &[FilterKey]) -> Option<String> {
    let names: Vec<&str> = withheld.iter().map(|key| filter_label(*key)).collect();
    let (last, first) = names.split_last()?;
    let (names, is) = match first {
        [] => ((*last).to_owned(), "is"),
        _ => (format!("{} and {last}", first.join(", ")), "are"),
    };
    Some(format!(
        "{names} {is} set by somebody else, not shown to you, and stays with this rule."
    ))
}

fn choice_query(level: Level, entity: &EntityId, filter: FilterKey, draft: &RuleDraft) -> ChoiceQuery {
    ChoiceQuery {
        level,
        entity: entity.clone(),
        filter,
        q: String::new(),
        publishers: chosen_values(draft, FilterKey::Publisher),
        buyers: chosen_values(draft, FilterKey::Buyer),
    }
}
