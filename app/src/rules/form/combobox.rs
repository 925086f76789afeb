//! A list filter: values are found by typing and shown as chips. Follows the ARIA combobox pattern: arrows move,
//! Enter chooses, Esc closes, Backspace in an empty field takes the last chip. Without a script the chips are boxes
//! to untick, and a plain list offers more.

use std::time::Duration;

use crate::parts::view::{Erase, live};
use leadbell_domain::{FilterKey, filter_label};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::KeyboardEvent;

use super::field::{complaint, error_id, field_id};
use super::message::escape;
use super::settings::mode_select;
use super::state::FormState;
use crate::api::find_choices;
use crate::views::Choice;

/// Long enough not to ask for every letter.
const PAUSE: Duration = Duration::from_millis(150);

/// What the open list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Waiting,
    Choices(Vec<Choice>),
    Failed(String),
}

/// The field's moving parts.
#[derive(Clone, Copy)]
struct Combo {
    state: FormState,
    key: FilterKey,
    chosen: RwSignal<Vec<Choice>>,
    typed: RwSignal<String>,
    open: RwSignal<bool>,
    active: RwSignal<usize>,
    found: RwSignal<Found>,
    /// Counts the questions, so that a late answer to an earlier one is ignored.
    asked: StoredValue<u32>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Combo {
    fn ask_now(self) {
        self.asked.update_value(|asked| *asked = asked.wrapping_add(1));
        let question = self.asked.get_value();
        let query = self
            .state
            .choice_query(self.key, self.typed.get_untracked().trim().to_owned());
        spawn_local(async move {
            let answer = find_choices(query).await;
            if self.asked.try_get_value() != Some(question) {
                return;
            }
            self.active.set(0);
            self.found.set(match answer {
                Ok(choices) => Found::Choices(choices),
                Err(error) => Found::Failed(error.to_string()),
            });
        });
    }

    fn stop_waiting(self) {
        if let Some(handle) = self.waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    fn ask_soon(self) {
        self.stop_waiting();
        let handle = set_timeout_with_handle(move || self.ask_now(), PAUSE);
        self.waiting.set_value(handle.ok());
    }

    fn show(self) {
        if !self.open.get_untracked() {
            self.open.set(true);
            self.found.set(Found::Waiting);
            self.ask_now();
        }
    }

    fn hide(self) {
        self.stop_waiting();
        self.open.set(false);
    }

    /// What can still be chosen.
    fn offered(self) -> Vec<Choice> {
        let chosen = self.chosen.get();
        match self.found.get() {
            Found::Choices(choices) => choices
                .into_iter()
                .filter(|choice| !chosen.iter().any(|taken| taken.id == choice.id))
                .collect(),
            Found::Waiting | Found::Failed(_) => Vec::new(),
        }
    }

    fn choose(self, choice: Choice) {
        self.chosen.update(|chosen| chosen.push(choice));
        let had_typed = !self.typed.get_untracked().is_empty();
        self.typed.set(String::new());
        self.state.collect_settings();
        if had_typed {
            self.ask_now();
        }
    }

    fn remove(self, id: &str) {
        self.chosen
            .update(|chosen| chosen.retain(|choice| choice.id != id));
        self.state.collect_settings();
    }

    fn key(self, event: &KeyboardEvent) {
        let offered = untrack(|| self.offered());
        let count = offered.len();
        let open = self.open.get_untracked();
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open => {
                event.prevent_default();
                self.show();
            }
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                self.active.update(|active| *active = (*active + 1) % count);
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                self.active
                    .update(|active| *active = (*active + count - 1) % count);
            }
            "Enter" => {
                // Never sends the form from here: who types a name wants that name.
                if open || !self.typed.get_untracked().is_empty() {
                    event.prevent_default();
                }
                if let Some(choice) = offered.get(self.active.get_untracked()).filter(|_| open) {
                    self.choose(choice.clone());
                }
            }
            "Escape" if open => {
                // Closes the list only, not the dialog around it.
                event.prevent_default();
                event.stop_propagation();
                self.hide();
            }
            "Backspace" if self.typed.get_untracked().is_empty() => {
                self.chosen.update(|chosen| {
                    chosen.pop();
                });
                self.state.collect_settings();
            }
            _ => {}
        }
    }
}

