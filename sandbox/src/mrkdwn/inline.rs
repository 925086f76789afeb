//! One line of mrkdwn: bold, italic, strike, code, links, mentions, emoji.

use super::Names;
use super::token;

/// Deeper nesting than bold-italic-strike within each other has no meaning; it is shown as typed.
const MAX_DEPTH: u8 = 4;

/// Renders one line.
pub(super) fn line(text: &str, markup: bool, names: &Names<'_>, out: &mut String) {
    Inline { names, markup }.run(text, None, None, 0, out);
}

/// Renders text inside code: mentions and links stay visible, nothing else is formatted.
pub(super) fn verbatim(text: &str, names: &Names<'_>, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = match token::read(rest) {
            Some((inside, after)) if token::write(inside, names, out) => after,
            _ => literal(rest, c, out),
        };
    }
}

struct Inline<'a> {
    names: &'a Names<'a>,
    markup: bool,
}

impl Inline<'_> {
    /// `before` and `behind` are the characters around `text`, which decide whether a mark may open or close.
    fn run(&self, text: &str, before: Option<char>, behind: Option<char>, depth: u8, out: &mut String) {
        let mut rest = text;
        let mut previous = before;
        // A mark that found no partner in the rest of the line will not find one later either. Without this
        // a line of nothing but openers would cost the square of its length.
        let mut hopeless = String::new();
        while let Some(c) = rest.chars().next() {
            let left = rest;
            rest = match c {
                '<' => match token::read(rest) {
                    Some((inside, after)) if token::write(inside, self.names, out) => after,
                    _ => literal(rest, c, out),
                },
                '`' if self.markup && !hopeless.contains('`') => match code(rest) {
                    Some((inside, after)) => {
                        out.push_str("<code>");
                        verbatim(inside, self.names, out);
                        out.push_str("</code>");
                        after
                    }
                    None => {
                        hopeless.push(c);
                        literal(rest, c, out)
                    }
                },
                '*' | '_' | '~'
                    if self.markup && depth < MAX_DEPTH && opens(previous, rest) && !hopeless.contains(c) =>
                {
                    match closing(rest, c, behind) {
                        Some(at) => {
                            let tag = match c {
                                '*' => "b",
                                '_' => "i",
                                _ => "s",
                            };
                            out.push_str(&format!("<{tag}>"));
                            self.run(&rest[1..at], Some(c), Some(c), depth + 1, out);
                            out.push_str(&format!("</{tag}>"));
                            &rest[at + 1..]
                        }
                        None => {
                            hopeless.push(c);
                            literal(rest, c, out)
                        }
                    }
                }
                'h' if !previous.is_some_and(char::is_alphanumeric) => match token::bare_url(rest) {
                    Some((url, after)) => {
                        token::write_link(url, None, out);
                        after
                    }
                    None => literal(rest, c, out),
                },
                ':' if self.markup => match token::emoji(rest) {
                    Some((picture, after)) => {
                        out.push_str(picture);
                        after
                    }
                    None => literal(rest, c, out),
                },
                _ => literal(rest, c, out),
            };
            previous = left[..left.len() - rest.len()].chars().next_back();
        }
    }
}

/// Writes the first character of `rest` escaped, Slack's three entities as what they stand for.
pub(super) fn literal<'a>(rest: &'a str, c: char, out: &mut String) -> &'a str {
    match c {
        '&' => {
            for entity in ["&amp;", "&lt;", "&gt;"] {
                if let Some(after) = rest.strip_prefix(entity) {
                    // The same three entities mean the same to HTML.
                    out.push_str(entity);
                    return after;
                }
            }
            out.push_str("&amp;");
        }
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\r' => {}
        '\n' => out.push('\n'),
        _ => out.push(c),
    }
    &rest[c.len_utf8()..]
}

/// The inside of a code span and what follows it.
fn code(rest: &str) -> Option<(&str, &str)> {
    let (inside, after) = rest.strip_prefix('`')?.split_once('`')?;
    (!inside.is_empty()).then_some((inside, after))
}

/// A mark opens at the start of a word: no letter before it, no space or second mark after it.
fn opens(previous: Option<char>, rest: &str) -> bool {
    let mut chars = rest.chars();
    let (mark, next) = (chars.next(), chars.next());
    !previous.is_some_and(char::is_alphanumeric) && next.is_some_and(|n| !n.is_whitespace()) && next != mark
}

/// Where the partner of the mark at the start of `rest` is: no space before it, no letter after it.
fn closing(rest: &str, mark: char, behind: Option<char>) -> Option<usize> {
    let mut at = 1;
    let mut previous = mark;
    while let Some(c) = rest[at..].chars().next() {
        let here = &rest[at..];
        if c == mark && at > 1 && !previous.is_whitespace() {
            let next = here[1..].chars().next().or(behind);
            if !next.is_some_and(char::is_alphanumeric) {
                return Some(at);
            }
        }
        let after = match c {
            '<' => token::read(here).map(|(_, after)| after),
            '`' => code(here).map(|(_, after)| after),
            _ => None,
        };
        let after = after.unwrap_or(&here[c.len_utf8()..]);
        let step = here.len() - after.len();
        previous = here[..step].chars().next_back().unwrap_or(c);
        at += step;
    }
    None
}
