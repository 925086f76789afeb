//! Reads a fault from named fields: a JSON object of `POST /sandbox/api/faults`, or the page's form. Every wrong
//! field is named.

use serde_json::{Map, Value};

use super::fault::{Fault, What};
use super::fields::{FieldError, Reader};
use super::kinds::{COMMON, KINDS, Kind, kind};
use super::often::Often;
use super::place::{Place, Secret};
use crate::api::METHODS;
use crate::mask::mask;
use crate::workspace::Workspace;

/// A day: longer pauses and spans help nobody.
const DAY_S: u64 = 86_400;

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
