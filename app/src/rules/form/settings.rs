//! Step 2: which of those events (Trigger Settings), and the message (Action Settings).

use crate::parts::view::{Erase, live_maybe, live_text};
use leadbell_domain::{FilterKey, Method, PriceMeaning, Trigger, may_show_personal_data};
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::combobox::Combobox;
use super::field::{Complaints, complaint, error_id, field_id, text_field};
use super::message::{as_content, message_field};
use super::preview::Preview;
use super::price::price_fields;
use super::state::FormState;
use super::target::{target_fields, token_fields};
use super::trigger::version;
use crate::parts::badge::platform_tag;
use crate::parts::dom::post_plainly;
use crate::rules::tab::{Tab, stay};

pub(super) fn settings_step(state: FormState, trigger: Trigger, tab: Tab) -> AnyView {
    state.enter(trigger);
    let draft = state.draft.get_untracked();
    let offered = state.offered(trigger);
    let filters = offered
        .filters
        .iter()
        .map(|key| match key {
            FilterKey::Method => method_field(state),
            FilterKey::Price => price_fields(state, &offered.price_ops),
            key => view! { <Combobox state key=*key/> }.erase(),
        })
        .collect_view();
    let place = tab.place();
    let address = match state.rule() {
        Some(rule) => place.rule(&rule),
        None => place.new_rule(),
    };
    let back_address = format!("{address}?step=1");
    let go = stay();
    let back = {
        let to = back_address.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            state.errors.set(Default::default());
            go(&to);
        }
    };
    // A page of its own tries the rule as it stands here.
    let try_out = move |event: MouseEvent| {
        if let Some(form) = state.form.get_untracked() {
            event.prevent_default();
            post_plainly(&form, "try");
        }
    };
    let saving = state.saving;
    view! {
        // Enter in a field presses the first button of a form: that must be Save, not Back.
        <button type="submit" class="default-button" name="do" value="save" tabindex="-1" aria-hidden="true"></button>
        <input type="hidden" name="trigger" value=trigger.key()/>
        <input type="hidden" name="action.type" value="send_slack_message"/>
        <input type="hidden" name="status" value=draft.status.clone()/>
        <input type="hidden" name="preset_id" value=draft.preset_id.clone()/>
        {[("sending", &draft.sending), ("layout", &draft.layout)]
            .into_iter()
            .flat_map(|(part, pairs)| pairs.iter().map(move |(path, text)| (format!("action.{part}.{path}"), text)))
            .map(|(name, text)| view! { <input type="hidden" name=name value=text.clone()/> }.erase())
            .collect_view()}
        {version(state)}
        <div class="dialog__body rule-form__columns">
            <div class="rule-form__fields">
                <Complaints state/>
                <div role="status">
                    {live_maybe(move || state.note.get().map(|note| view! { <p class="remark">{note}</p> }.erase()))}
                </div>
                <p class="rule-form__trigger">
                    {platform_tag(trigger.platform())} " " <strong>{trigger.name()}</strong> " – " {trigger.help()}
                </p>
                <section class="form-section">
                    <h3 class="form-section__title">"Trigger Settings"</h3>
                    <p class="hint">"All optional. Without any, every event of this trigger sends the message."</p>
                    <div class="filters">{filters}</div>
                    {(trigger.price_meaning(state.level()) == PriceMeaning::None).then(|| view! {
                        <p class="hint">"What is rejected has no price, so there are no Price Restrictions here."</p>
                    }.erase())}
                    {check_field("include_test", "Also for test leads; their messages say TEST", draft.include_test)}
                    {(trigger == Trigger::LmsRevenuePingBack).then(|| {
                        check_field("include_duplicates", "Also for repeated ping backs", draft.include_duplicates)
                    })}
                </section>
                <section class="form-section">
                    <h3 class="form-section__title">"Action Settings / Send Slack Message"</h3>
                    {token_fields(state)}
                    {target_fields(state)}
                    {message_field(state, trigger)}
                    {may_show_personal_data(state.role()).then(|| {
                        check_field("action.personal_data", "Show personal data unmasked", draft.personal_data == "shown")
                    })}
                </section>
                <section class="form-section">
                    {text_field(state, "name", draft.name, Some(view! {
                        <p class="hint">"Optional. Helps you find the rule again."</p>
                    }.erase()), false)}
                    {note_field(state, &draft.note)}
                </section>
            </div>
            <Preview state trigger/>
        </div>
        <footer class="dialog__foot">
            <button
                type="submit"
                class="button dialog__back"
                name="do"
                value="back"
                formaction=back_address
                formnovalidate
                on:click=back
            >
                "Back"
            </button>
            <a class="button" href=tab.list_address() data-noscroll=true>"Cancel"</a>
            <button type="submit" class="button" name="do" value="try" on:click=try_out>"Test Run"</button>
            <button
                type="submit"
                class="button button--primary"
                name="do"
                value="save"
                aria-busy=move || saving.get().then_some("true")
                aria-disabled=move || saving.get().then_some("true")
            >
                {live_text(move || if saving.get() { "Saving…" } else { "Save Rule" }.to_owned())}
            </button>
        </footer>
    }
    .erase()
}

/// A box to tick; its value is "shown" for the one field that has two words instead of yes and no.
fn check_field(name: &'static str, label: &'static str, checked: bool) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" id=field_id(name) name=name value="shown" checked=checked/>
            {label}
        </label>
    }
    .erase()
}

/// What people want to remember.
fn note_field(state: FormState, note: &str) -> AnyView {
    view! {
        <div class="field">
            <label class="field__label" for="note">"Note"</label>
            <textarea
                class="input"
                id="note"
                name="note"
                rows="2"
                aria-invalid=state.invalid("note")
                aria-describedby=error_id("note")
                inner_html=as_content(note)
            ></textarea>
            {complaint(state, "note")}
        </div>
    }
    .erase()
}

/// Two values only: boxes to tick.
fn method_field(state: FormState) -> AnyView {
    let draft = state.draft.get_untracked();
    let filter = draft.filters.get(&FilterKey::Method).cloned().unwrap_or_default();
    let boxes = Method::ALL
        .into_iter()
        .enumerate()
        .map(|(at, method)| {
            let checked = filter.values.iter().any(|value| value == method.key());
            // Complaints about the field lead to its first box.
            let id = (at == 0).then_some("filters-method");
            view! {
                <label class="check">
                    <input type="checkbox" id=id name="filters.method" value=method.key() checked=checked/>
                    {method.key()}
                </label>
            }
            .erase()
        })
        .collect_view();
    view! {
        <div class="field filter" role="group" aria-labelledby="filters-method-label" aria-describedby=error_id("filters.method")>
            <div class="filter__head">
                <span class="field__label" id="filters-method-label">"Method"</span>
                {mode_select(FilterKey::Method, filter.exclude)}
            </div>
            <div class="filter__boxes">{boxes}</div>
            {complaint(state, "filters.method")}
        </div>
    }
    .erase()
}

/// Whether the values are wanted or unwanted.
pub(super) fn mode_select(key: FilterKey, exclude: bool) -> AnyView {
    view! {
        <select class="select select--mode" name=format!("filters.{}.mode", key.key()) aria-label="Condition">
            <option value="any_of" selected=!exclude>"is any of"</option>
            <option value="none_of" selected=exclude>"is none of"</option>
        </select>
    }
    .erase()
}
