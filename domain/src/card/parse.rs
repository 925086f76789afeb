//! A layout as typed: pairs of a path below `action.layout` and a text, the same for forms and JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::blocks::{MAX_CONTEXT, MAX_FIELDS, MAX_URL};
use super::{Card, CardButton, CardField, Layout};
use crate::{AddressTemplate, FieldErrors, Level, PlainTemplate, Template, TemplateError, Trigger};

/// Where the layout stands in a rule.
const PATH: &str = "action.layout";

/// Which layout a form chose; the rest says it too, so that what is stored needs no such pair.
const KIND: &str = "kind";

/// What is wrong with a part that has no field of its own.
const NO_FIELD: &str = "There is no such field.";

/// How many units the author's own words may have where Slack takes so many, and how many with placeholders.
const HEADER: (usize, usize) = (150, 500);
const LABEL: (usize, usize) = (200, 500);
const VALUE: (usize, usize) = (2_000, 2_000);
const CONTEXT: (usize, usize) = (MAX_CONTEXT, MAX_CONTEXT);
const BUTTON: (usize, usize) = (75, 300);
const URL: (usize, usize) = (MAX_URL, MAX_URL);

/// The layout as pairs; none for the text alone.
pub(crate) fn pairs(layout: &Layout) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    if let Some(card) = layout.card()
        && let Ok(Value::Object(fields)) = serde_json::to_value(card)
    {
        take_card(&fields, &mut pairs, &mut FieldErrors::new());
    }
    pairs
}

/// The pairs of the contract's JSON. Complaints are about its shape only.
pub(crate) fn from_json(layout: &Value, errors: &mut FieldErrors) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let expected = "Expected \"text\" or {\"card\":{…}}.";
    match layout {
        Value::Null => {}
        Value::String(text) if text == "text" => {}
        Value::Object(map) if map.len() == 1 => match map.get("card") {
            Some(Value::Object(card)) => {
                pairs.insert(KIND.to_owned(), "card".to_owned());
                take_card(card, &mut pairs, errors);
            }
            Some(_) => errors.add(format!("{PATH}.card"), "Expected an object."),
            None => errors.add(PATH, expected),
        },
        _ => errors.add(PATH, expected),
    }
    pairs
}

fn take_card(card: &Map<String, Value>, pairs: &mut BTreeMap<String, String>, errors: &mut FieldErrors) {
    for (name, value) in card {
        let path = format!("card.{name}");
        match (name.as_str(), value) {
            ("header" | "context" | "fields" | "button", Value::Null) => {}
            ("header" | "context", value) => take_text(path, value, pairs, errors),
            ("button", Value::Object(button)) => take_both(&path, button, ["label", "url"], pairs, errors),
            ("button", _) => errors.add(format!("{PATH}.{path}"), "Expected an object."),
            ("fields", Value::Array(fields)) => {
                for (at, field) in fields.iter().enumerate().take(MAX_FIELDS + 1) {
                    let path = format!("card.fields[{at}]");
                    match field {
                        Value::Object(field) => take_both(&path, field, ["label", "value"], pairs, errors),
                        _ => errors.add(format!("{PATH}.{path}"), "Expected an object."),
                    }
                }
            }
            ("fields", _) => errors.add(format!("{PATH}.{path}"), "Expected a list."),
            _ => errors.add(
                format!("{PATH}.{path}"),
                "There is no such field; there are header, fields, context, button.",
            ),
        }
    }
}

/// An object of two texts; what is missing is complained of when it is judged.
fn take_both(
    path: &str,
    object: &Map<String, Value>,
    names: [&str; 2],
    pairs: &mut BTreeMap<String, String>,
    errors: &mut FieldErrors,
) {
    for name in object.keys().filter(|name| !names.contains(&name.as_str())) {
        errors.add(
            format!("{PATH}.{path}.{name}"),
            format!("There is no such field; there are {}.", names.join(", ")),
        );
    }
    for name in names {
        let value = object.get(name).unwrap_or(&Value::Null);
        let at = format!("{path}.{name}");
        match value {
            Value::Null => {
                pairs.insert(at, String::new());
            }
            value => take_text(at, value, pairs, errors),
        }
    }
}

fn take_text(path: String, value: &Value, pairs: &mut BTreeMap<String, String>, errors: &mut FieldErrors) {
    match value {
        Value::String(text) => {
            pairs.insert(path, text.clone());
        }
        _ => errors.add(format!("{PATH}.{path}"), "Expected text."),
    }
}

/// The contract's JSON of this layout; what a card does not have is null.
pub(crate) fn to_json(layout: &Layout) -> Value {
    match layout.card() {
        None => json!("text"),
        Some(card) => json!({"card": {
            "header": card.header, "fields": card.fields, "context": card.context, "button": card.button,
        }}),
    }
}

