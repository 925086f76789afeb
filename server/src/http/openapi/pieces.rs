//! What descriptions are put together from.

use leadbell_domain::Trigger;
use serde_json::{Map, Value, json};

/// One area of the interface.
pub(super) struct Area {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its paths, each with its methods.
    pub routes: Vec<(&'static str, Vec<(&'static str, Operation)>)>,
    /// The schemas that it names.
    pub schemas: Vec<(&'static str, Value)>,
}

impl Area {
    /// Its part of the document's `paths`.
    pub(super) fn paths(&self) -> Map<String, Value> {
        let item = |path: &str, methods: &[(&'static str, Operation)]| {
            let mut item: Map<String, Value> = methods
                .iter()
                .map(|(method, operation)| ((*method).to_owned(), operation.json(self.name)))
                .collect();
            let names: Vec<Value> = path
                .split(['{', '}'])
                .skip(1)
                .step_by(2)
                .map(path_parameter)
                .collect();
            if !names.is_empty() {
                item.insert("parameters".to_owned(), Value::Array(names));
            }
            Value::Object(item)
        };
        self.routes
            .iter()
            .map(|(path, methods)| ((*path).to_owned(), item(path, methods)))
            .collect()
    }
}

fn path_parameter(name: &str) -> Value {
    // What can't be an id is nobody's: 404, not a complaint.
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}})
}

/// What one method of a path does.
pub(super) struct Operation {
    fields: Map<String, Value>,
    parameters: Vec<Value>,
    responses: Map<String, Value>,
}

impl Operation {
    /// An operation that needs a key of this scope.
    pub(super) fn new(id: &str, scope: &str, summary: &str) -> Self {
        let description = format!("Needs a key with the scope `{scope}`.");
        Self::open(id, summary)
            .field("description", json!(description))
            .refuses(&[401, 403, 500, 503])
    }

    /// An operation for everybody.
    pub(super) fn open(id: &str, summary: &str) -> Self {
        let operation = Self {
            fields: Map::new(),
            parameters: Vec::new(),
            responses: Map::new(),
        };
        operation
            .field("operationId", json!(id))
            .field("summary", json!(summary))
    }

    /// Sets a field of its own.
    pub(super) fn field(mut self, name: &str, value: Value) -> Self {
        self.fields.insert(name.to_owned(), value);
        self
    }

    /// More about it.
    pub(super) fn note(self, text: &str) -> Self {
        let scope = self
            .fields
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let both = format!("{text} {scope}").trim().to_owned();
        self.field("description", json!(both))
    }

    fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A parameter of the query that may be left out.
    pub(super) fn query(self, name: &str, description: &str, schema: Value) -> Self {
        self.parameter(json!({"name": name, "in": "query", "required": false, "description": description, "schema": schema}))
            .refuses(&[422])
    }

    /// One that must be there.
    pub(super) fn required_query(self, name: &str, description: &str, schema: Value) -> Self {
        self.parameter(json!({"name": name, "in": "query", "required": true, "description": description, "schema": schema}))
            .refuses(&[422])
    }

    /// A page's size and place.
    pub(super) fn paged(self) -> Self {
        self.query(
            "limit",
            "Rows at most.",
            json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
        )
        .query(
            "offset",
            "Rows to skip.",
            json!({"type": "integer", "minimum": 0, "maximum": i64::from(u32::MAX), "default": 0}),
        )
    }

    /// The version the caller saw, against lost updates.
    pub(super) fn if_match(self) -> Self {
        let schema = json!({"type": "string", "pattern": r#"^(\*|(W/)?"[0-9]{1,18}")$"#});
        let description =
            "The `ETag` you saw; 412 if it is another by now. Without it, or with `*`, any version will do.";
        self.parameter(json!({
            "name": "If-Match", "in": "header", "required": false, "description": description, "schema": schema, "example": "\"3\"",
        }))
        .refuses(&[400, 412])
    }

    /// What is sent: JSON of this schema.
    pub(super) fn body(self, required: bool, schema: &Value, example: &Value) -> Self {
        let content = json!({"application/json": {"schema": schema, "example": example}});
        self.bodies(required, &content).refuses(&[400, 413, 415, 422])
    }

    /// What is sent, in one of several types.
    pub(super) fn bodies(self, required: bool, content: &Value) -> Self {
        self.field("requestBody", json!({"required": required, "content": content}))
    }

    /// What it answers when it went well.
    pub(super) fn answers(self, status: u16, description: &str, schema: &Value) -> Self {
        let content = json!({"application/json": {"schema": schema}});
        self.response(status, json!({"description": description, "content": content}))
    }

    /// An answer described in full.
    pub(super) fn response(mut self, status: u16, response: Value) -> Self {
        self.responses.insert(status.to_string(), response);
        self
    }

    /// A header and links of an answer described already.
    pub(super) fn adding(mut self, status: u16, name: &str, value: Value) -> Self {
        if let Some(Value::Object(response)) = self.responses.get_mut(&status.to_string()) {
            response.insert(name.to_owned(), value);
        }
        self
    }

    /// The refusals it can answer with, unless it describes them itself.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let reference = json!({"$ref": format!("#/components/responses/{}", refusal_name(*status))});
            self.responses.entry(status.to_string()).or_insert(reference);
        }
        self
    }

