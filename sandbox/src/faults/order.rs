//! Reads a fault from named fields: a JSON object of `POST /sandbox/api/faults`, or the page's form. Every wrong
//! field is named.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use super::fault::{Fault, What};
use super::often::Often;
use super::place::{Place, Secret};
use crate::api::METHODS;
use crate::mask::mask;
use crate::workspace::Workspace;

/// A day: longer pauses and spans help nobody.
const DAY_S: u64 = 86_400;

/// A kind of fault as it can be ordered.
pub(crate) struct Kind {
    pub name: &'static str,
    /// On the page.
    pub label: &'static str,
    /// Its own fields.
    pub params: &'static [&'static str],
    /// Whether the call may have done its work when it strikes.
    pub may_follow_work: bool,
}

const fn of(
    name: &'static str,
    label: &'static str,
    params: &'static [&'static str],
    may_follow_work: bool,
) -> Kind {
    Kind {
        name,
        label,
        params,
        may_follow_work,
    }
}

/// Every kind, in the order of the page's list.
pub(crate) const KINDS: [Kind; 15] = [
    of("rate_limited", "429 Too Many Requests", &["retry_after_s"], false),
    of("http_error", "HTTP error with an HTML page", &["status"], true),
    of("internal_error", "internal_error", &[], true),
    of("fatal_error", "fatal_error", &[], true),
    of("is_archived", "Channel archived: is_archived", &[], false),
    of("token_revoked", "Token revoked: token_revoked", &[], false),
    of(
        "missing_scope",
        "Scope missing: missing_scope",
        &["needed"],
        false,
    ),
    of("error", "Another error code of Slack", &["code", "fields"], true),
    of("hang", "No answer at all", &[], true),
    of("slow", "Slow answer", &["ms"], true),
    of("connection_reset", "Connection reset", &[], true),
    of("cut_off", "Answer cut off in the middle", &[], true),
    of("html", "200 with HTML instead of JSON", &[], true),
    of("client_msg_id", "Repeated client_msg_id", &["honoured"], false),
    of("reply", "Any HTTP answer", &["status", "headers", "body"], true),
];

/// Fields every kind has.
const COMMON: [&str; 10] = [
    "fault",
    "after_the_work",
    "method",
    "channel",
    "token",
    "times",
    "every",
    "percent",
    "seed",
    "seconds",
];

/// The kind with this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError {
    /// Its name.
    pub field: String,
    /// A sentence.
    pub message: String,
}

/// Reads a fault.
///
/// # Errors
/// Every field that is wrong.
pub(crate) fn read(input: &Map<String, Value>, w: &Workspace) -> Result<Fault, Vec<FieldError>> {
    let mut r = Reader {
        input,
        errors: Vec::new(),
    };
    let Some(kind) = input.get("fault").and_then(Value::as_str).and_then(kind) else {
        let names: Vec<&str> = KINDS.iter().map(|k| k.name).collect();
        r.wrong("fault", format!("Choose one of {}.", names.join(", ")));
        return Err(r.errors);
    };
    let what = what(&mut r, kind);
    let place = Place {
        method: method(&mut r),
        channel: channel(&mut r, w),
        token: token(&mut r, w),
    };
    let fault = Fault {
        after_the_work: r.flag("after_the_work").unwrap_or(false),
        often: often(&mut r),
        times: r.small("times", 1..=1_000_000),
        seconds: r.small("seconds", 1..=DAY_S),
        place,
        ..Fault::from(what)
    };
    if fault.after_the_work && !kind.may_follow_work {
        r.wrong(
            "after_the_work",
            format!("{} comes instead of the work.", kind.name),
        );
    }
    for name in input.keys() {
        if !COMMON.contains(&name.as_str()) && !kind.params.contains(&name.as_str()) {
            r.wrong(name, format!("{} has no such field.", kind.name));
        }
    }
    if r.errors.is_empty() {
        Ok(fault)
    } else {
        Err(r.errors)
    }
}

