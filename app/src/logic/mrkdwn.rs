//! Slack's message text (mrkdwn) as a tree, for a preview that looks like Slack. Reads what [`Template::render`]
//! wrote: `&`, `<` and `>` of data are entities there, so whatever is left in angle brackets is the author's.
//!
//! [`Template::render`]: leadbell_domain::Template::render

/// A block of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Lines of text.
    Text(Vec<Vec<Span>>),
    /// Quoted lines (`> …`).
    Quote(Vec<Vec<Span>>),
    /// A code block, as it stands.
    Code(String),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Plain(String),
    Bold(Vec<Span>),
    Italic(Vec<Span>),
    Strike(Vec<Span>),
    Code(String),
    /// A link with its label; an empty address for a scheme nobody should follow from here.
    Link(String, String),
    /// A mention of a person, channel or everybody.
    Mention(String),
    /// A moment, UTC seconds, and whether its time of day is shown.
    Date(i64, bool),
}

/// Reads a message.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (at, piece) in text.split("```").enumerate() {
        // Every second piece stands between fences; one that is never closed is text again.
        let closed = at % 2 == 1 && text.matches("```").count() > at;
        if closed {
            blocks.push(Block::Code(unescape(piece.trim_matches('\n'))));
        } else if at % 2 == 1 {
            lines(&format!("```{piece}"), &mut blocks);
        } else if !piece.trim_matches('\n').is_empty() {
            // The line breaks next to a fence belong to the fence.
            let piece = if at > 0 {
                piece.strip_prefix('\n').unwrap_or(piece)
            } else {
                piece
            };
            let last = text.matches("```").count() <= at;
            let piece = if last {
                piece
            } else {
                piece.strip_suffix('\n').unwrap_or(piece)
            };
            lines(piece, &mut blocks);
        }
    }
    blocks
}

fn lines(text: &str, blocks: &mut Vec<Block>) {
    for line in text.split('\n') {
        // The author's `>` is escaped like all text outside tokens.
        let quoted = line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'));
        match (quoted, blocks.last_mut()) {
            (Some(rest), Some(Block::Quote(lines))) => lines.push(spans(rest.trim_start())),
            (Some(rest), _) => blocks.push(Block::Quote(vec![spans(rest.trim_start())])),
            (None, Some(Block::Text(lines))) => lines.push(spans(line)),
            (None, _) => blocks.push(Block::Text(vec![spans(line)])),
        }
    }
}

/// Reads one line.
fn spans(line: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    let mut before = None;
    while let Some(letter) = rest.chars().next() {
        let found = match letter {
            '<' => token(rest),
            '`' => between(rest, '`', before).map(|(inner, after)| (Span::Code(unescape(inner)), after)),
            '*' => between(rest, '*', before).map(|(inner, after)| (Span::Bold(spans(inner)), after)),
            '_' => between(rest, '_', before).map(|(inner, after)| (Span::Italic(spans(inner)), after)),
            '~' => between(rest, '~', before).map(|(inner, after)| (Span::Strike(spans(inner)), after)),
            _ => None,
        };
        match found {
            Some((span, after)) => {
                flush(&mut plain, &mut out);
                out.push(span);
                rest = after;
                before = Some(letter);
            }
            None => {
                plain.push(letter);
                rest = &rest[letter.len_utf8()..];
                before = Some(letter);
            }
        }
    }
    flush(&mut plain, &mut out);
    out
}

fn flush(plain: &mut String, out: &mut Vec<Span>) {
    if !plain.is_empty() {
        out.push(Span::Plain(unescape(&std::mem::take(plain))));
    }
}

/// What stands between two marks: they must hug the text and not stand inside a word.
fn between(text: &str, mark: char, before: Option<char>) -> Option<(&str, &str)> {
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let inner = &text[mark.len_utf8()..];
    let mut from = 0;
    while let Some(found) = inner[from..].find(mark) {
        let end = from + found;
        let after = &inner[end + mark.len_utf8()..];
        let held = &inner[..end];
        let hugs = !held.starts_with(char::is_whitespace) && !held.ends_with(char::is_whitespace);
        // Nothing but marks is nothing to mark.
        let hugs = hugs && held.chars().any(|letter| letter != mark);
        if hugs && !after.starts_with(char::is_alphanumeric) {
            return Some((held, after));
        }
        from = end + mark.len_utf8();
    }
    None
}