    fn json(&self, tag: &str) -> Value {
        let mut all = self.fields.clone();
        all.insert("tags".to_owned(), json!([tag]));
        if !self.parameters.is_empty() {
            all.insert("parameters".to_owned(), json!(self.parameters));
        }
        all.insert("responses".to_owned(), json!(self.responses));
        Value::Object(all)
    }
}

const REFUSALS: [(u16, &str, &str); 12] = [
    (400, "BadRequest", "The request can't be read; `detail` says why."),
    (401, "Unauthorized", "There is no valid key."),
    (403, "Forbidden", "The key lacks the scope."),
    (404, "NotFound", "There is nothing of this id."),
    (
        409,
        "Conflict",
        "It was changed at the same moment. Fetch it again and repeat your change.",
    ),
    (
        412,
        "PreconditionFailed",
        "It was changed since you saw it. Fetch it again and repeat your change.",
    ),
    (
        413,
        "PayloadTooLarge",
        "The body has more than 10 MB, or too many entries.",
    ),
    (
        415,
        "UnsupportedMediaType",
        "The body is of a type that is not taken here.",
    ),
    (
        422,
        "UnprocessableContent",
        "Some fields can't be used; `errors` names each.",
    ),
    (
        429,
        "TooManyRequests",
        "Too much at once. Try again after `Retry-After` seconds.",
    ),
    (
        500,
        "InternalServerError",
        "Something went wrong on our side; `detail` has a number to tell support.",
    ),
    (
        503,
        "ServiceUnavailable",
        "It can't be done now. Try again after `Retry-After` seconds.",
    ),
];

fn refusal_name(status: u16) -> &'static str {
    REFUSALS
        .iter()
        .find(|(known, ..)| *known == status)
        .map_or("InternalServerError", |(_, name, _)| name)
}

/// The refusals, described once.
pub(super) fn refusals() -> Value {
    let one = |(status, name, description): &(u16, &str, &str)| {
        let mut response = json!({
            "description": description,
            "content": {"application/problem+json": {"schema": reference("Problem")}},
        });
        let header = match status {
            401 => Some(("WWW-Authenticate", json!({"type": "string"}))),
            429 | 503 => Some(("Retry-After", json!({"type": "integer", "minimum": 1}))),
            _ => None,
        };
        if let Some((header, schema)) = header {
            response["headers"] = json!({header: {"schema": schema}});
        }
        ((*name).to_owned(), response)
    };
    Value::Object(REFUSALS.iter().map(one).collect())
}

/// A schema described elsewhere.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The schema with one more field.
pub(super) fn with(mut schema: Value, name: &str, value: impl Into<Value>) -> Value {
    schema[name] = value.into();
    schema
}

/// An object of just these properties, all of them required but these.
pub(super) fn closed(properties: &Value, optional: &[&str]) -> Value {
    let required: Vec<&str> = properties
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
        .filter(|name| !optional.contains(name))
        .collect();
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

/// A list of these.
pub(super) fn list(of: &Value) -> Value {
    json!({"type": "array", "items": of})
}

/// Any text.
pub(super) fn text() -> Value {
    json!({"type": "string"})
}

/// Text or nothing.
pub(super) fn optional_text() -> Value {
    json!({"type": ["string", "null"]})
}

/// One of our own ids.
pub(super) fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

/// A moment.
pub(super) fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// One of these texts.
pub(super) fn one_of<T: serde::Serialize>(keys: &[T]) -> Value {
    json!({"type": "string", "enum": keys})
}

/// A trigger's key.
pub(super) fn trigger() -> Value {
    one_of(&Trigger::ALL.map(Trigger::key))
}

/// Counts from this number.
pub(super) fn count(from: i64) -> Value {
    json!({"type": "integer", "minimum": from})
}

/// An outside id as it is answered.
pub(super) fn outside_id() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 128})
}

/// An outside id as it may be sent: a whole number is taken, too.
pub(super) fn sent_id() -> Value {
    json!({"type": ["string", "integer"], "minLength": 1, "maxLength": 128})
}
