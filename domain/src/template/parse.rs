//! Text into parts: finds the placeholders, then decides which `<…>` of the author are Slack tokens.

use super::{Formatter, Part, Place, Slot, TemplateError};
use crate::placeholder::{is_known, is_offered, placeholders};
use crate::{Level, Trigger};

/// The text with its placeholders found: what the second step reads.
enum Symbol {
    Letter(char),
    Slot(Slot),
}

/// Reads a text. With a trigger and level, only placeholders offered there are allowed; without, any name.
pub(super) fn parts(text: &str, check: Option<(Trigger, Level)>) -> Result<Vec<Part>, TemplateError> {
    let mut symbols = symbols(text, check)?;
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while at < symbols.len() {
        if let Symbol::Letter('<') = symbols[at]
            && let Some(end) = token_end(&symbols, at)
            && mark_token(&mut symbols[at + 1..end])?
        {
            literal.push('<');
            // An escaped `<` inside a token is impossible: `token_end` stops at the first one.
            for symbol in symbols[at + 1..end].iter_mut() {
                push(symbol, &mut literal, &mut parts, false);
            }
            literal.push('>');
            at = end + 1;
            continue;
        }
        if let Symbol::Letter('&') = symbols[at]
            && let Some(length) = entity_length(&symbols[at..])
        {
            for symbol in symbols[at..at + length].iter_mut() {
                push(symbol, &mut literal, &mut parts, false);
            }
            at += length;
            continue;
        }
        push(&mut symbols[at], &mut literal, &mut parts, true);
        at += 1;
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// Reads a text where Slack knows no markup. With a trigger and level, what would not work there is refused.
pub(super) fn plain_parts(text: &str, check: Option<(Trigger, Level)>) -> Result<Vec<Part>, TemplateError> {
    let mut symbols = symbols(text, check)?;
    for at in 0..symbols.len() {
        match &mut symbols[at] {
            Symbol::Slot(slot) => {
                slot.place = Place::Plain;
                refuse_tokens(slot, check)?;
            }
            Symbol::Letter('<') if check.is_some() => {
                if let Some(end) = token_end(&symbols, at)
                    && mark_token(&mut symbols[at + 1..end])?
                {
                    return Err(TemplateError(
                        "This is plain text: mentions and links do not work here. Put them into the message."
                            .to_owned(),
                    ));
                }
            }
            Symbol::Letter(_) => {}
        }
    }
    Ok(as_they_are(&mut symbols))
}

/// Reads the address of a link: `{{log_url}}`, or an https address whose site the author wrote, with placeholders in
/// what follows it.
pub(super) fn address_parts(text: &str, check: Option<(Trigger, Level)>) -> Result<Vec<Part>, TemplateError> {
    let mut symbols = symbols(text, check)?;
    if let [Symbol::Slot(slot)] = symbols.as_mut_slice()
        && Formatter::is_own_address(&slot.name)
        && slot.formatters.is_empty()
    {
        slot.place = Place::Plain;
        return Ok(as_they_are(&mut symbols));
    }
    let mut after_scheme = String::new();
    for symbol in &mut symbols {
        match symbol {
            Symbol::Letter(letter) => after_scheme.push(*letter),
            Symbol::Slot(slot) => {
                slot.place = Place::LinkAddress;
                refuse_tokens(slot, check)?;
                after_scheme.push('\u{FFFC}');
            }
        }
    }
    let rest = after_scheme.strip_prefix("https://").ok_or_else(|| {
        TemplateError(
            "The address is {{log_url}}, or begins with https:// and a site in your own words.".to_owned(),
        )
    })?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..end];
    let plain_host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':');
    if host.is_empty()
        || !host.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        || !host.chars().all(plain_host)
    {
        return Err(TemplateError(
            "A link must name its site in your own words: use placeholders after it, such as https://crm.example.com/leads/{{lead_id}}."
                .to_owned(),
        ));
    }
    if rest.contains(|letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>' | '|' | '"')
    }) {
        return Err(TemplateError(
            "An address has no spaces and none of < > | \" in it.".to_owned(),
        ));
    }
    Ok(as_they_are(&mut symbols))
}

