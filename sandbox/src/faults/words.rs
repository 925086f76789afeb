//! A fault in words for people, and in fields for programs.

use serde_json::{Map, Value, json};

use super::fault::{Fault, What};
use super::kinds::KINDS;
use super::often::Often;
use crate::mask::mask;
use crate::workspace::Workspace;

impl Fault {
    /// One line: what, where, how often.
    pub(crate) fn says(&self, w: &Workspace) -> String {
        let mut parts = vec![self.what_in_words(), self.place_in_words(w)];
        parts.extend(self.often_in_words());
        parts.join(" · ")
    }

    fn what_in_words(&self) -> String {
        let what = match &self.what {
            What::RateLimited {
                retry_after_s: Some(s),
            } => format!("429 with Retry-After {s} s"),
            What::RateLimited { retry_after_s: None } => "429 without Retry-After".into(),
            What::HttpError { status } => format!("HTTP {status} with an error page"),
            What::Html => "200 with HTML instead of JSON".into(),
            What::Error { code, .. } => code.clone(),
            What::MissingScope { needed: Some(scope) } => format!("missing_scope for {scope}"),
            What::MissingScope { needed: None } => "missing_scope".into(),
            What::Reply { status, .. } => format!("HTTP {status} with a body of its own"),
            What::Hang => "no answer at all".into(),
            What::Reset => "connection reset".into(),
            What::CutOff => "answer cut off in the middle".into(),
            What::Slow { ms } => format!("answer {ms} ms late"),
            What::ClientMsgId { honoured: true } => "a repeated client_msg_id posts nothing".into(),
            What::ClientMsgId { honoured: false } => "a repeated client_msg_id posts again".into(),
        };
        if self.after_the_work {
            what + ", after the work"
        } else {
            what
        }
    }

    fn place_in_words(&self, w: &Workspace) -> String {
        let place = &self.place;
        let mut said = place.method.clone().unwrap_or_else(|| "every call".into());
        if let Some(id) = &place.channel {
            let title = match w.channels.get(id) {
                Some(c) if c.is_direct() => format!("the direct message with {}", w.channel_title(c)),
                Some(c) => format!("#{}", c.name),
                None => w.member_name(id).to_owned(),
            };
            said += &format!(" to {title}");
        }
        if let Some(token) = &place.token {
            said += &format!(" with {}", mask(&token.0));
        }
        said
    }

    fn often_in_words(&self) -> Vec<String> {
        let which = match (self.often, self.times) {
            (Often::Every(1), None) => None,
            (Often::Every(1), Some(1)) => Some("once".into()),
            (Often::Every(1), Some(n)) => Some(format!("{n} times")),
            (Often::Every(n), times) => Some(format!("every {}{}", nth(n), at_most(times))),
            (Often::Chance { millionths, seed }, times) => Some(format!(
                "{} % by chance (seed {seed}){}",
                f64::from(millionths) / 10_000.0,
                at_most(times)
            )),
        };
        let until = self.seconds.map(|s| format!("for {s} s"));
        which.into_iter().chain(until).collect()
    }

    /// The fields that order the same fault again. A token is shown masked.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        let mut out = Map::new();
        let (name, params) = self.what_in_fields();
        out.insert("fault".into(), json!(name));
        if let Value::Object(params) = params {
            out.extend(params);
        }
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                out.insert(name.into(), value);
            }
        };
        set("after_the_work", self.after_the_work.then_some(Value::Bool(true)));
        set("method", self.place.method.as_ref().map(|m| json!(m)));
        set("channel", self.place.channel.as_ref().map(|c| json!(c)));
        set("token", self.place.token.as_ref().map(|t| json!(mask(&t.0))));
        match self.often {
            Often::Every(1) => {}
            Often::Every(n) => set("every", Some(json!(n))),
            Often::Chance { millionths, seed } => {
                set("percent", Some(json!(f64::from(millionths) / 10_000.0)));
                set("seed", Some(json!(seed)));
            }
        }
        set("times", self.times.map(|n| json!(n)));
        set("seconds", self.seconds.map(|s| json!(s)));
        out
    }

    fn what_in_fields(&self) -> (String, Value) {
        let (name, params) = match &self.what {
            What::RateLimited { retry_after_s } => {
                ("rate_limited", json!({ "retry_after_s": retry_after_s }))
            }
            What::HttpError { status } => ("http_error", json!({ "status": status })),
            What::Html => ("html", Value::Null),
            What::Error { code, fields } if fields.is_empty() && KINDS.iter().any(|k| k.name == code) => {
                return (code.clone(), Value::Null);
            }
            What::Error { code, fields } => ("error", json!({ "code": code, "fields": fields })),
            What::MissingScope { needed: Some(scope) } => ("missing_scope", json!({ "needed": scope })),
            What::MissingScope { needed: None } => ("missing_scope", Value::Null),
            What::Reply {
                status,
                headers,
                body,
            } => {
                let headers: Map<String, Value> =
                    headers.iter().map(|(n, v)| (n.clone(), json!(v))).collect();
                (
                    "reply",
                    json!({ "status": status, "headers": headers, "body": body }),
                )
            }
            What::Hang => ("hang", Value::Null),
            What::Reset => ("connection_reset", Value::Null),
            What::CutOff => ("cut_off", Value::Null),
            What::Slow { ms } => ("slow", json!({ "ms": ms })),
            What::ClientMsgId { honoured } => ("client_msg_id", json!({ "honoured": honoured })),
        };
        (name.to_owned(), params)
    }
}

fn nth(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (1, r) if r != 11 => "st",
        (2, r) if r != 12 => "nd",
        (3, r) if r != 13 => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

fn at_most(times: Option<u32>) -> String {
    times.map(|n| format!(", {n} at most")).unwrap_or_default()
}
