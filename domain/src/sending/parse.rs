//! Sending options as typed: pairs of a path below `action.sending` and a text, the same for forms and JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    AfterQuiet, Bursts, Caps, First, InDoubt, QuietHours, Repeats, SendingOptions, Threads, TimeOfDay,
};
use crate::placeholder::is_offered;
use crate::{FieldErrors, Level, TimeZone, Trigger};

/// Where the options stand in a rule.
pub(crate) const PATH: &str = "action.sending";

/// Every path that can be set.
pub(crate) const PATHS: [&str; 15] = [
    "bursts",
    "first.messages",
    "first.minutes",
    "caps.minute",
    "caps.hour",
    "caps.day",
    "repeats.by",
    "repeats.minutes",
    "quiet_hours.from",
    "quiet_hours.to",
    "quiet_hours.zone",
    "quiet_hours.then",
    "priority",
    "in_doubt",
    "thread",
];

/// Those that are numbers in JSON.
const NUMBERS: [&str; 6] = [
    "first.messages",
    "first.minutes",
    "caps.minute",
    "caps.hour",
    "caps.day",
    "repeats.minutes",
];

/// What says no more than nothing does.
const DEFAULTS: [(&str, &str); 4] = [
    ("bursts", "collapse"),
    ("priority", "false"),
    ("in_doubt", "wait"),
    ("thread", "off"),
];

/// Longest time a window may have, minutes: a week.
const MAX_MINUTES: u32 = 10_080;
/// Most messages a cap or a beginning may have.
const MAX_MESSAGES: u32 = 100_000;

/// The options as pairs; only what differs from the default.
pub(crate) fn pairs(options: &SendingOptions) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let Ok(Value::Object(fields)) = serde_json::to_value(options) else {
        return pairs;
    };
    let Ok(Value::Object(default)) = serde_json::to_value(SendingOptions::default()) else {
        return pairs;
    };
    for (name, value) in &fields {
        if default.get(name) != Some(value) {
            flatten(name, value, &mut pairs);
        }
    }
    pairs
}

fn flatten(path: &str, value: &Value, pairs: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(&format!("{path}.{name}"), value, pairs);
            }
        }
        Value::String(text) => {
            pairs.insert(path.to_owned(), text.clone());
        }
        Value::Null => {}
        other => {
            pairs.insert(path.to_owned(), other.to_string());
        }
    }
}

/// The pairs of the contract's JSON object. Complaints are about its shape only.
pub(crate) fn from_json(object: &Map<String, Value>, errors: &mut FieldErrors) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    for (name, value) in object {
        match value {
            Value::Object(inner) => {
                for (part, value) in inner {
                    take(format!("{name}.{part}"), value, &mut pairs, errors);
                }
            }
            _ => take(name.clone(), value, &mut pairs, errors),
        }
    }
    pairs
}

fn take(path: String, value: &Value, pairs: &mut BTreeMap<String, String>, errors: &mut FieldErrors) {
    let whole = PATHS
        .iter()
        .any(|known| known.split('.').next() == Some(path.as_str()));
    if !PATHS.contains(&path.as_str()) {
        match value {
            Value::Null if whole => {}
            _ if whole => errors.add(format!("{PATH}.{path}"), "Expected an object."),
            _ => errors.add(
                format!("{PATH}.{path}"),
                format!("There is no such field; there are {}.", PATHS.join(", ")),
            ),
        }
        return;
    }
    let expected = match (path.as_str(), value) {
        (_, Value::Null) => return,
        ("priority", Value::Bool(flag)) => Ok(flag.to_string()),
        ("priority", _) => Err("Expected true or false."),
        (path, Value::Number(number)) if NUMBERS.contains(&path) && number.is_u64() => Ok(number.to_string()),
        (path, _) if NUMBERS.contains(&path) => Err("Expected a whole number."),
        (_, Value::String(text)) => Ok(text.clone()),
        _ => Err("Expected text."),
    };
    if let Some(text) = errors.keep(&format!("{PATH}.{path}"), expected)
        && !DEFAULTS.contains(&(path.as_str(), text.as_str()))
    {
        pairs.insert(path, text);
    }
}

/// The contract's JSON of these options; what is not chosen is null.
pub(crate) fn to_json(options: &SendingOptions) -> Value {
    json!({
        "bursts": options.bursts,
        "first": options.first,
        "caps": options.caps,
        "repeats": options.repeats,
        "quiet_hours": options.quiet_hours,
        "priority": options.priority,
        "in_doubt": options.in_doubt,
        "thread": options.thread,
    })
}

