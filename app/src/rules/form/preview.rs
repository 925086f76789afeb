//! The message as it would look in Slack, drawn by what sends it, and the rule in words.

use crate::parts::view::{Erase, live, live_text};
use leadbell_domain::{MAX_RENDERED_CHARS, RenderContext, Template, Trigger, sample_event_of};
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
        let (message, said) = if text.trim().is_empty() {
            let hint = "Write a message to see it here, filled with sample data.";
            (view! { <p class="hint">{hint}</p> }.erase(), String::new())
        } else {
            match Template::parse(&text, trigger, level) {
                Ok(template) => {
                    let context = RenderContext {
                        level,
                        rule_number: number,
                        rule_name: &name,
                        public_url: "https://leadbell.example",
                        shows_personal_data,
                    };
                    let (text, length) = event.with_value(|event| template.render_measured(event, &context));
                    (slack_text(&text), length_in_words(length))
                }
                Err(error) => (
                    view! { <p class="hint">{error.to_string()}</p> }.erase(),
                    String::new(),
                ),
            }
        };
        view! {
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
                    {message}
                </div>
            </div>
            <p class="hint preview__length">{said}</p>
        }
        .erase()
    };
    let words = move || {
        state.draft.with(|draft| {
            draft.sentence(trigger, level, &state.entity_name(), &|key, id| {
                state.chosen(key)?.with_untracked(|chosen| {
                    chosen
                        .iter()
                        .find(|choice| choice.id == id)
                        .map(|choice| choice.name.clone())
                })
            })
        })
    };
    view! {
        <aside class="preview" aria-label="Preview">
            <h3 class="form-section__title">"Preview"</h3>
            {live(shown)}
            <p class="preview__words">{live_text(words)}</p>
        </aside>
    }
    .erase()
}

/// How long the message is beside what Slack takes.
fn length_in_words(length: usize) -> String {
    if length > MAX_RENDERED_CHARS {
        format!("{length} characters with this sample: Slack takes 4,000 at most, the rest will be cut.")
    } else {
        format!("{length} of 4,000 characters with this sample.")
    }
}

#[cfg(test)]
mod tests {
    use super::length_in_words;

    #[test]
    fn a_message_that_slack_would_cut_is_told_before() {
        assert!(length_in_words(4_000).starts_with("4000 of 4,000"));
        assert!(length_in_words(4_001).contains("will be cut"));
    }
}
