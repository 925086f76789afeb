//! The form of a layout: every part of a card with what was typed.

use leptos::prelude::*;

use super::{KIND, Shown};
use crate::desk::form::{Field, Wrong, complaints};
use crate::parts::view::Erase;
use crate::views::layout::LayoutPage;

/// Fields a card may have.
const MOST_FIELDS: usize = 10;
/// Rows for fields that the page shows at least, and empty ones it offers after those filled in.
const ROWS: usize = 4;
const SPARE_ROWS: usize = 2;

/// What people call a field.
fn label(field: &str) -> String {
    let path = field.strip_prefix("action.layout.").unwrap_or(field);
    let row = |path: &str| {
        let (number, part) = path.strip_prefix("card.fields[")?.split_once("].")?;
        Some((number.parse::<usize>().ok()? + 1, part.to_owned()))
    };
    match path {
        "kind" => "Layout".to_owned(),
        "card.header" => "Header".to_owned(),
        "card.fields" => "Fields".to_owned(),
        "card.context" => "Context".to_owned(),
        "card.button.label" => "Button label".to_owned(),
        "card.button.url" => "Button opens".to_owned(),
        other => match row(other) {
            Some((number, part)) if part == "label" => format!("Name of field {number}"),
            Some((number, _)) => format!("Value of field {number}"),
            None => field.to_owned(),
        },
    }
}

/// The fields, each with what was typed.
pub(super) struct Sheet<'a> {
    pub page: &'a LayoutPage,
    pub wrong: &'a Wrong,
}

impl Sheet<'_> {
    fn value(&self, path: &str) -> &str {
        self.page.layout.get(path).map_or("", String::as_str)
    }

    fn line(&self, path: &str, hint: &str) -> AnyView {
        let name = format!("action.layout.{path}");
        let field = Field::new(&name, label(&name), self.wrong);
        let field = if hint.is_empty() { field } else { field.hint(hint) };
        field.line("text", self.value(path))
    }

    /// How many rows of fields to show.
    fn rows(&self, all: bool) -> usize {
        let filled = (0..MOST_FIELDS)
            .rev()
            .find(|row| {
                ["label", "value"]
                    .iter()
                    .any(|part| !self.value(&format!("card.fields[{row}].{part}")).is_empty())
            })
            .map_or(0, |last| last + 1);
        match all {
            true => MOST_FIELDS,
            false => (filled + SPARE_ROWS).clamp(ROWS, MOST_FIELDS),
        }
    }
}

pub(super) fn form(sheet: &Sheet<'_>, how: Shown) -> AnyView {
    let page = sheet.page;
    let is_card = match sheet.value("kind") {
        "" => !page.layout.is_empty(),
        kind => kind == "card",
    };
    let choice = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    let kinds = [choice("text", "Text"), choice("card", "Card")];
    let rows = sheet.rows(how.all_rows);
    let fields = (0..rows)
        .map(|row| {
            let (name, value) = (
                format!("card.fields[{row}].label"),
                format!("card.fields[{row}].value"),
            );
            view! {
                <div class="card-page__row">{sheet.line(&name, "")} {sheet.line(&value, "")}</div>
            }
            .erase()
        })
        .collect_view();
    let more = (rows < MOST_FIELDS).then(|| {
        view! { <p><button type="submit" class="button button--quiet" name="do" value="more">"More fields"</button></p> }
            .erase()
    });
    let names = page
        .placeholders
        .iter()
        .map(|name| view! { <li><code>{format!("{{{{{name}}}}}")}</code></li> }.erase())
        .collect_view();
    let events = [
        choice("real", "The newest real event"),
        choice("sample", "A sample"),
    ];
    view! {
        <form class="card form" method="post">
            // Enter in a field presses the first button of a form: that must be Save.
            <button type="submit" class="default-button" name="do" value="save" tabindex="-1" aria-hidden="true"></button>
            <input type="hidden" name="seen" value=page.version.to_string()/>
            {complaints(sheet.wrong, label)}
            {Field::new(KIND, label(KIND), sheet.wrong)
                .hint("What is below matters for a card only; it needs at least one part of it.")
                .choice(&kinds, if is_card { "card" } else { "text" })}
            {sheet.line("card.header", "One line of plain text; Slack shows 150 characters.")}
            <fieldset class="field-group">
                <legend class="field-group__title">"Fields"</legend>
                <p class="hint">"Shown in two columns below the message. Slack takes ten."</p>
                {fields}
                {more}
            </fieldset>
            {sheet.line("card.context", "A small line at the end, such as: Rule {{rule_id}}, {{event_time|time}}.")}
            <fieldset class="field-group">
                <legend class="field-group__title">"Button"</legend>
                <p class="hint">
                    "It opens {{log_url}}, or an https address whose site you name: https://crm.example.com/leads/{{lead_id}}."
                </p>
                <div class="field-group__row">{sheet.line("card.button.label", "")} {sheet.line("card.button.url", "")}</div>
            </fieldset>
            <details class="card-page__names">
                <summary>"Placeholders of this rule"</summary>
                <ul>{names}</ul>
            </details>
            {Field::new("on", "Preview with", sheet.wrong).choice(&events, if how.sample { "sample" } else { "real" })}
            <p class="card-page__actions">
                <button type="submit" class="button button--primary" name="do" value="save">"Save"</button>
                <button type="submit" class="button" name="do" value="preview">"Preview"</button>
            </p>
        </form>
    }
    .erase()
}
