//! What stands between `<` and `>`: links, mentions, dates; and bare links and emoji.

use super::Names;

/// The inside of a `<…>` at the start of `rest` and what follows it.
pub(super) fn read(rest: &str) -> Option<(&str, &str)> {
    let inside = rest.strip_prefix('<')?;
    let end = inside.find(['<', '>', '\n'])?;
    (end > 0 && inside[end..].starts_with('>')).then(|| (&inside[..end], &inside[end + 1..]))
}

/// Writes a token, or says that it is none and writes nothing.
pub(super) fn write(inside: &str, names: &Names<'_>, out: &mut String) -> bool {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|l| !l.is_empty())),
        None => (inside, None),
    };
    let named = |found: Option<String>, id: &str| {
        found
            .or_else(|| label.map(str::to_owned))
            .unwrap_or_else(|| id.to_owned())
    };
    match target.chars().next() {
        Some('@') if is_id(&target[1..]) => {
            let name = named((names.member)(&target[1..]), &target[1..]);
            chip("mention", inside, &format!("@{name}"), out);
        }
        Some('#') if is_id(&target[1..]) => {
            let name = named((names.channel)(&target[1..]), &target[1..]);
            chip("mention", inside, &format!("#{name}"), out);
        }
        Some('!') => return special(&target[1..], inside, label, out),
        _ if is_link(target) => write_link(target, label, out),
        _ => return false,
    }
    true
}

/// `<!channel>` and its like, groups and dates.
fn special(command: &str, inside: &str, label: Option<&str>, out: &mut String) -> bool {
    if matches!(command, "channel" | "here" | "everyone") {
        chip("mention loud", inside, &format!("@{command}"), out);
        return true;
    }
    if let Some(group) = command.strip_prefix("subteam^") {
        let name = label.unwrap_or(group).trim_start_matches('@');
        chip("mention loud", inside, &format!("@{name}"), out);
        return true;
    }
    let Some(date) = command.strip_prefix("date^") else {
        return false;
    };
    let mut parts = date.split('^');
    let (Some(unix), Some(format), Some(fallback)) = (parts.next(), parts.next(), label) else {
        return false;
    };
    let Ok(unix) = unix.parse::<i64>() else {
        return false;
    };
    // The page's script puts the reader's own time in; until then the fallback stands, as in Slack's e-mails.
    out.push_str(&format!(
        "<time class=\"date\" data-unix=\"{unix}\" data-format=\""
    ));
    escape(format, out);
    out.push_str("\">");
    escape(fallback, out);
    out.push_str("</time>");
    true
}

fn chip(class: &str, inside: &str, shown: &str, out: &mut String) {
    out.push_str(&format!("<span class=\"{class}\" title=\"&lt;"));
    escape(inside, out);
    out.push_str("&gt;\">");
    escape(shown, out);
    out.push_str("</span>");
}

/// Writes a link whose address and label still carry Slack's entities.
pub(super) fn write_link(url: &str, label: Option<&str>, out: &mut String) {
    let mut address = String::new();
    escape(url, &mut address);
    out.push_str(&format!(
        "<a href=\"{address}\" title=\"{address}\" target=\"_blank\" "
    ));
    out.push_str("rel=\"noopener noreferrer nofollow\">");
    escape(label.unwrap_or(url).trim_start_matches("mailto:"), out);
    out.push_str("</a>");
}

/// A link written without brackets at the start of `rest`, and what follows it.
pub(super) fn bare_url(rest: &str) -> Option<(&str, &str)> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|s| rest.starts_with(s))?;
    let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '|' | '`' | '"');
    let mut end = rest.find(stop).unwrap_or(rest.len());
    // An escaped bracket ends a link as the bracket itself would.
    for entity in ["&lt;", "&gt;"] {
        end = rest[..end].find(entity).unwrap_or(end);
    }
    let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*', '_', '~']);
    (url.len() > scheme.len()).then(|| (url, &rest[url.len()..]))
}

/// Only these are ever made clickable; `javascript:` and the like stay text.
fn is_link(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|s| lower.starts_with(s) && target.len() > s.len())
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Escapes for HTML text and attributes, reading Slack's three entities as what they stand for.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = super::inline::literal(rest, c, out);
    }
}

/// The picture of a `:name:` at the start of `rest`, for the names notifications use most.
pub(super) fn emoji(rest: &str) -> Option<(&'static str, &str)> {
    let inside = rest.strip_prefix(':')?;
    let end = inside.bytes().take(32).position(|b| b == b':')?;
    let name = inside.get(..end)?;
    let (_, picture) = EMOJI.iter().find(|(n, _)| *n == name)?;
    Some((picture, &inside[end + 1..]))
}

const EMOJI: [(&str, &str); 26] = [
    ("white_check_mark", "✅"),
    ("heavy_check_mark", "✔️"),
    ("x", "❌"),
    ("warning", "⚠️"),
    ("rotating_light", "🚨"),
    ("bell", "🔔"),
    ("no_bell", "🔕"),
    ("moneybag", "💰"),
    ("dollar", "💵"),
    ("money_with_wings", "💸"),
    ("telephone_receiver", "📞"),
    ("phone", "☎️"),
    ("telephone", "☎️"),
    ("iphone", "📱"),
    ("chart_with_upwards_trend", "📈"),
    ("chart_with_downwards_trend", "📉"),
    ("tada", "🎉"),
    ("fire", "🔥"),
    ("eyes", "👀"),
    ("rocket", "🚀"),
    ("hourglass", "⌛"),
    ("red_circle", "🔴"),
    ("large_green_circle", "🟢"),
    ("large_yellow_circle", "🟡"),
    ("+1", "👍"),
    ("wave", "👋"),
];
