//! What the form holds: the draft as typed, complaints, and the choices made in its fields.
//!
//! The fields themselves are plain HTML and keep their own text; the draft is collected from them after every
//! keystroke, so that a step to and fro, the preview and saving all see the same.

use std::collections::BTreeMap;

use leadbell_domain::{
    DraftContext, EntityId, FieldErrors, FilterKey, FormFields, Level, Policy, Role, RuleDraft, RuleId,
    SecretText, Trigger, form_fields,
};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::field::field_id;
use crate::api::FormPage;
use crate::logic::fit::{chosen_values, dropped_note, fit};
use crate::parts::dom;
use crate::views::{Choice, ChoiceQuery, SaveRule};

/// Which step is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Trigger,
    Settings(Trigger),
}

impl Stage {
    pub(super) fn number(self) -> u8 {
        match self {
            Stage::Trigger => 1,
            Stage::Settings(_) => 2,
        }
    }
}

/// The form's state; cheap to hand around.
#[derive(Clone, Copy)]
pub(super) struct FormState {
    /// What the form was filled with.
    pub page: StoredValue<FormPage>,
    /// What is typed.
    pub draft: RwSignal<RuleDraft>,
    /// What is chosen in each list filter that has names.
    chosen: StoredValue<BTreeMap<FilterKey, RwSignal<Vec<Choice>>>>,
    /// Complaints at fields.
    pub errors: RwSignal<FieldErrors>,
    /// What else went wrong.
    pub message: RwSignal<Option<String>>,
    /// What a changed trigger removed, or what else was done to the draft.
    pub note: RwSignal<Option<String>>,
    /// The form element.
    pub form: NodeRef<html::Form>,
    /// Whether the rule is being saved.
    pub saving: RwSignal<bool>,
    /// Whether somebody must log in again first.
    pub asks_login: RwSignal<bool>,
    /// Whether anything was typed.
    touched: RwSignal<bool>,
}

impl FormState {
    pub(super) fn new(page: FormPage, touched: RwSignal<bool>) -> FormState {
        let mut draft = page.data.draft.clone();
        if draft.target.is_empty() {
            draft.target = "channel".to_owned();
        }
        if draft.connection_id.is_empty()
            && page.data.editing.is_none()
            && let Some(usable) = page.data.connections.iter().find(|connection| !connection.broken)
        {
            draft.connection_id = usable.id.clone();
        }
        let chosen = FilterKey::LISTS
            .into_iter()
            .filter(|key| *key != FilterKey::Method)
            .map(|key| {
                let known = page.data.chosen.get(&key).cloned().unwrap_or_default();
                let ids = page
                    .data
                    .draft
                    .filters
                    .get(&key)
                    .map(|filter| filter.values.as_slice());
                (key, RwSignal::new(with_names(ids.unwrap_or_default(), &known)))
            })
            .collect();
        FormState {
            draft: RwSignal::new(draft),
            chosen: StoredValue::new(chosen),
            errors: RwSignal::new(page.data.errors.clone()),
            message: RwSignal::new(page.message.clone()),
            note: RwSignal::new(page.note.clone()),
            form: NodeRef::new(),
            saving: RwSignal::new(false),
            asks_login: RwSignal::new(false),
            touched,
            page: StoredValue::new(page),
        }
    }

    /// The step to show: the address asks for it, but settings need a trigger. A new rule begins with the trigger,
    /// an existing one with its settings.
    pub(super) fn stage(self) -> Memo<Stage> {
        let query = use_location().query;
        Memo::new(move |_| {
            let (step, asked) = query.with(|query| (query.get("step"), query.get("trigger")));
            let wants_settings = match step.as_deref() {
                Some("1") => false,
                Some(_) => true,
                None => self.rule().is_some(),
            };
            let key = asked
                .filter(|asked| !asked.is_empty())
                .unwrap_or_else(|| self.draft.with(|draft| draft.trigger.clone()));
            match Trigger::from_key(&key).filter(|trigger| self.triggers().contains(trigger)) {
                Some(trigger) if wants_settings => Stage::Settings(trigger),
                _ => Stage::Trigger,
            }
        })
    }

    /// Takes the draft into the settings of a trigger: what does not apply there goes, and is told.
    pub(super) fn enter(self, trigger: Trigger) {
        let mut draft = self.draft.get_untracked();
        draft.trigger = trigger.key().to_owned();
        let dropped = fit(&mut draft, &self.offered(trigger));
        if !dropped.is_empty() {
            self.note.set(dropped_note(&dropped, trigger));
            self.chosen.with_value(|chosen| {
                for (key, values) in chosen {
                    if !draft.filters.contains_key(key) {
                        values.set(Vec::new());
                    }
                }
            });
        }
        if draft != self.draft.get_untracked() {
            self.draft.set(draft);
        }
    }

