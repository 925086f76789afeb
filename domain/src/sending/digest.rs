//! One message that stands for many.

use crate::template::thousands;
use crate::{MAX_RENDERED_CHARS, Money, NotSent, Timestamp, escape_slack};

/// Lines quoted from the messages.
pub const QUOTED: usize = 10;
/// Longest line, in characters.
const LINE: usize = 200;
/// Rules named one by one.
const RULES: usize = 10;

/// What a rule has in a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestRule {
    /// The number people call it by.
    pub number: i64,
    /// Its name; may be empty.
    pub name: String,
    /// Its messages.
    pub count: usize,
    /// What the events' prices come to, when every message tells its price.
    pub total: Option<Money>,
}

/// What a summary is made of.
#[derive(Clone, Debug)]
pub struct Digest<'a> {
    /// Why there is one; `InSummary` for a busy channel.
    pub why: NotSent,
    /// The rules, in the order of their first message.
    pub rules: &'a [DigestRule],
    /// When the first and the last event arrived, UTC milliseconds.
    pub span: (Timestamp, Timestamp),
    /// The first messages as they would have been sent.
    pub first: &'a [String],
    /// Where all of them are listed.
    pub log_url: &'a str,
}

/// The summary's text, for Slack.
#[must_use]
pub fn digest(digest: &Digest<'_>) -> String {
    let count: usize = digest.rules.iter().map(|rule| rule.count).sum();
    let why = match digest.why {
        NotSent::HeldForQuiet => "in quiet hours",
        NotSent::HeldForSummary => "after the first ones",
        _ => "while this channel was busy",
    };
    let mut text = format!(
        "*{} messages in one*, {} – {}, {why}",
        thousands(count),
        moment(digest.span.0),
        moment(digest.span.1)
    );
    for rule in digest.rules.iter().take(RULES) {
        text.push_str(&format!("\n• Rule {}", rule.number));
        if !rule.name.is_empty() {
            text.push_str(&format!(" “{}”", plain(&rule.name)));
        }
        text.push_str(&format!(": {}", thousands(rule.count)));
        if let Some(total) = rule.total {
            text.push_str(&format!(", prices together {}", total.display()));
        }
    }
    if let more @ 1.. = digest.rules.len().saturating_sub(RULES) {
        text.push_str(&format!("\n• and {more} more rules"));
    }
    text.push_str(if count > digest.first.len() {
        "\nThe first of them:"
    } else {
        "\nThey said:"
    });
    let end = format!("\n<{}|All of them in the log>", digest.log_url);
    for message in digest.first.iter().take(QUOTED) {
        let line = first_line(message);
        if text.chars().count() + line.chars().count() + end.chars().count() + 4 > MAX_RENDERED_CHARS {
            break;
        }
        text.push_str("\n> ");
        text.push_str(&line);
    }
    text + &end
}

/// Slack shows it in the reader's own time.
fn moment(at: Timestamp) -> String {
    format!(
        "<!date^{}^{{date_short_pretty}} {{time_secs}}|{}>",
        at.div_euclid(1_000),
        crate::format_rfc3339(at)
    )
}

/// A name as data: no markup, one line.
fn plain(name: &str) -> String {
    let flat: String = name
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    escape_slack(&flat)
}

/// The first line that says something, cut neither within an entity nor within a token.
fn first_line(message: &str) -> String {
    let line = message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && *line != "```")
        .unwrap_or_default()
        .replace("```", "");
    if line.chars().count() <= LINE {
        return line;
    }
    let mut kept: String = line.chars().take(LINE).collect();
    for (open, close) in [('<', '>'), ('&', ';')] {
        if let Some(at) = kept.rfind(open)
            && !kept[at..].contains(close)
        {
            kept.truncate(at);
        }
    }
    format!("{}…", kept.trim_end())
}
