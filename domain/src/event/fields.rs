//! Reads typed fields out of a JSON object and notes every complaint at its path.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::{EntityRef, FieldErrors, Money, Timestamp, parse_rfc3339};

/// Longest text kept from an event, in characters; longer ones are refused, since nothing legitimate comes near.
const MAX_TEXT: usize = 2_000;

/// A view of one JSON object. Absent objects read as empty ones: then only required fields complain.
pub(super) struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    path: String,
}

impl<'a> Fields<'a> {
    pub(super) fn root(map: &'a Map<String, Value>) -> Self {
        Self {
            map: Some(map),
            path: String::new(),
        }
    }

    /// The object in this field; `None` if absent or null.
    pub(super) fn object(&self, name: &str, errors: &mut FieldErrors) -> Option<Fields<'a>> {
        match self.get(name)? {
            Value::Object(map) => Some(Fields {
                map: Some(map),
                path: self.path(name),
            }),
            other => {
                errors.add(
                    self.path(name),
                    format!("Expected an object, got {}.", kind(other)),
                );
                None
            }
        }
    }

    /// The same, but an absent one reads as empty.
    pub(super) fn object_or_empty(&self, name: &str, errors: &mut FieldErrors) -> Fields<'a> {
        self.object(name, errors).unwrap_or(Fields {
            map: None,
            path: self.path(name),
        })
    }

    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    /// A text; whole numbers are taken as text, since ids travel both ways. An empty text is none.
    pub(super) fn text(&self, name: &str, errors: &mut FieldErrors) -> Option<String> {
        let text = match self.get(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) if !number.is_f64() => number.to_string(),
            other => {
                errors.add(self.path(name), format!("Expected text, got {}.", kind(other)));
                return None;
            }
        };
        if text.chars().count() > MAX_TEXT {
            errors.add(
                self.path(name),
                format!("At most {MAX_TEXT} characters are allowed here."),
            );
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    /// A text that must be there.
    pub(super) fn required(&self, name: &str, errors: &mut FieldErrors) -> Option<String> {
        let before = errors.0.len();
        let text = self.text(name, errors);
        if text.is_none() && errors.0.len() == before {
            errors.add(self.path(name), "This field is required.");
        }
        text
    }

    /// Anything that has a text form: an id, a trigger.
    pub(super) fn parsed<T>(&self, name: &str, errors: &mut FieldErrors) -> Option<T>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        let text = self.text(name, errors)?;
        errors.keep(&self.path(name), text.parse())
    }

    /// An amount: text of digits, or a whole number. A JSON number with a fraction has lost its exactness already.
    pub(super) fn money(&self, name: &str, errors: &mut FieldErrors) -> Option<Money> {
        match self.get(name)? {
            Value::String(text) => errors.keep(&self.path(name), text.parse()),
            Value::Number(number) if !number.is_f64() => {
                errors.keep(&self.path(name), number.to_string().parse())
            }
            Value::Number(number) => {
                errors.add(
                    self.path(name),
                    format!(
                        "Send money as text with a decimal point, such as \"{number}\", not as a JSON number."
                    ),
                );
                None
            }
            other => {
                errors.add(
                    self.path(name),
                    format!(
                        "Expected an amount as text, such as \"42.50\", got {}.",
                        kind(other)
                    ),
                );
                None
            }
        }
    }

    /// A time, RFC 3339 with zone.
    pub(super) fn time(&self, name: &str, errors: &mut FieldErrors) -> Option<Timestamp> {
        let text = self.text(name, errors)?;
        let time = parse_rfc3339(&text);
        if time.is_none() {
            errors.add(
                self.path(name),
                "Expected a time with its zone, such as 2026-11-23T20:15:03Z.",
            );
        }
        time
    }

    /// A whole number, as a number or as text (query strings have only text).
    pub(super) fn integer(&self, name: &str, errors: &mut FieldErrors) -> Option<i64> {
        let number = match self.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            errors.add(self.path(name), "Expected a whole number.");
        }
        number
    }

    /// A yes or no; absent is no.
    pub(super) fn flag(&self, name: &str, errors: &mut FieldErrors) -> bool {
        match self.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if matches!(text.as_str(), "true" | "1") => true,
            Some(Value::String(text)) if matches!(text.as_str(), "false" | "0" | "") => false,
            Some(_) => {
                errors.add(self.path(name), "Expected true or false.");
                false
            }
        }
    }

    /// `{"id":…,"name":…}`; without an id there is no entity.
    pub(super) fn entity(&self, errors: &mut FieldErrors) -> Option<EntityRef> {
        let name = self.text("name", errors);
        let id = self.parsed("id", errors)?;
        Some(EntityRef { id, name })
    }

    /// The entity in this field, if any.
    pub(super) fn entity_in(&self, name: &str, errors: &mut FieldErrors) -> Option<EntityRef> {
        self.object(name, errors)?.entity(errors)
    }

    /// All members as text pairs, for the lead's free fields. Lists and objects keep their JSON text.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.chars().take(MAX_TEXT).collect()),
            other => Some(other.to_string().chars().take(MAX_TEXT).collect()),
        };
        self.map
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
            .collect()
    }
}

/// What a JSON value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