/// A token of Slack's works in marked up text only.
fn refuse_tokens(slot: &Slot, check: Option<(Trigger, Level)>) -> Result<(), TemplateError> {
    if check.is_some() && slot.formatters.iter().any(Formatter::makes_token) {
        return Err(TemplateError(format!(
            "{{{{{}}}}}: “link” does not work here, and “time” and “date” need a zone, such as time:\"UTC\".",
            slot.name
        )));
    }
    Ok(())
}

fn as_they_are(symbols: &mut [Symbol]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    for symbol in symbols {
        push(symbol, &mut literal, &mut parts, false);
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    parts
}

fn push(symbol: &mut Symbol, literal: &mut String, parts: &mut Vec<Part>, escape: bool) {
    match symbol {
        Symbol::Letter('&') if escape => literal.push_str("&amp;"),
        Symbol::Letter('<') if escape => literal.push_str("&lt;"),
        Symbol::Letter('>') if escape => literal.push_str("&gt;"),
        Symbol::Letter(letter) => literal.push(*letter),
        Symbol::Slot(slot) => {
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(literal)));
            }
            parts.push(Part::Slot(slot.clone()));
        }
    }
}

fn symbols(text: &str, check: Option<(Trigger, Level)>) -> Result<Vec<Symbol>, TemplateError> {
    let mut symbols = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        symbols.extend(rest[..open].chars().map(Symbol::Letter));
        let inner = &rest[open + 2..];
        let Some(close) = inner.find("}}") else {
            let shown: String = inner.chars().take(20).collect();
            return Err(TemplateError(format!(
                "“{{{{{shown}” is not closed. A placeholder ends with }}}}."
            )));
        };
        symbols.push(Symbol::Slot(slot(&inner[..close], check)?));
        rest = &inner[close + 2..];
    }
    symbols.extend(rest.chars().map(Symbol::Letter));
    Ok(symbols)
}

fn slot(inner: &str, check: Option<(Trigger, Level)>) -> Result<Slot, TemplateError> {
    let mut pieces = split_bars(inner).into_iter();
    let name = pieces.next().unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Err(TemplateError(
            "“{{}}” names nothing. Write a placeholder's name between the braces.".to_owned(),
        ));
    }
    if let Some((trigger, level)) = check
        && !is_offered(&name, trigger, level)
    {
        return Err(TemplateError(refusal(&name, trigger, level)));
    }
    let formatters = pieces
        .map(|piece| Formatter::parse(&piece))
        .collect::<Result<Vec<_>, _>>()
        .and_then(|formatters| Formatter::check(&formatters, &name).map(|()| formatters))
        .map_err(|reason| TemplateError(format!("{{{{{}}}}}: {reason}", shorten(inner))))?;
    Ok(Slot {
        name,
        formatters,
        place: Place::Text,
    })
}

/// Splits at bars outside quotes, so that a default text may hold one.
fn split_bars(inner: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for letter in inner.chars() {
        match letter {
            '|' if !quoted => pieces.push(String::new()),
            _ => {
                quoted ^= letter == '"';
                if let Some(piece) = pieces.last_mut() {
                    piece.push(letter);
                }
            }
        }
    }
    pieces
}

fn refusal(name: &str, trigger: Trigger, level: Level) -> String {
    let shown = shorten(name);
    if is_known(name) {
        return format!(
            "{{{{{shown}}}}} is not available for {} at {} level.",
            trigger.label(),
            level.label()
        );
    }
    let lower = name.to_lowercase();
    let near = placeholders(trigger, level)
        .map(|placeholder| (strsim::osa_distance(&lower, placeholder.name), placeholder.name))
        .min()
        .filter(|(distance, best)| *distance <= 2.max(best.len() / 3));
    match near {
        Some((_, best)) => format!("There is no placeholder {{{{{shown}}}}}. Did you mean {{{{{best}}}}}?"),
        None => format!("There is no placeholder {{{{{shown}}}}}."),
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        text.chars().take(40).chain(['…']).collect()
    }
}

