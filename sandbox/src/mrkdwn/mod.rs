//! Slack's mrkdwn as HTML, the way Slack shows it. Pure: text in, safe HTML out.
//!
//! Everything is escaped; only the tags written here come out. Mentions, also those inside code, become
//! chips that nobody can overlook: a mention that came out of somebody's data is the thing to notice.

mod inline;
mod token;

/// Finds what ids are called.
pub(crate) struct Names<'a> {
    /// A member's name.
    pub member: &'a dyn Fn(&str) -> Option<String>,
    /// A channel's name, without `#`.
    pub channel: &'a dyn Fn(&str) -> Option<String>,
}

/// Renders a message's text. Without `markup` (Slack's `mrkdwn:false`) only links and mentions are live.
pub(crate) fn render(text: &str, markup: bool, names: &Names<'_>) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    if !markup {
        lines(text, false, names, &mut out);
        return out;
    }
    let mut rest = text;
    while let Some((before, inside, after)) = fence(rest) {
        // The line breaks around a fence belong to it: the block stands on lines of its own anyway.
        lines(before.strip_suffix('\n').unwrap_or(before), true, names, &mut out);
        out.push_str("<pre>");
        inline::verbatim(inside.strip_prefix('\n').unwrap_or(inside), names, &mut out);
        out.push_str("</pre>");
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    lines(rest, true, names, &mut out);
    out
}

/// The text before, inside and after the first pair of ``` fences with something between them.
fn fence(text: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = text.split_once("```")?;
    let (inside, after) = tail.split_once("```")?;
    (!inside.is_empty()).then_some((before, inside, after))
}

fn lines(text: &str, markup: bool, names: &Names<'_>, out: &mut String) {
    if text.is_empty() {
        return;
    }
    let mut quoting = false;
    let mut first = true;
    for line in text.split('\n') {
        let quoted = if markup {
            line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'))
        } else {
            None
        };
        match (quoting, quoted.is_some()) {
            (false, true) => out.push_str("<blockquote>"),
            (true, false) => out.push_str("</blockquote>"),
            _ if !first => out.push_str("<br>"),
            _ => {}
        }
        (quoting, first) = (quoted.is_some(), false);
        let line = quoted.map_or(line, |q| q.strip_prefix(' ').unwrap_or(q));
        inline::line(line, markup, names, out);
    }
    if quoting {
        out.push_str("</blockquote>");
    }
}

#[cfg(test)]
mod tests;
