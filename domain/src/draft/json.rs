//! The rule JSON of the REST contract, in and out.

use serde_json::{Map, Value, json};

use super::{ACTION, FilterDraft, MAX_VALUES, RuleDraft, SecretText, personal_data_key};
use crate::{FieldErrors, FilterKey, StoredRule, Target, format_rfc3339};
use crate::{card, sending};

/// Fields of an answered rule that only the server decides. They may stand in a rule that is sent, so that what was
/// fetched can be sent back, and are not read.
pub const RULE_OWN_FIELDS: [&str; 7] = [
    "id",
    "number",
    "version",
    "created_at",
    "updated_at",
    "summary",
    "remark",
];

/// Fields of a rule that its sender decides.
const FIELDS: [&str; 11] = [
    "name",
    "note",
    "preset_id",
    "level",
    "entity_id",
    "trigger",
    "filters",
    "include_test",
    "include_duplicates",
    "action",
    "status",
];

impl RuleDraft {
    /// Reads the contract's JSON. Complaints here are about its shape only; [`RuleDraft::parse`] judges the content.
    pub fn from_json(json: &Value) -> Result<RuleDraft, FieldErrors> {
        let Value::Object(map) = json else {
            return Err(FieldErrors::one("", "A rule is a JSON object."));
        };
        let mut errors = FieldErrors::new();
        for name in map.keys().map(String::as_str) {
            if !FIELDS.contains(&name) && !RULE_OWN_FIELDS.contains(&name) {
                errors.add(
                    name,
                    format!("There is no such field; there are {}.", FIELDS.join(", ")),
                );
            }
        }
        let mut draft = RuleDraft {
            name: text(map, "name", "name", &mut errors),
            note: text(map, "note", "note", &mut errors),
            preset_id: text(map, "preset_id", "preset_id", &mut errors),
            trigger: text(map, "trigger", "trigger", &mut errors),
            status: text(map, "status", "status", &mut errors),
            ..RuleDraft::default()
        };
        draft.include_test = flag(map, "include_test", &mut errors);
        draft.include_duplicates = flag(map, "include_duplicates", &mut errors);
        if let Some(filters) = object(map, "filters", "filters", &mut errors) {
            draft.take_filters(filters, &mut errors);
        }
        match object(map, "action", "action", &mut errors) {
            Some(action) => draft.take_action(action, &mut errors),
            None => errors.add("action", "This field is required."),
        }
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }

    fn take_filters(&mut self, filters: &Map<String, Value>, errors: &mut FieldErrors) {
        for (name, value) in filters {
            let path = format!("filters.{name}");
            match FilterKey::from_key(name) {
                _ if value.is_null() => {}
                None => errors.add(path, "There is no such filter."),
                Some(FilterKey::Price) => {
                    let Value::Object(price) = value else {
                        errors.add(path, "A price restriction is an object with op and its values.");
                        continue;
                    };
                    only(price, &path, &["op", "value", "min", "max"], errors);
                    self.price.op = text(price, "op", "filters.price.op", errors);
                    if price.get("op").is_none_or(Value::is_null)
                        || price.get("op").is_some_and(|op| op == "")
                    {
                        errors.add("filters.price.op", "This field is required.");
                    }
                    self.price.value = money_text(price, "value", "filters.price.value", errors);
                    self.price.min = money_text(price, "min", "filters.price.min", errors);
                    self.price.max = money_text(price, "max", "filters.price.max", errors);
                }
                Some(key) => {
                    if let Some(filter) = list(value, &path, errors) {
                        self.filters.insert(key, filter);
                    }
                }
            }
        }
    }

    fn take_action(&mut self, action: &Map<String, Value>, errors: &mut FieldErrors) {
        only(
            action,
            "action",
            &[
                "type",
                "connection_id",
                "auth_token",
                "target",
                "text",
                "personal_data",
                "sending",
                "layout",
            ],
            errors,
        );
        self.action = text(action, "type", "action.type", errors);
        self.connection_id = text(action, "connection_id", "action.connection_id", errors);
        self.auth_token = SecretText(text(action, "auth_token", "action.auth_token", errors));
        self.text = text(action, "text", "action.text", errors);
        self.personal_data = text(action, "personal_data", "action.personal_data", errors);
        if let Some(sending) = object(action, "sending", sending::PATH, errors) {
            self.sending = sending::from_json(sending, errors);
        }
        if let Some(layout) = action.get("layout") {
            self.layout = card::from_json(layout, errors);
        }
        let Some(target) = object(action, "target", "action.target", errors) else {
            return;
        };
        only(target, "action.target", &["channel_id", "member_id"], errors);
        self.channel_id = text(target, "channel_id", "action.target.channel_id", errors);
        self.member_id = text(target, "member_id", "action.target.member_id", errors);
        match (
            target.contains_key("channel_id"),
            target.contains_key("member_id"),
        ) {
            (true, true) => errors.add(
                "action.target",
                "A target is a channel_id or a member_id, not both.",
            ),
            (true, false) => self.target = "channel".to_owned(),
            (false, true) => self.target = "member".to_owned(),
            (false, false) => {}
        }
    }
}

