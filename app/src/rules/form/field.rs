//! One field of the form: its label, its complaint, and the list of all complaints.

use crate::parts::view::{Erase, live_maybe, live_text};
use leadbell_domain::{FilterKey, filter_label};
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::state::FormState;
use crate::parts::dom;

/// The id of the element that holds a field; made of the field's name, so that both sides agree.
pub(super) fn field_id(name: &str) -> String {
    name.replace(['.', '_'], "-")
}

/// What people call a field.
pub(crate) fn label_of(name: &str) -> String {
    let fixed = match name {
        "name" => "Name",
        "note" => "Note",
        "preset_id" => "Preset",
        "trigger" => "Trigger",
        "action.type" | "action.target" => "Action",
        "action.auth_token" => "Auth Token",
        "action.connection_id" => "Saved connection",
        "action.target.channel_id" => "Slack Channel ID",
        "action.target.member_id" => "Slack Member ID",
        "action.text" => "Message Text",
        "filters.price.op" => "Price Restrictions",
        "filters.price.value" => "Price Restriction Value",
        "filters.price.min" => "Min Price",
        "filters.price.max" => "Max Price",
        other => {
            let key = other.strip_prefix("filters.").and_then(FilterKey::from_key);
            return key.map_or_else(|| other.to_owned(), |key| filter_label(key).to_owned());
        }
    };
    fixed.to_owned()
}

impl FormState {
    /// Whether there is a complaint: for `aria-invalid`.
    pub(super) fn invalid(
        self,
        name: &'static str,
    ) -> impl Fn() -> Option<&'static str> + Send + Sync + Clone {
        move || {
            self.errors
                .with(|errors| errors.of(name).is_some())
                .then_some("true")
        }
    }
}

/// The id of a field's complaint: for `aria-describedby`.
pub(super) fn error_id(name: &str) -> String {
    format!("{}-error", field_id(name))
}

/// The complaint under a field. Always there, so that `aria-describedby` has something to point at.
pub(super) fn complaint(state: FormState, name: &'static str) -> AnyView {
    view! {
        <p class="field__error" id=error_id(name)>
            {live_text(move || state.errors.with(|errors| errors.of(name).map(str::to_owned).unwrap_or_default()))}
        </p>
    }
    .erase()
}

/// A field with one line of text.
pub(super) fn text_field(
    state: FormState,
    name: &'static str,
    value: String,
    hint: Option<AnyView>,
    numeric: bool,
) -> AnyView {
    let id = field_id(name);
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label_of(name)}</label>
            <input
                class="input"
                class:input--number=numeric
                id=id
                name=name
                type="text"
                inputmode=numeric.then_some("decimal")
                autocomplete="off"
                spellcheck="false"
                value=value
                aria-invalid=state.invalid(name)
                aria-describedby=error_id(name)
            />
            {complaint(state, name)}
            {hint}
        </div>
    }
    .erase()
}

/// All complaints, each leading to its field.
#[component]
pub(super) fn Complaints(state: FormState) -> impl IntoView {
    let items = move || {
        state.errors.with(|errors| {
            errors
                .0
                .iter()
                .map(|error| {
                    let id = field_id(&error.field);
                    let href = format!("#{id}");
                    let go = move |event: MouseEvent| {
                        event.prevent_default();
                        dom::focus_soon(id.clone());
                    };
                    view! {
                        <li>
                            <a href=href rel="external" on:click=go>{label_of(&error.field)}</a>
                            ": "
                            {error.message.clone()}
                        </li>
                    }
                    .erase()
                })
                .collect_view()
        })
    };
    let count = move || state.errors.with(|errors| errors.0.len());
    view! {
        <div class="complaints" role="alert">
            {live_maybe(move || {
                state.message.get().map(|text| view! { <p class="complaints__line">{text}</p> }.erase())
            })}
            {live_maybe(move || {
                let said = match count() {
                    0 => return None,
                    1 => "One field needs your attention:".to_owned(),
                    many => format!("{many} fields need your attention:"),
                };
                Some(view! { <p class="complaints__title">{said}</p> <ul>{items()}</ul> }.erase())
            })}
        </div>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_as_on_the_seeds_page() {
        assert_eq!(label_of("filters.price.min"), "Min Price");
        assert_eq!(label_of("filters.pingtree"), "Pingtree");
        assert_eq!(label_of("action.target.member_id"), "Slack Member ID");
        assert_eq!(field_id("action.target.member_id"), "action-target-member-id");
    }
}
