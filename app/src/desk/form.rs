//! Pieces of forms on desk pages: a field with its label, hint and complaint, and the list of all complaints.

use leadbell_domain::FieldErrors;
use leptos::prelude::*;

use crate::parts::view::{Erase, nothing};

/// What a form holds when it is drawn: complaints at fields, and what else went wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrong {
    /// Complaints at fields.
    pub errors: FieldErrors,
    /// What went wrong beside them.
    pub message: Option<String>,
}

/// The id of the element of a field.
fn field_id(name: &str) -> String {
    format!("field-{}", name.replace(['.', '_', '[', ']'], "-"))
}

fn described(name: &str, has_hint: bool, has_error: bool) -> Option<String> {
    let id = field_id(name);
    let parts: Vec<String> = [(has_error, "error"), (has_hint, "hint")]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, part)| format!("{id}-{part}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// One field of a form.
pub(crate) struct Field<'a> {
    name: &'a str,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    required: bool,
    autocomplete: &'static str,
    suggestions: Option<String>,
}

impl<'a> Field<'a> {
    /// A field of this name, which people call `label`; its complaint is looked up in `wrong`.
    pub(crate) fn new(name: &'a str, label: impl Into<String>, wrong: &Wrong) -> Field<'a> {
        Field {
            name,
            label: label.into(),
            hint: None,
            error: wrong.errors.of(name).map(str::to_owned),
            required: false,
            autocomplete: "off",
            suggestions: None,
        }
    }

    /// Something to know before typing.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Must be filled in.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What a browser may fill it with by itself.
    pub(crate) fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    /// Offers what the datalist of this id holds.
    pub(crate) fn suggestions(mut self, list: String) -> Self {
        self.suggestions = Some(list);
        self
    }

    /// A line of text; `kind` is `text`, `email`, `password`, `date`, `search`…
    pub(crate) fn line(self, kind: &'static str, value: &str) -> AnyView {
        let input = view! {
            <input
                class="input"
                id=field_id(self.name)
                name=self.name.to_owned()
                type=kind
                value=value.to_owned()
                required=self.required
                autocomplete=self.autocomplete
                list=self.suggestions.clone()
                aria-invalid=self.error.is_some().then_some("true")
                aria-describedby=described(self.name, self.hint.is_some(), self.error.is_some())
            />
        }
        .erase();
        self.around(input)
    }

    /// Several lines of text.
    pub(crate) fn lines(self, value: &str) -> AnyView {
        let input = view! {
            <textarea
                class="input input--text"
                id=field_id(self.name)
                name=self.name.to_owned()
                required=self.required
                aria-invalid=self.error.is_some().then_some("true")
                aria-describedby=described(self.name, self.hint.is_some(), self.error.is_some())
            >
                {value.to_owned()}
            </textarea>
        }
        .erase();
        self.around(input)
    }

    /// One of several, as (value, label).
    pub(crate) fn choice(self, options: &[(String, String)], chosen: &str) -> AnyView {
        let options = options
            .iter()
            .map(|(value, label)| {
                view! { <option value=value.clone() selected=value == chosen>{label.clone()}</option> }
                    .erase()
            })
            .collect_view();
        let input = view! {
            <select
                class="select"
                id=field_id(self.name)
                name=self.name.to_owned()
                required=self.required
                aria-invalid=self.error.is_some().then_some("true")
                aria-describedby=described(self.name, self.hint.is_some(), self.error.is_some())
            >
                {options}
            </select>
        }
        .erase();
        self.around(input)
    }

    /// Boxes to tick, as (value, label); the whole list is one field.
    pub(crate) fn boxes(self, options: &[(String, String)], chosen: &[String]) -> AnyView {
        let name = self.name.to_owned();
        let boxes = options
            .iter()
            .map(|(value, label)| {
                view! {
                    <label class="check">
                        <input type="checkbox" name=name.clone() value=value.clone() checked=chosen.contains(value)/>
                        <span>{label.clone()}</span>
                    </label>
                }
                .erase()
            })
            .collect_view();
        let (hint, error) = (self.said_before(), self.said_wrong());
        view! {
            <fieldset
                class="field field--boxes"
                id=field_id(self.name)
                tabindex="-1"
                aria-describedby=described(self.name, self.hint.is_some(), self.error.is_some())
            >
                <legend class="field__label">{self.label.clone()}</legend>
                {hint}
                {boxes}
                {error}
            </fieldset>
        }
        .erase()
    }

    fn said_before(&self) -> Option<AnyView> {
        let id = format!("{}-hint", field_id(self.name));
        self.hint
            .clone()
            .map(|hint| view! { <p class="hint" id=id>{hint}</p> }.erase())
    }

    fn said_wrong(&self) -> Option<AnyView> {
        let id = format!("{}-error", field_id(self.name));
        self.error
            .clone()
            .map(|error| view! { <p class="field__error" id=id>{error}</p> }.erase())
    }

    fn around(self, input: AnyView) -> AnyView {
        view! {
            <div class="field">
                <label class="field__label" for=field_id(self.name)>{self.label.clone()}</label>
                {self.said_before()}
                {input}
                {self.said_wrong()}
            </div>
        }
        .erase()
    }
}

/// All complaints, each leading to its field; nothing when there are none. `label` says what people call a field.
pub(crate) fn complaints(wrong: &Wrong, label: impl Fn(&str) -> String) -> AnyView {
    if wrong.errors.is_empty() && wrong.message.is_none() {
        return nothing();
    }
    let line = wrong
        .message
        .clone()
        .map(|text| view! { <p class="complaints__line">{text}</p> }.erase());
    let items = wrong
        .errors
        .0
        .iter()
        .map(|error| {
            let to = format!("#{}", field_id(&error.field));
            view! { <li><a href=to>{label(&error.field)}</a>": "{error.message.clone()}</li> }.erase()
        })
        .collect_view();
    let list = (!wrong.errors.is_empty()).then(|| {
        let title = match wrong.errors.0.len() {
            1 => "One field needs another look".to_owned(),
            many => format!("{many} fields need another look"),
        };
        view! { <p class="complaints__title">{title}</p> <ul>{items}</ul> }.erase()
    });
    view! { <div class="complaints" role="alert">{line} {list}</div> }.erase()
}
