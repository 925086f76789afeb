//! The Add Rule pop-up, in two steps; the same form edits a rule.

mod combobox;
mod field;
mod message;
mod preview;
mod price;
mod relogin;
mod save;
mod settings;
pub(crate) mod slack_text;
mod state;
mod target;
mod trigger;

#[cfg(feature = "ssr")]
pub(crate) use field::label_of;

use crate::parts::view::{Erase, live, load, loaded};
use leadbell_domain::{EntityId, Level, RuleId};
use leptos::prelude::*;

use self::save::saver;
use self::settings::settings_step;
use self::state::{FormState, Stage};
use self::trigger::trigger_step;
use super::tab::Tab;
use crate::api::{Ask, FormPage};
use crate::error::AppError;
use crate::parts::dialog::Dialog;
use crate::parts::dom;
use crate::parts::trouble::Trouble;

/// The pop-up: empty while its form is loaded.
#[component]
pub(super) fn RuleDialog(level: Level, entity: EntityId, rule: Option<RuleId>, tab: Tab) -> impl IntoView {
    let title = if rule.is_some() { "Edit Rule" } else { "Add Rule" };
    let close = StoredValue::new(tab.closer());
    let touched = RwSignal::new(false);
    let cancel = Callback::new(move |()| {
        if !touched.get_untracked() || dom::confirm("Leave without saving this rule?") {
            close.with_value(|close| close());
        }
    });
    let form = load(move || Ask::Form(level, entity.clone(), rule.clone()));
    view! {
        <Dialog labelled_by="rule-title" class="dialog--wide" on_cancel=cancel>
            {loaded(form, move |page: FormPage| {
                if page.data.view.can_manage {
                    view! { <RuleForm page title tab touched/> }.erase()
                } else {
                    view! { <Trouble error=AppError::Forbidden/> }.erase()
                }
            })}
        </Dialog>
    }
    .erase()
}

/// The form with its two steps; the step stands in the address.
#[component]
fn RuleForm(page: FormPage, title: &'static str, tab: Tab, touched: RwSignal<bool>) -> impl IntoView {
    let state = FormState::new(page, touched);
    let stage = state.stage();
    let save = saver(state, tab);
    let place = tab.place();
    let action = match state.rule() {
        Some(rule) => place.rule(&rule),
        None => place.new_rule(),
    };
    Effect::new(move || {
        stage.track();
        // Each step begins at its title, unless somebody is typing already.
        if !dom::focus_is_in(state.form) {
            dom::focus_soon("rule-title");
        }
    });
    // A field that is removed with the form still reports its change: by then there is nothing to collect for.
    let collect = move |_| {
        if let Some(stage) = stage.try_get_untracked() {
            state.collect(stage);
        }
    };
    let progress = move || {
        let step = |number: u8, label: &'static str| {
            let here = stage.get().number() == number;
            view! {
                <li class="steps__step" aria-current=here.then_some("step")>
                    <span class="steps__number">{number}</span>
                    " "
                    {label}
                </li>
            }
        };
        view! {
            <ol class="steps" aria-label="Steps">{step(1, "Trigger and action")} {step(2, "Settings")}</ol>
        }
        .erase()
    };
    view! {
        <form
            class="rule-form"
            method="post"
            action=move || format!("{action}?step=2")
            novalidate
            autocomplete="off"
            node_ref=state.form
            on:input=collect
            on:change=collect
            on:submit=save
        >
            <header class="dialog__head">
                <h2 class="dialog__title" id="rule-title" tabindex="-1">
                    {title}
                    {state.number().map(|number| view! { " " <span class="muted">{number}</span> }.erase())}
                </h2>
                {live(progress)}
            </header>
            {live(move || match stage.get() {
                Stage::Trigger => trigger_step(state, tab),
                Stage::Settings(trigger) => settings_step(state, trigger, tab),
            })}
        </form>
        <relogin::Relogin state/>
    }
    .erase()
}