/// The options of these pairs, or every complaint at its field. Empty texts say nothing.
pub(crate) fn parse(
    pairs: &BTreeMap<String, String>,
    trigger: Option<Trigger>,
    level: Level,
    errors: &mut FieldErrors,
) -> SendingOptions {
    let mut typed = Typed { pairs, errors };
    for path in pairs.keys().filter(|path| !PATHS.contains(&path.as_str())) {
        typed
            .errors
            .add(format!("{PATH}.{path}"), "There is no such field.");
    }
    let bursts = match typed.text("bursts") {
        "" | "collapse" => Bursts::Collapse,
        "every" => Bursts::Every,
        "first" => Bursts::First,
        _ => {
            typed.wrong("bursts", "Choose collapse, every or first.");
            Bursts::Collapse
        }
    };
    // Values left from another choice are not read.
    let first = (bursts == Bursts::First).then(|| First {
        messages: typed.required("first.messages", MAX_MESSAGES),
        minutes: typed.required("first.minutes", MAX_MINUTES),
    });
    let caps = Caps {
        minute: typed.number("caps.minute", MAX_MESSAGES),
        hour: typed.number("caps.hour", MAX_MESSAGES),
        day: typed.number("caps.day", MAX_MESSAGES),
    };
    let priority = matches!(typed.text("priority"), "true" | "yes" | "on");
    let in_doubt = match typed.text("in_doubt") {
        "" | "wait" => InDoubt::Wait,
        "resend" => InDoubt::Resend,
        _ => {
            typed.wrong("in_doubt", "Choose wait or resend.");
            InDoubt::Wait
        }
    };
    let thread = match typed.text("thread") {
        "" | "off" => Threads::Off,
        "lead" => Threads::Lead,
        _ => {
            typed.wrong("thread", "Choose off or lead.");
            Threads::Off
        }
    };
    SendingOptions {
        bursts,
        first,
        caps: (caps != Caps::default()).then_some(caps),
        repeats: repeats(&mut typed, trigger, level),
        quiet_hours: quiet_hours(&mut typed),
        priority,
        in_doubt,
        thread,
    }
}

fn repeats(typed: &mut Typed<'_>, trigger: Option<Trigger>, level: Level) -> Option<Repeats> {
    let by = typed.text("repeats.by").to_owned();
    if by.is_empty() {
        if !typed.text("repeats.minutes").is_empty() {
            typed.wrong("repeats.by", "Choose the placeholder whose repetition is meant.");
        }
        return None;
    }
    if trigger.is_some_and(|trigger| !is_offered(&by, trigger, level)) {
        typed.wrong("repeats.by", "This rule's messages have no such placeholder.");
    }
    let minutes = typed.required("repeats.minutes", MAX_MINUTES);
    Some(Repeats { by, minutes })
}

fn quiet_hours(typed: &mut Typed<'_>) -> Option<QuietHours> {
    if typed.text("quiet_hours.from").is_empty() && typed.text("quiet_hours.to").is_empty() {
        return None;
    }
    let from = typed.time("quiet_hours.from");
    let to = typed.time("quiet_hours.to");
    if from.is_some() && from == to {
        typed.wrong("quiet_hours.to", "Quiet hours begin and end at different times.");
    }
    let zone = match typed.text("quiet_hours.zone") {
        "" => Ok(TimeZone::UTC),
        name => TimeZone::parse(name),
    };
    let zone = typed.errors.keep(&format!("{PATH}.quiet_hours.zone"), zone);
    let then = match typed.text("quiet_hours.then") {
        "" | "digest" => AfterQuiet::Digest,
        "drop" => AfterQuiet::Drop,
        _ => {
            typed.wrong("quiet_hours.then", "Choose digest or drop.");
            AfterQuiet::Digest
        }
    };
    let (from, to, zone) = (from?, to?, zone?);
    Some(QuietHours { from, to, zone, then })
}

/// What was typed, and the complaints about it.
struct Typed<'a> {
    pairs: &'a BTreeMap<String, String>,
    errors: &'a mut FieldErrors,
}

impl<'a> Typed<'a> {
    fn text(&self, path: &str) -> &'a str {
        self.pairs.get(path).map_or("", |text| text.trim())
    }

    fn wrong(&mut self, path: &str, message: &str) {
        self.errors.add(format!("{PATH}.{path}"), message);
    }

    fn number(&mut self, path: &str, most: u32) -> Option<u32> {
        let text = self.text(path);
        if text.is_empty() {
            return None;
        }
        let number = text
            .parse::<u32>()
            .ok()
            .filter(|number| (1..=most).contains(number));
        if number.is_none() {
            let most = crate::template::thousands(most as usize);
            self.wrong(path, &format!("Write a whole number from 1 to {most}."));
        }
        number
    }

    fn required(&mut self, path: &str, most: u32) -> u32 {
        if self.text(path).is_empty() {
            self.wrong(path, "This field is required.");
        }
        self.number(path, most).unwrap_or(1)
    }

    fn time(&mut self, path: &str) -> Option<TimeOfDay> {
        let time = TimeOfDay::parse(self.text(path));
        if time.is_none() {
            self.wrong(path, "Write a time of day, such as 22:00.");
        }
        time
    }
}
