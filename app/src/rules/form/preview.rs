//! The message as it would look in Slack, drawn by what sends it, and the rule in words.

use crate::parts::view::{Erase, live};
use leadbell_domain::{FilterKey, RenderContext, Target, Template, Trigger, filter_lines, sample_event_of};
use leptos::prelude::*;

use super::slack_text::slack_text;
use super::state::FormState;

#[component]
pub(super) fn Preview(state: FormState, trigger: Trigger) -> impl IntoView {
    let event = StoredValue::new(sample_event_of(
        trigger,
        state.level(),
        &state.entity(),
        &state.entity_name(),
    ));
    let text = Memo::new(move |_| {
        state.draft.with(|draft| {
            (
                draft.text.clone(),
                draft.name.clone(),
                draft.personal_data == "shown",
            )
        })
    });
    let level = state.level();
    let number = state.number().unwrap_or(1);
    let shown = move || {
        let (text, name, shows_personal_data) = text.get();
        if text.trim().is_empty() {
            return view! { <p class="hint">"Write a message to see it here, filled with sample data."</p> }
                .erase();
        }
        match Template::parse(&text, trigger, level) {
            Ok(template) => {
                let context = RenderContext {
                    level,
                    rule_number: number,
                    rule_name: &name,
                    public_url: "https://leadbell.example",
                    shows_personal_data,
                };
                slack_text(&event.with_value(|event| template.render(event, &context)))
            }
            Err(error) => view! { <p class="hint">{error.to_string()}</p> }.erase(),
        }
    };
    let words = Memo::new(move |_| {
        state.draft.track();
        in_words(state, trigger)
    });
    view! {
        <aside class="preview" aria-label="Preview">
            <h3 class="form-section__title">"Preview"</h3>
            <div class="slack">
                <span class="slack__avatar" aria-hidden="true">"L"</span>
                <div class="slack__message">
                    <p class="slack__head">
                        <strong>"Your Slack app"</strong>
                        " "
                        <span class="slack__app">"APP"</span>
                        " "
                        <span class="slack__time">"20:15"</span>
                    </p>
                    {live(shown)}
                </div>
            </div>
            <div class="preview__words">
                {live(move || words.get().into_iter().map(|line| view! { <p>{line}</p> }.erase()).collect_view().erase())}
            </div>
        </aside>
    }
    .erase()
}

/// What the rule does, once it is complete.
fn in_words(state: FormState, trigger: Trigger) -> Vec<String> {
    let Ok(rule) = state.parse() else {
        return Vec::new();
    };
    let filters = filter_lines(rule.filters(), |key: FilterKey, id| {
        let chosen = state.chosen(key)?.get_untracked();
        chosen
            .into_iter()
            .find(|choice| choice.id == id)
            .map(|choice| choice.name)
    });
    let to = match rule.target() {
        Target::Channel(id) => format!("channel {id}"),
        Target::Member(id) => format!("user {id}"),
    };
    let mut lines = vec![format!(
        "On every {} of {} this message goes to {to}{}",
        trigger.label(),
        state.entity_name(),
        if filters.is_empty() { "." } else { ", if:" }
    )];
    lines.extend(filters);
    lines
}
