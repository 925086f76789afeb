//! Reads Slack's answers without trusting them: sizes, types and codes are checked before anything is believed.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

/// Longest answer read, in bytes. Slack repeats the message in its answer, so some hundred kilobytes are possible.
const MAX_ANSWER: usize = 1024 * 1024;
/// The wait after a 429 that names none.
const DEFAULT_RETRY_AFTER_MS: i64 = 30_000;
/// Longest wait believed, so that no number overflows a date.
const LONGEST_RETRY_AFTER_MS: i64 = 7 * 24 * 3_600_000;

/// An HTTP answer that arrived.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The wait a 429 asks for, milliseconds.
    pub retry_after_ms: i64,
    /// Scopes granted to the token, from `x-oauth-scopes`.
    pub scopes: Vec<String>,
    /// What the body says.
    pub said: Said,
}

/// What the body of an answer says.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// `ok:true`, with everything else.
    Yes(Map<String, Value>),
    /// `ok:false` with this code.
    No(String),
    /// Not what Slack answers; our word for why.
    Unreadable(&'static str),
}

impl Answer {
    /// Reads the whole answer. The error is our code for a body that broke off.
    pub async fn read(mut response: Response) -> Result<Answer, reqwest::Error> {
        let status = response.status().as_u16();
        let retry_after_ms = retry_after_ms(response.headers());
        let scopes = scopes(response.headers());
        let mut body = Vec::new();
        let mut too_long = false;
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER {
                too_long = true;
                break;
            }
            body.extend_from_slice(&chunk);
        }
        let said = if too_long {
            Said::Unreadable("answer_too_long")
        } else {
            read_body(&body)
        };
        Ok(Answer {
            status,
            retry_after_ms,
            scopes,
            said,
        })
    }
}

impl Said {
    /// A text of a good answer, by path, if it can be one of Slack's ids or names for a channel, message or person.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let Said::Yes(fields) = self else { return None };
        let (first, rest) = path.split_first()?;
        let start = fields.get(*first)?;
        let found = rest
            .iter()
            .try_fold(start, |value, name| value.get(*name))?
            .as_str()?;
        (!found.is_empty() && found.len() <= 256 && !found.contains(char::is_control)).then_some(found)
    }

    /// A longer text of a good answer: a token.
    pub fn long_text(&self, name: &str, most: usize) -> Option<&str> {
        let Said::Yes(fields) = self else { return None };
        let found = fields.get(name)?.as_str()?;
        (!found.is_empty() && found.len() <= most && !found.contains(char::is_control)).then_some(found)
    }

    /// A whole number of a good answer.
    pub fn number(&self, name: &str) -> Option<i64> {
        let Said::Yes(fields) = self else { return None };
        fields.get(name)?.as_i64()
    }
}

fn read_body(body: &[u8]) -> Said {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else {
        return Said::Unreadable("unreadable_answer");
    };
    match fields.get("ok") {
        Some(Value::Bool(true)) => Said::Yes(fields),
        Some(Value::Bool(false)) => Said::No(clean_code(fields.get("error"))),
        _ => Said::Unreadable("unreadable_answer"),
    }
}

/// Codes end up in logs, metrics and pages: nothing but Slack's own alphabet gets there.
fn clean_code(code: Option<&Value>) -> String {
    let code = code.and_then(Value::as_str).unwrap_or_default();
    let fits = !code.is_empty()
        && code.len() <= 64
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits {
        code.to_owned()
    } else {
        "unknown_error".to_owned()
    }
}

fn retry_after_ms(headers: &HeaderMap) -> i64 {
    let seconds = headers
        .get("retry-after")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse::<f64>().ok())
        .filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    let Some(seconds) = seconds else {
        return DEFAULT_RETRY_AFTER_MS;
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float too large saturates, and is cut to a week"
    )]
    let wait = (seconds * 1_000.0).ceil() as i64;
    // "0" would make a tight loop of a limit; Slack's own smallest is 1.
    if wait == 0 {
        1_000
    } else {
        wait.min(LONGEST_RETRY_AFTER_MS)
    }
}

fn scopes(headers: &HeaderMap) -> Vec<String> {
    let listed = headers
        .get("x-oauth-scopes")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let usable = |scope: &&str| !scope.is_empty() && scope.len() <= 64;
    listed
        .split(',')
        .map(str::trim)
        .filter(usable)
        .take(200)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wait(text: &str) -> i64 {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", text.parse().unwrap());
        retry_after_ms(&headers)
    }

    #[test]
    fn a_wait_is_read_in_whole_and_decimal_seconds() {
        assert_eq!(wait("7"), 7_000);
        assert_eq!(wait("1.2345"), 1_235);
        assert_eq!(wait("0"), 1_000);
        assert_eq!(wait("1e300"), LONGEST_RETRY_AFTER_MS);
    }

    #[test]
    fn a_wait_that_is_missing_or_no_number_is_thirty_seconds() {
        for odd in ["", "soon", "-1", "NaN", "inf", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(wait(odd), 30_000, "{odd}");
        }
        assert_eq!(retry_after_ms(&HeaderMap::new()), 30_000);
    }

    #[test]
    fn only_a_plain_yes_is_a_yes() {
        assert!(matches!(read_body(br#"{"ok":true,"ts":"1.2"}"#), Said::Yes(_)));
        assert_eq!(
            read_body(br#"{"ok":false,"error":"is_archived"}"#),
            Said::No("is_archived".into())
        );
        for odd in ["", "ok", "[]", r#"{"ok":"true"}"#, r#"{"ok":1}"#, "{}", "<html>"] {
            assert_eq!(
                read_body(odd.as_bytes()),
                Said::Unreadable("unreadable_answer"),
                "{odd}"
            );
        }
    }

    #[test]
    fn a_code_in_a_foreign_alphabet_is_replaced() {
        for odd in [
            r#"{"ok":false}"#,
            r#"{"ok":false,"error":"a\u0000b"}"#,
            r#"{"ok":false,"error":"<b>"}"#,
        ] {
            assert_eq!(
                read_body(odd.as_bytes()),
                Said::No("unknown_error".into()),
                "{odd}"
            );
        }
    }

    #[test]
    fn a_field_of_another_type_is_absent() {
        let said = read_body(br#"{"ok":true,"channel":{"id":"D1"},"ts":5,"odd":"a\u0000"}"#);
        assert_eq!(said.text(&["channel", "id"]), Some("D1"));
        assert_eq!(said.text(&["channel"]), None);
        assert_eq!(said.text(&["ts"]), None);
        assert_eq!(said.text(&["odd"]), None);
        assert_eq!(said.text(&["channel", "id", "deeper"]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fail(body: Vec<u8>) {
            let _ = read_body(&body);
        }
    }
}
