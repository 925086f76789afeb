//! Named fields, each read with a plain complaint if it is wrong.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError {
    /// Its name.
    pub field: String,
    /// A sentence.
    pub message: String,
}

/// Takes values out of named fields and remembers what is wrong with them.
pub(super) struct Reader<'a> {
    pub input: &'a Map<String, Value>,
    pub errors: Vec<FieldError>,
}

impl Reader<'_> {
    pub fn wrong(&mut self, field: &str, message: impl Display) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.to_string(),
        });
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.input.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(s)) => Some(s.trim().to_owned()),
            Some(_) => {
                self.wrong(name, "Must be text.");
                None
            }
        }
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.input.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(b)) => Some(*b),
            Some(Value::String(s)) if s == "true" || s == "false" => Some(s == "true"),
            Some(_) => {
                self.wrong(name, "Must be true or false.");
                None
            }
        }
    }

    pub fn number(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let given = match self.input.get(name)? {
            Value::Null => return None,
            Value::String(s) => s.trim().parse().ok(),
            other => other.as_u64(),
        };
        let given = given.filter(|n| range.contains(n));
        if given.is_none() {
            let (from, to) = (range.start(), range.end());
            self.wrong(name, format!("Must be a whole number from {from} to {to}."));
        }
        given
    }

    pub fn small(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u32> {
        self.number(name, range).and_then(|n| u32::try_from(n).ok())
    }

    pub fn required(&mut self, name: &str, range: RangeInclusive<u64>) -> u32 {
        if self.input.get(name).is_none_or(Value::is_null) {
            let (from, to) = (range.start(), range.end());
            self.wrong(name, format!("Give a whole number from {from} to {to}."));
        }
        self.small(name, range).unwrap_or(0)
    }

    pub fn status(&mut self, range: RangeInclusive<u64>) -> Option<u16> {
        self.small("status", range).and_then(|n| u16::try_from(n).ok())
    }

    pub fn code(&mut self) -> String {
        let code = self.text("code").unwrap_or_default();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if code.is_empty() || code.len() > 80 || !code.chars().all(fits) {
            self.wrong("code", "Give a code of Slack, such as not_in_channel.");
        }
        code
    }

    pub fn fields(&mut self) -> Map<String, Value> {
        match self.input.get("fields") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(fields)) => fields.clone(),
            Some(_) => {
                self.wrong(
                    "fields",
                    "Must be an object, such as {\"needed\": \"chat:write\"}.",
                );
                Map::new()
            }
        }
    }

    pub fn headers(&mut self) -> Vec<(String, String)> {
        let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        let read = match self.input.get("headers") {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::Object(headers)) => headers.iter().map(pair).collect(),
            Some(_) => None,
        };
        let sendable = |(name, value): &(String, String)| {
            axum::http::HeaderName::try_from(name).is_ok() && axum::http::HeaderValue::try_from(value).is_ok()
        };
        match read.filter(|all: &Vec<_>| all.iter().all(sendable)) {
            Some(headers) => headers,
            None => {
                self.wrong(
                    "headers",
                    "Must be an object of headers, such as {\"retry-after\": \"soon\"}.",
                );
                Vec::new()
            }
        }
    }
}
