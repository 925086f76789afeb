//! What was typed into the form, and the fault it orders.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::faults::{FieldError, kind};

/// The fields as typed, and what is wrong with them.
#[derive(Debug, Default)]
pub(in crate::page) struct Typed {
    values: BTreeMap<String, String>,
    pub errors: Vec<FieldError>,
}

impl Typed {
    /// Reads a form body.
    pub fn read(body: &[u8]) -> Self {
        let values = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .collect();
        Self {
            values,
            errors: Vec::new(),
        }
    }

    /// What was typed, or what the form begins with.
    pub fn or<'a>(&'a self, name: &str, begin: &'a str) -> &'a str {
        self.values.get(name).map_or(begin, String::as_str)
    }

    /// What is wrong with a field.
    pub fn wrong(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|e| e.field == name)
            .map(|e| e.message.as_str())
    }

    /// The order without what the form hides: a field that belongs to another choice was typed in vain.
    pub fn order(&self) -> Map<String, Value> {
        let mut order = Map::new();
        let text = |name: &str| Value::String(self.or(name, "").to_owned());
        order.insert("fault".into(), text("fault"));
        if let Some(kind) = kind(self.or("fault", "")) {
            for param in kind.params {
                if let Some(value) = self.param(param) {
                    order.insert((*param).into(), value);
                }
            }
            if kind.may_follow_work && self.or("when", "") == "after" {
                order.insert("after_the_work".into(), Value::Bool(true));
            }
        }
        let often: &[&str] = match self.or("often", "") {
            "times" => &["times"],
            "every" => &["every"],
            "percent" => &["percent", "seed"],
            _ => &[],
        };
        order.extend(often.iter().map(|name| ((*name).to_owned(), text(name))));
        for name in ["method", "channel", "token", "seconds"] {
            if !self.or(name, "").is_empty() {
                order.insert(name.into(), text(name));
            }
        }
        order
    }

    fn param(&self, name: &str) -> Option<Value> {
        let typed = self.values.get(name)?;
        match (name, typed.as_str()) {
            // No number there means no such header.
            ("retry_after_s", "") => Some(Value::Null),
            ("needed" | "fields", "") => None,
            ("fields", json) => Some(serde_json::from_str(json).unwrap_or_else(|_| typed.clone().into())),
            (_, _) => Some(typed.clone().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(body: &str) -> Value {
        Value::Object(Typed::read(body.as_bytes()).order())
    }

    #[test]
    fn fields_of_other_choices_are_left_out() {
        assert_eq!(
            order(
                "fault=rate_limited&retry_after_s=3&status=500&ms=&when=after&often=always&times=1&method=&channel=C1"
            ),
            json!({"fault": "rate_limited", "retry_after_s": "3", "channel": "C1"})
        );
        assert_eq!(
            order("fault=http_error&status=502&when=after&often=times&times=2&every=9&seconds=30"),
            json!({"fault": "http_error", "status": "502", "after_the_work": true, "times": "2", "seconds": "30"})
        );
    }

    #[test]
    fn no_number_means_no_retry_after_and_an_empty_count_stays_to_be_complained_of() {
        assert_eq!(
            order("fault=rate_limited&retry_after_s=&often=every&every="),
            json!({"fault": "rate_limited", "retry_after_s": null, "every": ""})
        );
    }

    #[test]
    fn extra_fields_are_json() {
        assert_eq!(
            order("fault=error&code=x&fields=%7B%22needed%22%3A%22a%22%7D"),
            json!({"fault": "error", "code": "x", "fields": {"needed": "a"}})
        );
        assert_eq!(order("fault=error&code=x&fields=oops")["fields"], "oops");
    }
}
