//! Step 1: which event, and what to do then.

use crate::parts::view::Erase;
use leadbell_domain::{FieldErrors, Platform, Trigger};
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::field::{Complaints, complaint, error_id};
use super::state::FormState;
use crate::logic::form_pairs::hidden_pairs;
use crate::rules::tab::{Tab, stay};

pub(super) fn trigger_step(state: FormState, tab: Tab) -> AnyView {
    let triggers = state.triggers();
    let current = state.draft.with_untracked(|draft| draft.trigger.clone());
    let groups = Platform::ALL
        .into_iter()
        .filter_map(|platform| {
            let options: Vec<AnyView> = triggers
                .iter()
                .filter(|trigger| trigger.platform() == platform)
                .map(|trigger| trigger_option(*trigger, Some(trigger) == triggers.first(), &current))
                .collect();
            let heading = format!("triggers-{}", platform.key());
            let labelled_by = heading.clone();
            (!options.is_empty()).then(|| {
                view! {
                    <div class="choices__group" role="group" aria-labelledby=labelled_by>
                        <h4 class="choices__heading" id=heading>{platform.label()}</h4>
                        {options}
                    </div>
                }
                .erase()
            })
        })
        .collect_view();
    // What the other step holds must survive this one, where no script keeps it.
    let carried = state
        .draft
        .with_untracked(hidden_pairs)
        .into_iter()
        .map(|(name, text)| view! { <input type="hidden" name=name value=text/> }.erase())
        .collect_view();
    let place = tab.place();
    let address = match state.rule() {
        Some(rule) => place.rule(&rule),
        None => place.new_rule(),
    };
    let go = stay();
    let next = move |event: MouseEvent| {
        event.prevent_default();
        let key = state.draft.with_untracked(|draft| draft.trigger.clone());
        match Trigger::from_key(&key) {
            Some(_) => {
                state.errors.set(FieldErrors::new());
                go(&format!("{address}?step=2&trigger={key}"));
            }
            None => state.refuse(FieldErrors::one(
                "trigger",
                "Choose the event that triggers the action.",
            )),
        }
    };
    view! {
        <div class="dialog__body">
            <Complaints state/>
            <section class="form-section">
                <h3 class="form-section__title" id="trigger-label">"Trigger"</h3>
                <p class="hint">"The event that sends the message."</p>
                {complaint(state, "trigger")}
                <div
                    class="choices choices--triggers"
                    role="radiogroup"
                    aria-labelledby="trigger-label"
                    aria-describedby=error_id("trigger")
                >
                    {groups}
                </div>
            </section>
            <section class="form-section">
                <h3 class="form-section__title" id="action-label">"Action"</h3>
                <div class="choices" role="radiogroup" aria-labelledby="action-label">
                    <label class="choice">
                        <input type="radio" name="action.type" value="send_slack_message" checked/>
                        <span class="choice__name">"Send Slack Message"</span>
                        <span class="choice__help">"Posts to a channel, or writes to a person, in your Slack workspace."</span>
                    </label>
                </div>
            </section>
            {carried}
            {version(state)}
        </div>
        <footer class="dialog__foot">
            <a class="button" href=tab.list_address() data-noscroll=true>"Cancel"</a>
            <button type="submit" class="button button--primary" name="do" value="next" on:click=next>"Next"</button>
        </footer>
    }
    .erase()
}

fn trigger_option(trigger: Trigger, first: bool, current: &str) -> AnyView {
    let checked = trigger.key() == current;
    // The list's own id is its first entry's: complaints lead there.
    let id = first.then_some("trigger");
    view! {
        <label class="choice">
            <input type="radio" id=id name="trigger" value=trigger.key() checked=checked aria-label=trigger.label()/>
            <span class="choice__name">{trigger.name()}</span>
            <span class="choice__help">{trigger.help()}</span>
        </label>
    }
    .erase()
}

/// The version being edited, for posts without a script.
pub(super) fn version(state: FormState) -> AnyView {
    let version = state
        .page
        .with_value(|page| page.data.editing.as_ref().map(|(_, _, version)| *version));
    version
        .map(|version| view! { <input type="hidden" name="version" value=version/> }.erase())
        .erase()
}