    /// Reads the fields of the step that is shown.
    pub(super) fn collect(self, stage: Stage) {
        let Some(form) = self.form.get_untracked() else {
            return;
        };
        let pairs = dom::form_pairs(&form);
        let typed = RuleDraft::from_form(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        self.touched.set(true);
        if stage == Stage::Trigger {
            self.draft.update(|draft| draft.trigger = typed.trigger);
            return;
        }
        let mut typed = typed;
        self.chosen.with_value(|chosen| {
            for (key, values) in chosen {
                let ids =
                    values.with_untracked(|values| values.iter().map(|choice| choice.id.clone()).collect());
                typed.filters.entry(*key).or_default().values = ids;
            }
        });
        typed
            .filters
            .retain(|_, filter| !filter.values.is_empty() || filter.exclude);
        self.draft.set(typed);
    }

    /// Reads the fields again after something other than typing changed them.
    pub(super) fn collect_settings(self) {
        let stage = self
            .draft
            .with_untracked(|draft| Trigger::from_key(&draft.trigger))
            .map_or(Stage::Trigger, Stage::Settings);
        self.collect(stage);
    }

    /// What is chosen in a filter. `None` for filters without names (Method, Price).
    pub(super) fn chosen(self, key: FilterKey) -> Option<RwSignal<Vec<Choice>>> {
        self.chosen.with_value(|chosen| chosen.get(&key).copied())
    }

    /// What to look for when values of a filter are asked for: some filters follow others.
    pub(super) fn choice_query(self, filter: FilterKey, q: String) -> ChoiceQuery {
        let draft = self.draft.get_untracked();
        ChoiceQuery {
            level: self.level(),
            entity: self.entity(),
            filter,
            q,
            publishers: chosen_values(&draft, FilterKey::Publisher),
            buyers: chosen_values(&draft, FilterKey::Buyer),
        }
    }

    /// Every complaint about what was typed.
    pub(super) fn check(self) -> Result<(), FieldErrors> {
        let entity = self.entity();
        let context = DraftContext {
            role: self.role(),
            policy: self.policy(),
            level: self.level(),
            entity: &entity,
            platform: self.page.with_value(|page| page.data.view.entity.platform),
            may_show_personal_data: leadbell_domain::may_show_personal_data(self.role()),
        };
        self.draft.with_untracked(|draft| draft.check_form(&context))
    }

    /// What is sent to be saved.
    pub(super) fn to_save(self) -> SaveRule {
        SaveRule {
            level: self.level(),
            entity: self.entity(),
            editing: self.page.with_value(|page| {
                page.data
                    .editing
                    .as_ref()
                    .map(|(rule, _, version)| (rule.clone(), *version))
            }),
            draft: self.draft.get_untracked(),
            floods: false,
        }
    }

    /// Shows complaints and goes to the first.
    pub(super) fn refuse(self, errors: FieldErrors) {
        if let Some(first) = errors.0.first() {
            dom::focus_soon(field_id(&first.field));
        }
        self.errors.set(errors);
    }

    /// Forgets the pasted token, once it is stored or no longer wanted.
    pub(super) fn forget_token(self) {
        self.draft
            .update(|draft| draft.auth_token = SecretText::default());
    }

    pub(super) fn role(self) -> Role {
        self.page.with_value(|page| page.role)
    }

    fn policy(self) -> Policy {
        self.page.with_value(|page| page.policy)
    }

    /// What the form offers for a trigger.
    pub(super) fn offered(self, trigger: Trigger) -> FormFields {
        form_fields(self.role(), self.policy(), self.level(), trigger)
    }

    pub(super) fn level(self) -> Level {
        self.page.with_value(|page| page.data.view.level)
    }

    pub(super) fn entity(self) -> EntityId {
        self.page.with_value(|page| page.data.view.entity.id.clone())
    }

    pub(super) fn entity_name(self) -> String {
        self.page.with_value(|page| page.data.view.entity.name.clone())
    }

    pub(super) fn triggers(self) -> Vec<Trigger> {
        self.page.with_value(|page| page.data.view.triggers.clone())
    }

    /// The rule being edited.
    pub(super) fn rule(self) -> Option<RuleId> {
        self.page
            .with_value(|page| page.data.editing.as_ref().map(|(rule, _, _)| rule.clone()))
    }

    /// Its number.
    pub(super) fn number(self) -> Option<i64> {
        self.page
            .with_value(|page| page.data.editing.as_ref().map(|(_, number, _)| *number))
    }
}

/// The ids in their order, each with its name where it is known.
fn with_names(ids: &[String], known: &[Choice]) -> Vec<Choice> {
    ids.iter()
        .map(|id| {
            known
                .iter()
                .find(|choice| choice.id == *id)
                .cloned()
                .unwrap_or_else(|| Choice {
                    id: id.clone(),
                    name: id.clone(),
                    note: None,
                })
        })
        .collect()
}
