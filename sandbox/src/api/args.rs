//! Reads a call's arguments from a JSON body, a form body or the query.

use serde_json::{Map, Value};

use super::reply::Reply;

/// The arguments of one call.
#[derive(Debug, Default)]
pub(crate) struct Args {
    values: Map<String, Value>,
    /// A token given as a form field.
    pub form_token: Option<String>,
    /// `missing_charset` or `superfluous_charset`.
    pub warning: Option<&'static str>,
    /// Forms carry arrays as JSON text, JSON bodies as arrays.
    from_form: bool,
}

impl Args {
    /// Reads them.
    ///
    /// # Errors
    /// Slack's codes for bodies it cannot read, with what could be read of the arguments left empty.
    pub fn read(content_type: Option<&str>, query: &str, body: &[u8]) -> (Self, Result<(), Reply>) {
        let mut args = Self {
            from_form: true,
            ..Self::default()
        };
        args.take_form(query.as_bytes());
        // Apps made since 2021 may not put their token in the address.
        args.form_token = None;
        if body.is_empty() {
            return (args, Ok(()));
        }
        let read = args.take_body(content_type, body);
        (args, read)
    }

    fn take_body(&mut self, content_type: Option<&str>, body: &[u8]) -> Result<(), Reply> {
        let Some(content_type) = content_type else {
            return Err(Reply::error("missing_post_type"));
        };
        let mut parts = content_type.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let charset = parts
            .find_map(|p| p.strip_prefix("charset="))
            .map(|c| c.trim_matches('"').to_ascii_lowercase());
        if charset
            .as_deref()
            .is_some_and(|c| c != "utf-8" && c != "iso-8859-1")
        {
            return Err(Reply::error("invalid_charset"));
        }
        match kind.as_str() {
            "application/json" => {
                if charset.is_none() {
                    self.warning = Some("missing_charset");
                }
                let value: Value = serde_json::from_slice(body).map_err(|_| Reply::error("invalid_json"))?;
                let Value::Object(values) = value else {
                    return Err(Reply::error("json_not_object"));
                };
                self.values.extend(values);
                self.from_form = false;
                Ok(())
            }
            "application/x-www-form-urlencoded" => {
                if charset.is_some() {
                    self.warning = Some("superfluous_charset");
                }
                if std::str::from_utf8(body).is_err() {
                    return Err(Reply::error("invalid_form_data"));
                }
                self.take_form(body);
                Ok(())
            }
            // Slack reads multipart too; nothing of ours sends it, so the sandbox says so plainly.
            _ => Err(Reply::error("invalid_post_type")),
        }
    }

    fn take_form(&mut self, form: &[u8]) {
        for (name, value) in form_urlencoded::parse(form) {
            if name == "token" {
                self.form_token = Some(value.into_owned());
            } else {
                self.values
                    .insert(name.into_owned(), Value::String(value.into_owned()));
            }
        }
    }

    /// A text argument; numbers and booleans are taken as text, empty and null as absent.
    ///
    /// # Errors
    /// `invalid_array_arg` or `invalid_arguments` for an array or object.
    pub fn text(&self, name: &str) -> Result<Option<String>, Reply> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(s)) if s.is_empty() => Ok(None),
            Some(Value::String(s)) => Ok(Some(s.clone())),
            Some(Value::Array(_)) => Err(Reply::error("invalid_array_arg")),
            Some(Value::Object(_)) => Err(Reply::invalid_arguments(format!(
                "must be a string [json-pointer:/{name}]"
            ))),
            Some(other) => Ok(Some(other.to_string())),
        }
    }

    /// A text argument that must be there.
    ///
    /// # Errors
    /// `invalid_arguments` naming it.
    pub fn required(&self, name: &str) -> Result<String, Reply> {
        self.text(name)?.ok_or_else(|| {
            Reply::invalid_arguments(format!("missing required field: {name} [json-pointer:/{name}]"))
        })
    }

    /// A flag; `true`, `1` and JSON `true` mean yes.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(b)) => *b,
            Some(Value::String(s)) => matches!(s.as_str(), "true" | "1"),
            Some(Value::Number(n)) => n.as_i64() == Some(1),
            _ => default,
        }
    }

    /// An array argument (JSON text in a form); absent and empty are the same.
    ///
    /// # Errors
    /// `code` if it is something else.
    pub fn array(&self, name: &str, code: &str) -> Result<Option<Vec<Value>>, Reply> {
        let parsed = match self.values.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(s)) if s.is_empty() => return Ok(None),
            // JSON bodies with the array as text are accepted by Slack as well.
            Some(Value::String(s)) => serde_json::from_str(s).map_err(|_| Reply::error(code))?,
            Some(other) if !self.from_form => other.clone(),
            Some(_) => return Err(Reply::error(code)),
        };
        match parsed {
            Value::Array(list) if list.is_empty() => Ok(None),
            Value::Array(list) => Ok(Some(list)),
            _ => Err(Reply::error(code)),
        }
    }

    /// Whether an array is named and empty.
    pub fn is_empty_array(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Array(list)) => list.is_empty(),
            Some(Value::String(text)) => text.trim() == "[]",
            _ => false,
        }
    }

    /// Arguments that no log may show.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        ["refresh_token", "code", "client_secret"]
            .into_iter()
            .filter_map(|name| self.values.get(name)?.as_str())
    }

    /// For the log and for faults aimed at a channel: the `channel` or `users` argument as text.
    pub fn target(&self) -> Option<&str> {
        self.values
            .get("channel")
            .or_else(|| self.values.get("users"))
            .and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_form_give_the_same_arguments() {
        let (json, read) = Args::read(
            Some("application/json; charset=utf-8"),
            "",
            br#"{"channel":"C1","mrkdwn":false}"#,
        );
        assert!(read.is_ok() && json.warning.is_none());
        let (form, read) = Args::read(
            Some("application/x-www-form-urlencoded"),
            "",
            b"channel=C1&mrkdwn=false&token=t",
        );
        assert!(read.is_ok());
        for args in [&json, &form] {
            assert_eq!(args.target(), Some("C1"));
            assert!(!args.flag("mrkdwn", true));
        }
        assert_eq!(form.form_token.as_deref(), Some("t"));
    }

    #[test]
    fn json_without_a_charset_brings_a_warning() {
        let (args, _) = Args::read(Some("application/json"), "", b"{}");
        assert_eq!(args.warning, Some("missing_charset"));
    }

    #[test]
    fn unreadable_bodies_get_slacks_codes() {
        let code = |ct: Option<&str>, body: &[u8]| {
            let refused = Args::read(ct, "", body).1.expect_err("refused");
            refused.code().map(str::to_owned)
        };
        assert_eq!(
            code(Some("application/json"), b"{").as_deref(),
            Some("invalid_json")
        );
        assert_eq!(
            code(Some("application/json"), b"[]").as_deref(),
            Some("json_not_object")
        );
        assert_eq!(
            code(Some("application/json; charset=koi8"), b"{}").as_deref(),
            Some("invalid_charset")
        );
        assert_eq!(
            code(Some("text/xml"), b"<a/>").as_deref(),
            Some("invalid_post_type")
        );
        assert_eq!(code(None, b"a=1").as_deref(), Some("missing_post_type"));
    }

    #[test]
    fn a_token_in_the_address_is_ignored() {
        let (args, _) = Args::read(None, "token=xoxb-1&channel=C1", b"");
        assert_eq!(args.form_token, None);
        assert_eq!(args.target(), Some("C1"));
    }
}
