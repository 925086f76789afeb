//! Answers in Slack's shape: HTTP 200 with `ok`, `error` and friends.

use serde_json::{Map, Value, json};

/// An answer of the API before it becomes HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: Map<String, Value>,
    pub retry_after: Option<u32>,
}

/// `Err` is a refusal; both are answers.
pub(crate) type Outcome = Result<Reply, Reply>;

impl Reply {
    /// `ok:true` and these fields (`fields` must be an object).
    pub fn ok(fields: Value) -> Self {
        Self::new(true, fields)
    }

    /// `ok:false` with a code.
    pub fn error(code: &str) -> Self {
        Self::new(false, json!({ "error": code }))
    }

    /// `invalid_arguments`, saying which in `response_metadata.messages`.
    pub fn invalid_arguments(message: String) -> Self {
        Self::new(
            false,
            json!({"error": "invalid_arguments", "response_metadata": {"messages": [format!("[ERROR] {message}")]}}),
        )
    }

    /// `missing_scope` with what is needed and what the token has.
    pub fn missing_scope(needed: &str, provided: &[String]) -> Self {
        Self::new(
            false,
            json!({"error": "missing_scope", "needed": needed, "provided": provided.join(",")}),
        )
    }

    /// 429. Slack says `rate_limited` for posting and `ratelimited` elsewhere.
    pub fn rate_limited(code: &str, seconds: u32) -> Self {
        let mut reply = Self::new(false, json!({"error": code, "retry_after": seconds}));
        reply.status = 429;
        reply.retry_after = Some(seconds);
        reply
    }

    /// Adds a warning, in the two places where Slack puts it.
    pub fn warn(&mut self, warning: &str) {
        let all = match self.body.get("warning").and_then(Value::as_str) {
            Some(before) => format!("{before},{warning}"),
            None => warning.to_owned(),
        };
        self.body.insert("warning".into(), json!(all));
        let metadata = self.body.entry("response_metadata").or_insert_with(|| json!({}));
        match metadata.get_mut("warnings").and_then(Value::as_array_mut) {
            Some(list) => list.push(json!(warning)),
            None => metadata["warnings"] = json!([warning]),
        }
    }

    /// The `error`, if there is one.
    pub fn code(&self) -> Option<&str> {
        self.body.get("error").and_then(Value::as_str)
    }

    fn new(ok: bool, fields: Value) -> Self {
        let mut body = Map::new();
        body.insert("ok".into(), json!(ok));
        if let Value::Object(fields) = fields {
            body.extend(fields);
        }
        Self {
            status: 200,
            body,
            retry_after: None,
        }
    }
}