#[component]
pub(super) fn Combobox(state: FormState, key: FilterKey) -> impl IntoView {
    let Some(chosen) = state.chosen(key) else {
        return ().erase();
    };
    let combo = Combo {
        state,
        key,
        chosen,
        typed: RwSignal::new(String::new()),
        open: RwSignal::new(false),
        active: RwSignal::new(0),
        found: RwSignal::new(Found::Waiting),
        asked: StoredValue::new(0),
        waiting: StoredValue::new(None),
    };
    on_cleanup(move || combo.stop_waiting());
    let name = name_of(key);
    let id = field_id(name);
    let list_id = format!("{id}-list");
    let option_id = move |at: usize| format!("{}-option-{at}", field_id(name_of(key)));
    let exclude = state
        .draft
        .with_untracked(|draft| draft.filters.get(&key).is_some_and(|filter| filter.exclude));
    let label = filter_label(key);
    view! {
        <div class="field filter">
            <div class="filter__head">
                <label class="field__label" for=id.clone()>{label}</label>
                {mode_select(key, exclude)}
            </div>
            <div class="combo">
                <ul class="chips">
                    {live(move || chosen.get().into_iter().map(|choice| chip(combo, choice)).collect_view().erase())}
                </ul>
                <input
                    class="input combo__input"
                    id=id
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=move || if chosen.with(Vec::is_empty) { "Any" } else { "Add…" }
                    aria-autocomplete="list"
                    aria-expanded=move || if combo.open.get() { "true" } else { "false" }
                    aria-controls=list_id.clone()
                    aria-activedescendant=move || {
                        (combo.open.get() && !combo.offered().is_empty()).then(|| option_id(combo.active.get()))
                    }
                    aria-invalid=state.invalid(name)
                    aria-describedby=error_id(name)
                    prop:value=move || combo.typed.get()
                    on:focus=move |_| combo.show()
                    on:click=move |_| combo.show()
                    on:blur=move |_| combo.hide()
                    on:input=move |event| {
                        combo.typed.set(event_target_value(&event));
                        combo.show();
                        combo.ask_soon();
                    }
                    on:keydown=move |event: KeyboardEvent| combo.key(&event)
                />
                <ul
                    class="combo__list"
                    id=list_id
                    role="listbox"
                    aria-label="Matches"
                    hidden=move || !combo.open.get()
                >
                    {live(move || options(combo))}
                </ul>
            </div>
            {plain_list(state, key)}
            {complaint(state, name)}
        </div>
    }
    .erase()
}

/// The field's name, for the complaint and the ids.
fn name_of(key: FilterKey) -> &'static str {
    match key {
        FilterKey::Method => "filters.method",
        FilterKey::Publisher => "filters.publisher",
        FilterKey::Channel => "filters.channel",
        FilterKey::Source => "filters.source",
        FilterKey::Buyer => "filters.buyer",
        FilterKey::Campaign => "filters.campaign",
        FilterKey::Pingtree => "filters.pingtree",
        FilterKey::Price => "filters.price.op",
    }
}

fn options(combo: Combo) -> AnyView {
    let line = |text: String| view! { <li class="combo__line">{text}</li> }.erase();
    let offered = combo.offered();
    match combo.found.get() {
        Found::Waiting => line("Searching…".to_owned()),
        Found::Failed(why) => line(why),
        Found::Choices(_) if offered.is_empty() => line("Nothing more to choose.".to_owned()),
        Found::Choices(_) => offered
            .into_iter()
            .enumerate()
            .map(|(at, choice)| {
                let id = format!("{}-option-{at}", field_id(name_of(combo.key)));
                let picked = choice.clone();
                view! {
                    <li
                        class="combo__option"
                        id=id
                        role="option"
                        aria-selected=move || if combo.active.get() == at { "true" } else { "false" }
                        // Keeps the focus in the field.
                        on:mousedown=move |event| event.prevent_default()
                        on:click=move |_| combo.choose(picked.clone())
                    >
                        <span>{choice.name}</span>
                        <span class="combo__id">{choice.id}</span>
                        {choice.note.map(|note| view! { <span class="tag">{note}</span> }.erase())}
                    </li>
                }
                .erase()
            })
            .collect_view()
            .erase(),
    }
}

/// One chosen value. The box is what a plain post sends; it shows only where no script runs.
fn chip(combo: Combo, choice: Choice) -> AnyView {
    let id = choice.id.clone();
    let label = format!("Remove {}", choice.name);
    view! {
        <li class="chip">
            <label class="chip__label">
                <input type="checkbox" class="chip__box" name=name_of(combo.key) value=choice.id checked/>
                {choice.name}
                {choice.note.map(|note| view! { " " <span class="tag">{note}</span> }.erase())}
            </label>
            <button type="button" class="chip__remove" aria-label=label on:click=move |_| combo.remove(&id)>"×"</button>
        </li>
    }
    .erase()
}

/// A plain list to choose from where no script runs. Its inside is made by the server alone: a browser with scripts
/// does not even read it.
fn plain_list(state: FormState, key: FilterKey) -> AnyView {
    let options: String = state.page.with_value(|page| {
        let taken = page.data.draft.filters.get(&key);
        page.plain_choices
            .get(&key)
            .into_iter()
            .flatten()
            .filter(|choice| !taken.is_some_and(|filter| filter.values.contains(&choice.id)))
            .map(|choice| {
                format!(
                    "<option value=\"{}\">{} ({})</option>",
                    escape(&choice.id),
                    escape(&choice.name),
                    escape(&choice.id)
                )
            })
            .collect()
    });
    let html = format!(
        "<select class=\"select\" multiple size=\"4\" name=\"{}\" aria-label=\"Add {}\">{options}</select>",
        name_of(key),
        filter_label(key)
    );
    view! { <noscript inner_html=html></noscript> }.erase()
}