/// Where the token that opens at `start` closes: at the next `>` in the same line with no other `<` between.
fn token_end(symbols: &[Symbol], start: usize) -> Option<usize> {
    for (at, symbol) in symbols.iter().enumerate().skip(start + 1) {
        match symbol {
            Symbol::Letter('>') => return Some(at),
            Symbol::Letter('<' | '\n') => return None,
            _ => {}
        }
    }
    None
}

/// Whether this is a Slack token of the author's; marks where the placeholders in it stand.
fn mark_token(inner: &mut [Symbol]) -> Result<bool, TemplateError> {
    let flat: String = inner
        .iter()
        .map(|symbol| match symbol {
            Symbol::Letter(letter) => *letter,
            Symbol::Slot(_) => '\u{FFFC}',
        })
        .collect();
    let has_slot = inner.iter().any(|symbol| matches!(symbol, Symbol::Slot(_)));
    let address = flat.split('|').next().unwrap_or_default();
    if flat.starts_with(['@', '#', '!']) {
        if has_slot {
            return Err(TemplateError(
                "A placeholder can't choose whom to mention: data must never ping people. Write the mention yourself, such as <!here>."
                    .to_owned(),
            ));
        }
        return Ok(is_mention(address));
    }
    let Some(after_scheme) = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))
        .or_else(|| address.strip_prefix("mailto:"))
    else {
        return Ok(false);
    };
    if !has_slot {
        return Ok(!after_scheme.is_empty() && !address.contains(char::is_whitespace));
    }
    let makes_link = |symbol: &Symbol| matches!(symbol, Symbol::Slot(slot) if slot.formatters.iter().any(Formatter::is_link));
    if inner.iter().any(makes_link) {
        return Err(TemplateError(
            "A link can't stand in another link: take “link” out, or the brackets around it.".to_owned(),
        ));
    }
    let host = after_scheme.split('/').next().unwrap_or_default();
    let slot_in_address = address.contains('\u{FFFC}');
    if slot_in_address
        && (!address.starts_with("http")
            || host.is_empty()
            || host.contains('\u{FFFC}')
            || !after_scheme.contains('/'))
    {
        return Err(TemplateError(
            "A link must name its site in your own words: use placeholders after it, such as <https://crm.example.com/leads/{{lead_id}}|open>."
                .to_owned(),
        ));
    }
    let mut place = Place::LinkAddress;
    for symbol in inner {
        match symbol {
            Symbol::Letter('|') => place = Place::LinkLabel,
            Symbol::Letter(_) => {}
            Symbol::Slot(slot) => slot.place = place,
        }
    }
    Ok(true)
}

/// `@U…`, `#C…`, `!here`, `!channel`, `!everyone`, `!subteam^S…`, `!date^…`.
fn is_mention(text: &str) -> bool {
    let id = |text: &str| {
        text.len() >= 2
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    match text.split_at_checked(1) {
        Some(("@" | "#", rest)) => id(rest),
        Some(("!", rest)) => {
            matches!(rest, "here" | "channel" | "everyone")
                || rest.strip_prefix("subteam^").is_some_and(id)
                || rest.starts_with("date^")
        }
        _ => false,
    }
}

/// The length of an entity the author escaped already (`&amp;`), in symbols.
fn entity_length(symbols: &[Symbol]) -> Option<usize> {
    ["&amp;", "&lt;", "&gt;"].into_iter().find_map(|entity| {
        let matches = entity.chars().enumerate().all(
            |(offset, letter)| matches!(symbols.get(offset), Some(Symbol::Letter(found)) if *found == letter),
        );
        matches.then_some(entity.len())
    })
}