/// A token in angle brackets.
fn token(text: &str) -> Option<(Span, &str)> {
    let end = text.find('>')?;
    let (inner, after) = (&text[1..end], &text[end + 1..]);
    let (head, label) = match inner.split_once('|') {
        Some((head, label)) => (head, Some(label)),
        None => (inner, None),
    };
    let named = |sign: &str, id: &str| Span::Mention(unescape(&format!("{sign}{}", label.unwrap_or(id))));
    let span = if let Some(id) = head.strip_prefix('@') {
        named("@", id)
    } else if let Some(id) = head.strip_prefix('#') {
        named("#", id)
    } else if let Some(date) = head.strip_prefix("!date^") {
        let seconds = date.split('^').next().and_then(|seconds| seconds.parse().ok())?;
        Span::Date(seconds, date.contains("{time}"))
    } else if let Some(special) = head.strip_prefix('!') {
        named("@", special.split('^').next().unwrap_or(special))
    } else if head.starts_with("https://") || head.starts_with("http://") || head.starts_with("mailto:") {
        Span::Link(unescape(head), unescape(label.unwrap_or(head)))
    } else {
        return None;
    };
    Some((span, after))
}

/// The three entities of Slack; `&amp;` last, so that `&amp;lt;` stays the text it is.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Span::{Bold, Code, Italic, Link, Mention, Plain, Strike};

    fn line(text: &str) -> Vec<Span> {
        match blocks(text).as_slice() {
            [Block::Text(lines)] if lines.len() == 1 => lines[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    fn plain(text: &str) -> Span {
        Plain(text.to_owned())
    }

    #[test]
    fn marks_that_hug_words_become_styles() {
        assert_eq!(
            line("a *bold _and italic_* ~gone~ `x*y*`"),
            [
                plain("a "),
                Bold(vec![plain("bold "), Italic(vec![plain("and italic")])]),
                plain(" "),
                Strike(vec![plain("gone")]),
                plain(" "),
                Code("x*y*".to_owned()),
            ]
        );
    }

    #[test]
    fn marks_inside_words_or_alone_stay_letters() {
        for text in [
            "snake_case_name",
            "2 * 3 * 4",
            "*",
            "**",
            "a*b*c",
            "* not bold *",
            "_open",
        ] {
            assert_eq!(line(text), [plain(text)], "{text}");
        }
    }

    #[test]
    fn escaped_data_is_shown_as_it_was_and_never_acts() {
        assert_eq!(
            line("&lt;!channel&gt; &amp;lt; *&lt;b&gt;*"),
            [plain("<!channel> &lt; "), Bold(vec![plain("<b>")])]
        );
    }

    #[test]
    fn tokens_become_links_mentions_and_dates() {
        assert_eq!(
            line("<https://a.example/?x=1&amp;y=2|Open> <@U061F7AUR> <#C1|sales> <!here>"),
            [
                Link("https://a.example/?x=1&y=2".to_owned(), "Open".to_owned()),
                plain(" "),
                Mention("@U061F7AUR".to_owned()),
                plain(" "),
                Mention("#sales".to_owned()),
                plain(" "),
                Mention("@here".to_owned()),
            ]
        );
        assert_eq!(
            line("<!date^1795464903^{date_short_pretty} {time}|2026-11-23>"),
            [Span::Date(1_795_464_903, true)]
        );
        assert_eq!(
            line("<javascript:alert(1)|x>"),
            [plain("<javascript:alert(1)|x>")]
        );
    }

    #[test]
    fn quotes_and_code_blocks_stand_apart() {
        let found = blocks("Sold\n&gt; one\n&gt; two\n```\na *b*\n&lt;c&gt;\n```\nend");
        assert_eq!(
            found,
            [
                Block::Text(vec![vec![plain("Sold")]]),
                Block::Quote(vec![vec![plain("one")], vec![plain("two")]]),
                Block::Code("a *b*\n<c>".to_owned()),
                Block::Text(vec![vec![plain("end")]]),
            ]
        );
        assert_eq!(line("``` never closed"), [plain("``` never closed")]);
    }

    #[test]
    fn any_text_at_all_can_be_read() {
        for text in [
            "",
            "\n\n",
            "<",
            "<>",
            "<|>",
            "*_~`<!date^x>",
            "ü*ü*",
            "```",
            "````",
            "> ",
            "<@>",
        ] {
            blocks(text);
        }
    }
}
