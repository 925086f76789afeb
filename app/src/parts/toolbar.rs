//! Search and filters over a list. A plain GET form; with a script it acts while one types. The address holds the state.

use std::time::Duration;

use crate::parts::view::Erase;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::SubmitEvent;

use super::dom;
use crate::logic::query::with_query;

/// Long enough not to search for every letter, short enough to feel immediate.
const PAUSE: Duration = Duration::from_millis(250);

/// The toolbar of the list at `path`; its fields are `children`, each with its name in the query.
#[component]
pub(crate) fn Toolbar(#[prop(into)] path: String, children: Children) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let navigate = use_navigate();
    let action = path.clone();
    let go = move || {
        let Some(form) = form.get_untracked() else { return };
        let pairs = dom::form_pairs(&form);
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&with_query(&path, &pairs), options);
    };
    let go = StoredValue::new(go);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop_waiting = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    let at_once = move || {
        stop_waiting();
        // A field that is removed with the page still reports its change.
        let _ = go.try_with_value(|go| go());
    };
    on_cleanup(stop_waiting);
    view! {
        <form
            class="toolbar"
            role="search"
            method="get"
            action=action
            node_ref=form
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                at_once();
            }
            on:change=move |_| at_once()
            on:input=move |_| {
                stop_waiting();
                let handle = set_timeout_with_handle(move || go.with_value(|go| go()), PAUSE);
                waiting.set_value(handle.ok());
            }
        >
            {children()}
            <button type="submit" class="button without-script">"Search"</button>
        </form>
    }
    .erase()
}

/// The search box.
#[component]
pub(crate) fn SearchField(#[prop(into)] label: String, q: Signal<String>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    // Follows the address (Back, links), but never overwrites what is being typed.
    Effect::new(move || {
        let q = q.get();
        if let Some(input) = input.get() {
            let typing = document()
                .active_element()
                .is_some_and(|active| active.is_same_node(Some(&input)));
            if !typing && input.value() != q {
                input.set_value(&q);
            }
        }
    });
    view! {
        <label class="toolbar__search">
            <span class="visually-hidden">{label.clone()}</span>
            <input
                class="input"
                type="search"
                name="q"
                value=q.get_untracked()
                placeholder=format!("{label}…")
                autocomplete="off"
                node_ref=input
            />
        </label>
    }
    .erase()
}

/// A filter with few values: `options` are value and label.
#[component]
pub(crate) fn SelectField(
    label: &'static str,
    name: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    value: Signal<String>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(key, label)| {
            let own = key.clone();
            let selected = value.get_untracked() == key;
            view! {
                <option value=key selected=selected prop:selected=move || value.get() == own>{label}</option>
            }
            .erase()
        })
        .collect_view();
    view! {
        <select class="select toolbar__filter" name=name aria-label=label>
            <option value="">{all}</option>
            {options}
        </select>
    }
    .erase()
}