impl StoredRule {
    /// The contract's JSON of this rule. Tokens are not in it: connections are named by their id.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rule = &self.rule;
        let target = match &rule.action.target {
            Target::Channel(id) => json!({"channel_id": id}),
            Target::Member(id) => json!({"member_id": id}),
        };
        json!({
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "name": rule.name,
            "note": rule.note,
            "preset_id": rule.preset,
            "level": rule.level,
            "entity_id": rule.entity,
            "trigger": rule.trigger,
            "filters": rule.filters,
            "include_test": rule.includes_test_leads,
            "include_duplicates": rule.includes_duplicates,
            "action": {
                "type": ACTION,
                "connection_id": rule.action.connection,
                "target": target,
                "text": rule.action.template.text(),
                "personal_data": personal_data_key(rule.action.shows_personal_data),
                "sending": sending::to_json(&rule.action.sending),
                "layout": card::to_json(&rule.action.layout),
            },
            "status": rule.status,
            "created_at": format_rfc3339(self.created_at),
            "updated_at": format_rfc3339(self.updated_at),
        })
    }
}

fn text(map: &Map<String, Value>, name: &str, path: &str, errors: &mut FieldErrors) -> String {
    match map.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => {
            errors.add(path, "Expected text.");
            String::new()
        }
    }
}

fn flag(map: &Map<String, Value>, name: &str, errors: &mut FieldErrors) -> bool {
    match map.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            errors.add(name, "Expected true or false.");
            false
        }
    }
}

fn money_text(map: &Map<String, Value>, name: &str, path: &str, errors: &mut FieldErrors) -> String {
    match map.get(name) {
        Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
        Some(Value::Number(number)) => {
            errors.add(
                path,
                format!("Send money as text, such as \"{number}\", not as a JSON number."),
            );
            String::new()
        }
        _ => text(map, name, path, errors),
    }
}

fn object<'a>(
    map: &'a Map<String, Value>,
    name: &str,
    path: &str,
    errors: &mut FieldErrors,
) -> Option<&'a Map<String, Value>> {
    match map.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::Object(inner)) => Some(inner),
        Some(_) => {
            errors.add(path, "Expected an object.");
            None
        }
    }
}

fn only(map: &Map<String, Value>, path: &str, known: &[&str], errors: &mut FieldErrors) {
    for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
        errors.add(
            format!("{path}.{name}"),
            format!("There is no such field; there are {}.", known.join(", ")),
        );
    }
}

fn list(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<FilterDraft> {
    let wrong = "A filter is {\"any_of\":[…]} or {\"none_of\":[…]}.";
    let Value::Object(map) = value else {
        errors.add(path, wrong);
        return None;
    };
    let (exclude, values) = match (map.get("any_of"), map.get("none_of")) {
        (Some(values), None) if map.len() == 1 => (false, values),
        (None, Some(values)) if map.len() == 1 => (true, values),
        _ => {
            errors.add(path, wrong);
            return None;
        }
    };
    let texts: Option<Vec<String>> = values.as_array().and_then(|values| {
        values
            .iter()
            .map(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) if !number.is_f64() => Some(number.to_string()),
                _ => None,
            })
            .collect()
    });
    match texts {
        // A value that is none would make a wider filter than was meant.
        Some(values) if values.iter().any(|value| value.trim().is_empty()) => {
            errors.add(path, "A value can't be empty.");
            None
        }
        Some(values) if values.len() > MAX_VALUES => {
            let count = values.len();
            errors.add(
                path,
                format!("At most {MAX_VALUES} values are possible; these are {count}."),
            );
            None
        }
        Some(values) if !values.is_empty() => Some(FilterDraft { exclude, values }),
        Some(_) => {
            errors.add(path, "Name at least one value, or leave the filter out.");
            None
        }
        None => {
            errors.add(path, "Expected a list of texts.");
            None
        }
    }
}
