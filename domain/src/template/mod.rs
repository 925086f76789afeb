//! Message text with placeholders: `Lead {{lead_id}} sold for {{price|money}}`.
//!
//! The author's words may use Slack's markup; data may not. Every value is escaped where it lands, so that nothing in
//! a lead can mention people, ping a channel, forge a link or begin a line of its own. A token of the author (`<…>`)
//! may hold placeholders only in the path or label of a link: data never chooses whom to mention or which host to open.

mod format;
mod import;
mod parse;
mod plain;
mod zone;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::placeholder::{percent, value_of};
use crate::{Event, Level, Trigger, escape_slack};
pub use format::FORMATTERS;
pub(crate) use format::Formatter;
pub use import::{Imported, Left, import_placeholders};
pub use plain::{AddressTemplate, PlainTemplate};
pub use zone::TimeZone;

/// Longest message text a rule may have, in characters: Slack advises at most 4,000 per message.
pub const MAX_TEMPLATE_CHARS: usize = 4_000;

/// Longest message we send, in characters; Slack splits what is over 4,000 into several messages.
pub const MAX_RENDERED_CHARS: usize = 4_000;

/// Stands before the message of a test lead, so that nobody takes it for a real one.
pub(crate) const TEST_MARK: &str = "*TEST* ";

/// Shown for a value the event does not have.
const NO_VALUE: &str = "-";

/// A parsed message text; as data the text alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The author's words, ready for Slack.
    Literal(String),
    /// A placeholder.
    Slot(Slot),
}

/// A placeholder with its formatters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    name: String,
    formatters: Vec<Formatter>,
    place: Place,
}

/// Where a value lands, which decides how it is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Text,
    LinkAddress,
    LinkLabel,
    /// Where Slack reads no markup, so that nothing has to be escaped.
    Plain,
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        Template::stored(&text)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.text
    }
}

/// Why a text is no template; a sentence for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(pub(crate) String);

/// What a message says about its rule.
#[derive(Clone, Copy, Debug)]
pub struct RenderContext<'a> {
    /// The rule's level: decides what `price` means and what may be told.
    pub level: Level,
    /// The rule's number.
    pub rule_number: i64,
    /// The rule's name; may be empty.
    pub rule_name: &'a str,
    /// Where Leadbell is reached, for links.
    pub public_url: &'a str,
    /// Whether personal data is shown instead of masked.
    pub shows_personal_data: bool,
}

impl Template {
    /// Reads a message text for a rule of this trigger and level.
    pub fn parse(text: &str, trigger: Trigger, level: Level) -> Result<Template, TemplateError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TemplateError("Write the message to send.".to_owned()));
        }
        let length = text.chars().count();
        if length > MAX_TEMPLATE_CHARS {
            return Err(TemplateError(format!(
                "The message may have at most {} characters; this one has {}.",
                thousands(MAX_TEMPLATE_CHARS),
                thousands(length)
            )));
        }
        let parts = parse::parts(text, Some((trigger, level)))?;
        Ok(Template {
            text: text.to_owned(),
            parts,
        })
    }

    /// Rebuilds a template that was parsed before it was stored. A text that no longer parses (a placeholder was
    /// retired) is sent as it stands rather than not at all.
    #[must_use]
    pub fn stored(text: &str) -> Template {
        let parts = parse::parts(text, None).unwrap_or_else(|_| vec![Part::Literal(escape_slack(text))]);
        Template {
            text: text.to_owned(),
            parts,
        }
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of its placeholders, in order, repeated ones too.
    pub fn placeholder_names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(slot) => Some(slot.name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The finished Slack text for an event, at most [`MAX_RENDERED_CHARS`] long. A value the event lacks shows as
    /// its `default`, else `-`.
    #[must_use]
    pub fn render(&self, event: &Event, context: &RenderContext<'_>) -> String {
        self.render_measured(event, context).0
    }

    /// The same, and how many characters it would have had without a limit.
    #[must_use]
    pub fn render_measured(&self, event: &Event, context: &RenderContext<'_>) -> (String, usize) {
        let mut out = self.filled(event, context);
        if event.is_test {
            out.insert_str(0, TEST_MARK);
        }
        let length = out.chars().count();
        (cut(out, length), length)
    }

    /// The words with the event's values, however long and without a mark.
    pub(crate) fn filled(&self, event: &Event, context: &RenderContext<'_>) -> String {
        let mut out = String::with_capacity(self.text.len() + 64);
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Slot(slot) => slot.render(event, context, &mut out),
            }
        }
        out
    }

    /// How long it is at least: the author's own words, and one letter for each value.
    pub(crate) fn shortest(&self) -> usize {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.encode_utf16().count(),
                Part::Slot(_) => 1,
            })
            .sum()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Slot {
    fn render(&self, event: &Event, context: &RenderContext<'_>, out: &mut String) {
        let mut value = value_of(&self.name, event, context);
        for formatter in &self.formatters {
            match formatter.apply(value, event) {
                format::Formatted::Value(next) => value = next,
                // Built by us from a parsed time or an address of our own: the tokens that may follow from data.
                format::Formatted::SlackToken(token) if self.place == Place::Text => {
                    return out.push_str(&token);
                }
                format::Formatted::SlackToken(_) => value = None,
            }
        }
        let value = value.unwrap_or_else(|| NO_VALUE.to_owned());
        match self.place {
            Place::Text => out.push_str(&escape_slack(&tame(&value))),
            Place::LinkAddress => out.push_str(&percent(&value)),
            Place::LinkLabel => out.push_str(&escape_slack(&tame(&value).replace('|', "/"))),
            Place::Plain => out.push_str(&in_one_line(&value)),
        }
    }
}

/// Takes from a value what Slack acts on without any markup: line breaks and other control characters (a value could
/// fake a line of its own), and the `://` and `www.` by which Slack makes links of bare addresses. A zero-width
/// space keeps the address readable.
fn tame(value: &str) -> String {
    in_one_line(value)
        .replace("://", ":\u{200B}//")
        .replace("www.", "www\u{200B}.")
        .replace("mailto:", "mailto\u{200B}:")
}

fn in_one_line(value: &str) -> String {
    value
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Shortens a finished message, not within an entity or a token, closes an open code block and says what was cut.
fn cut(text: String, length: usize) -> String {
    cut_to(text, length, MAX_RENDERED_CHARS)
}

/// The same at another length; at least a hundred.
pub(crate) fn cut_to(text: String, length: usize, most: usize) -> String {
    if length <= most {
        return text;
    }
    const ROOM_FOR_NOTE: usize = 60;
    let mut kept: String = text.chars().take(most.saturating_sub(ROOM_FOR_NOTE)).collect();
    if let Some(open) = kept.rfind('<')
        && !kept[open..].contains('>')
    {
        kept.truncate(open);
    }
    if let Some(open) = kept.rfind('&')
        && !kept[open..].contains(';')
    {
        kept.truncate(open);
    }
    if kept.matches("```").count() % 2 == 1 {
        kept.push_str("\n```");
    }
    let missing = length - kept.chars().count();
    format!("{kept}… (cut, {} more characters)", thousands(missing))
}

/// `1048576` as `1,048,576`.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