fn what(r: &mut Reader<'_>, kind: &Kind) -> What {
    match kind.name {
        "rate_limited" => What::RateLimited {
            retry_after_s: match r.input.get("retry_after_s") {
                None => Some(1),
                Some(Value::Null) => None,
                Some(_) => r.small("retry_after_s", 0..=DAY_S),
            },
        },
        "http_error" => What::HttpError {
            status: r.status(400..=599).unwrap_or(500),
        },
        "missing_scope" => What::MissingScope {
            needed: r.text("needed"),
        },
        "error" => What::Error {
            code: r.code(),
            fields: r.fields(),
        },
        "hang" => What::Hang,
        "slow" => What::Slow {
            ms: r.required("ms", 1..=DAY_S * 1_000),
        },
        "connection_reset" => What::Reset,
        "cut_off" => What::CutOff,
        "html" => What::Html,
        "client_msg_id" => What::ClientMsgId {
            honoured: r.flag("honoured").unwrap_or(true),
        },
        "reply" => What::Reply {
            status: r.status(200..=599).unwrap_or(200),
            headers: r.headers(),
            body: r.text("body").unwrap_or_default(),
        },
        code => What::Error {
            code: code.to_owned(),
            fields: Map::new(),
        },
    }
}

fn method(r: &mut Reader<'_>) -> Option<String> {
    let method = r.text("method")?;
    if !METHODS.contains(&method.as_str()) {
        r.wrong("method", format!("The sandbox knows {}.", METHODS.join(", ")));
    }
    Some(method)
}

/// An id, or the name of a channel.
fn channel(r: &mut Reader<'_>, w: &Workspace) -> Option<String> {
    let given = r.text("channel")?;
    if w.channels.contains_key(&given) || w.members.contains_key(&given) {
        return Some(given);
    }
    let name = given.strip_prefix('#').unwrap_or(&given);
    let named = w.channels.values().find(|c| !c.is_direct() && c.name == name);
    if named.is_none() {
        r.wrong(
            "channel",
            "There is no channel, direct message or member with this ID.",
        );
    }
    named.map(|c| c.id.clone())
}

/// A token in full, or as the page shows it.
fn token(r: &mut Reader<'_>, w: &Workspace) -> Option<Secret> {
    let given = r.text("token")?;
    if w.tokens.contains_key(&given) {
        return Some(Secret(given));
    }
    let alike: Vec<&String> = w.tokens.keys().filter(|t| mask(t) == given).collect();
    if alike.len() != 1 {
        let message = if alike.is_empty() {
            "There is no such token in the workspace."
        } else {
            "Several tokens look like this; give it in full."
        };
        r.wrong("token", message);
        return None;
    }
    alike.first().map(|t| Secret((*t).clone()))
}

fn often(r: &mut Reader<'_>) -> Often {
    let every = r.small("every", 1..=1_000_000);
    let seed = r.number("seed", 0..=u64::MAX);
    let Some(percent) = r.input.get("percent") else {
        if seed.is_some() {
            r.wrong("seed", "A seed needs percent.");
        }
        return Often::Every(every.unwrap_or(1));
    };
    if every.is_some() {
        r.wrong("percent", "Give either every or percent.");
    }
    let given = match percent {
        Value::String(s) => s.trim().parse().ok(),
        other => other.as_f64(),
    };
    let Some(given) = given.filter(|p: &f64| (0.0001..=100.0).contains(p)) else {
        r.wrong("percent", "Must be a number from 0.0001 to 100.");
        return Often::Every(1);
    };
    Often::Chance {
        millionths: (given * 10_000.0).round() as u32,
        seed: seed.unwrap_or(1),
    }
}

struct Reader<'a> {
    input: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    fn wrong(&mut self, field: &str, message: impl Display) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.to_string(),
        });
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.input.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(s)) => Some(s.trim().to_owned()),
            Some(_) => {
                self.wrong(name, "Must be text.");
                None
            }
        }
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
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

    fn number(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u64> {
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

    fn small(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u32> {
        self.number(name, range).and_then(|n| u32::try_from(n).ok())
    }

    fn required(&mut self, name: &str, range: RangeInclusive<u64>) -> u32 {
        if self.input.get(name).is_none_or(Value::is_null) {
            let (from, to) = (range.start(), range.end());
            self.wrong(name, format!("Give a whole number from {from} to {to}."));
        }
        self.small(name, range).unwrap_or(0)
    }

    fn status(&mut self, range: RangeInclusive<u64>) -> Option<u16> {
        self.small("status", range).and_then(|n| u16::try_from(n).ok())
    }

    fn code(&mut self) -> String {
        let code = self.text("code").unwrap_or_default();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if code.is_empty() || code.len() > 80 || !code.chars().all(fits) {
            self.wrong("code", "Give a code of Slack, such as not_in_channel.");
        }
        code
    }

    fn fields(&mut self) -> Map<String, Value> {
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

    fn headers(&mut self) -> Vec<(String, String)> {
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
