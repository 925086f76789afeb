//! The three shapes of a request body: one event, `{"events":[…]}`, or a line of JSON per event.

use leadbell_domain::FieldErrors;
use serde_json::Value;

/// Most events in one request.
pub const MAX_EVENTS: usize = 10_000;
/// Largest single event, in bytes of compact JSON.
pub const MAX_EVENT: usize = 256 * 1024;

/// Why a body as a whole can't be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not the declared format.
    #[error("{0}")]
    Malformed(String),
    /// Too many events at once.
    #[error("At most 10,000 events fit into one request.")]
    TooMany,
    /// Neither JSON nor NDJSON was declared.
    #[error("Send application/json or application/x-ndjson.")]
    UnknownType,
}

/// One event of a body: its JSON, or what is wrong with it.
pub type Item = Result<Value, FieldErrors>;

/// Splits a body into its events.
pub fn split(content_type: &str, body: &[u8]) -> Result<Vec<Item>, BodyError> {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let items = match kind.as_str() {
        "application/json" => json(body)?,
        "application/x-ndjson" | "application/ndjson" => lines(body)?,
        _ => return Err(BodyError::UnknownType),
    };
    if items.len() > MAX_EVENTS {
        Err(BodyError::TooMany)
    } else {
        Ok(items)
    }
}

fn text(body: &[u8]) -> Result<&str, BodyError> {
    std::str::from_utf8(body).map_err(|error| {
        BodyError::Malformed(format!(
            "The body is not valid UTF-8 (at byte {}).",
            error.valid_up_to()
        ))
    })
}

fn json(body: &[u8]) -> Result<Vec<Item>, BodyError> {
    let value: Value = serde_json::from_str(text(body)?)
        .map_err(|error| BodyError::Malformed(format!("The body is not valid JSON: {error}.")))?;
    match value {
        Value::Object(mut map) if map.contains_key("events") => match map.remove("events") {
            Some(Value::Array(events)) => Ok(events.into_iter().map(Ok).collect()),
            _ => Err(BodyError::Malformed(
                "\"events\" must be a list of events.".to_owned(),
            )),
        },
        event @ Value::Object(_) => Ok(vec![Ok(event)]),
        _ => Err(BodyError::Malformed(
            "Send one event as an object, or {\"events\":[…]}.".to_owned(),
        )),
    }
}

fn lines(body: &[u8]) -> Result<Vec<Item>, BodyError> {
    let item = |line: &[u8]| -> Item {
        let line =
            std::str::from_utf8(line).map_err(|_| FieldErrors::one("", "This line is not valid UTF-8."))?;
        serde_json::from_str(line)
            .map_err(|error| FieldErrors::one("", format!("This line is not valid JSON: {error}.")))
    };
    let items: Vec<Item> = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.iter().all(u8::is_ascii_whitespace))
        .take(MAX_EVENTS + 1)
        .map(item)
        .collect();
    if items.is_empty() {
        Err(BodyError::Malformed("The body holds no events.".to_owned()))
    } else {
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_a_batch_and_lines_are_told_apart() {
        assert_eq!(split("application/json", b"{\"a\":1}").unwrap().len(), 1);
        assert_eq!(
            split("application/json; charset=utf-8", b"{\"events\":[{},{}]}")
                .unwrap()
                .len(),
            2
        );
        assert_eq!(split("application/x-ndjson", b"{}\n\n{}\r\n{}").unwrap().len(), 3);
        assert_eq!(split("text/plain", b"{}"), Err(BodyError::UnknownType));
    }

    #[test]
    fn a_bad_line_is_one_bad_event_and_a_bad_body_is_all() {
        let items = split("application/x-ndjson", b"{}\n{oops\n\xff\n{}").unwrap();
        assert_eq!(
            items.iter().map(Result::is_ok).collect::<Vec<_>>(),
            [true, false, false, true]
        );
        for body in [
            &b"{oops"[..],
            b"[]",
            b"\"x\"",
            b"",
            b"{\"events\":{}}",
            b"{\"a\":\"\xff\"}",
        ] {
            assert!(matches!(
                split("application/json", body),
                Err(BodyError::Malformed(_))
            ));
        }
    }

    #[test]
    fn too_many_events_are_refused() {
        let body = "{}\n".repeat(MAX_EVENTS + 1);
        assert_eq!(
            split("application/x-ndjson", body.as_bytes()),
            Err(BodyError::TooMany)
        );
    }
}
