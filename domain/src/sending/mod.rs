//! How a rule's messages go out: what happens when many come at once, how many may go, when none may, and what to do
//! when nobody knows whether one arrived. [`SendingOptions`] is what people choose, [`turn`] what it makes of a message
//! whose turn has come, [`digest()`] the one message that stands for many.

mod digest;
mod pace;
mod parse;
mod thread;
mod words;

pub use digest::{Digest, DigestRule, QUOTED, digest};
pub use pace::{NotSent, RulePace, Turn, Window, turn};
pub(crate) use parse::{PATH, from_json, pairs, parse, to_json};
pub use thread::{THREAD_DAYS, ThreadState, with_state};

use serde::{Deserialize, Serialize};

use crate::placeholder::value_of;
use crate::{Event, Level, RenderContext, TimeZone};

/// What a rule says about the sending of its messages. As JSON the contract's `action.sending`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SendingOptions {
    /// What happens when more come than the channel takes.
    pub bursts: Bursts,
    /// With [`Bursts::First`], how many go as themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// How many may go at most; what is over is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caps: Option<Caps>,
    /// Which repetitions are not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// When none goes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// Goes out before all others and whatever is said above.
    pub priority: bool,
    /// What happens when nobody knows whether Slack posted it.
    pub in_doubt: InDoubt,
    /// Which messages form a thread.
    #[serde(skip_serializing_if = "Threads::is_off")]
    pub thread: Threads,
}

/// What happens when more messages come than the channel takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bursts {
    /// Those that wait become one message with their number and the first of them.
    #[default]
    Collapse,
    /// Every message goes out as itself, in order, however long that takes.
    Every,
    /// The first few go out, the rest becomes one message at the end of the time.
    First,
}

/// The first `messages` of every `minutes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    /// How many go as themselves.
    pub messages: u32,
    /// Of how many minutes, counted from the first message.
    pub minutes: u32,
}

/// At most so many messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caps {
    /// In a minute of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minute: Option<u32>,
    /// In an hour of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<u32>,
    /// In a day (of the quiet hours' time zone, else UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
}

/// Messages with the same value of a placeholder within a time are repetitions of the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// The placeholder's name, such as `lead_id`.
    pub by: String,
    /// Within how many minutes of the event before.
    pub minutes: u32,
}

/// When no message goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// When they begin.
    pub from: TimeOfDay,
    /// When they end; before `from` it is the next day's.
    pub to: TimeOfDay,
    /// Whose clock.
    pub zone: TimeZone,
    /// What becomes of the messages.
    pub then: AfterQuiet,
}

/// A time of day in minutes; as data `22:05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(i64);

/// What becomes of what came in quiet hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterQuiet {
    /// Kept, and sent as one message when they are over.
    Digest,
    /// Not sent; the log says so.
    Drop,
}

/// What happens when nobody knows whether Slack posted a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InDoubt {
    /// Rather never than twice: it waits for a person.
    #[default]
    Wait,
    /// Rather twice than never: it is sent again, marked, with the same id.
    Resend,
}

/// Which messages form a thread in Slack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threads {
    /// None: every message stands in the channel.
    #[default]
    Off,
    /// Those about one lead or call: the first stands in the channel, the others are its replies.
    Lead,
}

impl Threads {
    fn is_off(&self) -> bool {
        *self == Threads::Off
    }
}

impl SendingOptions {
    /// Whether nothing was chosen that the default does not do.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == SendingOptions::default()
    }

    /// Whether there is nothing by which a message could be kept back: no more than a thread was chosen.
    #[must_use]
    pub fn judges_nothing(&self) -> bool {
        SendingOptions {
            thread: Threads::Off,
            ..self.clone()
        }
        .is_default()
    }
}

impl SendingOptions {
    /// The value that an event's message repeats when an earlier one had the same; `None` where nothing can repeat.
    #[must_use]
    pub fn repeat_value(&self, event: &Event, level: Level) -> Option<String> {
        let context = RenderContext {
            level,
            rule_number: 0,
            rule_name: "",
            public_url: "",
            // To compare, not to show.
            shows_personal_data: true,
        };
        value_of(&self.repeats.as_ref()?.by, event, &context)
    }
}

impl TimeOfDay {
    /// The minute of the day, 0–1,439.
    #[must_use]
    pub fn minute(self) -> i64 {
        self.0
    }

    /// Reads `22:05` (or `7:00`).
    #[must_use]
    pub fn parse(text: &str) -> Option<TimeOfDay> {
        let (hour, minute) = text.trim().split_once(':')?;
        let part = |text: &str, lengths: std::ops::RangeInclusive<usize>, below: i64| {
            let digits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i64>().ok().filter(|value| digits && *value < below)
        };
        Some(TimeOfDay(part(hour, 1..=2, 24)? * 60 + part(minute, 2..=2, 60)?))
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        TimeOfDay::parse(&text).ok_or("a time of day is written 22:05")
    }
}

#[cfg(test)]
mod tests;