/// The layout of these pairs, or every complaint at its field. Without a trigger any placeholder will do.
pub(crate) fn parse(
    pairs: &BTreeMap<String, String>,
    trigger: Option<Trigger>,
    level: Level,
    errors: &mut FieldErrors,
) -> Layout {
    // What is left from another choice is not read.
    match pairs.get(KIND).map(|kind| kind.trim()) {
        Some("text") => return Layout::Text,
        None if pairs.is_empty() => return Layout::Text,
        Some("card") | None => {}
        Some(_) => {
            errors.add(PATH, "Choose text or card.");
            return Layout::Text;
        }
    }
    let mut typed = Typed {
        pairs,
        errors,
        check: trigger.map(|trigger| (trigger, level)),
    };
    let rows = typed.rows();
    let card = Card {
        header: typed.part(
            "card.header",
            HEADER,
            PlainTemplate::parse,
            PlainTemplate::template,
        ),
        fields: rows.into_iter().filter_map(|row| typed.field(row)).collect(),
        context: typed.part("card.context", CONTEXT, marked_up, |context| context),
        button: typed.button(),
    };
    if card == Card::default() && typed.errors.is_empty() {
        typed.errors.add(
            PATH,
            "Fill in the header, a field, the context or the button of the card, or choose text.",
        );
    }
    Layout::Card(Box::new(card))
}

fn marked_up(text: &str, check: Option<(Trigger, Level)>) -> Result<Template, TemplateError> {
    match check {
        Some((trigger, level)) => Template::parse(text, trigger, level),
        None => Ok(Template::stored(text)),
    }
}

/// What was typed, and the complaints about it.
struct Typed<'a> {
    pairs: &'a BTreeMap<String, String>,
    errors: &'a mut FieldErrors,
    check: Option<(Trigger, Level)>,
}

impl<'a> Typed<'a> {
    fn text(&self, path: &str) -> &'a str {
        self.pairs.get(path).map_or("", |text| text.trim())
    }

    /// The numbers of the fields that are there; what is no part of a card is complained of.
    fn rows(&mut self) -> BTreeSet<usize> {
        let mut rows = BTreeSet::new();
        for path in self.pairs.keys() {
            match path.as_str() {
                KIND | "card.header" | "card.context" | "card.button.label" | "card.button.url" => {}
                other => match row(other) {
                    Some(at) if at < MAX_FIELDS => {
                        rows.insert(at);
                    }
                    Some(_) => self.errors.add(
                        format!("{PATH}.card.fields"),
                        format!("Slack takes at most {MAX_FIELDS} fields."),
                    ),
                    None => self.errors.add(format!("{PATH}.{other}"), NO_FIELD),
                },
            }
        }
        rows
    }

    fn field(&mut self, row: usize) -> Option<CardField> {
        let label = self.required(&format!("card.fields[{row}].label"), LABEL, marked_up, |label| {
            label
        });
        let value = self.required(&format!("card.fields[{row}].value"), VALUE, marked_up, |value| {
            value
        });
        Some(CardField {
            label: label?,
            value: value?,
        })
    }

    fn button(&mut self) -> Option<CardButton> {
        let there = ["card.button.label", "card.button.url"];
        if !there.iter().any(|path| self.pairs.contains_key(*path)) {
            return None;
        }
        let label = self.required(there[0], BUTTON, PlainTemplate::parse, PlainTemplate::template);
        let url = self.required(there[1], URL, AddressTemplate::parse, AddressTemplate::template);
        Some(CardButton {
            label: label?,
            url: url?,
        })
    }

    fn required<T>(
        &mut self,
        path: &str,
        limits: (usize, usize),
        read: impl Fn(&str, Option<(Trigger, Level)>) -> Result<T, TemplateError>,
        template: impl Fn(&T) -> &Template,
    ) -> Option<T> {
        if self.text(path).is_empty() {
            self.errors
                .add(format!("{PATH}.{path}"), "This field is required.");
            return None;
        }
        self.part(path, limits, read, template)
    }

    fn part<T>(
        &mut self,
        path: &str,
        (words, most): (usize, usize),
        read: impl Fn(&str, Option<(Trigger, Level)>) -> Result<T, TemplateError>,
        template: impl Fn(&T) -> &Template,
    ) -> Option<T> {
        // Where Slack has one line, a line break is a space.
        let one_line = !path.ends_with("value") && path != "card.context";
        let text = self.text(path).replace("\r\n", "\n");
        let text = if one_line {
            text.replace(['\n', '\r'], " ")
        } else {
            text
        };
        if text.is_empty() {
            return None;
        }
        let field = format!("{PATH}.{path}");
        let has = text.chars().count();
        if has > most {
            self.errors
                .add(field, format!("At most {most} characters; these are {has}."));
            return None;
        }
        let parsed = self.errors.keep(&field, read(&text, self.check))?;
        if template(&parsed).shortest() > words {
            self.errors.add(
                field,
                format!("Slack shows at most {words} characters here; your own words alone are more."),
            );
            return None;
        }
        Some(parsed)
    }
}

/// The number in `card.fields[3].label`.
fn row(path: &str) -> Option<usize> {
    let (number, name) = path.strip_prefix("card.fields[")?.split_once("].")?;
    matches!(name, "label" | "value").then_some(())?;
    number.parse().ok()
}
